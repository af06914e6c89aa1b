"""Hostile requests to everything that listens: none is an error of the server, none hangs, memory stays.

The same ones each time, by a seed (`tests.hostile.attacks`). What a failed one was stands in the failure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests import stores
from tests.channels.web import Client, text_of
from tests.conftest import REPORT, Assistant, Part, free_port, start_actions, start_assistant, start_console, stop
from tests.hostile.attacks import Attack, attacks, entries
from tests.hostile.wire import exchange
from tests.whatsapp.payloads import text
from tests.whatsapp.sandbox import Sandbox, started

PATIENCE = 30  # seconds of silence that are a hang; 2 are wanted, and reported, but other work may share the machine
MEGABYTE = 1024 * 1024
# By which the same requests a second time may leave a part larger than the first time: then everything has been loaded
# and every cache is full. The console's eight threads hash passwords in 19 MiB each, which its allocator keeps.
GROWTH = {"assistant": 12 * MEGABYTE, "actions": 4 * MEGABYTE, "console": 80 * MEGABYTE}
QUESTION = "comment renouveler ma carte de séjour ?"


@dataclass
class Outcome:
    """What became of requests: how often each status came of each entry, and the slowest answer."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")


def send(origins: Mapping[str, str], hostile: Sequence[Attack]) -> Outcome:
    """Send requests to the parts that are there; fails with the first that hangs or is an error of the server."""
    outcome = Outcome()
    for attack in hostile:
        try:
            answer = exchange(origins[attack.part], attack.raw, PATIENCE, attack.cut)
        except TimeoutError:
            pytest.fail(f"{attack.entry} hangs: {attack.raw[:3_000]!r}")
        assert answer.status < 500, f"{attack.entry} fails: {attack.raw[:3_000]!r}\n{answer.content[:500]!r}"
        outcome.statuses[attack.entry, answer.status] += 1
        outcome.slowest = max(outcome.slowest, (answer.seconds, attack.entry))
    return outcome


def begun(assistant: Assistant) -> tuple[Client, str]:
    """A page with a session, and the id of a reply in it."""
    page = Client(assistant.site).begin()
    return page, str(page.say("bonjour")["id"])


def test_a_few_hundred_on_what_all_tests_share(assistant: Assistant, console: Part) -> None:
    page, reply = begun(assistant)
    origins = {"assistant": assistant.site, "console": console.url}
    listening = [entry for entry in entries(page.session, reply) if entry.part in origins]
    outcome = send(origins, attacks(listening, 300, seed=9))
    assert {status for _, status in outcome.statuses} >= {200, 400, 401, 404, 413}
    assert "renouvellement" in text_of(page.say(QUESTION))


@dataclass
class System:
    """Everything that listens, every channel open; the console with a directory of its own."""

    assistant: Assistant
    actions: Part
    console: Part
    sandbox: Sandbox

    @property
    def origins(self) -> dict[str, str]:
        return {"assistant": self.assistant.site, "actions": self.actions.url, "console": self.console.url}

    def resident(self) -> dict[str, int]:
        """Bytes of memory that each part holds, with its workers."""
        parts = {"assistant": self.assistant, "actions": self.actions, "console": self.console}
        return {name: sum(map(_resident, _family(part.process.pid))) for name, part in parts.items()}


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    var, port = tmp_path_factory.mktemp("hostile"), free_port()
    parts: list[Any] = []
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox:
        try:
            parts.append(console := start_console(var / "console"))
            parts.append(actions := start_actions(var, free_port(), f"{console.url}/hsds"))
            settings = {
                **sandbox.environment,
                "WHATSAPP_GRAPH": sandbox.url,
                "SOCKETIO_CHANNEL": "off" if stores.SCALED else "on",  # of one process: refused with REDIS_URL
                "ACTION_TIMEOUT": "20",
                "WEB_RATE_ADDRESS": "100000",
                "WEB_RATE_SESSION": "100000",
            }
            actions_port = int(actions.url.rpartition(":")[2])
            parts.append(assistant := start_assistant(var, actions_port, port=port, **settings))
            yield System(assistant, actions, console, sandbox)
        finally:
            for part in parts:
                stop(part)


@pytest.mark.long
def test_ten_thousand_on_a_whole_system(system: System, request: pytest.FixtureRequest) -> None:
    page, reply = begun(system.assistant)
    system.sandbox.send("212600000077", text("bonjour"))  # until something came for our number, 503 is right
    system.sandbox.wait_for_sent(1, "212600000077")
    hostile = attacks(entries(page.session, reply), 10_000, seed=10_000)
    first = send(system.origins, hostile)
    before = system.resident()
    second = send(system.origins, hostile)
    grown = {name: now - before[name] for name, now in system.resident().items()}
    slowest, where = max(first.slowest, second.slowest)
    by_status = Counter({status: 0 for _, status in first.statuses})
    for (_, status), count in (first.statuses + second.statuses).items():
        by_status[status] += count
    megabytes = {name: round(size / MEGABYTE, 1) for name, size in grown.items()}
    line = f"hostile: {dict(sorted(by_status.items()))}, slowest {slowest:.2f} s ({where}), grown by {megabytes} MB"
    request.config.stash.setdefault(REPORT, []).append(line)
    assert not [name for name, size in grown.items() if size > GROWTH[name]], line
    answer_everybody(system, page)


def answer_everybody(system: System, page: Client) -> None:
    """What is good is answered, on every channel and by every part."""
    assert "renouvellement" in text_of(page.say(QUESTION))
    assert "05 37" in text_of(page.say("le numéro du GADEM svp")), "the action server works"
    system.sandbox.send("212600000078", text("mon mari me frappe"))
    assert "19" in str(system.sandbox.wait_for_sent(1, "212600000078")[0]["message"])
    assert requests.get(f"{system.console.url}/hsds/services?city=rabat", timeout=PATIENCE).json()["contents"]
    assert requests.get(f"{system.console.url}/login/", timeout=PATIENCE).status_code == 200
