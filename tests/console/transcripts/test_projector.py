"""Stored events become conversations and turns: once, in any order of commits, whatever interrupts it."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transcripts import projector, source
from transcripts.models import Conversation, Position, Turn

from assistant.storage import feedback
from tests.console.transcripts.conftest import EVENTS, Conversations

pytestmark = pytest.mark.django_db


def read(conversations: Conversations) -> None:
    """Project until nothing is new."""
    while projector.step(conversations.engine):
        pass


def everything() -> list[dict[str, Any]]:
    """All that was made, without the keys of its rows."""
    rows = Turn.objects.order_by("event").values()
    kept = [{name: value for name, value in row.items() if name not in ("id", "conversation_id")} for row in rows]
    made = Conversation.objects.order_by("event").values()
    return kept + [{name: value for name, value in row.items() if name != "id"} for row in made]


def test_a_message_and_its_answer(conversations: Conversations) -> None:
    conversations.session("awa")
    message = conversations.ask("awa", "ma carte svp")
    conversations.answer("awa", "Demandez la carte.")
    read(conversations)
    turn = Turn.objects.get()
    assert (turn.text, turn.topic, turn.reply, turn.decision) == ("ma carte svp", "regul.card", "regul.card", "answer")
    assert turn.ranking == [["regul.card", 0.9], ["iom.who", 0.05]]
    assert turn.confidence == 0.9
    assert turn.entities == [["city", "rabat"]]
    assert turn.message == message
    assert turn.seconds == 1
    (said,) = turn.said
    assert said["response"] == "utter_regul/card"
    assert said["text"] == "Demandez la carte."
    assert said["sources"] == ["https://example.org/a"]
    assert said["buttons"] == [["Menu", "/menu/main"]]
    conversation = turn.conversation
    assert (conversation.channel, conversation.language, conversation.turn_count) == ("web", "fr", 1)
    assert conversation.text_shown == "ma carte svp"
    assert not conversation.fallback
    assert not conversation.urgent


def test_what_staff_look_for_is_marked(conversations: Conversations) -> None:
    conversations.session("awa")
    conversations.ask("awa", "il me frappe", "urgent.violence", urgent=True)
    conversations.ask("awa", "xyz", "out_of_scope", decision="lost", reply="lost")
    conversations.ask("awa", "بغيت إنسان", "chat.human", language="ar")
    conversations.ask("awa", "un agent m'a demandé de l'argent", "report.misconduct")
    conversations.ask("awa", "nul", "chat.unhappy")
    read(conversations)
    found = Conversation.objects.get()
    assert found.urgent
    assert found.fallback
    assert found.asked_person
    assert found.misconduct
    assert found.unhappy
    assert found.switched


def test_a_long_silence_begins_another_conversation_of_the_same_person(conversations: Conversations) -> None:
    for text in ("bonjour", "salam"):
        conversations.session("awa")
        conversations.ask("awa", text)
    read(conversations)
    assert [c.text_shown for c in Conversation.objects.order_by("event")] == ["bonjour", "salam"]
    assert set(Conversation.objects.values_list("sender", flat=True)) == {"awa"}


def test_an_answer_that_comes_later_is_added(conversations: Conversations) -> None:
    conversations.session("awa")
    conversations.ask("awa", "ma carte")
    read(conversations)
    assert Turn.objects.get().said == []
    conversations.answer("awa", "Demandez la carte.")
    conversations.ask("awa", "merci", "chat.thanks")
    read(conversations)
    assert [len(turn.said) for turn in Turn.objects.all()] == [1, 0]
    assert Conversation.objects.get().turn_count == 2


def test_twice_is_once(conversations: Conversations) -> None:
    conversations.session("awa")
    conversations.ask("awa", "ma carte")
    conversations.answer("awa", "Demandez la carte.")
    read(conversations)
    before, keys = everything(), list(Turn.objects.values_list("pk", flat=True))
    read(conversations)
    projector.rebuild(conversations.engine)
    assert everything() == before
    assert list(Turn.objects.values_list("pk", flat=True)) == keys  # what staff said of a turn stays with it


def test_a_transaction_that_is_committed_late_is_read(conversations: Conversations) -> None:
    conversations.session("omar")
    conversations.add("omar", {"event": "user", "text": "second", "message_id": "m2"}, row_id=500)
    read(conversations)
    conversations.add("awa", {"event": "user", "text": "first", "message_id": "m1"}, row_id=400)
    read(conversations)
    assert set(Turn.objects.values_list("text", flat=True)) == {"first", "second"}


def test_numbers_are_redacted_again(conversations: Conversations) -> None:
    conversations.session("awa")
    conversations.ask("awa", "appelez moi au 06 12 34 56 78")
    read(conversations)
    assert Turn.objects.get().text == "appelez moi au <phone>"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {table}")
            assert "12 34 56" not in str(cursor.fetchall())


def test_a_thumb_is_read_when_it_comes_and_when_it_changes(conversations: Conversations) -> None:
    conversations.session("awa")
    message = conversations.ask("awa", "ma carte")
    conversations.ask("awa", "merci", "chat.thanks")
    read(conversations)
    for verdict in ("up", "down"):
        feedback.keep(conversations.engine, "awa", message, verdict)
        read(conversations)
        assert list(Turn.objects.values_list("feedback", flat=True)) == [verdict, ""]
    feedback.keep(conversations.engine, "omar", message, "up")  # a name that another person's message has, too
    read(conversations)
    assert Turn.objects.first().feedback == "down"


def test_interrupted_anywhere_it_comes_to_the_same(
    conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sender in ("awa", "omar", "fatou"):
        conversations.session(sender)
        conversations.ask(sender, f"{sender} demande")
        conversations.answer(sender, "voilà")
    real, calls = projector.project, []

    def dying(*given: Any) -> None:
        calls.append(given)
        if len(calls) in (1, 3):
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(projector, "project", dying)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            projector.step(conversations.engine)
    read(conversations)
    interrupted = everything()
    Conversation.objects.all().delete()
    Position.objects.all().delete()
    read(conversations)
    assert everything() == interrupted
    assert len(interrupted) == 6


@given(st.lists(st.sampled_from(["awa", "omar", "fatou"]), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_commits_and_looks_gives_the_same(
    conversations: Conversations, people: list[str], dice: Any
) -> None:
    with conversations.engine.begin() as database:
        database.execute(sa.delete(EVENTS))
    Conversation.objects.all().delete()
    Position.objects.all().delete()
    events = []
    for number, sender in enumerate(people):
        kind = "user" if dice.random() < 0.7 else "session_started"
        event = {"event": kind, "text": str(number), "message_id": f"m{number}", "timestamp": 1000.0 + number}
        events.append((sender, event, 10 + number))
    committed = sorted(events, key=lambda one: one[2] + dice.random() * 5)
    for sender, event, number in committed:
        conversations.add(sender, event, number)
        if dice.random() < 0.5:
            read(conversations)
    read(conversations)
    seen = [(t.event, t.text) for t in Turn.objects.order_by("event")]
    assert seen == [(number, event["text"]) for _, event, number in events if event["event"] == "user"]
    counted = {c.event: c.turn_count for c in Conversation.objects.all()}
    assert counted == {c.event: c.turns.count() for c in Conversation.objects.all()}
    assert 0 not in counted.values()
    projector.rebuild(conversations.engine)
    assert [(t.event, t.text) for t in Turn.objects.order_by("event")] == seen


def test_the_last_ids_are_remembered_and_no_more(conversations: Conversations) -> None:
    conversations.session("awa")
    for number in range(5):
        conversations.ask("awa", str(number))
    read(conversations)
    position = Position.objects.get(table=projector.EVENTS)
    assert json.dumps(position.recent)
    assert len(position.recent) == 6
    assert source.event_ids(conversations.engine, int(position.read_to)) == []


@pytest.mark.parametrize("text", ["\ud83d", "carte \ud83d\ud83d", "car\0te", "\U0001f600"])
def test_what_no_database_takes_is_left_out(conversations: Conversations, text: str) -> None:
    conversations.session("awa")
    conversations.ask("awa", f"bonjour {text}")
    conversations.answer("awa", f"réponse {text}")
    read(conversations)
    turn = Turn.objects.get()
    assert turn.text.startswith("bonjour")
    assert turn.said[0]["text"].startswith("réponse")


def test_one_conversation_that_cannot_be_read_does_not_stop_the_rest(
    conversations: Conversations, caplog: pytest.LogCaptureFixture
) -> None:
    conversations.session("broken")
    conversations.add("broken", {"event": "user", "text": "secret", "parse_data": {"intent_ranking": [{"odd": 1}]}})
    conversations.session("awa")
    conversations.ask("awa", "comment avoir la carte ?")
    read(conversations)
    assert Turn.objects.get().text == "comment avoir la carte ?"
    assert "--rebuild" in caplog.text
    assert "secret" not in caplog.text
