"""Places and needs that messages name: what is there (`tests/nlu/entities`), and what the assistant finds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.paths import ROOT
from quality.data import table

KINDS = ("city", "need")


@dataclass(frozen=True)
class Named:
    """One message; `there` and `read` map a kind (city, need) to the ids that stand in it and that were found."""

    text: str
    there: dict[str, frozenset[str]]
    read: dict[str, frozenset[str]]


def named(parse: Callable[[str], dict[str, Any]], folder: Path = ROOT / "tests/nlu/entities") -> list[Named]:
    """Every row of the files of a folder (cities, needs, text) with what `parse` finds."""
    rows = []
    for path in sorted(folder.glob("*.tsv")):
        for cities, needs, text in table(path):
            there = {"city": frozenset(cities.split()), "need": frozenset(needs.split())}
            rows.append(Named(text, there, _read(parse(text))))
    return rows


def _read(parsed: dict[str, Any]) -> dict[str, frozenset[str]]:
    return {kind: frozenset(e["value"] for e in parsed["entities"] if e["entity"] == kind) for kind in KINDS}
