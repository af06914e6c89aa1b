"""The trained model, and one started system (console, action server, assistant), shared by all tests that need it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import requests

from assistant.paths import ROOT
from tests import stores

START_TIMEOUT = 180  # seconds, on a loaded machine
ACTIONS_TOKEN = "t" * 32  # of every action server and assistant that tests start, whatever their folders

# No test fails by the clock: the first example of a property may have to load a model, or the machine may be busy.
hypothesis.settings.register_profile("dalil", deadline=None)
hypothesis.settings.load_profile("dalil")

# Lines that are printed below the tests' own summary.
REPORT = pytest.StashKey[list[str]]()


# Tests run in two processes (`-n 2`): what one of them has to report goes to the process that prints.
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["report"] = session.config.stash.get(REPORT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    report = getattr(node, "workeroutput", {}).get("report", [])
    node.config.stash.setdefault(REPORT, []).extend(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Of pytest-django. A test is one transaction, in which it may rest for longer than the console's ever may: while a
    busy machine makes a database, PostgreSQL would end it.
    """
    from django.db import connections

    settings = connections["default"].settings_dict
    if "postgresql" in settings["ENGINE"]:
        settings["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"


@pytest.fixture(scope="session")
def parse() -> Callable[[str], dict[str, Any]]:
    """What `python -m assistant.parse` reports of one message, with the newest model."""
    from evaluation.development import parser

    return parser()


@dataclass
class Reply:
    """One bubble: its text and the titles and payloads of its buttons."""

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]


@dataclass
class Assistant:
    """A running assistant; `url` is that of its REST channel, `metrics` where Prometheus would ask."""

    url: str
    var: Path
    log: Path
    process: subprocess.Popen[bytes]
    actions_port: int
    metrics: str = ""
    actions: "Part | None" = None

    @property
    def site(self) -> str:
        """Its origin: the page is at `/`, the web channel below `/webhooks/web`."""
        return self.url.rpartition("/webhooks")[0]

    def conversation(self) -> "Conversation":
        return Conversation(self, f"test-{uuid4()}")


@dataclass
class Conversation:
    """One person who talks to a running assistant."""

    assistant: Assistant
    sender: str
    language: str = ""

    def post(self, body: object) -> requests.Response:
        return requests.post(self.assistant.url, json=body, timeout=60)

    def say(self, text: str) -> Reply:
        """Send a message; exactly one bubble must come back."""
        response = self.post({"sender": self.sender, "message": text})
        assert response.status_code == 200, response.text
        bubbles = response.json()
        assert len(bubbles) == 1, f"{text!r} got {len(bubbles)} bubbles: {bubbles}"
        return Reply(bubbles[0].get("text", ""), bubbles[0].get("buttons", []))


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Part:
    """A started process of the system, other than the assistant; `said` is what its preparation printed."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    said: str = ""
    metrics: str = ""


def start_part(module: str, health: str, var: Path, **environment: str) -> Part:
    """Start `python -m module` with settings of its own and wait until its health address answers."""
    log = var / f"{module}.log"
    given = {"VAR_DIR": str(var), "ACTIONS_TOKEN": ACTIONS_TOKEN, **stores.environment(var)}
    env = {**os.environ, **given, **environment}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=env, stdout=out, stderr=out)
    wait_for(health, process, log)
    return Part(health.rpartition("/")[0], log, process)


def wait_for(health: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until an address answers; fails with the log when the process ends before, or is killed for being late."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            requests.get(health, timeout=2)
            return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"no answer within {START_TIMEOUT} s: {log.read_text(encoding='utf-8')}")


def start_console(var: Path, **environment: str) -> Part:
    """Start the real console on a free port, its directory filled from the seed."""
    port = str(free_port())
    env = {**os.environ, "VAR_DIR": str(var), **stores.environment(var), "CONSOLE_PORT": port, **environment}
    first = [sys.executable, "console/manage.py", "first_run"]
    done = subprocess.run(first, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    health = f"http://127.0.0.1:{port}/health"
    part = start_part("assistant.server.console", health, var, **{"CONSOLE_PORT": port, **environment})
    part.said = done.stdout
    return part


def start_actions(var: Path, port: int, directory: str, reads_it: bool = True, **environment: str) -> Part:
    """Start the real action server on a port.

    Args:
        var: folder for what it writes.
        port: where it listens.
        directory: address of an HSDS API.
        reads_it: whether to wait until it has read the directory.
    """
    health = f"http://127.0.0.1:{port}/health"
    metrics = free_port()
    settings = {"ACTIONS_PORT": str(port), "DIRECTORY_URL": directory, "ACTIONS_METRICS_PORT": str(metrics)}
    started = start_part("assistant.server.actions", health, var, **settings, **environment)
    started.metrics = f"http://127.0.0.1:{metrics}/metrics"
    deadline = time.monotonic() + START_TIMEOUT
    while reads_it and not (var / "directory.json").exists():
        assert time.monotonic() < deadline, started.log.read_text(encoding="utf-8")
        time.sleep(0.1)
    return started


def start_assistant(
    var: Path, actions_port: int | None = None, port: int | None = None, **environment: str
) -> Assistant:
    """Start the real server.

    Args:
        var: folder for what it writes.
        actions_port: port of the action server; without one it leads nowhere.
        port: where it listens; a free one unless given.
    """
    port, actions_port, metrics = port or free_port(), actions_port or free_port(), free_port()
    settings = {
        "ASSISTANT_PORT": str(port),
        "ASSISTANT_METRICS_PORT": str(metrics),
        "ACTIONS_PORT": str(actions_port),
        "REST_CHANNEL": "on",
        **environment,
    }
    part = start_part("assistant.server.serve", f"http://127.0.0.1:{port}/", var, **settings)
    shown = f"http://127.0.0.1:{metrics}/metrics"
    return Assistant(f"{part.url}/webhooks/rest/webhook", var, part.log, part.process, actions_port, shown)


def stop(started: Assistant | Part) -> None:
    """Stop a started process and wait for its end."""
    started.process.send_signal(signal.SIGTERM)
    try:
        started.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        started.process.kill()
        started.process.wait()


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    """The one console that tests share; nobody may change its contacts."""
    started = start_console(tmp_path_factory.mktemp("console"))
    yield started
    stop(started)


@pytest.fixture(scope="session")
def other_site() -> str:
    """Origin of a site that may use the web channel of the shared assistant; who needs the site serves it there."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, console: Part, other_site: str) -> Iterator[Assistant]:
    """The one assistant that tests share, with its action server; nobody may stop them or change their files."""
    var = tmp_path_factory.mktemp("var")
    actions = start_actions(var, free_port(), f"{console.url}/hsds")
    settings = {
        # The tests' own machine may be slow: only the tests of failures need the short patience of every day.
        "ACTION_TIMEOUT": "20",
        # All tests come from one address.
        "WEB_RATE_ADDRESS": "100000",
        "WEB_RATE_SESSION": "1000",
        "WEB_ORIGINS": other_site,
        "WHATSAPP_LINK": "https://wa.me/212500000000",
    }
    started = start_assistant(var, int(actions.url.rpartition(":")[2]), **settings)
    started.actions = actions
    yield started
    stop(started)
    stop(actions)


@pytest.fixture
def conversation(assistant: Assistant) -> Conversation:
    """A new person."""
    return assistant.conversation()


@pytest.fixture(scope="module")
def roles_come_back(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Django empties every table after a test with `transaction=True`; the roles, which migrations made, come back."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    with django_db_blocker.unblock():
        rights = {
            group.name: list(group.permissions.values_list("content_type__app_label", "codename"))
            for group in Group.objects.all()
        }
    yield
    with django_db_blocker.unblock():
        ContentType.objects.clear_cache()  # it still holds the ids of the rows that are gone
        for config in apps.get_app_configs():
            create_permissions(config, verbosity=0)
        for name, listed in rights.items():
            group, _made = Group.objects.get_or_create(name=name)
            group.permissions.set(
                Permission.objects.get(content_type__app_label=app, codename=codename) for app, codename in listed
            )
