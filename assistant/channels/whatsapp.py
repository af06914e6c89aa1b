"""The WhatsApp channel (`/webhooks/whatsapp/webhook`): Meta's Cloud API. Set up step by step in docs/whatsapp.md.

A request is checked, its messages are written to the inbox, and it is acknowledged; answering comes after
(`assistant.channels.answering`). Meta delivers at least once and for days: a message is known again by its key.
"""

import asyncio
import hmac
import json
import logging
import os
import re
import time
from collections.abc import Iterable
from functools import partial

from prometheus_client import Counter
from pywa.utils import webhook_updates_validator
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, HTTPResponse, Request, Sanic, response
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.channels.answering import Answering
from assistant.channels.bodies import TooLarge, Unreadable, body_of
from assistant.channels.collecting import Handle, OnWhatsApp
from assistant.channels.graph import Graph
from assistant.channels.heads import Guarded
from assistant.channels.webhook import ANOTHER_NUMBER, Batch, Received, Status, read
from assistant.operation.exposing import Value, when_asked
from assistant.privacy.seal import Seal
from assistant.privacy.senders import pseudonym
from assistant.settings import Settings, sender_keys
from assistant.storage import inbox, turns
from assistant.storage.database import mend, place

logger = logging.getLogger(__name__)

MOST_BYTES = 3 * 1024 * 1024  # of a body; Meta sends no more
SIGNATURE = "x-hub-signature-256"
WEBHOOKS = Counter("dalil_whatsapp_webhooks_total", "Requests of Meta's, by the status that they got.", ["status"])
for _status in (200, 400, 403, 413, 503):  # a rate needs a first value
    WEBHOOKS.labels(_status)
UNDELIVERED = Counter("dalil_whatsapp_undelivered_total", "Parts of replies of which Meta tells that they failed.")
# A part of a reply as we name it to Meta; what another program named otherwise might fit into no column.
_PART = re.compile(r"([0-9a-f]{32})\.([0-9]{1,3})")


class WhatsApp(InputChannel):
    """See module."""

    def __init__(self) -> None:
        self._settings = Settings.from_environment(os.environ)
        self._key, *self._old_keys = sender_keys(self._settings)
        self._answering: Answering | None = None
        self._ours = False  # whether anything came for our number yet
        self._beside: list[asyncio.Future[None]] = []

    @classmethod
    def name(cls) -> str:
        """Name of the channel, and its place in addresses."""
        return OnWhatsApp.name()

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """Routes of the channel; Rasa calls it once."""
        routes = Guarded("whatsapp_channel", __name__)

        @routes.listener("after_server_start")
        async def begin(app: Sanic, _loop: object) -> None:
            agent = app.ctx.agent
            seal, graph = Seal(self._key, self._old_keys), Graph(self._settings)
            self._answering = Answering(
                agent,
                turns.database_of(agent),
                seal,
                graph,
                on_new_message,
                self._earlier_names,
                shared=bool(self._settings.redis_url),
            )
            when_asked(partial(_waiting, self._answering.engine))
            self._beside = [
                asyncio.ensure_future(work()) for work in (self._answering.sweep, self._answering.write_down)
            ]

        @routes.listener("before_server_stop")
        async def end(_app: Sanic, _loop: object) -> None:
            for work in self._beside:
                work.cancel()
            if self._answering:
                await self._answering.stop()

        # Sanic marks its handlers, which methods cannot be.
        async def verify(request: Request) -> HTTPResponse:
            return self._verified(request)

        async def receive(request: Request) -> HTTPResponse:
            answer = await self._receive(request)
            WEBHOOKS.labels(answer.status).inc()
            return answer

        routes.add_route(_health, "/", methods=["GET"], name="health")
        routes.add_route(verify, "/webhook", methods=["GET"], name="verify")
        routes.add_route(receive, "/webhook", methods=["POST"], stream=True, name="receive")
        return routes

    def _verified(self, request: Request) -> HTTPResponse:
        """Meta asks once, when the address is entered in its console, whether it is ours."""
        token, expected = request.args.get("hub.verify_token", ""), self._settings.whatsapp_verify_token
        if request.args.get("hub.mode") != "subscribe" or not hmac.compare_digest(token.encode(), expected.encode()):
            return response.text("WHATSAPP_VERIFY_TOKEN is another one.", 403)
        return response.text(request.args.get("hub.challenge", ""), headers={"X-Content-Type-Options": "nosniff"})

    async def _receive(self, request: Request) -> HTTPResponse:
        """Keep what came and acknowledge it. What is not 200 here, Meta sends again."""
        try:
            raw = await body_of(request, MOST_BYTES)
        except TooLarge:
            return response.text("Too large.", 413)
        except Unreadable:
            return response.text("Unreadable.", 400)
        if not self._is_signed(raw, request.headers.get(SIGNATURE, "")):
            return response.text("WHATSAPP_APP_SECRET is another one, or this is not Meta.", 403)
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            return response.text("No JSON.", 400)
        if self._answering is None:
            return response.text("Starting.", 503)
        batch = read(body, self._settings.whatsapp_phone_id)
        self._ours = self._ours or bool(batch.messages or batch.statuses)
        if batch.ignored[ANOTHER_NUMBER] and not self._ours:
            logger.error(
                "Meta sends messages for another number than WHATSAPP_PHONE_ID. Correct it (Meta's console, API setup) "
                "and restart: Meta sends them again for 7 days."
            )
            return response.text("WHATSAPP_PHONE_ID is another one.", 503)
        try:
            self._keep(batch, self._answering)
        except SQLAlchemyError as error:
            self._answering.complain(error)
            return response.text("Not kept.", 503)
        return response.empty(200)

    def _is_signed(self, raw: bytes, signature: str) -> bool:
        return signature.isascii() and webhook_updates_validator(self._settings.whatsapp_app_secret, raw, signature)

    def _keep(self, batch: Batch, answering: Answering) -> None:
        """Write a batch down, then see to its people."""
        kept = [(self._new(message, answering), message) for message in batch.messages]
        if kept:
            answering.counts["seen before"] += inbox.accept(answering.engine, [new for new, _ in kept])
        answering.told += [told for status in batch.statuses if (told := _told(status))]
        UNDELIVERED.inc(sum(status.state == "failed" for status in batch.statuses))
        answering.counts.update(batch.ignored)
        answering.counts.update(f"in {message.kind}" for message in batch.messages)
        for new, message in kept:
            answering.take(new, message.text)

    def _new(self, message: Received, answering: Answering) -> inbox.New:
        """A message as the inbox keeps it."""
        sealed = answering.sealed(message) if message.kind != "taken_back" else None
        replaces = self._name(message.replaces) if message.replaces else None
        return inbox.New(self._name(message.id), self._sender(message), sealed, replaces)

    def _sender(self, message: Received) -> str:
        """Id of the conversation: a keyed hash of the person's number."""
        return _name_of(message.person, self._key)

    def _earlier_names(self, person: str) -> list[str]:
        """Ids that a person's conversations had under earlier keys."""
        return [_name_of(person, key) for key in self._old_keys]

    def _name(self, message_id: str) -> str:
        """How a message is known here: Meta's own name for it holds the person's number."""
        return pseudonym(f"whatsapp message {message_id}", self._key)


def _name_of(person: str, key: bytes) -> str:
    return pseudonym(f"whatsapp {person}", key)


def _waiting(engine: Engine) -> Iterable[Value]:
    """What lies in the inbox, of all workers together."""
    try:
        number, oldest = inbox.depth(engine)
    except SQLAlchemyError as error:
        logger.error(mend(error, place(engine.url), "The inbox cannot be read"))
        return
    yield Value("dalil_inbox_depth", "Messages on WhatsApp that are owed a reply.", number)
    waited = max(0.0, time.time() - oldest) if oldest else 0.0
    yield Value("dalil_inbox_oldest_seconds", "For how long the oldest of them has been owed one.", waited)


def _told(status: Status) -> inbox.Told | None:
    """What a status tells of a part of a reply, which we named (`assistant.channels.answering`)."""
    named = _PART.fullmatch(status.reply)
    return inbox.Told(named[1], int(named[2]), status.state, status.code) if named else None


async def _health(_request: Request) -> HTTPResponse:
    return response.json({"status": "ok"})
