"""Figures say what they are said to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.measures import calibration, calibration_error, confusions, found, share_of


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_share_lies_in_its_interval_and_always_in_the_same_one(outcomes):
    got = share_of(outcomes)
    assert 0 <= got.low <= got.value <= got.high <= 1
    assert got == share_of(outcomes)
    assert got.of == len(outcomes)


def test_more_outcomes_make_a_narrower_interval():
    few, many = share_of([True, False] * 10), share_of([True, False] * 1000)
    assert many.high - many.low < (few.high - few.low) / 5
    # The normal approximation of a share of 2,000: 1.96 * sqrt(0.25 / 2000).
    assert many.high - many.value == pytest.approx(0.0219, abs=0.004)


def test_a_share_of_nothing_is_whole():
    assert share_of([]).value == 1.0


def test_confident_and_wrong_is_an_error_of_calibration():
    sure_and_right = calibration([0.95] * 10, [True] * 10)
    sure_and_wrong = calibration([0.95] * 10, [False] * 10)
    assert calibration_error(sure_and_right) == pytest.approx(0.05)
    assert calibration_error(sure_and_wrong) == pytest.approx(0.95)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=200))
def test_every_message_stands_in_one_step_of_confidence(pairs):
    bins = calibration([confidence for confidence, _ in pairs], [right for _, right in pairs])
    assert sum(one.of for one in bins) == len(pairs)
    assert 0 <= calibration_error(bins) <= 1


def test_confusions_come_most_frequent_first_without_what_is_right():
    pairs = [("a", "a"), ("a", "b"), ("c", "b"), ("a", "b")]
    assert confusions(pairs) == [(("a", "b"), 2), (("c", "b"), 1)]


def test_what_is_found_and_what_is_missed():
    got = found([(frozenset("ab"), frozenset("a")), (frozenset(), frozenset("c")), (frozenset("d"), frozenset("d"))])
    assert (got.precision, got.recall, got.of) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 3)
    assert got.f1 == pytest.approx(2 / 3)
