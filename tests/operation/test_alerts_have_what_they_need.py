"""Alerts, dashboard and runbook fit each other, and what the processes really show."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from assistant.channels import graph, web
from assistant.operation import turns
from assistant.paths import ROOT
from assistant.storage import tracker_store
from tests.conftest import Assistant
from tests.operation.named import OF_ACTIONS, RULES, alerts, expressions, named, named_of, named_of_assistant, panels
from tests.operation.scraped import Scrape

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.DOTALL | re.MULTILINE))
SHARES = ("People notice", "Look at", "Do")
# Values over three hours, a minute each, of a system that is well; `x` repeats.
WELL = {
    'up{job="dalil-assistant"}': "1x180",
    'dalil_ready{job="dalil-assistant"}': "1x180",
    'dalil_turns_failed_total{channel="web"}': "0x180",
    'dalil_turn_seconds_bucket{channel="web",le="0.1"}': "0+95x180",
    'dalil_turn_seconds_bucket{channel="web",le="2.5"}': "0+100x180",
    'dalil_turn_seconds_bucket{channel="web",le="20.0"}': "0+100x180",
    'dalil_turn_seconds_bucket{channel="web",le="+Inf"}': "0+100x180",
    'dalil_turns_total{channel="web",decision="answer"}': "0+90x180",
    'dalil_turns_total{channel="web",decision="lost"}': "0+10x180",
    'dalil_urgent_replies_total{channel="web"}': "0+2x180",
    'dalil_action_errors_total{kind="slow"}': "0x180",
    "dalil_directory_age_seconds": "30x180",
    "dalil_inbox_oldest_seconds": "3x180",
    'dalil_whatsapp_sends_total{outcome="token"}': "0x180",
    'dalil_whatsapp_sends_total{outcome="refused"}': "0x180",
    "dalil_whatsapp_undelivered_total": "0x180",
    'dalil_whatsapp_webhooks_total{status="403"}': "0x180",
    'dalil_web_refused_total{code="too_many"}': "0+5x180",
    "dalil_projector_lag_seconds": "1x180",
    "dalil_projector_passed_over_total": "0x180",
    "dalil_erasures_oldest_seconds": "10x180",
    'process_resident_memory_bytes{job="dalil-assistant"}': "350000000x180",
}
STORE = 'dalil_log_lines_total{job="dalil-assistant",logger="assistant.storage.tracker_store",level="error"}'
OTHER = 'dalil_log_lines_total{job="dalil-actions",logger="actions.directory",level="error"}'
LATE = "_x170 1x10"  # a series that is there in the last minutes only
# What goes wrong, by the alert that must tell of it.
WRONG = {
    "DalilDown": {'up{job="dalil-assistant"}': "1x170 0x10"},
    "DalilNotReady": {'dalil_ready{job="dalil-assistant"}': "1x170 0x10"},
    "DalilTurnsFail": {'dalil_turns_failed_total{channel="web"}': "0x175 1x5"},
    "DalilTurnsSlow": {
        'dalil_turn_seconds_bucket{channel="web",le="2.5"}': "0+50x180",
        'dalil_turn_seconds_bucket{channel="web",le="0.1"}': "0+50x180",
    },
    "DalilNotStored": {STORE: LATE},
    "DalilNotUnderstood": {'dalil_turns_total{channel="web",decision="lost"}': "0+90x180"},
    "DalilManyInDanger": {'dalil_urgent_replies_total{channel="web"}': "0+30x180"},
    "DalilActionErrors": {'dalil_action_errors_total{kind="slow"}': "0x170 0+1x10"},
    "DalilDirectoryOld": {"dalil_directory_age_seconds": "30x150 1000+60x30"},
    "DalilInboxOld": {"dalil_inbox_oldest_seconds": "3x170 60+60x10"},
    "DalilWhatsAppToken": {'dalil_whatsapp_sends_total{outcome="token"}': "0x175 1x5"},
    "DalilWhatsAppRefused": {'dalil_whatsapp_sends_total{outcome="refused"}': "0x170 0+1x10"},
    "DalilWhatsAppUndelivered": {"dalil_whatsapp_undelivered_total": "0+1x180"},
    "DalilWhatsAppWebhook": {'dalil_whatsapp_webhooks_total{status="403"}': "0x160 0+5x20"},
    "DalilManyRefused": {'dalil_web_refused_total{code="too_many"}': "0+60x180"},
    "DalilTranscriptsLate": {"dalil_projector_lag_seconds": "1x150 301+60x30"},
    "DalilTranscriptsPassedOver": {"dalil_projector_passed_over_total": "0x160 1x20"},
    "DalilErasureLate": {"dalil_erasures_oldest_seconds": "0+60x180"},
    "DalilErrorsLogged": {OTHER: LATE},
    "DalilMemory": {'process_resident_memory_bytes{job="dalil-assistant"}': "350000000x150 900000000x30"},
}
ALSO = {"DalilNotStored": {"DalilErrorsLogged"}}  # an error that is logged is an error that is logged


def test_each_alert_has_its_entry_and_each_entry_its_alert() -> None:
    assert list(ENTRIES) == [alert["alert"] for alert in alerts()]


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_people_notice_what_to_look_at_and_what_to_do(name: str) -> None:
    found = re.findall(r"^- \*\*(.+?)\*\*(.+?)(?=^- |\Z)", ENTRIES[name], re.DOTALL | re.MULTILINE)
    assert [share for share, _ in found] == [*SHARES]
    assert all(len(text.strip()) > 10 for _, text in found)


def test_an_entry_that_another_one_names_is_there() -> None:
    assert set(re.findall(r"\bDalil[A-Z]\w+", RUNBOOK)) <= ENTRIES.keys()


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_says_what_happens_how_grave_it_is_and_where_to_read_on(alert: dict) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
    assert alert["annotations"]["summary"].endswith(".")


def test_what_is_named_of_the_assistant_and_its_actions_is_really_shown(assistant: Assistant) -> None:
    assert assistant.actions
    page = assistant.conversation()
    page.say("qui peut m'aider pour un avocat à Tanger ?")  # so that everything was counted once
    actions = Scrape(assistant.actions.metrics).names()
    assert len(named()) > 20
    assert named_of_assistant() - Scrape(assistant.metrics).names() == set()
    assert named_of(*OF_ACTIONS) - actions == set()


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("logger", {tracker_store.logger.name}),
        ("outcome", {*graph.OUTCOMES}),
        ("code", {*web.STATUS}),
        ("decision", {*turns.DECISIONS}),
    ],
)
def test_a_value_that_is_named_can_be_there(label: str, known: set[str]) -> None:
    found = {
        value
        for one in expressions()
        for values in re.findall(rf'\b{label}=~?"([^"]+)"', one)
        for value in values.split("|")
    }
    assert found and found <= known


def test_each_panel_of_the_dashboard_asks_for_something_in_some_unit() -> None:
    assert len(panels()) > 15
    for panel in panels():
        assert panel["targets"] and all(target["expr"] for target in panel["targets"])
        assert panel["fieldConfig"]["defaults"]["unit"] and panel["title"]
        assert panel["datasource"]["uid"] == "${source}"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if not found:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    return found


def test_prometheus_takes_rules_and_configuration(promtool: str) -> None:
    for kind, file in (("rules", RULES), ("config", RULES.with_name("prometheus.yml"))):
        done = subprocess.run([promtool, "check", kind, str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_each_expression_of_the_dashboard(promtool: str, tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": target["expr"]}
        for number, target in enumerate(target for panel in panels() for target in panel["targets"])
    ]
    file = tmp_path / "panels.yml"
    YAML().dump({"groups": [{"name": "panels", "rules": rules}]}, file)
    done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_each_alert_fires_for_what_it_is_for_and_for_nothing_else(promtool: str, tmp_path: Path) -> None:
    assert WRONG.keys() == {alert["alert"] for alert in alerts()}
    tests = [_test("well", WELL, set())]
    tests += [_test(name, {**WELL, **series}, {name} | ALSO.get(name, set())) for name, series in WRONG.items()]
    file = tmp_path / "alerts.yml"
    YAML().dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}, file)
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _test(name: str, series: dict[str, str], firing: set[str]) -> dict:
    """A test of promtool: after three hours these alerts fire, and no other."""
    count = "count by (alertname) (ALERTS{alertstate='firing'})"
    samples = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(firing)]
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": one, "values": values} for one, values in series.items()],
        "promql_expr_test": [{"expr": count, "eval_time": "3h", "exp_samples": samples}],
    }
