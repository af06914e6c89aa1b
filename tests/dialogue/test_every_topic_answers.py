"""Every topic that a button can name is answered in both languages: one bubble, sourced, complete, not too long."""

import re

import pytest

from assistant.dialogue.topics import family, is_target, payload, topics
from quality.answers import LONGEST_ANSWER
from quality.coverage import response_of
from quality.data import domain_intents, responses
from tests.conftest import Assistant, Conversation

FIRST = {"fr": "/language/fr", "ar": "/language/ar"}
ASKED = [name for name in topics() if is_target(name) and family(name) not in ("language", "chat")]
SOURCED = {r.name for r in responses() if r.metadata.get("sources")}
DECLARED = domain_intents()


@pytest.fixture(scope="module", params=["fr", "ar"])
def person(request: pytest.FixtureRequest, assistant: Assistant) -> Conversation:
    conversation = assistant.conversation()
    conversation.language = request.param
    conversation.say(FIRST[request.param])
    return conversation


@pytest.mark.parametrize("topic", ASKED)
def test_its_answer_is_whole(person: Conversation, topic: str) -> None:
    reply = person.say(payload(topic))
    assert 0 < len(reply.text) <= LONGEST_ANSWER
    assert not re.search(r"[{}]|None|utter_", reply.text)
    arabic = bool(re.search("[\u0621-\u064a]", reply.text))
    assert arabic == (person.language == "ar")
    if response_of(topic, DECLARED) in SOURCED:
        assert ("المصدر: " if arabic else "Source : ") in reply.text.splitlines()[-1]
    assert bool(reply.buttons) != (family(topic) == "urgent") or not topics()[topic].next


@pytest.mark.parametrize("topic", [name for name in ASKED if family(name) == "urgent"])
def test_numbers_are_kept_left_to_right_inside_arabic(assistant: Assistant, topic: str) -> None:
    person = assistant.conversation()
    person.say(FIRST["ar"])
    text = person.say(payload(topic)).text
    assert re.search("\u2066[0-9 ]+\u2069", text.splitlines()[0]), "the number comes first"
    assert not re.search("(?<![\u20660-9 ])0[5-8](?: ?[0-9]{2}){4}", text), "a number is not isolated"
