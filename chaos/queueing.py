"""A day of messages and the workers that answer them, simulated: how long people wait for their turn.

Assumptions. Messages come independently of each other at a rate that changes over the day (a Poisson process): an usual
day has its hours, and a word on television adds people at once who get fewer by half in every `HALF_LIFE`. A worker
makes one turn at a time, in the order in which messages come; nginx hands them to the workers in turn. How long a turn
takes varies around a mean (log-normal). Nobody gives up, and nobody sends again: a wait of more than 20 s, after which
the widget would, means that there are too few workers, whatever the number says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DAY = 86_400  # seconds
HALF_LIFE = 45 * 60.0  # seconds
RISE = 10 * 60.0  # seconds from the word on television to the peak
SPREAD = 0.6  # sigma of the log-normal turn: p95 is 2.2 times the mean
# Messages of each hour of a usual day beside the mean hour, from midnight on: assumed, nobody has measured it yet.
HOURS = (
    *(0.5, 0.3, 0.2, 0.15, 0.15, 0.2, 0.4, 0.7, 1.0, 1.3, 1.5, 1.5),
    *(1.4, 1.2, 1.2, 1.3, 1.4, 1.5, 1.6, 1.6, 1.6, 1.5, 1.1, 0.7),
)


def usual_day() -> np.ndarray:
    """Messages in each second of a day without news, beside the mean second."""
    usual = np.interp(np.arange(DAY) / 3600, np.arange(25), [*HOURS, HOURS[0]])
    return usual / usual.mean()


@dataclass(frozen=True)
class Day:
    """A day on which something is announced.

    Attributes:
        people: who write.
        messages: each of them, on average.
        peak: messages a second at the peak.
        announced: second of the day of the word on television.
    """

    people: int = 200_000
    messages: float = 5.0
    peak: float = 40.0
    announced: float = 20.5 * 3600

    def rates(self) -> np.ndarray:
        """Messages a second in each second of the day: they add up to everybody's, and the highest is the peak.

        Raises:
            ValueError: there is no such day; the peak is lower than the usual day's, or holds more than all messages.
        """
        usual = usual_day()
        since = np.arange(DAY) - self.announced
        added = np.where(since < RISE, np.clip(since / RISE, 0, None), 0.5 ** ((since - RISE) / HALF_LIFE))
        top = int(self.announced + RISE)
        both = np.array([[usual.sum(), added.sum()], [usual[top], added[top]]])
        shares = np.linalg.solve(both, [self.people * self.messages, self.peak])
        if (shares < 0).any():
            raise ValueError(f"No such day: {self}")
        return shares[0] * usual + shares[1] * added


@dataclass(frozen=True)
class Waits:
    """What people wait for their reply in the worst hour, in seconds: mean, percentiles, the longest of the whole day;
    how busy the workers are in that hour (a share), and the median of each five minutes of the day."""

    mean: float
    p50: float
    p95: float
    p99: float
    longest: float
    busy: float
    by_time: np.ndarray


def simulate(rates: np.ndarray, workers: int, mean: float, seed: int = 1) -> Waits:
    """Let a day's messages be answered.

    Args:
        rates: messages a second in each second.
        workers: how many.
        mean: seconds of work that a message is for a worker.
        seed: of chance.
    """
    dice = np.random.default_rng(seed)
    counts = dice.poisson(rates)
    came = np.sort(np.repeat(np.arange(len(rates)), counts) + dice.random(counts.sum()))
    work = dice.lognormal(np.log(mean) - SPREAD**2 / 2, SPREAD, len(came))
    took = np.empty(len(came))
    for worker in range(workers):
        own = slice(worker, None, workers)
        took[own] = _in_order(came[own], work[own])
    hour = _worst_hour(rates)
    peak = took[(came >= hour) & (came < hour + 3600)]
    slots = (came // 300).astype(int)
    medians = np.array([np.median(took[slots == slot]) if (slots == slot).any() else 0.0 for slot in range(DAY // 300)])
    busy = float(rates[hour : hour + 3600].sum() * mean / (workers * 3600))
    p50, p95, p99 = map(float, np.percentile(peak, (50, 95, 99)))
    return Waits(float(peak.mean()), p50, p95, p99, float(took.max()), busy, medians)


def enough(rates: np.ndarray, mean: float, within: float, most: int = 64) -> int:
    """The least number of workers with which 99 of 100 people wait no longer than so many seconds in the worst hour.

    Raises:
        ValueError: not even `most` are.
    """
    fewest = math.ceil(
        rates[(hour := _worst_hour(rates)) : hour + 3600].mean() * mean
    )  # with fewer the queue only grows
    for workers in range(max(1, fewest), most + 1):
        if simulate(rates, workers, mean).p99 <= within:
            return workers
    raise ValueError(f"{most} workers are not enough for {mean} s a message")


def _in_order(came: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Seconds from each message's arrival to the end of its turn, one after the other (Lindley's recursion)."""
    done = np.cumsum(work)
    free = np.maximum.accumulate(came - (done - work))  # when the worker would have begun, had it been idle
    return free + done - came


def _worst_hour(rates: Sequence[float] | np.ndarray) -> int:
    """Second in which the hour with most messages begins."""
    sums = np.convolve(rates, np.ones(3600), "valid")
    return int(sums.argmax())
