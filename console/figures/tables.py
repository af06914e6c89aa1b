"""The tables of a page of figures, with everything hidden that must be. Plots and CSV files show the same cells."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.utils.translation import gettext as _

from figures import counting, titles
from figures.counting import BUCKETS
from figures.disclosure import Cell, share
from figures.grids import CHANNEL, EVERYTHING, LANGUAGE, Column, Grid, grid, is_all_withheld
from figures.selection import Selection
from figures.stored import Pairs, by_day, in_all
from figures.unmet import MOST_READ, Unmet, unmet

UP, DOWN = "up", "down"
_EACH_DAY = (
    *(counting.CONVERSATIONS, counting.PEOPLE, counting.MESSAGES, counting.FALLBACK, counting.URGENT),
    *(counting.MISCONDUCT_REPORTED, counting.FEEDBACK),
)
_IN_ALL = (counting.TOPIC, counting.ANSWER_TIME, counting.CONTACTS)


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is about, and its cells; None is nothing to count."""

    labels: tuple[str | date, ...]
    cells: tuple[Cell | None, ...]
    words: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its plot.

    Attributes:
        name: in addresses and file names.
        title: above it.
        heads: titles of the labels of a row.
        columns: titles of the cells.
        totals: sum of each column, None where there is none; empty without a last line.
        plot: `line` or `bar`, over the columns `plotted` (numbers from 0).
        shares: numbers of the columns that hold shares in per cent.
        note: what the reader must know.
        last: title of a column of words, empty without one.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Cell | None, ...] = ()
    plot: str = "line"
    plotted: tuple[int, ...] = (0,)
    shares: tuple[int, ...] = ()
    note: str = ""
    last: str = ""


@dataclass(frozen=True)
class Figures:
    """A page: a few numbers (title and text), and its tables."""

    cards: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def figures(selection: Selection) -> Figures:
    """Everything that is shown of a selection, counts under five left out."""
    daily, whole = by_day(selection, _EACH_DAY), in_all(selection, _IN_ALL)

    def day_grid(measure: str, key: str = "") -> Grid:
        return grid(daily[measure, key], added=measure != counting.PEOPLE)

    conversations, messages = day_grid(counting.CONVERSATIONS), day_grid(counting.MESSAGES)
    missed = grid(_joined(rows for (measure, _key), rows in daily.items() if measure == counting.FALLBACK))
    urgent, misconduct = day_grid(counting.URGENT), day_grid(counting.MISCONDUCT_REPORTED)
    up, down = day_grid(counting.FEEDBACK, UP), day_grid(counting.FEEDBACK, DOWN)
    times = grid({name: whole[counting.ANSWER_TIME][name] for name in BUCKETS})
    column = selection.column
    tables = [
        _days(selection, conversations, day_grid(counting.PEOPLE), messages),
        *(_parts(conversations) if column == EVERYTHING else ()),
        _listed("topics", _("Topics"), (_("topic"),), grid(whole[counting.TOPIC]), column, _one(titles.topic)),
        _understanding(selection, missed, messages),
        _unmet(unmet(selection), column),
        _by_day("danger", _("Danger and misconduct"), selection, (urgent, misconduct)),
        _by_day("feedback", _("Thumbs"), selection, (up, down)),
        _answer_times(times, column),
        _contacts(grid(whole[counting.CONTACTS]), column),
    ]
    total_up, total_down = up.total(column), down.total(column)
    both = total_up + total_down if isinstance(total_up, int) and isinstance(total_down, int) else total_down
    cards = (
        (_("conversations"), titles.count(conversations.total(column))),
        (_("messages"), titles.count(messages.total(column))),
        (_("not understood"), titles.per_cent(share(missed.total(column), messages.total(column)))),
        (_("conversations about danger"), titles.count(urgent.total(column))),
        (_("thumbs up"), titles.per_cent(share(total_up, both))),
        (_("half of the answers within"), _within(times, column, 0.5)),
        (_("nine of ten answers within"), _within(times, column, 0.9)),
    )
    return Figures(cards, tuple(tables))


def _joined(kinds: Iterable[dict[str, Pairs]]) -> dict[str, Pairs]:
    joined: dict[str, Pairs] = {}
    for rows in kinds:
        for row, counts in rows.items():
            joined[row] = joined.get(row, Pairs()) + counts
    return joined


def _one(name: Callable[[str], str]) -> Callable[[str], tuple[str]]:
    return lambda key: (name(key),)


def _days(selection: Selection, conversations: Grid, people: Grid, messages: Grid) -> Table:
    column = selection.column
    rows = _day_rows(selection, (conversations, people, messages))
    totals = (conversations.total(column), None, messages.total(column))
    columns = (_("conversations"), _("people"), _("messages"))
    note = _("Somebody who writes on several days is one of the people of each, so people have no total.")
    return Table(
        "days", _("Conversations and people"), (_("day"),), columns, rows, totals, plotted=(0, 1, 2), note=note
    )


def _day_rows(selection: Selection, grids: Sequence[Grid]) -> tuple[Row, ...]:
    return tuple(Row((day,), tuple(one.cell(str(day), selection.column) for one in grids)) for day in selection.days())


def _parts(conversations: Grid) -> tuple[Table, Table]:
    """Conversations by channel and by language: these are the totals of the other columns."""
    whole = (conversations.total(EVERYTHING),)
    channels = _rows(conversations.split(CHANNEL), _one(titles.channel))
    languages = _rows(conversations.split(LANGUAGE), _one(titles.language))
    number = (_("conversations"),)
    return (
        Table("channels", _("Channels"), (_("channel"),), number, channels, whole, "bar"),
        Table("languages", _("Languages"), (_("language"),), number, languages, whole, "bar"),
    )


def _listed(
    name: str,
    title: str,
    heads: tuple[str, ...],
    counts: Grid,
    column: Column,
    titled: Callable[[str], tuple[str, ...]],
) -> Table:
    """A table of things by how often they were asked for."""
    rows = _rows({row: counts.cell(row, column) for row in counts.rows}, titled)
    return Table(name, title, heads, (_("messages"),), rows, (counts.total(column),), "bar")


def _rows(
    cells: dict[str, Cell], titled: Callable[[str], tuple[str, ...]], words: dict[str, list[str]] | None = None
) -> tuple[Row, ...]:
    """Most frequent first, then those that are hidden, by name: their order must not tell which is more.

    Of what is not shown at all, not even the names are: how many there are would tell something of each.
    """
    if is_all_withheld(cells.values()):
        return ()
    listed = [
        Row(titled(key), (cell,), ", ".join((words or {}).get(key, ()))) for key, cell in cells.items() if cell != 0
    ]
    return tuple(sorted(listed, key=lambda row: (-row.cells[0] if isinstance(row.cells[0], int) else 0, row.labels)))


def _understanding(selection: Selection, missed: Grid, messages: Grid) -> Table:
    def cells(part: Cell, whole: Cell) -> tuple[Cell | None, Cell | None]:
        return part, share(part, whole)

    column = selection.column
    rows = tuple(
        Row((day,), cells(missed.cell(str(day), column), messages.cell(str(day), column))) for day in selection.days()
    )
    totals = cells(missed.total(column), messages.total(column))
    note = _("Messages that were answered with a question or not at all.")
    columns = (_("not understood"), _("not understood, %"))
    return Table(
        "understanding", _("Not understood"), (_("day"),), columns, rows, totals, plotted=(1,), shares=(1,), note=note
    )


def _unmet(found: Unmet, column: Column) -> Table:
    cells = {row: found.grid.cell(row, column) for row in found.grid.rows}
    rows = _rows(cells, _one(titles.topic), found.words)
    note = _(
        "Read from the conversations that are still kept, without those about danger or misconduct, at most the newest "
        "%(most)d messages. A word is shown when at least 5 people used it."
    ) % {"most": MOST_READ}
    return Table(
        "unmet",
        _("Unmet needs"),
        (_("nearest topic"),),
        (_("messages"),),
        rows,
        (found.grid.total(column),),
        "bar",
        note=note,
        last=_("frequent words"),
    )


def _by_day(name: str, title: str, selection: Selection, grids: tuple[Grid, Grid]) -> Table:
    columns = {"danger": (_("danger"), _("misconduct")), "feedback": (_("thumbs up"), _("thumbs down"))}[name]
    note = {"danger": _("Conversations with a message about it on that day."), "feedback": ""}[name]
    totals = tuple(one.total(selection.column) for one in grids)
    rows = _day_rows(selection, grids)
    return Table(name, title, (_("day"),), columns, rows, totals, plotted=(0, 1), note=note)


def _answer_times(times: Grid, column: Column) -> Table:
    rows = tuple(Row((titles.answer_time(name),), (times.cell(name, column),)) for name in BUCKETS)
    columns, totals = (_("answers"),), (times.total(column),)
    return Table("answer_times", _("Answer times"), (_("time"),), columns, rows, totals, "bar")


def _within(times: Grid, column: Column, part: float) -> str:
    """Bound below which a part of the answers came; of what is shown, so that nothing follows for what is not."""
    cells = [(name, cell) for name in BUCKETS if isinstance(cell := times.cell(name, column), int)]
    rank, passed = ceil(part * sum(cell for _name, cell in cells)), 0
    for name, cell in cells:
        passed += cell
        if rank and passed >= rank:
            return titles.answer_time(name)
    return titles.UNKNOWN


def _contacts(counts: Grid, column: Column) -> Table:
    rows = _rows({row: counts.cell(row, column) for row in counts.rows}, titles.search)
    note = _("Each city and need is counted once a conversation.")
    heads, columns, totals = (_("city"), _("need")), (_("searches"),), (counts.total(column),)
    return Table("contacts", _("Contacts asked for"), heads, columns, rows, totals, "bar", note=note)
