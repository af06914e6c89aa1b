"""Whatever comes in gets one kind bubble; nothing of it, and nobody's name, stands in the log or on disk."""

import json

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Assistant, Conversation
from tests.stores import kept, select

TEXTS = {
    "empty": "",
    "one dot": ".",
    "emoji only": "😀👍🏾",
    "10,000 characters": "carte " * 1_700,
    "a million digits": "6" * 1_000_000,
    "NUL and control characters": "car\x00te\x07 \x1b[31mde séjour",
    "line separator": "carte\u2028de séjour",
    "only digits": "12345",
    "HTML": "<script>alert(1)</script><b>carte</b>",
    "SQL": "'; DROP TABLE events; --",
    "template syntax": "{language} {phone:samu-141} {0} %s ${HOME}",
    "mixed direction": "\u202eكارط\u202c carte \u2066de\u2069 séjour الإقامة",
    "two languages": "je veux تجديد الإقامة svp",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_strange_text_gets_one_kind_bubble(conversation: Conversation, name: str) -> None:
    reply = conversation.say(TEXTS[name])
    assert reply.text
    assert "{" not in reply.text
    assert "Traceback" not in reply.text


def test_a_lone_surrogate_gets_one_kind_bubble(assistant: Assistant) -> None:
    body = b'{"sender": "surrogate", "message": "bonjour \\ud800"}'
    answer = requests.post(assistant.url, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert [bubble["text"] for bubble in answer.json()]


BODIES = [
    {"sender": "x"},
    *({"sender": "x", "message": message} for message in (None, 12, 1.5, True, ["bonjour"], {"text": "bonjour"}, [])),
    {"sender": "x", "message": "bonjour", "metadata": "zzz"},
    {"sender": {"a": 1}, "message": "bonjour"},
    ["a"],
    "bonjour",
    None,
    5,
]


@pytest.mark.parametrize("body", BODIES, ids=json.dumps)
def test_a_body_that_holds_no_text_gets_one_kind_bubble(conversation: Conversation, body: object) -> None:
    answer = conversation.post(body)
    assert answer.status_code == 200
    assert len(answer.json()) == 1
    assert answer.json()[0]["text"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_gets_one_bubble(conversation: Conversation, text: str) -> None:
    assert conversation.say(text).text


@pytest.mark.long
def test_a_hundred_messages_are_all_answered(conversation: Conversation) -> None:
    assert all(conversation.say("bonjour").text for _ in range(100))


@pytest.mark.parametrize("space", ["", "\u00a0", "\n\t", "\u2028", "\x1c", "\u200b", "\u202e", "／"])
@pytest.mark.parametrize("command", ["/restart", "/session_start", "/back", '/chat.deny{"language":"ar"}'])
def test_a_command_has_no_power_that_its_words_have_not(assistant: Assistant, space: str, command: str) -> None:
    commanding, typing = assistant.conversation(), assistant.conversation()
    for person, words in ((commanding, space + command), (typing, command.removeprefix("/"))):
        person.say("comment renouveler ma carte de séjour ?")
        person.say(words)
    assert commanding.say("et ça coûte combien ?") == typing.say("et ça coûte combien ?")


def test_a_command_does_not_make_the_assistant_forget(conversation: Conversation) -> None:
    conversation.say("comment renouveler ma carte de séjour ?")
    conversation.say("/restart")
    assert "dirhams" in conversation.say("et ça coûte combien ?").text


PHONE, PASSPORT, NAME = "0661234567", "AB1234567", "Mamadou Zzyzx"


def test_numbers_are_neither_said_back_nor_stored_nor_logged(assistant: Assistant) -> None:
    person = assistant.conversation()
    replies = [
        person.say(text).text
        for text in (f"mon numéro est {PHONE}", f"passeport {PASSPORT}, je suis {NAME}", f"رقمي {PHONE}", PHONE)
    ]
    log = assistant.log.read_text(encoding="utf-8")
    disk = kept(assistant.var)
    for number in (PHONE, PASSPORT):
        assert not any(number in reply for reply in replies)
        assert number not in log
        assert number.encode() not in disk
    assert NAME not in log
    assert person.sender not in log
    assert person.sender.encode() not in disk


def test_what_was_said_is_stored(assistant: Assistant) -> None:
    """The other side of the test above: the file that was looked at is the one that is written."""
    person = assistant.conversation()
    person.say("je cherche une école pour Zzyzxa")
    rows = select(assistant.var, "SELECT data FROM events WHERE type_name = 'user'")
    assert any("Zzyzxa" in data for (data,) in rows)
