"""Rasa's Socket.IO: off unless a setting opens it; then existing clients talk to it, under a pseudonym."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
import socketio

from tests.conftest import Assistant, start_assistant, stop
from tests.stores import about_one_process, select

WAIT = 60  # seconds, on a loaded machine
SESSION = "+212612345678"


def test_it_is_off_by_default(assistant: Assistant) -> None:
    polling = f"{assistant.site}/socket.io/?EIO=4&transport=polling"
    assert requests.get(polling, timeout=WAIT).status_code == 404


@pytest.mark.long
@about_one_process("Socket.IO holds its connections in one process: refused with REDIS_URL")
def test_an_existing_client_gets_its_reply_and_its_session_id_is_nowhere_on_disk(tmp_path: Path) -> None:
    started = start_assistant(tmp_path, SOCKETIO_CHANNEL="on", WEB_ORIGINS="https://listed.example")
    try:
        replies = asyncio.run(_talk(started.site, ["comment renouveler ma carte de séjour ?", "merci"]))
        assert "renouvellement" in replies[0]["text"]
        assert replies[0]["quick_replies"]
        assert asyncio.run(_first_frame(started.site)).startswith('0{"sid"')
        with pytest.raises(socketio.exceptions.ConnectionError):
            asyncio.run(_talk(started.site, [], origin="https://elsewhere.example"))
        assert asyncio.run(_talk(started.site, [], origin="https://listed.example")) == []
    finally:
        stop(started)
    ((sender,),) = select(tmp_path, "SELECT DISTINCT sender_id FROM events")
    assert "612345678" not in sender


async def _talk(site: str, texts: list[str], origin: str | None = None) -> list[dict[str, Any]]:
    """What is said to texts, by a client such as Rasa's own widget.

    By polling: this release of the Python client needs a newer aiohttp than Rasa's for WebSockets (`_first_frame`).
    """
    client = socketio.AsyncClient(reconnection=False)
    replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    client.on("bot_uttered", replies.put)
    confirmed = asyncio.Event()
    client.on("session_confirm", lambda _: confirmed.set())
    await client.connect(site, headers={"Origin": origin} if origin else {}, transports=["polling"], wait_timeout=WAIT)
    try:
        await client.emit("session_request", {"session_id": SESSION})
        await asyncio.wait_for(confirmed.wait(), WAIT)
        found = []
        for text in texts:
            await client.emit("user_uttered", {"message": text, "session_id": SESSION})
            found.append(await asyncio.wait_for(replies.get(), WAIT))
        return found
    finally:
        await client.disconnect()


async def _first_frame(site: str) -> str:
    """What the server says on a WebSocket, which browsers use."""
    address = f"{site}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, timeout=WAIT) as line:
        return str((await line.receive(timeout=WAIT)).data)
