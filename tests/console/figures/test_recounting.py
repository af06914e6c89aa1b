"""The counts of a day are those of its messages, however often it is counted; of frozen days they stay."""

from datetime import date, datetime, timezone
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from figures import recounting
from figures.models import DailyCount, Day
from transcripts import projector
from transcripts.models import Conversation

from assistant.storage import feedback
from tests.console.figures.conftest import NOON, Ask
from tests.console.transcripts.conftest import Conversations

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def everything() -> list[tuple[object, ...]]:
    rows = DailyCount.objects.values_list("day", "measure", "key", "channel", "language", "count")
    return sorted(rows)


def total(measure: str, day: date = DAY) -> int:
    return sum(DailyCount.objects.filter(measure=measure, day=day).values_list("count", flat=True))


def test_counting_twice_is_counting_once(ask: Ask) -> None:
    for sender in ("awa", "omar"):
        ask(sender)
    recounting.recount(DAY)
    first = everything()
    assert total("messages") == 2
    recounting.recount(DAY)
    assert everything() == first


def test_a_day_is_one_of_morocco(ask: Ask) -> None:
    ask("awa", at=datetime(2026, 11, 19, 23, 30, tzinfo=timezone.utc))  # half past midnight there
    assert recounting.changed_days() == [DAY]
    recounting.recount_changed()
    assert total("messages") == 1


def test_the_projector_notes_the_days_that_change(conversations: Conversations) -> None:
    conversations.session("awa")
    message = conversations.ask("awa", "comment avoir la carte ?", timestamp=NOON.timestamp())
    projector.step(conversations.engine)
    assert recounting.recount_changed() == 1
    assert recounting.recount_changed() == 0
    feedback.keep(conversations.engine, "awa", message, "up")
    projector.step(conversations.engine)
    assert recounting.recount_changed() == 1
    assert total("feedback") == 1


def test_a_frozen_day_is_never_counted_again(ask: Ask) -> None:
    ask("awa")
    recounting.recount_changed()
    recounting.freeze(before=date(2026, 11, 21))
    before = everything()
    Conversation.objects.all().delete()
    recounting.note_days([NOON])
    assert recounting.changed_days() == []
    assert not recounting.recount(DAY)
    assert recounting.recount_changed() == 0
    assert everything() == before


def test_a_count_that_fails_leaves_the_old_one_and_is_due_again(ask: Ask) -> None:
    ask("awa")
    recounting.recount_changed()
    before = everything()
    ask("omar")

    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "dailycount" in sql:
            raise OSError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(OSError):
        recounting.recount_changed()
    assert everything() == before
    assert recounting.recount_changed() == 1
    assert total("messages") == 2


def test_an_operator_counts_everything_anew(ask: Ask) -> None:
    ask("awa")
    recounting.recount_changed()
    DailyCount.objects.all().delete()
    out = StringIO()
    call_command("count_figures", stdout=out)
    assert "0 days counted." in out.getvalue()
    call_command("count_figures", all=True, stdout=out)
    assert "1 days counted." in out.getvalue()
    assert total("messages") == 1
    assert not Day.objects.get(day=DAY).changed
