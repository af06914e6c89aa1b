"""A table as a CSV file that a spreadsheet opens as it is."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from figures import titles
from figures.disclosure import Cell
from figures.tables import Table

BOM = "\ufeff"  # without it, Excel reads UTF-8 as something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Table, total: str) -> str:
    """The file's content: titles, rows, and the last line where there is one.

    Args:
        table: as it is shown.
        total: what the last line is called.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    last = [table.last] if table.last else []
    writer.writerow(_guarded([*table.heads, *table.columns, *last]))
    for row in table.rows:
        writer.writerow(_guarded([*map(_label, row.labels), *map(_cell, row.cells), *([row.words] if last else [])]))
    if table.totals:
        writer.writerow(_guarded([total, *[""] * (len(table.heads) - 1), *map(_cell, table.totals)]))
    return BOM + out.getvalue()


def _label(label: str | date) -> str:
    return label.isoformat() if isinstance(label, date) else label


def _cell(cell: Cell | None) -> str:
    return titles.count(cell)


def _guarded(cells: Iterable[str]) -> list[str]:
    """Spreadsheets take what begins like a formula for one, whoever wrote it."""
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
