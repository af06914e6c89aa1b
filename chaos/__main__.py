"""`make chaos`: break one thing at a time, then two at once, while people talk, and write docs/reliability.md's tables.

About a quarter of an hour. `python -m chaos --only worker,redis` runs some, prints them, and writes nothing.
"""

import argparse
import random
import sys
import time
from itertools import combinations

from assistant.server.run import until_stopped
from chaos import disk, page
from chaos.cases import case
from chaos.faults import DISK, FAULTS, Fault
from chaos.system import System, scaled, single
from chaos.tally import Outcome

SEED, PAIRS = 9, 3
LONGEST = 840.0  # seconds in which the last case must have begun: a run ends within a quarter of an hour


def main(arguments: list[str]) -> int:
    """Command line; 1 when what it needs is not here."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {', '.join(FAULTS)}, disk; a+b is a pair")
    parser.add_argument("--seed", type=int, default=SEED, help="of the pairs and of the moments")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="how many pairs")
    given = parser.parse_args(arguments)
    return until_stopped(lambda: _everything(given), with_parent=False)


def _everything(given: argparse.Namespace) -> int:
    done = page.Run(given.seed)
    wanted = given.only.split(",") if given.only else [*FAULTS, *_pairs(given.seed, given.pairs)]
    if "disk" in wanted or not given.only:
        _single(done)
    _scaled([name for name in wanted if name != "disk"], done)
    _say(f"{len(done.outcomes)} cases in {time.monotonic() - done.begun:.0f} s")
    if not given.only:
        page.write(done)
        _say("docs/reliability.md is written")
    return 0


def _pairs(seed: int, number: int) -> list[str]:
    """Pairs of what can be broken at once, drawn by lot; a clock is stepped only alone."""
    able = [name for name, fault in FAULTS.items() if not fault.alone]
    return ["+".join(pair) for pair in random.Random(seed).sample(list(combinations(able, 2)), number)]


def _scaled(wanted: list[str], done: page.Run) -> None:
    if not wanted:
        return
    with scaled() as system:
        _run(system, [], done)
        for name in wanted:
            _run(system, [FAULTS[one] for one in name.split("+")], done)


def _single(done: page.Run) -> None:
    reason = disk.why_not()
    if reason:
        done.not_run.append((DISK.name, reason))
        return
    with disk.small_disk() as var, single(var) as system:
        _run(system, [DISK], done)


def _run(system: System, faults: list[Fault], done: page.Run) -> None:
    name = " + ".join(fault.name for fault in faults)
    reasons = list(filter(None, (fault.why_not(system) for fault in faults)))
    if time.monotonic() - done.begun > LONGEST:
        reasons.append(f"the run has taken {LONGEST / 60:.0f} minutes already: the machine is too busy")
    if reasons:
        done.not_run.append((name, "; ".join(reasons)))
        _say(f"{name}: not run, {reasons[0]}")
        return
    outcome = case(system, faults, done.seed)
    done.outcomes.append(outcome)
    _say(_line(outcome))


def _line(one: Outcome) -> str:
    return (
        f"{one.name}: {one.sent} sent, {one.answered} answered, {one.lost} lost, {one.doubled} doubled, "
        f"{one.disordered} out of order, normal after {one.normal:.1f} s, last late reply after {one.last:.1f} s"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
