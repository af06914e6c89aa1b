"""What is counted of the messages of a day."""

from typing import Any

import pytest
from figures.counting import EVERY, Count, Message, bucket, counts


def message(conversation: int = 1, **more: Any) -> Message:
    values = {"sender": "awa", "channel": "web", "language": "fr", "begins": False, "decision": "answer"}
    return Message(conversation, **{**values, **more})


def count(messages: list[Message], measure: str, key: str = "", channel: str = "web", language: str = "fr") -> int:
    return counts(messages)[Count(measure, key, channel, language)]


def keys(messages: list[Message], measure: str) -> set[str]:
    return {one.key for one in counts(messages) if one.measure == measure}


def test_conversations_are_counted_on_the_day_on_which_they_begin() -> None:
    told = [message(begins=True), message(), message(2)]
    assert count(told, "messages") == 3
    assert count(told, "conversations") == 1


def test_who_writes_on_two_channels_is_one_person() -> None:
    told = [message(), message(2, channel="whatsapp"), message(3, channel="whatsapp", sender="omar", language="ar")]
    assert count(told, "people", "", EVERY, EVERY) == 2
    assert count(told, "people", "", "web", EVERY) == 1
    assert count(told, "people", "", "whatsapp", EVERY) == 2
    assert count(told, "people", "", EVERY, "ar") == 1


def test_topics_are_those_that_were_answered() -> None:
    told = [
        message(reply="regul.card"),
        message(reply="menu.main", topic="chat.greet"),
        message(reply="ask", topic="regul.card", decision="ask"),
    ]
    assert keys(told, "topic") == {"regul.card"}
    assert count(told, "fallback", "ask") == 1


def test_of_danger_and_misconduct_only_how_many_conversations() -> None:
    told = [
        message(reply="urgent.violence", topic="urgent.violence", urgent=True),
        message(reply="urgent.violence", topic="urgent.violence", urgent=True),
        message(2, reply="report.misconduct", topic="report.misconduct"),
    ]
    assert count(told, "urgent") == 1
    assert count(told, "misconduct") == 1
    assert keys(told, "topic") == set()


def test_thumbs_and_answer_times() -> None:
    told = [message(feedback="up", seconds=0.04), message(feedback="down", seconds=99.0), message(seconds=None)]
    assert keys(told, "feedback") == {"up", "down"}
    assert keys(told, "answer_time") == {"0.1", "slower"}


@pytest.mark.parametrize(
    ("seconds", "name"), [(0.0, "0.1"), (0.1, "0.1"), (0.11, "0.2"), (30.0, "30.0"), (30.1, "slower")]
)
def test_an_answer_time_belongs_to_one_bucket(seconds: float, name: str) -> None:
    assert bucket(seconds) == name


LAWYER, TANGIER = ("need", "legal_aid"), ("city", "tanger")


def find(*entities: tuple[str, str], text: str = "") -> Message:
    return message(reply="contact.find", entities=entities, text=text)


HEALTH = message(topic="services.health", reply="services.health")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([find(LAWYER, TANGIER)], {"tanger|legal_aid"}),
        ([find(LAWYER), find(TANGIER)], {"tanger|legal_aid"}),
        ([find(LAWYER), find(text="/city/oujda")], {"oujda|legal_aid"}),
        ([find(LAWYER)], {"|legal_aid"}),
        ([HEALTH, find(TANGIER)], {"tanger|health"}),
        ([find(LAWYER, TANGIER), find(text="/city/national")], {"tanger|legal_aid", "national|legal_aid"}),
        ([message(reply="regul.card", entities=(TANGIER,))], set()),
    ],
)
def test_contacts_asked_for_by_city_and_need(told: list[Message], expected: set[str]) -> None:
    assert keys(told, "contacts") == expected


def test_the_same_search_twice_in_a_conversation_is_one() -> None:
    told = [find(LAWYER, TANGIER), find(TANGIER)]
    assert count(told, "contacts", "tanger|legal_aid") == 1


def test_nothing_that_is_counted_names_a_person_or_holds_their_words() -> None:
    told = [message(sender="pseudonym-of-awa", text="mon secret", reply="regul.card", begins=True, feedback="up")]
    assert not any("pseudonym" in part or "secret" in part for one in counts(told) for part in one)
