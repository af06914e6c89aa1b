"""A page's side of the web channel, for tests that need no browser."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

TIMEOUT = 60  # seconds, on a loaded machine


@dataclass
class Client:
    """One page that talks to a running assistant at `site` (its origin)."""

    site: str
    language: str = "fr"
    session: str = ""
    greeting: dict[str, Any] = field(default_factory=dict)

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        """A request as the widget sends it; a text is sent as it is."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "text/plain;charset=UTF-8", **headers}
        return requests.post(f"{self.site}/webhooks/web/{path}", data=data, headers=sent, timeout=TIMEOUT)

    def begin(self) -> "Client":
        """Open a session."""
        opened = self.post("session", {"language": self.language})
        assert opened.status_code == 200, opened.text
        self.session, self.greeting = opened.json()["session"], opened.json()["greeting"]
        return self

    def send(self, text: str, client_id: str | None = None) -> requests.Response:
        """Send a message, under an id of its own unless one is given."""
        body = {"session": self.session, "id": client_id or uuid4().hex, "text": text, "language": self.language}
        return self.post("message", body)

    def say(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        """The reply to a message."""
        response = self.send(text, client_id)
        assert response.status_code == 200, response.text
        reply = response.json()["reply"]
        assert isinstance(reply, dict)
        return reply

    def history(self) -> list[dict[str, Any]]:
        """The bubbles of this conversation."""
        response = self.post("history", {"session": self.session, "language": self.language})
        assert response.status_code == 200, response.text
        return list(response.json()["messages"])


def text_of(reply: dict[str, Any]) -> str:
    """All that a reply says, without its sources."""
    return "\n".join(part["text"] for part in reply["parts"])


def links_of(reply: dict[str, Any]) -> dict[str, str]:
    """Text -> address of what can be tapped in a reply."""
    pieces = [piece for part in reply["parts"] for piece in part["content"]]
    return {piece["text"]: piece["href"] for piece in pieces if isinstance(piece, dict)}


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and code of a refused request, which must say something."""
    error = response.json()["error"]
    assert error["message"] and isinstance(error["retry"], bool)
    return response.status_code, error["code"]
