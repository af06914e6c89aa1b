"""What teaching changed, and what the development set says before and after the training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.server.models import ModelError
from evaluation.development import figures, groups, measured, parser
from transcripts.teaching import Correction, Plan

SHOWN = ("right", "answered", "right_when_answered")  # columns of `evaluation.development.figures`


@dataclass(frozen=True)
class Measured:
    """What the newest model makes of messages.

    Attributes:
        figures: of each group of the development set (`evaluation.development.groups`), shares from 0 to 1.
        topics: of each correction's text, what it is understood as.
    """

    figures: dict[str, dict[str, float]]
    topics: dict[str, str]


def measure(corrections: Sequence[Correction]) -> Measured | None:
    """The newest model's figures; None when there is no model."""
    try:
        parse = parser()
    except ModelError:
        return None
    found = {name: figures(rows) for name, rows in groups(measured(parse)).items()}
    return Measured(found, {one.text: str(parse(one.text)["topic"]) for one in corrections})


def lines(plan: Plan, before: Measured | None = None, after: Measured | None = None) -> Iterator[str]:
    """The report as Markdown: what became of each correction, changed files, figures before and after."""
    yield "# Corrections that were taught\n"
    for outcome in plan.outcomes:
        one = outcome.correction
        yield f"- {one.topic} ({one.language}): {one.text} — {outcome.words} {outcome.other}".rstrip()
    yield "\nFiles: " + (", ".join(sorted(plan.changes)) or "none")
    if after is None:
        return
    yield "\n## Understood as\n\n| message | right | before | after |\n|---|---|---|---|"
    for one in plan.taught:
        was = before.topics.get(one.text, "–") if before else "–"
        yield f"| {one.text} | {one.topic} | {was} | {after.topics[one.text]} |"
    yield "\n## Development set\n"
    yield "| group | rows | " + " | ".join(f"{name}, before | after" for name in SHOWN) + " |"
    yield "|---|---" + "|---|---" * len(SHOWN) + "|"
    for group, row in after.figures.items():
        old = before.figures.get(group) if before else None
        cells = (f"{old[name]:.3f} | {row[name]:.3f}" if old else f"– | {row[name]:.3f}" for name in SHOWN)
        yield f"| {group} | {row['rows']:.0f} | " + " | ".join(cells) + " |"
