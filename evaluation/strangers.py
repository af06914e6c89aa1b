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
        """Whether it was rightly answered at once; "not my field" is the answer to what is out of scope."""
        return self.parsed["topic"] in self.topics and self.parsed["decision"] in ("answer", "out_of_scope")

    @property
    def reached(self) -> bool:
        """Whether the right answer came, or one of the offered buttons leads to it."""
        return self.right or not {*self.topics}.isdisjoint(self.parsed["offered"])


def strangers(parse: Callable[[str], dict[str, Any]], folder: Path = ROOT / "tests/nlu/strangers") -> list[Stranger]:
    """Every row of the files of a folder (language, variety, topics, text) with what `parse` makes of it."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").split("\n")[1:]:
            if line:
                language, _variety, topics, text = line.split("\t")
                found.append(Stranger(language, tuple(topics.split()), text, parse(text)))
    return found
