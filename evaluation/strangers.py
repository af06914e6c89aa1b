"""What the messages of strangers get: of writers who saw only the list of topics, and of whom nothing was learned.

The development set grew with the project, and the manner of its writers is known by now. These are nearer to what
people will write who were never asked. A file from whose failures something was learned is no stranger's any more: it
goes, and a new writer is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.paths import ROOT
from evaluation.development import is_answered
from quality.data import table


@dataclass(frozen=True)
class Stranger:
    """One message and what the assistant makes of it.

    Attributes:
        language: of the message.
        topics: each that would be right, the best first.
        text: the message.
        parsed: `assistant.parse.report`.
    """

    language: str
    topics: tuple[str, ...]
    text: str
    parsed: dict[str, Any]

    @property
    def urgent(self) -> bool:
        """Whether somebody is in danger."""
        return self.topics[0].startswith("urgent.")

    @property
    def right(self) -> bool:
        """Whether it was rightly answered at once."""
        return self.parsed["topic"] in self.topics and is_answered(self.parsed)

    @property
    def reached(self) -> bool:
        """Whether the right answer came, or one of the offered buttons leads to it."""
        asked = self.parsed["decision"] == "ask"
        return self.right or (asked and not {*self.topics}.isdisjoint(self.parsed["offered"]))


def strangers(parse: Callable[[str], dict[str, Any]], folder: Path = ROOT / "tests/nlu/strangers") -> list[Stranger]:
    """Every row of the files of a folder (language, variety, topics, text) with what `parse` makes of it."""
    return [
        Stranger(language, tuple(topics.split()), text, parse(text))
        for path in sorted(folder.glob("*.tsv"))
        for language, _variety, topics, text in table(path)
    ]
