"""The project's own data passes every gate, and the gates see it as the running assistant does."""

from collections import Counter

import pytest

from assistant.dialogue.topics import family, topics
from quality.__main__ import problems
from quality.answers import _Extras, _places
from quality.coverage import FOLLOW_UPS, intent_of, response_of
from quality.data import domain_intents, responses


def test_the_projects_own_data_passes():
    found = sorted(set(problems()))
    by_gate = dict(Counter(problem.gate for problem in found))
    assert not found, f"{by_gate}\n" + "\n".join(map(str, found))


def test_a_topic_has_the_same_intent_and_response_as_in_the_dialogue():
    """The gates read `domain.yml`, to start without Rasa; the assistant has a table in Python."""
    from assistant.dialogue.component import _intent

    declared = domain_intents()
    for topic in topics():
        if family(topic) != "language" and topic not in FOLLOW_UPS:
            intent, response = _intent(topic)
            assert intent_of(topic, declared) == intent
            assert response_of(topic, declared) == f"utter_{response or intent}"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_answers_are_counted_as_they_are_sent(language):
    """The gate counts the very text that a person gets, but for marks that nobody sees."""
    from rasa.shared.core.domain import Domain

    from assistant.dialogue.answers import Answers
    from assistant.dialogue.bidi import END_ISOLATE, ISOLATE
    from assistant.dialogue.state import Turn
    from assistant.paths import DATA, ROOT

    answers = Answers(domain=Domain.load(str(DATA / "answers")))
    listed = list(responses())
    extras = _Extras(ROOT, listed, _places(ROOT))
    declared = domain_intents()
    texts = {r.name: extras.shown(r) for r in listed if r.language == language and not r.channel}
    for topic in topics():
        if family(topic) in ("language", "follow"):
            continue
        name = response_of(topic, declared)
        if family(topic) == "contact" and name not in texts:  # said by an action
            continue
        sent = answers._in_language(name, Turn(topic, "answer", topic), language, "", {})
        assert sent is not None, name
        shown = texts[name].replace("{receipt}", "")  # of an erasure: there is none here
        assert shown == sent["text"].replace(ISOLATE, "").replace(END_ISOLATE, "")
