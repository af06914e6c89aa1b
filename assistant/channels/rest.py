"""Rasa's REST channel (`POST /webhooks/rest/webhook`), for tools on the same machine, that bears any body.

Rasa's own answers `[]` to a message that is no text, 500 to a body that is no object, lets all who name no sender share
one conversation, and stores sender ids as they come, also when they are phone numbers.
"""

import os
from typing import Any
from uuid import uuid4

from rasa.core.channels.rest import RestInput
from sanic.request import Request

from assistant.nlu.normalise import MAX_CHARACTERS
from assistant.privacy.senders import pseudonym
from assistant.settings import Settings, sender_key


class Rest(RestInput):
    """See module."""

    def __init__(self) -> None:
        self._key = sender_key(Settings.from_environment(os.environ)).encode()

    async def _extract_sender(self, req: Request) -> str:
        """A name for the conversation that says nothing about the person; whoever gives none has one of their own."""
        sender = _body(req).get("sender")
        return pseudonym(str(sender), self._key) if sender else uuid4().hex

    def _extract_message(self, req: Request) -> str:
        """The text, cut to what is read anyway; anything that is no text is an empty message."""
        text = _body(req).get("message")
        return text[:MAX_CHARACTERS] if isinstance(text, str) else ""

    def _extract_input_channel(self, req: Request) -> str:
        return self.name()

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Metadata that came with the message, if it is an object."""
        metadata = _body(request).get("metadata")
        return metadata if isinstance(metadata, dict) else None


def _body(request: Request) -> dict[str, Any]:
    return request.json if isinstance(request.json, dict) else {}
