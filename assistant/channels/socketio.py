"""Rasa's Socket.IO channel for existing Rasa clients, off unless `SOCKETIO_CHANNEL=on` (`assistant.server.serve`).

Rasa's own stores the session id of a client as it comes, which can be a phone number, and serves any page: it never
looks at the Origin header. It holds its connections in one process, so there can be one assistant only.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.socketio import SocketIOInput, SocketIOOutput
from sanic import Blueprint

from assistant.nlu.normalise import MAX_CHARACTERS
from assistant.privacy.senders import pseudonym
from assistant.settings import Settings, sender_key


class SocketIO(SocketIOInput):
    """See module."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Routes of the channel; Rasa calls it once."""
        settings = Settings.from_environment(os.environ)
        key = sender_key(settings).encode()

        async def under_a_pseudonym(message: UserMessage) -> None:
            message.output_channel = _Room(message.output_channel, message.sender_id)
            message.sender_id = pseudonym(message.sender_id, key)
            message.text = (message.text or "")[:MAX_CHARACTERS]
            await on_new_message(message)

        routes = super().blueprint(under_a_pseudonym)
        # None: pages of the same origin only.
        self.sio.eio.cors_allowed_origins = settings.web_origins.split(",") if settings.web_origins else None
        return routes


class _Room(SocketIOOutput):
    """Sends to the client's room, whatever the conversation is called."""

    def __init__(self, output: SocketIOOutput, room: str) -> None:
        super().__init__(output.sio, output.bot_message_evt)
        self._room = room

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        await super().send_response(self._room, message)
