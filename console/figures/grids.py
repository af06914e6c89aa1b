"""The grid of a table: its rows in every column that a page can show, see `figures.disclosure`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from figures.counting import EVERY
from figures.disclosure import Cell, Hidden, Line, shown

CHANNEL, LANGUAGE = "channel", "language"
Pair = tuple[str, str]  # channel and language


class Column(NamedTuple):
    """Whose conversations a page counts: all of them, those of a channel (`channel`, `web`), or of a language."""

    kind: str = ""
    value: str = ""


EVERYTHING = Column()
Place = tuple[str | None, Column]  # key of a row (None: the total) and column


@dataclass(frozen=True)
class Grid:
    """What may be shown of one measure.

    Attributes:
        cells: by row and column; a row that a column lacks is 0 there.
        rows: keys of the rows.
    """

    cells: Mapping[Place, Cell]
    rows: tuple[str, ...]

    def cell(self, row: str, column: Column) -> Cell:
        """A count of a row."""
        return self.cells.get((row, column), 0)

    def total(self, column: Column) -> Cell:
        """The sum of a column."""
        return self.cells.get((None, column), 0)

    def split(self, kind: str) -> dict[str, Cell]:
        """The total on each channel, or in each language."""
        found = {
            column.value: cell for (row, column), cell in self.cells.items() if row is None and column.kind == kind
        }
        return dict(sorted(found.items()))


def grid(rows: Mapping[str, Counter[Pair]], added: bool = True) -> Grid:
    """The grid of one measure.

    Args:
        rows: counts of each row by channel and language.
        added: whether counts may be added. People may not: they are given for `EVERY` channel and language, and have no
            total.
    """
    counts: Counter[Place] = Counter()
    for row, by_pair in rows.items():
        for pair, number in by_pair.items():
            for column in _columns(pair) if added else (_own_column(pair),):
                counts[row, column] += number
                if added:
                    counts[None, column] += number
    columns = sorted({column for _row, column in counts})
    counts.update({(row, column): 0 for row in rows for column in columns})  # what did not happen is known too
    return Grid(shown(counts, list(_lines(list(rows), columns, added))), tuple(rows))


def is_all_withheld(cells: Iterable[Cell]) -> bool:
    """Whether nothing of a table can be shown, not even which rows it has."""
    cells = list(cells)
    return bool(cells) and all(cell is Hidden.WITHHELD for cell in cells)


def _columns(pair: Pair) -> tuple[Column, Column, Column]:
    channel, language = pair
    return EVERYTHING, Column(CHANNEL, channel), Column(LANGUAGE, language)


def _own_column(pair: Pair) -> Column:
    channel, language = pair
    if channel != EVERY:
        return Column(CHANNEL, channel)
    return Column(LANGUAGE, language) if language != EVERY else EVERYTHING


def _lines(rows: Sequence[str], columns: Sequence[Column], added: bool) -> Iterator[Line[Place]]:
    wholes: list[str | None] = [*rows, None] if added else [*rows]
    for row in wholes:
        for kind in (CHANNEL, LANGUAGE):
            yield Line(tuple((row, column) for column in columns if column.kind == kind), (row, EVERYTHING))
    for column in columns:
        yield Line(tuple((row, column) for row in rows), (None, column) if added else None)
