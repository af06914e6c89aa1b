"""A search for contacts while parts of the system are off, failing or hung: an honest line or the last good data.

One assistant for all cases; what stands on the action server's port, and behind it, changes.
"""

import http.server
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.conftest import Assistant, Part, free_port, start_actions, start_assistant, stop

QUESTION = {"fr": "qui peut m'aider pour un avocat à Tanger ?", "ar": "شكون يقدر يعاوني على محامي فطنجة؟"}
OFFICE, RESCUE, POLICE = "morocco.iom.int", "15", "19"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Assistant]:
    """An assistant whose action server is whatever a test puts on the port; more patient than by default (2 s)."""
    started = start_assistant(tmp_path_factory.mktemp("broken"), port, ACTION_TIMEOUT="8")
    yield started
    stop(started)


@contextmanager
def serving(status: int, body: bytes, kind: str, port: int = 0) -> Iterator[str]:
    """A server of one reply; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = reply

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running(part: Part) -> Iterator[Part]:
    try:
        yield part
    finally:
        stop(part)


def honest(assistant: Assistant, language: str) -> None:
    person = assistant.conversation()
    text = person.say(QUESTION[language]).text
    for needed in (OFFICE, RESCUE, POLICE):
        assert needed in text
    assert person.say("merci" if language == "fr" else "شكرا").text, "the conversation goes on"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_no_action_server(broken: Assistant, language: str) -> None:
    honest(broken, language)


def test_an_action_server_that_answers_500(broken: Assistant, port: int) -> None:
    with serving(500, b'{"error": "boom", "action_name": "action_contact_find"}', "application/json", port):
        honest(broken, "fr")


def test_an_action_server_that_answers_nonsense(broken: Assistant, port: int) -> None:
    with serving(200, b"<html>hello</html>", "text/html", port):
        honest(broken, "ar")


def test_an_action_server_whose_answer_has_another_form(broken: Assistant, port: int) -> None:
    body = b'{"events": [{"timestamp": 1}], "responses": [{"text": "unasked"}]}'  # an event without its kind
    with serving(200, body, "application/json", port):
        honest(broken, "fr")


def test_a_hung_action_server(broken: Assistant, port: int, console: Part, tmp_path: Path) -> None:
    with running(start_actions(tmp_path, port, f"{console.url}/hsds")) as actions:
        os.kill(actions.process.pid, signal.SIGSTOP)
        try:
            honest(broken, "fr")
        finally:
            os.kill(actions.process.pid, signal.SIGCONT)


def test_no_directory_and_nothing_kept(broken: Assistant, port: int, tmp_path: Path) -> None:
    with running(start_actions(tmp_path, port, f"http://127.0.0.1:{free_port()}/hsds", reads_it=False)):
        honest(broken, "ar")


def test_the_last_good_data_are_given_with_their_date(
    broken: Assistant, port: int, console: Part, tmp_path: Path
) -> None:
    page = requests.get(f"{console.url}/hsds/services", {"full": "true", "per_page": "100"}, timeout=30)
    with (
        serving(200, page.content, "application/json") as address,
        running(start_actions(tmp_path, port, address)),
    ):
        fresh = broken.conversation().say(QUESTION["fr"]).text
    # The same folder, and now nobody behind the directory's address.
    with running(start_actions(tmp_path, port, address)):
        text = broken.conversation().say(QUESTION["fr"]).text
    assert "Annuaire injoignable" not in fresh
    assert "Annuaire injoignable : ces données sont du" in text
    shown = [line for line in fresh.splitlines() if "📍" in line]
    assert shown == [line for line in text.splitlines() if "📍" in line] != []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"boom", "text/plain"),
        (200, b"<html><script>alert(1)</script></html>", "text/html"),
        (200, b'{"contents": [{"id": "1", "na', "application/json"),
        (200, b'{"contents": "all"}', "application/json"),
        (302, b"", "text/html"),
    ],
)
def test_a_hostile_directory(broken: Assistant, port: int, tmp_path: Path, status: int, body: bytes, kind: str) -> None:
    with (
        serving(status, body, kind) as address,
        running(start_actions(tmp_path, port, address, reads_it=False)) as actions,
    ):
        honest(broken, "fr")
    said = [line for line in actions.log.read_text(encoding="utf-8").splitlines() if "directory" in line.lower()]
    assert len(said) == 1, said


def test_a_script_in_a_name_is_text(broken: Assistant, port: int, tmp_path: Path) -> None:
    name = "<script>alert('x')</script> Aide {phone:samu-141} \u202e مرحبا"
    service = {
        "id": "9f0c1a52-6f35-4d52-8f0a-3f6a0d2b1c11",
        "name": name,
        "status": "active",
        "organization": {"id": "7d1f3c52-1111-4d52-8f0a-3f6a0d2b1c11", "name": name, "description": name},
        "attributes": [{"taxonomy_term": {"id": "x", "code": "legal_aid", "name": "Aide juridique"}}],
        "service_at_locations": [
            {
                "id": "1",
                "location": {
                    "id": "0b9f3c52-2222-4d52-8f0a-3f6a0d2b1c11",
                    "location_type": "physical",
                    "city": "tanger",
                    "phones": [{"id": "2", "number": "+212539936382"}],
                },
            }
        ],
    }
    page = {"contents": [service], "total_pages": 1, "page_number": 1, "last_page": True, "first_page": True}
    with (
        serving(200, json.dumps(page).encode(), "application/json") as address,
        running(start_actions(tmp_path, port, address)),
    ):
        text = broken.conversation().say(QUESTION["fr"]).text
    assert "05 39 93 63 82" in text
    assert not set("<>\u202e") & set(text)
    assert "{phone:samu-141}" in text or "samu-141" not in text, "what a name says is not filled in"
    assert "141\n" not in text
