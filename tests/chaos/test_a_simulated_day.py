"""The simulation of a day: held to what queueing theory knows, and to what the day was said to be."""

import numpy as np
import pytest

from chaos.queueing import SPREAD, Day, enough, simulate


def test_a_day_has_all_its_messages_and_its_peak() -> None:
    rates = Day(people=200_000, messages=5, peak=40).rates()
    assert rates.sum() == pytest.approx(1_000_000)
    assert rates.max() == pytest.approx(40)
    assert rates.min() > 0


@pytest.mark.parametrize("peak", [5.0, 400.0])
def test_a_day_that_cannot_be_is_refused(peak: float) -> None:
    with pytest.raises(ValueError, match="No such day"):
        Day(people=200_000, messages=5, peak=peak).rates()


def test_one_worker_waits_as_pollaczek_and_khinchine_say() -> None:
    rate, mean = 1.0, 0.5
    waits = simulate(np.full(86_400, rate), workers=1, mean=mean)
    square = mean**2 * np.exp(SPREAD**2)
    expected = mean + rate * square / (2 * (1 - rate * mean))
    assert waits.mean == pytest.approx(expected, rel=0.05)
    assert waits.busy == pytest.approx(rate * mean, rel=0.02)


def test_more_workers_wait_less_and_enough_is_the_least_number() -> None:
    rates, mean = Day(people=20_000, peak=4).rates(), 0.6
    needed = enough(rates, mean, within=2.0)
    assert simulate(rates, needed, mean).p99 <= 2.0 < simulate(rates, needed - 1, mean).p99


def test_where_no_number_is_enough_that_is_said() -> None:
    with pytest.raises(ValueError, match="not enough"):
        enough(np.full(86_400, 1.0), mean=3.0, within=2.0, most=2)
