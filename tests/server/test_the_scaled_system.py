"""`make run-scaled`: two assistants behind nginx, on PostgreSQL and Redis: it survives kills, and ends as a whole."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from assistant.paths import ROOT
from assistant.server import engines
from assistant.server.system import StopError, answers, port_holder
from tests.channels.web import Client, text_of
from tests.conftest import START_TIMEOUT, free_port
from tests.services import redis

pytestmark = pytest.mark.long


@dataclass
class Scaled:
    """The running system; `said` is what it has printed."""

    chat: str
    console: str
    var: Path
    process: subprocess.Popen[str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def state(self) -> dict[str, Any]:
        return dict(json.loads((self.var / "scaled.json").read_text(encoding="utf-8")))

    def ports(self) -> list[int]:
        engine = [urlsplit(self.state[name]).port or 0 for name in ("database", "redis")]
        return [*self.state["assistants"], self.state["actions"], self.state["console"], *engine]


@pytest.fixture(scope="module")
def scaled() -> Iterator[Scaled]:
    for name, package in (("redis-server", "redis-server"), ("nginx", "nginx-light")):
        try:
            engines.program(name, package)
            engines.postgresql_programs()
        except StopError as missing:
            pytest.skip(str(missing))
    # Not pytest's own folder: accounts other than root's may not enter it.
    with tempfile.TemporaryDirectory(prefix="scaled-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        started = _start(Path(name))
        try:
            _wait(lambda: "Ctrl-C" in started.said, started)
            yield started
        finally:
            started.process.send_signal(signal.SIGINT)
            started.process.wait(60)


def _start(folder: Path, **environment: str) -> Scaled:
    chat, console = free_port(), free_port()
    env = {
        **os.environ,
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "WHATSAPP_SANDBOX": "off",
        "ASSISTANT_PORT": str(chat),
        "CONSOLE_PORT": str(console),
        "ACTION_TIMEOUT": "20",
        **environment,
    }
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.server.scaled"], cwd=ROOT, env=env, stdout=out, stderr=out, text=True
        )
    return Scaled(f"http://127.0.0.1:{chat}", f"http://127.0.0.1:{console}", folder / "var", process, log)


def _wait(done: Any, scaled: Scaled) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not done():
        assert scaled.process.poll() is None and time.monotonic() < deadline, scaled.said
        time.sleep(0.2)


def _kill(port: int) -> None:
    """Kill whoever listens on a port, with SIGKILL."""
    holder = port_holder(port)
    assert holder
    os.kill(int(holder.split()[1]), signal.SIGKILL)


def test_people_are_answered_and_staff_can_sign_in(scaled: Scaled) -> None:
    assert "2 assistants share their locks in Redis." in scaled.said
    assert "timbre" in text_of(Client(scaled.chat).begin().say("combien coûte la carte de séjour ?"))
    place = "qui peut m'aider pour un avocat à Tanger ?"  # when the directory was read
    _wait(lambda: "marocaine" in text_of(Client(scaled.chat).begin().say(place)), scaled)
    assert requests.get(f"{scaled.console}/login/", timeout=30).status_code == 200
    assert requests.get(f"{scaled.chat}/webhooks/rest/", timeout=30).status_code == 404


def test_an_assistant_that_is_killed_is_made_up_for_at_once_and_comes_back(scaled: Scaled) -> None:
    page = Client(scaled.chat).begin()
    for port in scaled.state["assistants"]:
        _kill(port)
        said = [text_of(page.say(f"combien coûte la carte de séjour ? {uuid4().hex}")) for _ in range(4)]
        assert all("timbre" in text for text in said)
        _wait(lambda: answers("127.0.0.1", port), scaled)  # noqa: B023
    assert "assistant-1 was killed by signal 9; it is started again" in scaled.said
    assert len([bubble for bubble in page.history() if bubble["from"] == "person"]) == 8


def test_a_redis_that_is_killed_comes_back(scaled: Scaled) -> None:
    page = Client(scaled.chat).begin()
    _kill(urlsplit(scaled.state["redis"]).port or 0)
    once = uuid4().hex
    _wait(lambda: page.send("bonjour", once).status_code == 200, scaled)
    assert len([bubble for bubble in page.history() if bubble["from"] == "person"]) == 1


def test_two_systems_on_one_folder_are_refused(scaled: Scaled) -> None:
    second = _start(scaled.var.parent)
    assert second.process.wait(60) == 1
    assert "This checkout is running already" in second.said


def test_a_signal_ends_everything(scaled: Scaled) -> None:
    ports = scaled.ports()
    scaled.process.send_signal(signal.SIGINT)
    assert scaled.process.wait(60) == 0
    assert [port for port in ports if answers("127.0.0.1", port)] == []
    assert scaled.said.rstrip().endswith("Stopped.")


def test_assistants_whose_locks_are_elsewhere_open_no_door(tmp_path: Path) -> None:
    """The door is told of one Redis, and the assistant at this port holds no lock in it."""
    with redis() as shared:
        port = free_port()
        listener = subprocess.Popen(
            [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], stderr=subprocess.DEVNULL
        )
        try:
            command = [sys.executable, "-m", "assistant.server.workers", str(port)]
            env = {**os.environ, "REDIS_URL": shared.url, "VAR_DIR": str(tmp_path)}
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 1
            assert "Not in Redis (REDIS_URL): the locks of" in done.stderr and str(port) in done.stderr
            env["REDIS_URL"] = ""
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
            assert (done.returncode, "need REDIS_URL" in done.stderr) == (1, True)
        finally:
            listener.kill()
            listener.wait()
