"""What people who were never trained on get: the report, and the bars below which it may not fall."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from evaluation.development import Row, figures, groups, lines, measured
from tests.conftest import REPORT

BARS = YAML(typ="safe").load((Path(__file__).parent / "bars.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(parse: Callable[[str], dict[str, Any]], pytestconfig: pytest.Config) -> list[Row]:
    found = measured(parse)
    pytestconfig.stash.setdefault(REPORT, []).extend(["development set (tests/nlu)", *lines(found)])
    return found


@pytest.mark.parametrize("group", BARS)
def test_bars_are_reached(rows: list[Row], group: str) -> None:
    reached = figures(groups(rows)[group])
    below = {name: (reached[name], bar) for name, bar in BARS[group].items() if reached[name] < bar}
    assert not below, f"{group}: reached, bar: {below}"


def test_every_danger_is_seen(rows: list[Row]) -> None:
    missed = [row.text for row in rows if row.topic.startswith("urgent.") and not row.parsed["urgent"]]
    assert missed == []


def test_dangers_are_seldom_seen_where_there_are_none(rows: list[Row]) -> None:
    ordinary = [row for row in rows if not row.topic.startswith("urgent.")]
    alarms = [row.text for row in ordinary if row.parsed["urgent"]]
    assert len(alarms) <= 0.01 * len(ordinary), alarms


def test_each_topic_has_at_least_ten_rows_a_language(rows: list[Row]) -> None:
    from assistant.dialogue.topics import topics
    from quality.coverage import NOT_ASKED

    asked = {topic for topic in topics() if topic not in NOT_ASKED and not topic.startswith("follow.")}
    few = {
        (topic, language)
        for topic in asked
        for language in ("fr", "ar")
        if sum(row.topic == topic and row.language == language for row in rows) < 10
    }
    assert few == set()
