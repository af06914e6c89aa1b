"""Erasing while Meta is throttling, pieces that arrive in the wrong order, changes, a danger after many words."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.whatsapp.channel.conftest import Channel, Person
from tests.whatsapp.payloads import edit, revoke, tap, text
from tests.whatsapp.sent import words

RECEIPT = re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}")


@pytest.fixture(autouse=True)
def _mended(channel: Channel) -> Iterator[None]:
    yield
    channel.sandbox.set_faults()


def test_whoever_is_erased_is_told_so_even_when_meta_is_throttling(channel: Channel, person: Person) -> None:
    for message in (text("bonjour, la carte de sejour ?"), text("supprimez mes données"), tap("/chat/erased")):
        if message["type"] == "interactive":
            channel.sandbox.set_faults(throttled=1.0, retry_after=1)
            person.send(message)
            time.sleep(1)
            channel.sandbox.set_faults()
        else:
            person.send(message)
        channel.settle()
    assert "effac" in words(person.got()[-1]).lower()
    assert "Voulez-vous" not in words(person.got()[-1])
    assert any(RECEIPT.fullmatch(line) for line in words(person.got()[-1]).splitlines())
    sender_id = channel.sender_id(person)
    for table in ("events", "inbox", "deliveries", "feedback"):
        left = channel.rows(f"SELECT count(*) FROM {table} WHERE sender_id = :sender", sender=sender_id)
        assert left == [(0,)], table


def test_pieces_are_joined_as_they_were_written(channel: Channel, person: Person) -> None:
    now = int(time.time())
    person.say("de sejour svp", timestamp=now)
    person.say("je veux la carte", timestamp=now - 2)
    channel.settle()
    assert channel.said(person) == ["je veux la carte\nde sejour svp"]


def test_what_was_changed_and_then_deleted_is_not_answered(channel: Channel, person: Person) -> None:
    original = person.say("carte de sejour")
    person.send(edit(original, text("carte de sejour perdue")))
    person.send(revoke(original))
    channel.settle()
    assert person.got() == []


def test_a_message_changed_twice_is_answered_once_in_its_place(channel: Channel, person: Person) -> None:
    now = int(time.time())
    original = person.say("aide moi", timestamp=now - 3)
    channel.sandbox.wait_until_delivered()  # what overtakes the message that it changes does not know its place
    person.say("pour la carte", timestamp=now - 2)
    channel.sandbox.wait_until_delivered()
    person.send(edit(original, text("aidez moi")), timestamp=now - 1)
    channel.sandbox.wait_until_delivered()
    person.send(edit(original, text("aidez moi svp")), timestamp=now)
    channel.settle()
    assert channel.said(person) == ["aidez moi svp\npour la carte"]


def test_a_danger_at_the_end_of_many_pieces_is_seen(channel: Channel, person: Person) -> None:
    for number in range(9):
        person.say(f"je suis venu au maroc il y a {number} ans et je ne sais pas a qui je peux parler de ca")
    person.say("mon mari me frappe")
    channel.settle()
    assert any("8350" in words(message) for message in person.got())
