"""A table as a CSV file that a spreadsheet opens as it is."""

from datetime import date

from config.csv_text import csv_text

from figures import titles
from figures.tables import Table


def as_csv(table: Table, total: str) -> str:
    """The file's content: titles, rows, and the last line where there is one.

    Args:
        table: as it is shown.
        total: what the last line is called.
    """
    last = [table.last] if table.last else []
    rows = [[*table.heads, *table.columns, *last]]
    rows += [
        [*map(_label, row.labels), *map(titles.count, row.cells), *([row.words] if last else [])] for row in table.rows
    ]
    if table.totals:
        rows.append([total, *[""] * (len(table.heads) - 1), *map(titles.count, table.totals)])
    return csv_text(rows)


def _label(label: str | date) -> str:
    return label.isoformat() if isinstance(label, date) else label
