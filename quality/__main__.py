"""`python -m quality` (`make validate`): every gate over the data, and the report on the examples' variety."""

import sys

from quality import answers, coverage, examples


def main() -> int:
    """Print the variety report and every problem; exit status 1 when there is one."""
    for line in examples.variety_report():
        print(line)  # noqa: T201 - a command speaks here
    problems = sorted({*coverage.check(), *answers.check(), *examples.check()})
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201
    print(f"{len(problems)} problems" if problems else "data and answers: no problem found")  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
