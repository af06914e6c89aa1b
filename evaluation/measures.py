"""Figures over measured outcomes: shares with intervals, calibration, confusions, precision and recall."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1_000
BINS = 10


@dataclass(frozen=True)
class Share:
    """A share of outcomes (0 to 1) with its 95 % interval; `of` is the number of outcomes."""

    value: float
    low: float
    high: float
    of: int


def share_of(outcomes: Iterable[bool]) -> Share:
    """Share of outcomes that are true, with its bootstrap interval; 1.0 of none.

    The percentile method of Efron, "Bootstrap methods: another look at the jackknife", 1979, with a fixed seed. A
    resample of n yes-or-no outcomes is n draws of a coin, so it is drawn as one binomial number.
    """
    listed = np.fromiter(outcomes, bool)
    if not len(listed):
        return Share(1.0, 1.0, 1.0, 0)
    value = float(listed.mean())
    drawn = np.random.default_rng(0).binomial(len(listed), value, RESAMPLES) / len(listed)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Share(value, float(low), float(high), len(listed))


@dataclass(frozen=True)
class Bin:
    """Messages of like confidence: how sure the assistant was on average, and how often it was right."""

    confidence: float
    right: float
    of: int


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Messages in ten equal steps of confidence (0 to 1); steps without messages are left out."""
    steps: dict[int, list[int]] = {}
    for i, confidence in enumerate(confidences):
        steps.setdefault(min(int(confidence * BINS), BINS - 1), []).append(i)
    return [
        Bin(float(np.mean([confidences[i] for i in found])), float(np.mean([right[i] for i in found])), len(found))
        for _, found in sorted(steps.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and right share (Naeini et al. 2015)."""
    total = sum(one.of for one in bins)
    return sum(one.of * abs(one.confidence - one.right) for one in bins) / total if total else 0.0


def confusions(pairs: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """(right label, label that was read) of what went wrong, most frequent first."""
    counted = Counter((right, read) for right, read in pairs if right != read)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


@dataclass(frozen=True)
class Found:
    """Precision, recall and their harmonic mean (F1), 0 to 1; `of` is the number of things that were there."""

    precision: float
    recall: float
    f1: float
    of: int


def found(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Found:
    """How well named things are found.

    Args:
        pairs: of each message what is there, and what was found.
    """
    hits = there = said = 0
    for gold, read in pairs:
        hits, there, said = hits + len(gold & read), there + len(gold), said + len(read)
    precision = hits / said if said else 1.0
    recall = hits / there if there else 1.0
    return Found(precision, recall, 2 * hits / (there + said) if there + said else 1.0, there)
