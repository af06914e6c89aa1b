"""The action server answers who knows ACTIONS_TOKEN, and writes into no log what it was sent."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from assistant.settings import Settings, SettingsError, actions_token
from tests.actions.seed import services
from tests.actions.server import pages, running
from tests.conftest import ACTIONS_TOKEN, Assistant, Part, free_port, start_part, stop

RIGHT = {"Authorization": f"Bearer {ACTIONS_TOKEN}"}
WORD, NUMBER = "zanzibarkoul", "0612345678"
CALL: dict[str, Any] = {
    "next_action": "action_contact_find",
    "sender_id": NUMBER,
    "tracker": {"sender_id": NUMBER, "slots": {"topic": WORD}, "latest_message": {"text": f"{WORD} {NUMBER}"}},
}
# The error that this causes quotes it.
NO_POINT = {"turn": {"search": {"near": [f"{WORD} {NUMBER}", "1"]}}}


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    """An action server that logs all it can."""
    var, port = tmp_path_factory.mktemp("actions"), free_port()
    with running() as directory:
        directory.respond = pages(services())
        settings = {"ACTIONS_PORT": str(port), "DIRECTORY_URL": directory.url, "LOG_LEVEL": "DEBUG"}
        started = start_part("assistant.server.actions", f"http://127.0.0.1:{port}/health", var, **settings)
        yield started
        stop(started)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": ACTIONS_TOKEN},
        {"Authorization": f"Bearer {ACTIONS_TOKEN}x"},
        {"Authorization": f"Bearer {ACTIONS_TOKEN[:-1]}"},
        {"Authorization": b"Bearer \xff\xfe"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/webhook"), ("GET", "/actions"), ("OPTIONS", "/webhook")])
def test_without_the_token_nothing_is_done(
    actions: Part, headers: dict[str, str | bytes], method: str, path: str
) -> None:
    answer = requests.request(method, f"{actions.url}{path}", json=CALL, headers=headers, timeout=10)
    assert answer.status_code == 401
    assert answer.json() == {"error": "ACTIONS_TOKEN is missing or another one."}
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_path_that_is_not_there_needs_it_too(actions: Part) -> None:
    assert requests.get(f"{actions.url}/{WORD}", timeout=10).status_code == 401


def test_with_the_token_actions_are_listed_and_done(actions: Part) -> None:
    listed = requests.get(f"{actions.url}/actions", headers=RIGHT, timeout=10).json()
    assert {"name": "action_contact_find"} in listed


def test_a_probe_needs_none(actions: Part) -> None:
    assert requests.get(f"{actions.url}/health", timeout=10).json() == {"status": "ok"}


def test_it_listens_on_loopback_only(actions: Part) -> None:
    address = next(
        (found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)), "127.0.0.1"
    )
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    port = int(actions.url.rpartition(":")[2])
    with pytest.raises(OSError), socket.create_connection((address, port), timeout=2):
        pass


def test_a_body_that_is_too_long_is_refused(actions: Part) -> None:
    answer = requests.post(f"{actions.url}/webhook", data=b"x" * 2_000_000, headers=RIGHT, timeout=10)
    assert answer.status_code in (413, 422)  # Sanic says no; what looks for calls may have said it before


def test_what_was_sent_is_in_no_log(actions: Part) -> None:
    """Refused, done, no such action, no call, and no JSON at all."""
    requests.post(f"{actions.url}/webhook", json=CALL, timeout=10)
    failing = {**CALL["tracker"], "latest_message": NO_POINT}
    for call in (CALL, {**CALL, "next_action": "action_unknown"}, {**CALL, "tracker": failing}):
        requests.post(f"{actions.url}/webhook", json=call, headers=RIGHT, timeout=10)
    requests.post(f"{actions.url}/webhook", data=f"{WORD} {NUMBER}", headers=RIGHT, timeout=10)
    log = actions.log.read_text(encoding="utf-8")
    assert "A call without the right ACTIONS_TOKEN was refused. Set the same for the assistant and here." in log
    assert [line for line in log.splitlines() if WORD in line or NUMBER in line] == []


def test_the_assistant_is_known_to_it(assistant: Assistant) -> None:
    """The shared assistant, whose action server is started with the same token, finds contacts."""
    body = {"sender": uuid4().hex, "message": "qui peut m'aider pour un avocat à Tanger ?"}
    said = requests.post(assistant.url, json=body, timeout=60).json()
    assert "📍" in said[0]["text"]


def test_a_token_is_made_once_and_kept_for_this_account(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    token = actions_token(settings)
    assert len(token) == 64
    assert actions_token(settings) == token
    assert actions_token(Settings(var_dir=tmp_path, actions_token="k" * 32)) == "k" * 32
    assert token not in repr(Settings(actions_token=token))


@pytest.mark.parametrize("value", ["short", "é" * 32, "two words" * 4])
def test_a_token_that_no_header_carries_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="ACTIONS_TOKEN") as error:
        Settings.from_environment({"ACTIONS_TOKEN": value})
    assert value not in str(error.value)
