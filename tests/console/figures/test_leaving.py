"""Conversations leave after RETENTION_DAYS with their words; their counts stay, and nothing brings them back."""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone

import pytest
import sqlalchemy as sa
from django.db import connection
from django.utils import timezone as here
from figures import chores as figures_chores
from figures import leaving
from figures.chores import COUNTED_EVERY, LEAVING_EVERY, chores
from figures.leaving import let_old_conversations_go
from figures.models import DailyCount
from figures.recounting import recount_changed
from transcripts import projector
from transcripts.models import Conversation, Turn

from assistant.storage import feedback
from tests.console.transcripts.conftest import EVENTS, Conversations
from tests.stores import about_one_process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("roles_come_back")]
DAYS = 30


def noon(days_ago: int) -> datetime:
    return datetime.combine(here.localdate() - timedelta(days=days_ago), time(12), tzinfo=timezone.utc)


def say(conversations: Conversations, sender: str, text: str, days_ago: int) -> str:
    """A session with one message and its answer."""
    at = noon(days_ago).timestamp()
    conversations.add(sender, {"event": "session_started", "timestamp": at})
    return conversations.ask(sender, text, timestamp=at + 1)


@pytest.fixture
def told(conversations: Conversations) -> Conversations:
    """Awa long ago and again; Omar long ago, with a thumb; Sara on the first day that stays."""
    say(conversations, "awa", "première carte", DAYS + 5)
    message = say(conversations, "omar", "zanzibarkoul", DAYS + 1)
    feedback.keep(conversations.engine, "omar", message, "down")
    say(conversations, "sara", "école", DAYS)
    say(conversations, "awa", "encore moi", 2)
    while projector.step(conversations.engine):
        pass
    return conversations


def counted() -> dict[str, int]:
    """Messages by day of the past."""
    today = here.localdate()
    rows = DailyCount.objects.filter(measure="messages")
    return {f"-{(today - row.day).days}": row.count for row in rows}


def texts() -> list[str]:
    return list(Turn.objects.order_by("event").values_list("text", flat=True))


def test_what_is_older_leaves_both_databases_and_stays_counted(told: Conversations) -> None:
    let_old_conversations_go(told.engine, DAYS)
    recount_changed()
    assert texts() == ["école", "encore moi"]
    assert counted() == {"-35": 1, "-31": 1, "-30": 1, "-2": 1}
    assert DailyCount.objects.get(measure="feedback").count == 1
    with told.engine.connect() as database:
        senders = set(database.execute(sa.select(EVENTS.c.sender_id)).scalars())
        assert database.execute(sa.select(feedback.FEEDBACK)).all() == []
    assert senders == {"awa", "sara"}


def test_making_everything_anew_does_not_bring_it_back(told: Conversations) -> None:
    let_old_conversations_go(told.engine, DAYS)
    recount_changed()
    before = texts(), counted()
    projector.rebuild(told.engine)
    recount_changed()
    assert (texts(), counted()) == before


def test_interrupted_between_the_two_databases_it_is_finished_the_next_time(
    told: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(leaving, "let_go", crash)
        let_old_conversations_go(told.engine, DAYS)
    projector.rebuild(told.engine)  # the events are still there
    assert "zanzibarkoul" in texts()
    let_old_conversations_go(told.engine, DAYS)
    recount_changed()
    assert texts() == ["école", "encore moi"]
    assert counted() == {"-35": 1, "-31": 1, "-30": 1, "-2": 1}


def test_in_batches(told: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "BATCH", 1)
    let_old_conversations_go(told.engine, DAYS)
    assert Conversation.objects.count() == 2


def test_neither_a_longer_time_nor_a_late_message_sets_old_counts_to_nothing(told: Conversations) -> None:
    let_old_conversations_go(told.engine, DAYS)
    say(told, "late", "tardif", DAYS + 1)
    projector.step(told.engine)
    let_old_conversations_go(told.engine, DAYS * 3)
    recount_changed()
    assert texts() == ["école", "encore moi", "tardif"]
    assert DailyCount.objects.get(measure="feedback").count == 1, "Omar's, who has left"


@pytest.fixture
def clock() -> Iterator[list[float]]:
    """Seconds that a test sets."""
    yield [0.0]


def test_every_minute_it_counts_and_every_hour_conversations_leave(told: Conversations, clock: list[float]) -> None:
    work = chores(told.engine, DAYS, lambda: clock[0])
    work()
    assert texts() == ["école", "encore moi"]
    say(told, "omar", "je reviens", 0)
    say(told, "old", "tardif", DAYS + 2)
    projector.step(told.engine)
    work()
    assert "-0" not in counted(), "not a minute has passed"
    clock[0] += COUNTED_EVERY
    work()
    assert counted()["-0"] == 1
    assert "tardif" in texts(), "not an hour has passed"
    clock[0] += LEAVING_EVERY
    work()
    assert "tardif" not in texts()


@about_one_process("It locks the file of SQLite")
def test_a_database_that_fails_is_named_and_it_is_tried_again_in_an_hour(
    told: Conversations, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    work = chores(told.engine, DAYS, lambda: clock[0])
    with told.engine.connect() as reader, caplog.at_level(logging.ERROR, figures_chores.__name__):
        reader.exec_driver_sql("BEGIN IMMEDIATE")  # another program writes
        told.engine.dispose()
        work()
    assert "Old conversations are still there" in caplog.text
    assert "is locked: end the other program" in caplog.text
    clock[0] += LEAVING_EVERY
    work()
    with told.engine.connect() as database:
        assert set(database.execute(sa.select(EVENTS.c.sender_id)).scalars()) == {"awa", "sara"}


def test_a_console_database_that_fails_is_named(
    told: Conversations, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import DatabaseError

    def fail(*_: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(fail), caplog.at_level(logging.ERROR, figures_chores.__name__):
        chores(told.engine, DAYS, lambda: clock[0])()
    assert "Figures are not counted: DatabaseError. Check the console's database." in caplog.text
    assert "Old conversations are still there" in caplog.text


def test_before_the_assistant_has_begun_there_is_nothing_to_do(
    db: None, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    chores(sa.create_engine("sqlite://"), DAYS, lambda: clock[0])()
    assert not caplog.records
