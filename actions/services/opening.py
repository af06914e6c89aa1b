"""Whether a place is open: said only when it is sure, for a person who pays the journey.

What makes it unsure in Morocco, and what is done about it:

- The month of Ramadan and the religious holidays begin when the moon is seen. `holidays` estimates the dates; the real
  ones are up to a day earlier or later, and the month has 29 or 30 days. Every such calendar is looked at, and an
  answer counts only when it is the same in all of them.
- In Ramadan offices keep other hours. Without hours of Ramadan a place is then neither open nor closed: unknown.
- On a public holiday a place is closed, unless it works on Sundays too: such a place is unknown then.
- A place that is open around the clock is open on all these days.

Times are local (`Africa/Casablanca` in the tz database, never a fixed offset: Morocco leaves UTC+1 in Ramadan).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import product
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from actions.services.places import Span

ZONE = ZoneInfo("Africa/Casablanca")
HORIZON = timedelta(days=14)
DAY = timedelta(days=1)
SUNDAY = 6
MOON = (-1, 0, 1)  # days by which the moon may be seen earlier or later than estimated
LENGTHS = (29, 30)  # days of a month of Ramadan
# What `holidays` (0.86) lacks: month and day -> first year.
MISSING = {
    (1, 14): 2024,  # Amazigh New Year, of which it says the 13th: moroccoworldnews.com/2023/08/356893
    (10, 31): 2026,  # Feast of Unity, decrees 2.26.14 and 2.25.1140: biladi.ma/la-fete-de-lunite-fixee-au-31-octobre
}
WRONG = "Amazigh New Year"
Kind = Literal["open", "phone", "closed", "unknown"]


@dataclass(frozen=True)
class Opening:
    """Whether a place is open at a moment.

    Attributes:
        state: `unknown` when the hours are not known, or may be others on that day.
        until: when open, up to when that is sure; when closed, the next opening, if it is sure and within 14 days.
            In the time of Morocco.
        phone_only: nobody is received, only the phone is answered: now, or at the next opening when closed.
        around_the_clock: open day and night, each day of the year.
        holiday: it is a public holiday, or may be one where the moon decides.
    """

    state: Literal["open", "closed", "unknown"]
    until: datetime | None = None
    phone_only: bool = False
    around_the_clock: bool = False
    holiday: bool = False


@dataclass(frozen=True)
class _Calendar:
    """One way in which the moon may be seen."""

    holidays: frozenset[date]
    ramadan: frozenset[date]


@dataclass(frozen=True)
class _Interval:
    start: datetime  # UTC: two local times with an offset between them do not compare
    end: datetime
    kind: Kind


def opening(spans: Iterable[Span], at: datetime) -> Opening:
    """Whether a place with these hours is open.

    Args:
        spans: opening hours of the place; none means that they are not known.
        at: the moment, with its time zone.

    Raises:
        ValueError: the moment has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("The moment has no time zone.")
    spans = tuple(spans)
    today = at.astimezone(ZONE).date()
    holiday = any(today in calendar.holidays for calendar in _calendars(today.year))
    if _around_the_clock(spans, today):
        return Opening("open", None, all(span.phone_only for span in spans), True, holiday)
    days = [today + n * DAY for n in range(-1, HORIZON.days + 1)]
    timelines = [list(_timeline(spans, days, calendar)) for calendar in _calendars(today.year)]
    now = _agreed(timelines, at)
    changed = _next_change(timelines, at, now)
    if now == "closed":
        next_kind = _agreed(timelines, changed) if changed else "unknown"
        sure = next_kind in ("open", "phone")
        return Opening("closed", _local(changed) if sure else None, next_kind == "phone", False, holiday)
    if now == "unknown":
        return Opening("unknown", holiday=holiday)
    return Opening("open", _local(changed), now == "phone", False, holiday)


def _around_the_clock(spans: tuple[Span, ...], day: date) -> bool:
    days = {d for span in spans if span.opens == span.closes and _holds(span, day, "usual") for d in span.days}
    return len(days) == 7


def _next_change(timelines: list[list[_Interval]], at: datetime, now: Kind) -> datetime | None:
    """The first moment within two weeks at which something else is sure, or nothing is any more."""
    moments = {moment for timeline in timelines for i in timeline for moment in (i.start, i.end)}
    later = sorted(moment for moment in moments if at < moment <= at + HORIZON)
    return next((moment for moment in later if _agreed(timelines, moment) != now), None)


def _agreed(timelines: list[list[_Interval]], moment: datetime) -> Kind:
    """What holds in every calendar. Where some say "open" and some "by phone", the phone is what is sure."""
    kinds = {_kind(timeline, moment) for timeline in timelines}
    if kinds == {"open", "phone"}:
        return "phone"
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _kind(timeline: list[_Interval], moment: datetime) -> Kind:
    kinds = {interval.kind for interval in timeline if interval.start <= moment < interval.end}
    strongest: tuple[Kind, ...] = ("unknown", "open", "phone")
    return next((kind for kind in strongest if kind in kinds), "closed")


def _timeline(spans: tuple[Span, ...], days: list[date], calendar: _Calendar) -> Iterator[_Interval]:
    """What is open and what is unknown on these days; all the rest is closed."""
    for day in days:
        hours = _hours(spans, day, calendar)
        if hours is None:
            yield _Interval(_moment(day, time()), _moment(day + DAY, time()), "unknown")
        for span in hours or ():
            whole = span.opens == span.closes
            opens, closes = (time(), time()) if whole else (span.opens, span.closes)
            last = day + DAY if closes <= opens else day
            yield _Interval(_moment(day, opens), _moment(last, closes), "phone" if span.phone_only else "open")


def _hours(spans: tuple[Span, ...], day: date, calendar: _Calendar) -> list[Span] | None:
    """The spans of one day; None when it is not known whether they hold."""
    season = "ramadan" if day in calendar.ramadan else "usual"
    of_season = [span for span in spans if _holds(span, day, season)]
    if not of_season:
        return None
    if day in calendar.holidays:
        return None if any(SUNDAY in span.days for span in of_season) else []
    return [span for span in of_season if day.weekday() in span.days]


def _holds(span: Span, day: date, season: str) -> bool:
    begun = span.valid_from is None or span.valid_from <= day
    ended = span.valid_to is not None and span.valid_to < day
    return span.season == season and begun and not ended


@cache
def _calendars(year: int) -> tuple[_Calendar, ...]:
    """Every way in which the moon may be seen in a year, with the year before and after."""
    years = range(year - 1, year + 2)
    listed = holidays.country_holidays("MA", years=years, language="en_US")
    named = [(day, name) for day in listed for name in listed.get_list(day) if name != WRONG]
    moving = {day for day, name in named if name.endswith("(estimated)")}
    fixed = {day for day, name in named if not name.endswith("(estimated)")}
    fixed |= {date(y, month, day) for (month, day), first in MISSING.items() for y in years if y >= first}
    feast = {day for day, name in named if name.startswith("Eid al-Fitr")}
    ends = {day for day in feast if day - DAY not in feast}  # its first day, which ends Ramadan
    return tuple(
        _Calendar(
            frozenset(fixed | {day + shift * DAY for day in moving}),
            frozenset(end + shift * DAY - n * DAY for end in ends for n in range(1, length + 1)),
        )
        for shift, length in product(MOON, LENGTHS)
    )


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(timezone.utc)


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(ZONE) if moment else None
