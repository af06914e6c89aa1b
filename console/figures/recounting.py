"""Makes the counts of a day anew from the transcripts, as often as one likes; frozen days are left alone."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from transcripts.models import Turn

from figures.counting import Message, counts
from figures.models import DailyCount, Day

_ZONE = ZoneInfo(settings.TIME_ZONE)
_READ = ("text", "reply", "topic", "decision", "urgent", "seconds", "feedback", "entities")
_BATCH = 500  # rows


def day_of(moment: datetime) -> date:
    """The day of a moment in Morocco."""
    return moment.astimezone(_ZONE).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Morocco."""
    return datetime.combine(day, time(), tzinfo=_ZONE).astimezone(timezone.utc)


def note_days(moments: Iterable[datetime], **_signal: Any) -> None:  # noqa: ANN401 (Django's own)
    """Note that the days of some messages are to be counted again; receives `transcripts.signals.turns_changed`."""
    _note({day_of(moment) for moment in moments})


def note_all_days() -> None:
    """Note that every day of which there are transcripts is to be counted again."""
    moments = Turn.objects.values_list("at", flat=True).order_by()
    _note({day_of(moment) for moment in moments.iterator()})


def _note(days: Iterable[date]) -> None:
    rows = [Day(day=day) for day in sorted(days)]
    Day.objects.bulk_create(rows, update_conflicts=True, update_fields=["changed"], unique_fields=["day"])


def changed_days(before: date | None = None) -> list[date]:
    """Days that are to be counted again, oldest first; all, or those before a day."""
    rows = Day.objects.filter(changed=True, frozen=False)
    return list((rows.filter(day__lt=before) if before else rows).order_by("day").values_list("day", flat=True))


def recount(day: date) -> bool:
    """Make the counts of a day anew, in one transaction.

    Returns:
        False when the day is frozen, and nothing was done.
    """
    with transaction.atomic():
        # First, so that a message that comes meanwhile notes the day again after us.
        if not Day.objects.filter(day=day, frozen=False).update(changed=False) and _is_frozen_or_new(day):
            return False
        DailyCount.objects.filter(day=day).delete()
        found = counts(_messages(day))
        rows = [DailyCount(day=day, count=number, **count._asdict()) for count, number in found.items()]
        DailyCount.objects.bulk_create(rows, _BATCH)
    return True


def recount_changed(before: date | None = None) -> int:
    """Make the counts of all days anew that changed; how many there were."""
    return sum(map(recount, changed_days(before)))


def freeze(before: date) -> None:
    """Keep the counts of the days before a day as they are, for good."""
    Day.objects.filter(day__lt=before, frozen=False).update(frozen=True, changed=False)


def _is_frozen_or_new(day: date) -> bool:
    """Whether a day must not be counted; one that nobody knew of yet is known from now on."""
    row, _ = Day.objects.get_or_create(day=day, defaults={"changed": False})
    return row.frozen


def _messages(day: date) -> Iterator[Message]:
    begin, end = midnight(day), midnight(day + timedelta(days=1))
    # Both ends of a conversation are indexed, the times of its messages are not.
    near = Q(conversation__ended__gte=begin, conversation__started__lt=end)
    rows = Turn.objects.filter(near, at__gte=begin, at__lt=end).order_by("event")
    columns = {
        "sender": F("conversation__sender"),
        "its_channel": F("conversation__channel"),
        "its_language": F("conversation__language"),
        "started": F("conversation__started"),
    }
    begun: set[int] = set()
    for row in rows.values("conversation", "at", *_READ, **columns).iterator(_BATCH):
        begins = row.pop("started") == row.pop("at") and row["conversation"] not in begun
        begun.add(row["conversation"])
        row["entities"] = tuple((kind, value) for kind, value in row["entities"])
        yield Message(begins=begins, channel=row.pop("its_channel"), language=row.pop("its_language"), **row)
