"""`/webhooks/web/openapi.json` describes what the channel really gives and takes."""

from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from assistant.channels.web import STATUS
from tests.channels.web import Client

QUESTIONS = [
    "comment renouveler ma carte de séjour ?",
    "qui peut m'aider pour un avocat à Tanger ?",
    "شكون يقدر يعاوني على محامي فطنجة؟",
    "mon mari me frappe",
    "tell me about the weather in english please",
    "/menu/main",
    "?!",
]


@pytest.fixture(scope="module")
def described(assistant: Any) -> dict[str, Any]:
    found = requests.get(f"{assistant.site}/webhooks/web/openapi.json", timeout=60).json()
    assert isinstance(found, dict)
    return found


def check(described: dict[str, Any], schema: str, data: object) -> None:
    """Hold data to a schema of the description."""
    wanted = {"$ref": f"#/components/schemas/{schema}", "components": described["components"]}
    Draft202012Validator(wanted).validate(data)


def test_replies(described: dict[str, Any], page: Client) -> None:
    check(described, "Session", page.post("session", {"language": "ar"}).json())
    for question in QUESTIONS:
        check(described, "Answer", page.send(question).json())
    check(described, "Answer", page.send("a" * 1001).json())
    check(described, "History", page.post("history", {"session": page.session}).json())
    body = {"session": page.session, "reply": page.say("bonjour")["id"], "verdict": None}
    check(described, "Feedback", page.post("feedback", body).json())


def test_errors(described: dict[str, Any], page: Client) -> None:
    for body in (b"", b"x" * 9000, b"{}"):
        check(described, "Error", page.post("message", body).json())
    codes = described["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    assert codes == list(STATUS)
    for code, status in STATUS.items():
        assert f"{code} {status}" in described["components"]["responses"]["Error"]["description"]


def test_every_route_is_described(described: dict[str, Any], page: Client) -> None:
    for path, methods in described["paths"].items():
        for method in methods:
            assert requests.request(method, page.site + path, timeout=60).status_code != 404
