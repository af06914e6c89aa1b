"""Counts of a period, read from the table: by day or in all, each by channel and language."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Sum

from figures.models import DailyCount
from figures.selection import Selection

Pairs = Counter[tuple[str, str]]  # (channel, language) -> count


def by_day(selection: Selection, measures: Collection[str]) -> dict[tuple[str, str], dict[str, Pairs]]:
    """Counts of each day.

    Returns:
        (measure, key) -> day (`2026-11-26`; each of the period) -> counts.
    """
    found: dict[tuple[str, str], dict[str, Pairs]] = defaultdict(lambda: _none(selection))
    for row in _rows(selection, measures).values("measure", "key", "day", "channel", "language", "count"):
        found[row["measure"], row["key"]][str(row["day"])][row["channel"], row["language"]] += row["count"]
    return found


def in_all(selection: Selection, measures: Collection[str]) -> Mapping[str, dict[str, Pairs]]:
    """Counts of the whole period: measure -> key -> counts."""
    found: dict[str, dict[str, Pairs]] = defaultdict(lambda: defaultdict(Counter))
    grouped = _rows(selection, measures).values("measure", "key", "channel", "language").annotate(number=Sum("count"))
    for row in grouped.order_by():
        found[row["measure"]][row["key"]][row["channel"], row["language"]] += row["number"]
    return found


def _none(selection: Selection) -> dict[str, Pairs]:
    return {str(day): Counter() for day in selection.days()}


def _rows(selection: Selection, measures: Collection[str]) -> Any:  # noqa: ANN401 (a QuerySet of rows)
    return DailyCount.objects.filter(day__range=(selection.since, selection.until), measure__in=measures)
