"""Delivered twice, late, in any order and form, with Meta throttling: each message is answered once, in order."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from assistant.channels.answering import WRITE_DOWN
from tests.whatsapp.channel.conftest import Channel, Person
from tests.whatsapp.payloads import tap
from tests.whatsapp.sandbox import wait_for

TAPS = ("/menu/regul", "/menu/services", "/menu/contact", "/menu/urgent")
SHUFFLED = {"duplicates": 0.3, "duplicate_delay": [0, 0.5], "delay": [0, 0.5], "seed": 5}


@pytest.fixture(autouse=True)
def _mended(channel: Channel) -> Iterator[None]:
    yield
    channel.sandbox.set_faults()


def talk(channel: Channel, number: int, **faults: Any) -> list[Person]:
    """So many people tap four buttons each, while things go wrong."""
    people = [channel.person() for _ in range(number)]
    for person in people:
        person.send(tap("/language/fr"))
    channel.settle()
    channel.sandbox.set_faults(**faults)
    for payload in TAPS:
        for person in people:
            person.send(tap(payload))
    channel.settle()
    return people


def replies(person: Person) -> list[str]:
    """Names of the turns that were answered, in order; each has one part."""
    return [str(message["biz_opaque_callback_data"]) for message in person.got()]


def accepted(channel: Channel, person: Person) -> list[str]:
    """Names that the parts of the replies must have: by the turns that were made, in their order."""
    query = "SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id"
    return [f"{json.loads(data)['message_id']}.0" for (data,) in channel.rows(query, sender=channel.sender_id(person))]


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "duplicates, in any order": SHUFFLED,
    "batches of messages": {**SHUFFLED, "batch_size": 5, "batch_form": "messages"},
    "batches of changes": {**SHUFFLED, "batch_size": 5, "batch_form": "changes"},
    "batches of entries": {**SHUFFLED, "batch_size": 5, "batch_form": "entries"},
    "everything twice": {"duplicates": 1.0, "duplicate_delay": [0, 1]},
    "throttled": {"throttled": 0.2, "throttle_code": 131056, "seed": 5},
}

RARE = ("batches of changes", "batches of entries")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in RARE else name for name in FAULTS]
)
def test_each_message_is_answered_once_and_in_order(channel: Channel, name: str) -> None:
    people = talk(channel, 4, **FAULTS[name])
    for person in people:
        assert len(replies(person)) == 1 + len(TAPS)
        assert replies(person) == accepted(channel, person)


def test_what_came_before_is_counted_not_answered(channel: Channel, person: Person) -> None:
    channel.settle()
    time.sleep(2 * WRITE_DOWN)  # what the tests before had sent twice is counted by then
    before = channel.counted("seen before")
    channel.sandbox.set_faults(duplicates=1.0)
    person.send(tap("/menu/main"))
    channel.settle()
    assert len(person.got()) == 1
    wait_for(lambda: channel.counted("seen before"), lambda number: number == before + 1)


@pytest.mark.long
@pytest.mark.parametrize("answer", ["json", "html"])
def test_trouble_of_every_kind_at_once(channel: Channel, answer: str) -> None:
    """With answers later than the channel waits for them, too: ten seconds."""
    faults = {**SHUFFLED, "throttled": 0.1, "broken": 0.05, "broken_body": answer, "slow": [0.0, 11.0]}
    for person in talk(channel, 10, **faults):
        assert replies(person) == accepted(channel, person)
