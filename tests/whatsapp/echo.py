"""The real channel without a model: what it says to a message is what a test tells it to say.

Its own process would need half a minute to start for each setting; here it listens a moment after.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from rasa.core.actions.action import create_bot_utterance
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sanic import Sanic

from assistant.channels.whatsapp import WhatsApp
from assistant.storage.tracker_store import TrackerStore
from tests import stores
from tests.stores import select
from tests.whatsapp.sandbox import PATIENCE, Sandbox

DOMAIN = Domain.from_yaml('version: "3.1"')
Says = Callable[[str], list[dict[str, Any]]]


def echo(text: str) -> list[dict[str, Any]]:
    return [{"text": f"lu : {text}"}]


class App(Sanic):
    """One of several in this process: Sanic rewrites its own methods at a start, and in this mode can do so again."""

    test_mode = True


class Talking:
    """Makes turns as Rasa does: what was said is stored, then handed to the channel.

    Attributes:
        turns: the text of each, in order.
    """

    def __init__(self, says: Says) -> None:
        self._says = says
        self.turns: list[str] = []
        self.agent = Agent(domain=DOMAIN, tracker_store=TrackerStore(DOMAIN), lock_store=InMemoryLockStore())

    async def handle(self, message: UserMessage) -> None:
        self.turns.append(message.text)
        said = self._says(message.text)
        store = self.agent.tracker_store
        tracker = await store.get_or_create_tracker(message.sender_id)
        marks = {"message_id": message.message_id, "metadata": message.metadata}
        tracker.update(UserUttered(message.text, input_channel=message.input_channel, **marks), DOMAIN)
        for one in said:
            tracker.update(create_bot_utterance(dict(one)), DOMAIN)
        await store.save(tracker)
        for one in said:
            await message.output_channel.send_response(message.sender_id, one)


@contextmanager
def answering(sandbox: Sandbox, var: Path, says: Says = echo, **settings: str) -> Iterator[Talking]:
    """Let the channel listen where the sandbox delivers; stopped afterwards as an operator stops it.

    Args:
        sandbox: stands in for Meta.
        var: folder of the database; what an earlier one left there is gone on with.
        says: what is said to a text.
        settings: environment variables besides the sandbox's.
    """
    environment = {**sandbox.environment, "WHATSAPP_GRAPH": sandbox.url, "VAR_DIR": str(var), **stores.environment(var)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**environment, **settings}.items():
            patch.setenv(name, value)
        talking, channel = Talking(says), WhatsApp()
    app = App(f"echo-{uuid4().hex}", configure_logging=False)
    app.ctx.agent = talking.agent
    app.blueprint(channel.blueprint(talking.handle), url_prefix="/webhooks/whatsapp")
    listens = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=[_serve(app, sandbox.webhook, listens)])
    thread.start()
    try:
        assert listens.wait(PATIENCE)
        yield talking
    finally:
        app.ctx.loop.call_soon_threadsafe(app.ctx.ending.set)
        thread.join()


async def _serve(app: Sanic, webhook: str, listens: threading.Event) -> None:
    app.ctx.loop, app.ctx.ending = asyncio.get_running_loop(), asyncio.Event()
    port = urlsplit(webhook).port
    server = await app.create_server("127.0.0.1", port, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.before_start()
    await server.after_start()
    listens.set()
    await app.ctx.ending.wait()
    await server.before_stop()
    server.close()
    await server.wait_closed()
    await server.after_stop()


def owed(var: Path) -> int:
    """How many messages are owed a reply."""
    return int(select(var, "SELECT count(*) FROM inbox WHERE sealed IS NOT NULL")[0][0])


def counts(var: Path) -> Mapping[str, int]:
    """What was counted, by name."""
    return dict(select(var, "SELECT name, sum(number) FROM counts GROUP BY name"))
