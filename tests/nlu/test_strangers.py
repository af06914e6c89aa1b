"""What the messages of strangers get (`evaluation/strangers.py`): two points below what was reached on 2026-11-27."""

from collections.abc import Callable
from typing import Any

import pytest

from evaluation.development import share
from evaluation.strangers import Stranger, strangers
from tests.conftest import REPORT

RIGHT, REACHED = 0.91, 0.94


@pytest.fixture(scope="module")
def met(parse: Callable[[str], dict[str, Any]]) -> list[Stranger]:
    return strangers(parse)


def test_they_are_answered_rightly_or_offered_what_is_right(met: list[Stranger], pytestconfig: pytest.Config) -> None:
    right, reached = share(one.right for one in met), share(one.reached for one in met)
    line = f"strangers: {right:.3f} of {len(met)} rightly answered at once, {reached:.3f} with buttons"
    pytestconfig.stash.setdefault(REPORT, []).append(line)
    assert right >= RIGHT and reached >= REACHED, line


def test_dangers_are_seen_and_seldom_where_there_are_none(met: list[Stranger]) -> None:
    missed = [one.text for one in met if one.urgent and not one.parsed["urgent"]]
    alarms = [one.text for one in met if not one.urgent and one.parsed["urgent"]]
    assert len(missed) <= 0.12 * sum(one.urgent for one in met), missed
    assert len(alarms) <= 0.03 * len(met), alarms
