"""What people may look for in the directory (`data/lexicon/needs.yml`), and the topic that goes with each need."""

from functools import cache
from typing import Any

from assistant import yaml
from assistant.paths import DATA

CONSULATE = "consulate"  # help that each country gives its own people only


@cache
def needs() -> dict[str, dict[str, Any]]:
    """Need id -> `{fr, ar, words}` and, where it has them, `topic`, `family`, `wider`."""
    listed: dict[str, dict[str, Any]] = yaml.read(DATA / "lexicon" / "needs.yml")["needs"]
    return listed


@cache
def need_of(topic: str) -> str | None:
    """The need that a topic is about, or None: its own, else the one of its family ("regul.cost": residence)."""
    by_topic = {row["topic"]: need for need, row in needs().items() if row.get("topic")}
    by_family = {row["family"]: need for need, row in needs().items() if row.get("family")}
    return by_topic.get(topic) or by_family.get(topic.partition(".")[0])


@cache
def wider_needs() -> dict[str, str]:
    """Need -> the one that is looked for when nobody is found for it."""
    return {need: row["wider"] for need, row in needs().items() if row.get("wider")}
