"""The development set: what people who were never trained on get, by language and variety.

`python -m evaluation.development` prints the figures and every row that went wrong; `tests/nlu/test_development_set.py`
holds the bars.
"""

import asyncio
import logging
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.nlu.tokens import words_of
from assistant.parse import report
from assistant.paths import MODELS, ROOT
from quality.data import examples, table
from quality.examples import function_words

ARABIC_VARIETIES = frozenset(["msa", "darija", "dialect", "arabizi", "mixed"])
ARABIC_SCRIPT = frozenset(["msa", "darija", "dialect"])


@dataclass(frozen=True)
class Question:
    """One row of the development set: what was asked, how it is written, and the topic it is about."""

    topic: str
    variety: str
    text: str

    @property
    def language(self) -> str:
        """Language of the question."""
        return "ar" if self.variety in ARABIC_VARIETIES else "fr"

    @property
    def urgent(self) -> bool:
        """Whether somebody is in danger."""
        return self.topic.startswith("urgent.")


@dataclass(frozen=True)
class Row(Question):
    """A question and what the assistant makes of it.

    Attributes:
        far: it shares no content word with the examples of its topic.
        parsed: `assistant.parse.report`.
        milliseconds: time that reading it took.
    """

    far: bool
    parsed: dict[str, Any]
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the best topic is the right one."""
        return bool(self.parsed["topic"] == self.topic)

    @property
    def among_three(self) -> bool:
        """Whether the right topic is among the best three."""
        return self.right or self.topic in [ranked["topic"] for ranked in self.parsed["ranking"][:3]]

    @property
    def answered(self) -> bool:
        """Whether it was answered at once; "not my field" is the answer to what is out of scope."""
        return is_answered(self.parsed)

    @property
    def asked(self) -> bool:
        """Whether the assistant asked back which of several topics was meant."""
        return bool(self.parsed["decision"] == "ask")

    @property
    def reached(self) -> bool:
        """Whether the right answer came, or one of the offered buttons leads to it."""
        return (self.right and self.answered) or (self.asked and self.topic in self.parsed["offered"])


def is_answered(parsed: dict[str, Any]) -> bool:
    """Whether a message was answered at once; "not my field" is the answer to what is out of scope."""
    return parsed["decision"] in ("answer", "out_of_scope")


def questions(folder: Path = ROOT / "tests/nlu") -> list[Question]:
    """Every row of the files of a folder."""
    return [Question(*row) for path in sorted(folder.glob("*.tsv")) for row in table(path)]


def _content(text: str) -> frozenset[str]:
    return frozenset(words_of(text)) - function_words()


def measured(parse: Callable[[str], dict[str, Any]]) -> list[Row]:
    """Every row of the development set with what `parse` makes of it."""
    known: dict[str, set[str]] = defaultdict(set)
    for example in examples():
        known[example.topic] |= _content(example.text)
    rows = []
    for asked in questions():
        begun = time.perf_counter()
        parsed = parse(asked.text)
        milliseconds = (time.perf_counter() - begun) * 1000
        far = not (_content(asked.text) & known[asked.topic])
        rows.append(Row(asked.topic, asked.variety, asked.text, far, parsed, milliseconds))
    return rows


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """Shares (0 to 1) over some rows; a share of nothing is 1.0.

    Args:
        rows: at least the rows of one group.
    """
    answered = [r for r in rows if r.answered]
    far = [r for r in rows if r.far]
    return {
        "rows": len(rows),
        "right": share(r.right for r in rows),
        "among_three": share(r.among_three for r in rows),
        "answered": share(r.answered for r in rows),
        "asked": share(r.asked for r in rows),
        "right_when_answered": share(r.right for r in answered),
        "reached": share(r.reached for r in rows),
        "right_far": share(r.right for r in far),
        "far_rows": len(far),
        "language": share(r.parsed["language"] == r.language for r in rows),
    }


def share(outcomes: Iterable[bool]) -> float:
    """Share of outcomes that are true, 0 to 1; 1.0 of none."""
    listed = list(outcomes)
    return sum(listed) / len(listed) if listed else 1.0


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each language, script and variety."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.language].append(row)
        if row.variety in ARABIC_SCRIPT:
            found["arabic_script"].append(row)
        found[row.variety].append(row)
        if row.urgent:
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
    quiet()
    from rasa.core.agent import Agent

    from assistant.server.models import newest_model

    agent = Agent.load(str(newest_model(MODELS)))
    loop = asyncio.new_event_loop()
    return lambda text: report({**loop.run_until_complete(agent.parse_message(text)), "text": text})


def quiet() -> None:
    """Keep Rasa from logging every message, and TensorFlow from telling about the processor."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)


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
