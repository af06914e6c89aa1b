"""People write one sentence in three messages: it is answered once, and a danger in it is seen however slow it is."""

import json

import pytest

from tests.whatsapp.channel.conftest import Channel, Person
from tests.whatsapp.payloads import Object, tap, text
from tests.whatsapp.sent import words

POLICE, AMBULANCE = "19", "15"
# Written without a pause; no piece alone says it all.
AT_ONCE = {
    "French": (["aidez moi", "mon mari", "il me frappe"], POLICE),
    "Arabic": (["ساعدوني", "زوجي", "يضربني كل يوم"], POLICE),
    "Arabizi": (["3awnouni", "rajli", "kaydrebni"], POLICE),
    "a question": (["bonjour", "je veux renouveler", "ma carte de séjour"], "récépissé"),
}
# Each is answered before the next is written, and none alone is a danger.
ONE_BY_ONE = {
    "violence": ["mn mari ma encor", "tapé hier soir jen peu plu"],
    "exploitation": ["الباطرون خدا", "ليا الباسبور"],
    "at sea": ["lbatira", "katghre9"],
    "despair": ["bghit", "nmout"],
    "a lost child": ["g perdu", "mon fils o souk il a 5 an"],
    "a lost child in Arabic": ["بنتي ما", "رجعاتش من المدرسة"],
}
AFTERWARDS = "seen already"


def is_urgent(message: Object) -> bool:
    return words(message).startswith("🚨")


def turns(channel: Channel, person: Person) -> list[Object]:
    """What a person said, as it is stored."""
    query = "SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id"
    return [json.loads(data) for (data,) in channel.rows(query, sender=channel.sender_id(person))]


def test_pieces_without_a_pause_are_answered_once(channel: Channel) -> None:
    people = {name: channel.person() for name in AT_ONCE}
    for number in range(3):
        for name, (pieces, _) in AT_ONCE.items():
            people[name].say(pieces[number])
        channel.sandbox.wait_until_delivered()
    channel.settle()
    for name, (pieces, expected) in AT_ONCE.items():
        replies = people[name].got()
        assert len(replies) == 1, name
        assert expected in words(replies[0]), name
        (turn,) = turns(channel, people[name])
        assert turn["text"] == "\n".join(pieces)
        assert len(turn["metadata"]["messages"]) == 3


@pytest.fixture(scope="module")
def played(channel: Channel) -> dict[str, list[list[Object]]]:
    """Conversations in which every message is answered before the next one comes."""
    scenes = {name: [text(piece) for piece in pieces] for name, pieces in ONE_BY_ONE.items()}
    scenes[AFTERWARDS] = [text("mon mari me frappe"), text("merci")]
    return channel.play(scenes)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_a_danger_in_pieces_is_seen_after_each_was_answered(played: dict[str, list[list[Object]]], name: str) -> None:
    *before, last = played[name]
    assert not any(is_urgent(message) for reply in before for message in reply)
    assert [is_urgent(message) for message in last] == [True]


def test_a_danger_that_was_answered_is_not_seen_again(played: dict[str, list[list[Object]]]) -> None:
    danger, thanks = played[AFTERWARDS]
    assert is_urgent(danger[0]) and not is_urgent(thanks[0])


def test_what_is_too_long_for_one_turn_is_two(channel: Channel, person: Person) -> None:
    long = "je veux renouveler ma carte de séjour " * 16
    person.say(long)
    person.say(long)
    channel.settle()
    assert [len(turn["metadata"]["messages"]) for turn in turns(channel, person)] == [1, 1]
    assert len(person.got()) == 2


def test_words_and_a_tap_are_two_turns_in_their_order(channel: Channel, person: Person) -> None:
    person.say("bonjour")
    channel.sandbox.wait_until_delivered()
    person.send(tap("/urgent/medical"))
    channel.settle()
    greeting, danger = (words(message) for message in person.got())
    assert "Dalil" in greeting and AMBULANCE in danger
