"""Tables as CSV files that a spreadsheet opens as they are."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # without it, Excel reads UTF-8 as something else
# The signs of formulas, of full width too, and what a spreadsheet may skip before one (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Content of a CSV file.

    Args:
        rows: the first holds the titles.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        # Spreadsheets take what begins like a formula for one, whoever wrote it.
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return BOM + out.getvalue()
