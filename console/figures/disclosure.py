"""Counts under five are hidden, also from those who can subtract.

The rule. A *grid* holds the rows of a table (days, topics), with their total, in every column that a page can show: all
conversations, those of each channel, those of each language. Each page shows one column of it. Then:

1. A count from 1 to 4 is hidden. 0 is shown: nobody stands behind it.
2. A *line* is a whole with parts that add up to it: a column and its total; a row, and what it is on each channel; a
   row, and what it is in each language. Whoever knows the whole may subtract what is shown, so what is left must be
   open to at least two readings for each hidden part. Where it is not (one part is hidden; or all the hidden ones must
   be 1, or must be 4), the smallest other part that is not 0 is hidden too; without one, the whole is.
3. This is repeated until every line holds. So nothing follows from pages with different filters either.
4. Where nothing was hidden but counts under five, they read "< 5" (`SMALL`). Where more had to be hidden, all that is
   hidden in the grid reads the same, "–" (`WITHHELD`): it must not show which of them are the small ones.

What this does not hold against is subtracting pages with different periods (30 days and 29 days). That is why periods
have at least `period.SHORTEST` days, and why figures are for staff.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

LEAST = 5  # the least count that is shown


class Hidden(Enum):
    """Stands in the place of a count that is not shown."""

    SMALL = "small"
    WITHHELD = "withheld"


Cell = int | Hidden
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Line(Generic[Name]):
    """Counts of which one is the sum of the others.

    Attributes:
        parts: names of the others.
        whole: name of the sum; None when it stands in no grid and is taken as known to everybody: then, where no part
            is left to be hidden, the parts that are 0 are.
    """

    parts: tuple[Name, ...]
    whole: Name | None = None


def shown(counts: Mapping[Name, int], lines: Sequence[Line[Name]]) -> dict[Name, Cell]:
    """What may be shown of counts.

    Args:
        counts: by name, none negative.
        lines: which of them add up to which.
    """
    small = {name for name, count in counts.items() if _is_small(count)}
    hidden, open_lines = set(small), False
    changed = True
    while changed:
        changed, open_lines = False, False
        for line in lines:
            if _is_exposed(line, counts, hidden):
                more = _to_hide(line, counts, hidden)
                hidden.update(more)
                changed, open_lines = changed or bool(more), True
    mark = Hidden.WITHHELD if open_lines or hidden != small else Hidden.SMALL
    return {name: mark if name in hidden else count for name, count in counts.items()}


def share(part: Cell, whole: Cell) -> int | Hidden | None:
    """A part in per cent, hidden when one of both is or could be computed from it; None of nothing."""
    if isinstance(part, Hidden) or isinstance(whole, Hidden):
        return Hidden.WITHHELD
    return round(100 * part / whole) if whole else None


def _is_small(count: int) -> bool:
    return 0 < count < LEAST


def _is_exposed(line: Line[Name], counts: Mapping[Name, int], hidden: Collection[Name]) -> bool:
    """Whether a hidden part of a line follows from the rest of it."""
    values = [counts[name] for name in line.parts if name in hidden]
    total = sum(counts[name] for name in line.parts)
    if line.whole is not None and line.whole in hidden and not _is_small(counts[line.whole]):
        return not values  # the parts would add up to the whole
    if not values:
        return False
    if _is_small(total):  # the whole is hidden too, and known to be at most 4
        return len(values) == LEAST - 1
    if len(values) == 1:
        return True
    return all(map(_is_small, values)) and not len(values) < sum(values) < (LEAST - 1) * len(values)


def _to_hide(line: Line[Name], counts: Mapping[Name, int], hidden: Collection[Name]) -> Iterable[Name]:
    """What to hide more of a line."""
    others = [name for name in line.parts if name not in hidden]
    positive = [name for name in others if counts[name]]
    if positive:
        return [min(positive, key=lambda name: counts[name])]
    if line.whole is None:
        return others
    return [] if line.whole in hidden else [line.whole]
