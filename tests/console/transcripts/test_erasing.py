"""Transcripts of whoever asked to be erased go before anything else is read, and the erasure is forgotten last."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from transcripts import erasing, projector, search
from transcripts.models import Conversation, Position, Review, Tag, Turn

from assistant.privacy import erased
from assistant.settings import sender_key
from assistant.storage import erasures
from tests.console.transcripts.conftest import Conversations, read_all
from tests.stores import hold_deleting, let_delete

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("roles_come_back")]
RECEIPT = "ACDEF346"


@pytest.fixture
def told(conversations: Conversations) -> Conversations:
    """Two people whose transcripts staff have worked on; one of them asks to be erased."""
    for sender, words in (("awa", "zanzibarkoul un"), ("omar", "je reste")):
        conversations.session(sender)
        conversations.ask(sender, words)
        conversations.answer(sender, "Demandez la carte.")
    read_all(conversations)
    for conversation in Conversation.objects.all():
        conversation.note = f"note sur {conversation.text_shown}"
        conversation.save()
        conversation.tags.add(Tag.objects.get_or_create(name="carte")[0])
        Review.objects.create(turn=conversation.turns.get(), verdict="right", reviewer=None, note="bien")
    erasures.queue(conversations.engine, "awa", RECEIPT)
    return conversations


def sender(conversations: Conversations) -> str:
    found = erasures.find(conversations.engine, RECEIPT)
    assert found is not None
    return found.sender_id


def everything() -> str:
    """All rows of all tables of the console."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(f"{table}: {cursor.fetchall()}")
    return "\n".join(found)


def test_everything_of_the_person_goes_and_the_receipt_is_nobodys(told: Conversations) -> None:
    assert "zanzibarkoul" in everything()
    read_all(told)
    assert "zanzibarkoul" not in everything()
    assert "awa" not in everything().replace("tawa", "")
    assert sender(told) == ""
    assert [turn.text for turn in Turn.objects.all()] == ["je reste"]
    assert Review.objects.count() == 1
    assert not search.matching("zanzibarkoul").exists()
    assert search.matching("reste").exists()


def test_it_is_remembered_for_restores_without_saying_whose_it_was(told: Conversations, settings: Any) -> None:
    read_all(told)
    text = settings.SYSTEM.erasures_kept.read_text()
    (line,) = erased.read(settings.SYSTEM.erasures_kept).lines
    assert line.receipt == RECEIPT
    assert line.person == erased.hashed("awa", sender_key(settings.SYSTEM).encode())
    assert "awa" not in text and "zanzibarkoul" not in text
    read_all(told)
    assert settings.SYSTEM.erasures_kept.read_text() == text, "once"


def test_what_cannot_be_remembered_is_not_forgotten(
    told: Conversations, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SYSTEM.erasures_kept.mkdir()  # no file can be written there
    read_all(told)
    assert sender(told) == "awa"
    assert "An erasure is finished later" in caplog.text and "set ERASED_LOG" in caplog.text
    assert "zanzibarkoul" not in everything(), "what can be erased is"
    settings.SYSTEM.erasures_kept.rmdir()
    read_all(told)
    assert sender(told) == ""


def test_what_was_written_later_stays(told: Conversations) -> None:
    erasures.finish(told.engine)  # the assistant was quicker
    told.session("awa")
    told.ask("awa", "encore moi")
    read_all(told)
    assert {turn.text for turn in Turn.objects.all()} == {"je reste", "encore moi"}
    read_all(told, anew=True)
    assert {turn.text for turn in Turn.objects.all()} == {"je reste", "encore moi"}


def test_rebuilding_finishes_an_erasure_too(told: Conversations) -> None:
    read_all(told, anew=True)
    assert "zanzibarkoul" not in everything()
    assert sender(told) == ""


@pytest.mark.parametrize(
    "last", ["_erase_transcripts", "empty_log", "erasures.finish", "erasures.to_forget", "erasures.forget"]
)
@pytest.mark.parametrize("done", [False, True])
def test_killed_before_or_after_any_step_it_is_finished_next_time(
    told: Conversations, monkeypatch: pytest.MonkeyPatch, last: str, done: bool
) -> None:
    module, _, name = last.rpartition(".")
    at = getattr(erasing, module) if module else erasing
    real = getattr(at, name)

    def dying(*given: Any) -> None:
        if done:
            real(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as doomed:
        doomed.setattr(at, name, dying)
        with pytest.raises(KeyboardInterrupt):
            projector.step(told.engine)
    read_all(told)
    assert "zanzibarkoul" not in everything()
    assert sender(told) == ""


def test_while_the_log_of_changes_is_read_it_is_not_forgotten(
    told: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(erasing, "empty_log", lambda: False)
        read_all(told)
        assert sender(told) == "awa"
    read_all(told)
    assert sender(told) == ""


def test_an_erasure_that_fails_is_named_and_others_are_read_all_the_same(
    told: Conversations, caplog: pytest.LogCaptureFixture
) -> None:
    hold_deleting(told.engine)
    for sender_id, words in (("sara", "bonjour"), ("awa", "encore moi")):
        told.session(sender_id)
        told.ask(sender_id, words)
    read_all(told)
    assert {turn.text for turn in Turn.objects.all()} >= {"je reste", "bonjour", "encore moi"}
    assert "is locked" in caplog.text
    let_delete(told.engine)
    read_all(told)
    assert "zanzibarkoul" not in everything()
    assert {turn.text for turn in Turn.objects.all()} == {"je reste", "bonjour", "encore moi"}
    assert sender(told) == ""


def test_read_before_and_written_after_an_erasure_leaves_nothing(told: Conversations) -> None:
    """Two projectors: what one has seen of a person is looked up again when it is its turn to write."""
    number = Turn.objects.get(conversation__sender="awa").event
    read_all(told)
    projector.project(told.engine, "awa", number)
    assert "zanzibarkoul" not in everything()


def test_accounts_and_the_position_stay(told: Conversations) -> None:
    User.objects.create_user("reader")
    before = Position.objects.get(table=projector.EVENTS).read_to
    read_all(told)
    assert User.objects.filter(username="reader").exists()
    assert Position.objects.get(table=projector.EVENTS).read_to == before
