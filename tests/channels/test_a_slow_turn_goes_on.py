"""A turn that takes long: the page is told, the turn goes on, and the next try finds its reply."""

import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.channels.web import Client, error_of, text_of
from tests.conftest import Part, free_port, start_actions, start_assistant, stop

QUESTION = "qui peut m'aider pour un avocat à Tanger ?"


@pytest.mark.long
def test_a_turn_over_its_time(tmp_path: Path, console: Part) -> None:
    port, once = free_port(), uuid4().hex
    actions = start_actions(tmp_path, port, f"{console.url}/hsds")
    # Longer than the web channel waits (`TURN_TIMEOUT`).
    assistant = start_assistant(tmp_path, port, ACTION_TIMEOUT="30")
    try:
        page = Client(assistant.site).begin()
        os.kill(actions.process.pid, signal.SIGSTOP)
        try:
            late = page.send(QUESTION, once)
        finally:
            os.kill(actions.process.pid, signal.SIGCONT)
        assert error_of(late) == (504, "slow")
        assert late.json()["error"]["retry"] is True
        assert "Aide juridique – Tanger" in text_of(page.say(QUESTION, once))
        assert [bubble["from"] for bubble in page.history()] == ["person", "assistant"]
    finally:
        stop(assistant)
        stop(actions)
