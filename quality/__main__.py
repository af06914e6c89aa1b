"""`python -m quality` (`make validate`): every gate over the data, and the report on the examples' variety."""

import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.paths import ROOT
from quality import answers, buttons, coverage, examples, files
from quality.problem import Problem


def problems(root: Path = ROOT) -> Iterator[Problem]:
    """What every gate finds in the project at `root`."""
    for gate in (files, coverage, answers, buttons, examples):
        yield from gate.check(root)


def main() -> int:
    """Print the variety report and every problem; exit status 1 when there is one."""
    try:
        found = sorted(set(problems()))
    except ValueError as error:  # a file that is no YAML, or a topic that stands in two
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks here
        return 1
    for line in examples.variety_report():
        print(line)  # noqa: T201
    for problem in found:
        print(problem, file=sys.stderr)  # noqa: T201
    print(f"{len(found)} problems" if found else "data and answers: no problem found")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
