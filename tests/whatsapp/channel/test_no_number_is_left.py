"""After a conversation no file, table or log holds a number, Meta's name of a message (which holds the number), or more
of the words than the redacted conversation."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stores
from tests.conftest import free_port, start_assistant, stop
from tests.stores import select, texts
from tests.whatsapp.channel.conftest import Channel
from tests.whatsapp.sandbox import Sandbox, started, wait_for

NUMBER, OTHER = "212600771177", "0661 77 88 99"
# Written by the person; a conversation keeps words, but no log does.
WORD = "zanzibarette"


def spellings(number: str) -> Iterator[bytes]:
    """A number as bytes may hold it: plain, in Base64 from each of three places, in hexadecimal digits."""
    yield number.encode()
    yield number.encode().hex().encode()
    for offset in range(3):
        inner = base64.b64encode(b"x" * offset + number.encode())
        yield inner[4 if offset else 0 : -4]


def holding(folder: Path, needle: bytes) -> list[str]:
    """Files below a folder that hold some bytes."""
    return [path.name for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def talk(sandbox: Sandbox, var: Path) -> list[str]:
    """One person with a known number; returns Meta's names of what was said, when nothing is owed any more."""
    named = [sandbox.say(NUMBER, f"{WORD} mon numero est {OTHER}, comment avoir la carte de séjour ?")]
    named += [sandbox.send(NUMBER, {"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg", "voice": True}})]
    named += [sandbox.send(NUMBER, {"type": "location", "location": {"latitude": 34.02, "longitude": -6.84}})]
    sandbox.wait_for_sent(3, NUMBER)
    sandbox.wait_until_delivered()
    wait_for(lambda: select(var, "SELECT count(*) FROM inbox WHERE sealed IS NOT NULL"), lambda rows: rows == [(0,)])
    return [*named, *(message["id"] for message in sandbox.sent(NUMBER))]


def check(var: Path, named: list[str]) -> None:
    for number in (NUMBER, NUMBER[3:], OTHER.replace(" ", ""), OTHER):
        for needle in spellings(number):
            assert holding(var, needle) == [], needle
    for name in named:
        assert holding(var, name.encode()) == []
    assert [name for name in holding(var, WORD.encode()) if not name.startswith("conversations.db")] == []
    dumped = "\n".join(texts(stores.conversations(var)).values())
    assert NUMBER not in dumped
    assert "<phone>" in dumped  # the other number, as the conversation keeps it


def test_nothing_on_disk_holds_the_number(channel: Channel) -> None:
    check(channel.assistant.var, talk(channel.sandbox, channel.assistant.var))


@pytest.mark.long
@pytest.mark.parametrize("form", ["text", "json"])
def test_not_even_the_most_talkative_log_does(tmp_path: Path, form: str) -> None:
    port = free_port()
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox:
        settings = {**sandbox.environment, "WHATSAPP_GRAPH": sandbox.url, "LOG_LEVEL": "DEBUG", "LOG_FORMAT": form}
        assistant = start_assistant(tmp_path, port=port, **settings)
        try:
            named = talk(sandbox, tmp_path)
        finally:
            stop(assistant)
        assert assistant.log.stat().st_size > 10_000
        assert sandbox.token.encode() not in assistant.log.read_bytes()
        if form == "json":
            assert all(json.loads(line) for line in assistant.log.read_text(encoding="utf-8").splitlines())
        check(tmp_path, named)
