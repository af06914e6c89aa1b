"""A message that comes twice is one turn with one reply: at once, at the same time, and after a restart."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from tests.channels.web import Client
from tests.conftest import Assistant, start_assistant, stop
from tests.stores import select

CARD = "comment renouveler ma carte de séjour ?"


def messages_stored(var: Path, text: str) -> int:
    """How many messages that hold a text the conversations hold."""
    return sum(text in data for (data,) in select(var, "SELECT data FROM events WHERE type_name = 'user'"))


def test_the_same_id_gets_the_same_reply_and_makes_no_second_turn(page: Client, assistant: Assistant) -> None:
    mark, once = uuid4().hex, uuid4().hex
    first = page.say(f"{CARD} {mark}", once)
    assert page.say(f"{CARD} {mark}", once) == first
    assert messages_stored(assistant.var, mark) == 1


def test_sent_many_times_at_once_it_is_one_turn(page: Client, assistant: Assistant) -> None:
    mark, once = uuid4().hex, uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: page.say(f"{CARD} {mark}", once), range(8)))
    assert all(reply == found[0] for reply in found)
    assert messages_stored(assistant.var, mark) == 1


def test_another_id_is_another_message(page: Client, assistant: Assistant) -> None:
    mark = uuid4().hex
    assert page.say(f"{CARD} {mark}")["id"] != page.say(f"{CARD} {mark}")["id"]
    assert messages_stored(assistant.var, mark) == 2


def test_the_same_id_in_another_session_is_another_message(page: Client, assistant: Assistant) -> None:
    once = uuid4().hex
    other = Client(assistant.site).begin()
    assert page.say(CARD, once)["id"] != other.say(CARD, once)["id"]


@pytest.mark.long
def test_a_reply_that_was_lost_in_a_restart_is_given_again(tmp_path: Path) -> None:
    mark, once = uuid4().hex, uuid4().hex
    before = start_assistant(tmp_path)
    page = Client(before.site).begin()
    first = page.say(f"{CARD} {mark}", once)
    before.process.kill()
    before.process.wait()
    after = start_assistant(tmp_path)
    try:
        page.site = after.site
        assert page.say(f"{CARD} {mark}", once) == first
        assert messages_stored(tmp_path, mark) == 1
        assert [bubble["from"] for bubble in page.history()] == ["person", "assistant"]
    finally:
        stop(after)
