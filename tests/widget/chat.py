"""What a person does and sees in the chat, in a browser."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from assistant.channels.assets import WIDGET


def words(language: str) -> dict[str, str]:
    """The interface's own words."""
    found: dict[str, str] = json.loads((WIDGET / f"{language}.json").read_text(encoding="utf-8"))
    return found


@dataclass
class Chat:
    """The chat on an opened page. Playwright's locators see into the shadow root.

    Attributes:
        sent: bodies of the messages that left the browser, in their order, also those that got lost.
    """

    page: Page
    sent: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        expect.set_options(timeout=15_000)
        self.page.on("request", self._note_message)

    def _note_message(self, request: Request) -> None:
        if request.url.endswith("/webhooks/web/message"):
            self.sent.append(json.loads(request.post_data or "{}"))

    @property
    def composer(self) -> Locator:
        return self.page.locator("dalil-chat textarea")

    @property
    def replies(self) -> Locator:
        return self.page.locator("dalil-chat .assistant")

    @property
    def said(self) -> Locator:
        """The person's bubbles."""
        return self.page.locator("dalil-chat .person")

    @property
    def notes(self) -> Locator:
        return self.page.locator("dalil-chat .note")

    @property
    def status(self) -> Locator:
        """The line above the composer."""
        return self.page.locator("dalil-chat .wait [role=status]")

    @property
    def launcher(self) -> Locator:
        """The button that opens the chat on somebody else's page."""
        return self.page.locator("dalil-chat .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("dalil-chat .panel")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def wait_for_replies(self, count: int) -> None:
        expect(self.replies).to_have_count(count)

    def open(self) -> None:
        """Tap the launcher and wait for the greeting."""
        self.launcher.click()
        self.wait_for_replies(1)

    def write(self, text: str) -> None:
        """Type a message and send it with Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def ask(self, text: str) -> Locator:
        """Send a message; the one reply that comes back, with its tools."""
        before = self._replies_so_far()
        self.write(text)
        self.wait_for_replies(before + 1)
        reply = self.replies.last
        expect(reply.locator(".tool").first).to_be_visible()
        return reply

    def press(self, button: Locator) -> Locator:
        """Press a button of a reply; the reply to it."""
        before = self._replies_so_far()
        button.click()
        self.wait_for_replies(before + 1)
        return self.replies.last

    def _replies_so_far(self) -> int:
        """How many there are, once no other is awaited."""
        expect(self.status).to_be_empty()
        return self.replies.count()
