"""Writes the tables of docs/reliability.md from a run."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.paths import ROOT
from bench.servers import machine
from chaos.cases import EACH
from chaos.people import EVERY
from chaos.tally import Outcome

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- tables: written by make chaos -->", "<!-- end of the tables -->"
GOAL = 10.0  # seconds
COLUMNS: dict[str, Callable[[Outcome], str]] = {
    "broken": lambda one: one.name,
    "sent": lambda one: str(one.sent),
    "answered": lambda one: str(one.answered),
    "lost": lambda one: str(one.lost),
    "doubled (in doubt)": lambda one: f"{one.doubled} ({one.unavoidable})",
    "out of order (overtaken)": lambda one: f"{one.disordered} ({one.overtaken})",
    "normal after, s": lambda one: f"{one.normal:.1f}",
    "last late reply, s": lambda one: f"{one.last:.1f}",
    "honest lines": lambda one: str(one.honest),
    "attempts that failed (without our words)": lambda one: f"{one.failures} ({one.wordless})",
    "first word, s": lambda one: f"{one.first_word:.1f}",
    "unwritten": lambda one: str(one.unwritten),
}


@dataclass
class Run:
    """What was run, and what was not, with the reason; `begun` is of the monotonic clock."""

    seed: int
    outcomes: list[Outcome] = field(default_factory=list)
    not_run: list[tuple[str, str]] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)


def write(run: Run) -> None:
    """Put the tables of a run in the place of the last ones.

    Raises:
        ValueError: the page has lost the marks between which they stand.
    """
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, also, after = rest.partition(END)
    if not (found and also):
        raise ValueError(f"{PAGE} has no place for the tables: {BEGIN} … {END}")
    PAGE.write_text(f"{before}{BEGIN}\n{tables(run)}\n{END}{after}", encoding="utf-8")


def tables(run: Run) -> str:
    """The tables as Markdown."""
    lines = [
        "",
        f"Of a run on {date.today()}, seed {run.seed}: {machine()}; people, all parts and Meta's stand-in on the same "
        f"machine, which has other work as well (load {os.getloadavg()[2]:.0f}). "
        f"{EACH} people a channel, each with a message every {EVERY[0]:.0f} to {EVERY[1]:.0f} s.",
        "",
        _row(list(COLUMNS)),
        _row(["---"] * len(COLUMNS)),
        *(_row([say(one) for say in COLUMNS.values()]) for one in run.outcomes),
        "",
        *(f"Not run: {name} ({reason})." for name, reason in run.not_run),
        f"{len(run.not_run)} not run. {_missed(run.outcomes)}",
        "",
    ]
    return "\n".join(lines)


def _missed(outcomes: Sequence[Outcome]) -> str:
    missed = [f"{one.name} ({what})" for one in outcomes if (what := ", ".join(misses(one)))]
    return f"Goals missed: {'; '.join(missed)}." if missed else "Every goal was reached in every case."


def misses(one: Outcome) -> list[str]:
    """Which goals a case misses: nothing lost, nothing out of order, doubled only what was in doubt, normal soon, and
    somebody in danger always told the number."""
    found = {
        "lost": one.lost > 0,
        "out of order": one.disordered > 0,
        "doubled": one.doubled > one.unavoidable,
        f"later than {GOAL:.0f} s": one.normal > GOAL,
        "danger without a number": one.danger > 0,
    }
    return [what for what, missed in found.items() if missed]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
