"""What the alert rules and the dashboard of `deploy/` name."""

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant import yaml
from assistant.paths import ROOT

RULES = ROOT / "deploy" / "prometheus" / "dalil.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dalil.json"
# Which process shows a metric, by the beginning of its name; all others are the assistant's.
OF_WHATSAPP = ("dalil_whatsapp_", "dalil_inbox_")
OF_ACTIONS = ("dalil_directory_", "dalil_contact_")
OF_TRANSCRIPTS = ("dalil_projector_", "dalil_erasures_")


def alerts() -> list[dict[str, Any]]:
    """The alerts, in order."""
    return [rule for group in yaml.read(RULES)["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Every expression of both."""
    yield from (alert["expr"] for alert in alerts())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def named() -> set[str]:
    """The metrics that they name, of ours and of Python's process."""
    return {name for one in expressions() for name in re.findall(r"\b(?:dalil|process)_[a-z_]+\b", one)}


def named_of(*beginnings: str) -> set[str]:
    """Those that one kind of process shows."""
    return {name for name in named() if name.startswith(beginnings)}


def named_of_assistant() -> set[str]:
    """Those that every assistant shows."""
    return named() - named_of(*OF_WHATSAPP, *OF_ACTIONS, *OF_TRANSCRIPTS)
