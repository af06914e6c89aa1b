"""With LOG_FORMAT=json every line of every process is one object, from the first to the last, and names nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from assistant.paths import ROOT
from tests import stores
from tests.channels.web import Client, text_of
from tests.conftest import free_port, start_actions, start_assistant, start_console, stop
from tests.whatsapp.sandbox import wait_for

NAME, REST_NAME = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
QUESTION, PHONE, WORD = "qui peut m'aider pour un avocat à Tanger ? {}, {}", "0661234567", "zanzibarette"
PROXY = {"X-Forwarded-For": "192.0.2.7"}


@pytest.mark.long
def test_every_line_is_one_object_of_its_request_and_names_nobody(tmp_path: Path) -> None:
    talkative = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}
    console = start_console(tmp_path, CONSOLE_PROXIES="1", **talkative)
    actions = start_actions(tmp_path, free_port(), f"{console.url}/hsds", **talkative)
    assistant = start_assistant(
        tmp_path, int(actions.url.rpartition(":")[2]), WEB_PROXIES="1", ACTION_TIMEOUT="20", **talkative
    )
    log = tmp_path / "transcripts.log"
    env = {**os.environ, "VAR_DIR": str(tmp_path), **stores.environment(tmp_path), **talkative}
    command = [sys.executable, "console/manage.py", "project_transcripts"]
    with log.open("wb") as out:
        transcripts = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        page = Client(assistant.site).begin()
        body = {"session": page.session, "id": "0123456789", "text": QUESTION.format(WORD, PHONE), "language": "fr"}
        said = page.post("message", body, **{"X-Request-ID": NAME}, **PROXY).json()["reply"]
        assert "Aide juridique – Tanger" in text_of(said)
        rest = assistant.conversation()
        requests.post(assistant.url, json={"sender": rest.sender, "message": WORD}, headers={"X-Request-ID": REST_NAME})
        requests.post(f"{console.url}/health", headers={"X-Request-ID": NAME})  # is not allowed, which is logged
        wait_for(lambda: requests.get(f"{console.url}/ready").ok, bool)
    finally:
        for part in (assistant, actions, console):
            stop(part)
        transcripts.terminate()
        transcripts.wait(timeout=60)
    found = {"assistant": assistant.log, "actions": actions.log, "console": console.log, "transcripts": log}
    lines = {process: lines_of(file) for process, file in found.items()}
    for process, said_by in lines.items():
        assert {line["process"] for line in said_by} <= {process}
        for private in (WORD, PHONE, rest.sender, page.session):
            assert private not in found[process].read_text(encoding="utf-8"), process
    for process in ("assistant", "actions", "console"):
        assert any(line["request"] == NAME for line in lines[process]), process
    assert any(line["request"] == REST_NAME for line in lines["assistant"])


def lines_of(log: Path) -> list[dict[str, Any]]:
    """The lines of a log; fails for one that is no object."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines
