"""The action server takes calls of the assistant's form; all else is refused in one line that repeats nothing of it."""

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests

from tests.actions.seed import services
from tests.actions.server import pages, running
from tests.conftest import ACTIONS_TOKEN, Part, free_port, start_actions, stop

TIMEOUT = 60  # seconds, on a loaded machine
MARK = "Zzyzxmark"
TOKEN = {"Authorization": f"Bearer {ACTIONS_TOKEN}"}
TRACKER: dict[str, Any] = {
    "sender_id": "x",
    "slots": {"language": "fr", "shown": None},
    "latest_message": {"text": MARK, "turn": {"search": {"need": "legal_aid", "city": "tanger"}}},
    "events": None,
}
CALL = {"next_action": "action_contact_find", "version": "3.6.21", "domain": {}, "tracker": TRACKER}


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    with running() as directory:
        directory.respond = pages(services())
        started = start_actions(tmp_path_factory.mktemp("calls"), free_port(), directory.url)
        yield started
        stop(started)


def post(actions: Part, raw: bytes, path: str = "/webhook", **headers: str) -> requests.Response:
    sent = {"Content-Type": "application/json", **TOKEN, **headers}
    return requests.post(actions.url + path, data=raw, headers=sent, timeout=TIMEOUT)


def test_a_call_is_answered(actions: Part) -> None:
    answer = post(actions, json.dumps(CALL).encode())
    assert answer.status_code == 200, answer.text
    assert answer.json()["responses"][0]["response"].startswith("utter_contact.")


def with_tracker(**parts: object) -> Mapping[str, object]:
    return {**CALL, "tracker": {**TRACKER, **parts}}


def with_search(**parts: object) -> Mapping[str, object]:
    return with_tracker(latest_message={"text": MARK, "turn": {"search": parts}})


NO_CALLS: dict[str, object] = {
    "no object": [MARK],
    "nothing": None,
    "no tracker": {"next_action": "action_contact_find", "version": MARK},
    "a version that is none": {**CALL, "version": 3.6},
    "an action that is none": {**CALL, "next_action": [MARK]},
    "slots that are none": with_tracker(slots=MARK),
    "a message that is none": with_tracker(latest_message=MARK),
    "a turn that is none": with_tracker(latest_message={"turn": MARK}),
    "shown before, and is no list": with_tracker(slots={"shown": {"ids": MARK}}),
    "a city that is none": with_search(city=[MARK]),
    "a point on no map": with_search(near=[1e300, 0]),
    "half a point": with_search(near=[34.0]),
    "the ten to the thirtieth place": with_search(wants="phone", nth=10**30),
}


@pytest.mark.parametrize("name", NO_CALLS)
def test_what_is_no_call_is_refused(actions: Part, name: str) -> None:
    answer = post(actions, json.dumps(NO_CALLS[name]).encode())
    assert (answer.status_code, answer.json()) == (422, {"error": "No action call."})


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, MARK.encode()], ids=range(4))
def test_what_is_no_json_is_refused_and_not_repeated(actions: Part, raw: bytes) -> None:
    answer = post(actions, raw)
    assert answer.status_code == 400
    assert MARK not in answer.text


def test_nothing_packed_is_unpacked(actions: Part) -> None:
    bomb = zlib.compress(b"0" * 50_000_000)
    assert post(actions, bomb, **{"Content-Encoding": "deflate"}).status_code == 415


def test_what_is_too_long_is_refused(actions: Part) -> None:
    assert post(actions, b" " * (4 * 1024 * 1024 + 1)).status_code in (413, 422)


def test_other_addresses_and_actions_are_not_found(actions: Part) -> None:
    assert post(actions, b"{}", "/elsewhere").status_code in (404, 422)
    assert requests.get(f"{actions.url}/elsewhere", headers=TOKEN, timeout=TIMEOUT).status_code == 404
    assert requests.get(f"{actions.url}/webhook", headers=TOKEN, timeout=TIMEOUT).status_code == 405
    assert post(actions, json.dumps({**CALL, "next_action": "action_elsewhere"}).encode()).status_code == 404


def test_nothing_of_it_is_in_the_log(actions: Part) -> None:
    log = actions.log.read_text(encoding="utf-8", errors="replace")
    assert MARK not in log and "Traceback" not in log
