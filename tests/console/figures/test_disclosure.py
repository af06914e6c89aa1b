"""Nobody can work out a hidden count: not from a table with its total, nor from pages with other filters."""

from collections import Counter

import pytest
from figures.disclosure import LEAST, Hidden, Line, share, shown
from figures.grids import EVERYTHING, Column, Grid, grid
from hypothesis import example, given
from hypothesis import strategies as st

SMALL, WITHHELD = Hidden.SMALL, Hidden.WITHHELD
WEB, CHAT, FRENCH = Column("channel", "web"), Column("channel", "whatsapp"), Column("language", "fr")
# What each mark tells its reader: the least and the most that may stand behind it.
TOLD = {SMALL: (1, LEAST - 1), WITHHELD: (0, 10**6)}
Pairs = dict[tuple[str, str], int]


def column(*counts: int) -> list[int | Hidden]:
    names = tuple(range(len(counts)))
    return list(shown(dict(enumerate(counts)), [Line(names)]).values())


def readings(cells: list[int | Hidden], total: int, of: int) -> list[int]:
    """What the hidden cell may be for somebody who knows the total and subtracts; two are enough."""
    left = total - sum(cell for cell in cells if isinstance(cell, int))
    others = [TOLD[cell] for n, cell in enumerate(cells) if isinstance(cell, Hidden) and n != of]
    least, most = sum(low for low, _ in others), sum(high for _, high in others)
    low, high = TOLD[cells[of]]
    return [value for value in range(low, min(high, total) + 1) if least <= left - value <= most][:2]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((7, 12), [7, 12]),
        ((0, 12), [0, 12]),
        ((2, 3, 50), [SMALL, SMALL, 50]),
        ((3, 700, 9000), [WITHHELD, WITHHELD, 9000]),  # one alone: total minus the others
        ((4, 4, 60, 30), [WITHHELD, WITHHELD, 60, WITHHELD]),  # 8 is 4 and 4 only
        ((1, 1, 60, 30), [WITHHELD, WITHHELD, 60, WITHHELD]),
        ((4, 4, 0, 0), [WITHHELD] * 4),
        ((3,), [SMALL]),
        ((1, 1, 1, 1, 0), [WITHHELD] * 5),  # less than five in all can only be one each
    ],
)
def test_a_column_with_its_total(counts: tuple[int, ...], expected: list[int | Hidden]) -> None:
    assert column(*counts) == expected


@given(st.lists(st.integers(0, 12), min_size=2, max_size=8))
@example([4, 4, 0])
@example([1, 5])
def test_no_hidden_count_follows_from_its_column(counts: list[int]) -> None:
    cells, total = column(*counts), sum(counts)
    for number, cell in enumerate(cells):
        assert isinstance(cell, Hidden) == (0 < counts[number] < LEAST) or cell is WITHHELD
        if isinstance(cell, Hidden):
            totals = [total] if total >= LEAST else range(1, LEAST)
            assert len({value for known in totals for value in readings(cells, known, number)}) > 1, cells


PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(["web", "whatsapp", "rest"]), st.sampled_from(["fr", "ar"])), st.integers(0, 9)
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), PAIRS, min_size=1))
def test_no_hidden_count_follows_from_pages_with_other_filters(rows: dict[str, Pairs]) -> None:
    made = grid({row: Counter(pairs) for row, pairs in rows.items()})
    columns = sorted({column for _row, column in made.cells})
    for row in (*made.rows, None):
        for kind in ("channel", "language"):
            parts = [(row, column) for column in columns if column.kind == kind]
            assert_open(made, rows, parts, (row, EVERYTHING))
    for one in columns:
        assert_open(made, rows, [(row, one) for row in made.rows], (None, one))


def assert_open(made: Grid, rows: dict[str, Pairs], parts: list[tuple[str | None, Column]], whole: object) -> None:
    """A whole that is shown leaves two readings of each hidden part, one that is hidden does not follow from them."""
    cells = [made.cells[part] for part in parts]
    sums = [true_count(rows, *part) for part in parts]
    if not parts:
        return
    if isinstance(made.cells[whole], Hidden):
        assert any(isinstance(cell, Hidden) for cell in cells)
        return
    for number, cell in enumerate(cells):
        if isinstance(cell, Hidden):
            assert len(readings(cells, sum(sums), number)) > 1, (cells, sums)


def true_count(rows: dict[str, Pairs], row: str | None, column: Column) -> int:
    chosen = rows.values() if row is None else [rows[row]]
    return sum(
        count
        for pairs in chosen
        for (channel, language), count in pairs.items()
        if column.value == {"": "", "channel": channel, "language": language}[column.kind]
    )


def test_a_filtered_page_does_not_give_the_rest_away() -> None:
    made = grid(
        {"regul.card": Counter({("web", "fr"): 20, ("whatsapp", "fr"): 3}), "iom.who": Counter({("web", "fr"): 9})}
    )
    assert made.cell("regul.card", CHAT) is WITHHELD
    assert made.cell("regul.card", WEB) is WITHHELD, "23 in all, 20 of them on the web"
    assert made.cell("regul.card", EVERYTHING) == 23
    assert isinstance(made.total(CHAT), Hidden)
    assert isinstance(made.total(WEB), Hidden)


def test_people_have_no_total() -> None:
    made = grid({"day": Counter({("*", "*"): 9, ("web", "*"): 8, ("*", "fr"): 9})}, added=False)
    assert (made.cell("day", EVERYTHING), made.cell("day", WEB), made.cell("day", FRENCH)) == (9, 8, 9)
    assert made.total(EVERYTHING) == 0


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(7, 90, 8), (SMALL, 90, WITHHELD), (7, WITHHELD, WITHHELD), (0, 0, None), (0, 50, 0)],
)
def test_a_share_is_hidden_with_what_it_is_made_of(part: int, whole: int, expected: object) -> None:
    assert share(part, whole) == expected
