"""The report on the development set: what people who were never trained on get, by language and variety.

`python -m quality.development` prints it; `tests/nlu/test_development_set.py` holds the bars.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.nlu.tokens import words_of
from assistant.parse import report
from assistant.paths import MODELS, ROOT
from quality.data import examples
from quality.examples import function_words

ARABIC_VARIETIES = frozenset(["msa", "darija", "dialect", "arabizi", "mixed"])


@dataclass(frozen=True)
class Row:
    """One question of the development set and what the assistant makes of it (`assistant.parse.report`)."""

    topic: str
    variety: str
    text: str
    far: bool
    parsed: dict[str, Any]

    @property
    def language(self) -> str:
        """Language of the question."""
        return "ar" if self.variety in ARABIC_VARIETIES else "fr"

    @property
    def right(self) -> bool:
        """Whether the best topic is the right one."""
        return bool(self.parsed["topic"] == self.topic)

    @property
    def answered(self) -> bool:
        """Whether it was answered at once; "not my field" is the answer to what is out of scope."""
        return self.parsed["decision"] in ("answer", "out_of_scope")


def questions(folder: Path = ROOT / "tests/nlu") -> list[tuple[str, str, str]]:
    """Topic, variety and text of every row."""
    rows = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            topic, variety, text = line.split("\t")
            rows.append((topic, variety, text))
    return rows


def _content(text: str) -> frozenset[str]:
    return frozenset(words_of(text)) - function_words()


def measured(parse: Callable[[str], dict[str, Any]]) -> list[Row]:
    """Every row of the development set with what `parse` makes of it."""
    known: dict[str, set[str]] = defaultdict(set)
    for example in examples():
        known[example.topic] |= _content(example.text)
    return [
        Row(topic, variety, text, not (_content(text) & known[topic]), parse(text))
        for topic, variety, text in questions()
    ]


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """Shares (0 to 1) over some rows; a share of nothing is 1.0.

    Args:
        rows: at least the rows of one group.
    """
    answered = [r for r in rows if r.answered]
    far = [r for r in rows if r.far]
    return {
        "rows": len(rows),
        "right": _share(r.right for r in rows),
        "answered": _share(r.answered for r in rows),
        "asked": _share(r.parsed["decision"] == "ask" for r in rows),
        "right_when_answered": _share(r.right for r in answered),
        "reached": _share(
            (r.right and r.answered) or (r.parsed["decision"] == "ask" and r.topic in r.parsed["offered"]) for r in rows
        ),
        "right_far": _share(r.right for r in far),
        "far_rows": len(far),
        "language": _share(r.parsed["language"] == r.language for r in rows),
    }


def _share(outcomes: Iterable[bool]) -> float:
    listed = list(outcomes)
    return sum(listed) / len(listed) if listed else 1.0


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each language, script and variety."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.language].append(row)
        if row.variety in ("msa", "darija", "dialect"):
            found["arabic_script"].append(row)
        found[row.variety].append(row)
        if row.topic.startswith("urgent."):
            found["urgent"].append(row)
        if row.topic == "out_of_scope":
            found["out_of_scope"].append(row)
    return dict(found)


def lines(rows: Sequence[Row]) -> Iterable[str]:
    """The report as text."""
    yield f"{'group':16s}" + "".join(f"{name:>20s}" for name in figures(rows))
    for name, group in groups(rows).items():
        yield f"{name:16s}" + "".join(
            f"{value:20d}" if isinstance(value, int) else f"{value:20.3f}" for value in figures(group).values()
        )


def parser() -> Callable[[str], dict[str, Any]]:
    """A function that parses one text with the newest model.

    Raises:
        ModelError: there is no usable model.
    """
    from rasa.core.agent import Agent

    from assistant.server.models import newest_model

    agent = Agent.load(str(newest_model(MODELS)))
    return lambda text: report({**asyncio.run(agent.parse_message(text)), "text": text})


def main() -> int:
    """Print the report and every row that went wrong."""
    rows = measured(parser())
    for line in lines(rows):
        print(line)  # noqa: T201 - a command speaks here
    for row in rows:
        if not row.right:
            parsed = row.parsed
            made = f"{parsed['topic']:24s} {parsed['confidence']:.2f} {parsed['decision']:6s}"
            print(f"{row.variety:9s} {row.topic:24s} {made} {row.text}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
