"""The trained model and one started assistant, shared by all tests that need them."""

import asyncio
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

import pytest
import requests

from assistant.paths import MODELS, ROOT

START_TIMEOUT = 180  # seconds, on a loaded machine


# Lines that are printed below the tests' own summary.
REPORT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def parse() -> Callable[[str], dict[str, Any]]:
    """What `python -m assistant.parse` reports of one message, with the newest model."""
    from rasa.core.agent import Agent

    from assistant.parse import report
    from assistant.server.models import newest_model

    agent = Agent.load(str(newest_model(MODELS)))
    return lambda text: report({**asyncio.run(agent.parse_message(text)), "text": text})


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
    """A running assistant, its action server switched off."""

    url: str
    var: Path
    process: subprocess.Popen[bytes]

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


def start_assistant(var: Path, **environment: str) -> Assistant:
    """Start the real server on a free port; the action server's port leads nowhere."""
    port = free_port()
    env = {
        **os.environ,
        "ASSISTANT_PORT": str(port),
        "ACTIONS_PORT": str(free_port()),
        "VAR_DIR": str(var),
        "DATABASE_URL": "",
        **environment,
    }
    log = (var / "assistant.log").open("wb")
    command = [sys.executable, "-m", "assistant.server.serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, (var / "assistant.log").read_text(encoding="utf-8")
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=2)
            return Assistant(f"http://127.0.0.1:{port}/webhooks/rest/webhook", var, process)
        except requests.ConnectionError:
            time.sleep(0.3)
    process.kill()
    raise AssertionError(f"no answer within {START_TIMEOUT} s: {(var / 'assistant.log').read_text(encoding='utf-8')}")


def stop(assistant: Assistant) -> None:
    """Stop a started assistant and wait for its end."""
    assistant.process.send_signal(signal.SIGTERM)
    try:
        assistant.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        assistant.process.kill()
        assistant.process.wait()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The one assistant that tests share; nobody may stop it or change its files."""
    started = start_assistant(tmp_path_factory.mktemp("var"))
    yield started
    stop(started)


@pytest.fixture
def conversation(assistant: Assistant) -> Conversation:
    """A new person."""
    return assistant.conversation()
