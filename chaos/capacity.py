"""`make capacity`: what one and two workers do here, and how many a day of 200,000 people takes (docs/capacity.md).

About four minutes. The machine that this runs on has other work and makes the load itself: the numbers are low ones.
"""

import sys
from datetime import date
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no screen is needed

import numpy as np
from matplotlib import pyplot as plt

from assistant.paths import ROOT
from assistant.server.run import until_stopped
from bench.servers import machine
from chaos.load import PRESSING, STEADY, Load, measure
from chaos.queueing import HALF_LIFE, SPREAD, Day, Waits, enough, simulate, usual_day

PAGE, PICTURE = ROOT / "docs" / "capacity.md", "capacity_day.png"
BEGIN, END = "<!-- numbers: written by make capacity -->", "<!-- end of the numbers -->"
WITHIN = 2.0  # seconds in which 99 of 100 are to be answered in the worst hour
BUSY = 0.7  # share of a worker's time that may be planned with
PARTS = ("worker", "postgres", "redis", "nginx", "actions", "console", "projector")
INK = ("#0b6e8f", "#c2410c", "#4d7c0f", "#6d28d9")


def main() -> int:
    """Command line; 1 when what it needs is not here."""
    return until_stopped(_measure_and_write, with_parent=False)


def _measure_and_write() -> int:
    _write([measure(1), measure(2)])
    sys.stdout.write("docs/capacity.md is written\n")
    return 0


def _write(loads: list[Load]) -> None:
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, also, after = rest.partition(END)
    if not (found and also):
        raise ValueError(f"{PAGE} has no place for the numbers: {BEGIN} … {END}")
    PAGE.write_text(f"{before}{BEGIN}\n{numbers(loads)}\n{END}{after}", encoding="utf-8")


def numbers(loads: list[Load]) -> str:
    """What was measured and simulated, as Markdown; draws the picture."""
    day, best, here = Day(), loads[0].work, loads[0].occupied
    rates = day.rates()
    tried = {mean: _tried(rates, mean) for mean in (best, here)}
    _draw(rates, tried[here], PAGE.parent / "images" / PICTURE)
    return "\n".join([*_measured(loads), *_people(best, here, day), *_simulated(day, tried)])


def _tried(rates: np.ndarray, mean: float) -> dict[int, Waits]:
    """The least number of workers that is enough, with its neighbours."""
    needed = enough(rates, mean, WITHIN)
    return {workers: simulate(rates, workers, mean) for workers in range(max(1, needed - 1), needed + 3)}


def _measured(loads: list[Load]) -> list[str]:
    head = [f"{load.workers} worker{'s' if load.workers > 1 else ''}" for load in loads]
    rows = {
        "turns a second on the web, pressed": [f"{load.pressed:.0f}" for load in loads],
        "p50, p95 of these, ms": [f"{1000 * load.p50:.0f}, {1000 * load.p95:.0f}" for load in loads],
        "p50 of a turn under a light load, ms": [f"{1000 * load.usual:.0f}" for load in loads],
        "processors that all parts got when pressed": [f"{load.cores:.2f}" for load in loads],
    }
    kinds = [f"{name}, {kind}" for name in head for kind in ("light", "pressed")]
    taken = [of for load in loads for of in (load.taken, load.pressed_taken)]
    return [
        "",
        f"Measured on {date.today()}: {machine()}, shared with other work; people and Meta's stand-in are on it too. "
        f"Light: {STEADY} people a channel, each with a message every 4 to 8 s. Pressed: {PRESSING} people a worker, "
        "on the web, who write again as soon as they are answered.",
        "",
        *_table(["", *head], [[name, *cells] for name, cells in rows.items()]),
        "",
        "Processor time of a message, ms: under the light load, half of it on WhatsApp, and of a turn when pressed.",
        "",
        *_table(["part", *kinds], [[part, *(f"{_of(times, part):.1f}" for times in taken)] for part in PARTS]),
        "",
    ]


def _people(best: float, here: float, day: Day) -> list[str]:
    busiest = usual_day().reshape(24, 3600).mean(axis=1).max() / 24
    people = [BUSY * 3600 / mean / (busiest * day.messages) for mean in (here, best)]
    return [
        f"A message takes {1000 * best:.0f} ms of a worker's processor; here, where others had most of the processors, "
        f"it occupied a worker for {1000 * here:.0f} ms. Planned to be busy {100 * BUSY:.0f} % of the busiest hour of "
        f"a usual day, which has {100 * busiest:.1f} % of its messages (assumed), with {day.messages:.0f} messages a "
        f"person (assumed), **one worker serves {round(people[0], -3):,.0f} people a day here, and at most "
        f"{round(people[1], -3):,.0f} with a processor of its own and a database that never lets it wait**.",
        "",
    ]


def _simulated(day: Day, tried: dict[float, dict[int, Waits]]) -> list[str]:
    head = ["ms a message", "workers", "busy in the worst hour", "p50, s", "p95, s", "p99, s", "longest of the day, s"]
    rows = [
        [f"{1000 * mean:.0f}", str(n), f"{100 * w.busy:.0f} %", *(f"{s:.2f}" for s in (w.p50, w.p95, w.p99, w.longest))]
        for mean, waits in tried.items()
        for n, w in waits.items()
    ]
    hour, minute = divmod(round(day.announced / 60), 60)
    needed = [next(n for n, w in waits.items() if w.p99 <= WITHIN) for waits in tried.values()]
    return [
        f"{day.people:,} people with {day.messages:.0f} messages each; announced at {hour}:{minute:02d}; "
        f"{day.peak:.0f} messages a second ten minutes later, of which those that the word brought are half as many "
        f"{HALF_LIFE / 60:.0f} minutes on. The time of a turn is log-normal, sigma {SPREAD}.",
        "",
        *_table(head, rows),
        "",
        f"**{needed[1]} workers as they were here answer 99 of 100 within {WITHIN:.0f} s in the worst hour ("
        f"{needed[0]} with a processor for each); one more leaves one to be killed or replaced.** Seconds are those of "
        "the queue and of the turn; what WhatsApp waits for (2 s for more words) and the network come on top.",
        "",
        f"![Messages a second, and seconds until the reply, over the day](images/{PICTURE})",
        "",
    ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _of(taken: dict[str, float], part: str) -> float:
    return sum(seconds for name, seconds in taken.items() if name.startswith(part))


def _draw(rates: np.ndarray, tried: dict[int, Waits], file: Path) -> None:
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 5), sharex=True)
    hours = np.arange(len(rates)) / 3600
    above.plot(hours, rates, color=INK[0])
    above.set_ylabel("messages a second")
    for (workers, waits), color in zip(tried.items(), INK, strict=False):
        slots = np.arange(len(waits.by_time)) * 300 / 3600
        below.semilogy(slots, np.maximum(waits.by_time, 1e-3), color=color, label=f"workers: {workers}")
    below.set_ylabel("seconds until the reply, median")
    below.set_xlabel("hour of the day")
    below.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
