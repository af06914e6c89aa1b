"""What is said in a turn, collected as it is, for channels that put it into their own form."""

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

Handle = Callable[[UserMessage], Awaitable[Any]]
"""Makes a turn of a message: what Rasa hands to each channel."""


class Collecting(CollectingOutputChannel):
    """Keeps each message whole: Rasa's own splits texts and loses what it does not know."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Called by Rasa with each message of a turn."""
        self.messages.append(message)


class OnTheWeb(Collecting):
    """Of the web channel."""

    @classmethod
    def name(cls) -> str:
        """Which variant of a response is said."""
        return "web"


class OnWhatsApp(Collecting):
    """Of the WhatsApp channel."""

    @classmethod
    def name(cls) -> str:
        """Which variant of a response is said."""
        return "whatsapp"
