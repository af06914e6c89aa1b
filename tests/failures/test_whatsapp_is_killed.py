"""The assistant is killed in the middle of its work: every message on WhatsApp is answered once, in order.

"Once" has one limit. Killed after Meta took a part of a reply and before that was noted, the assistant waits for
Meta's status of that part; only when it does not come in time is the part sent again. Such parts are counted.
"""

import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPORT, Assistant, free_port, start_assistant
from tests.stores import select
from tests.whatsapp.sandbox import Sandbox, started, wait_for

TAPS = ("/regul/card", "/services/health", "/menu/main", "/iom/who", "/asylum/how")
PATIENCE = 240  # seconds without any progress, on a loaded machine


@pytest.mark.parametrize(
    ("people", "each", "kills"),
    [(15, 4, 1), pytest.param(200, 5, 3, marks=pytest.mark.long)],
)
def test_every_message_is_answered_once_and_in_order(
    people: int, each: int, kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox:
        assistant = _start(tmp_path, port, sandbox)
        try:
            sandbox.set_faults(
                duplicates=0.3, duplicate_delay=[0, 5], delay=[0, 4], slow=[0.02, 0.2], throttled=0.05, seed=7
            )
            for number in range(each):
                for person in range(people):
                    tap = TAPS[(number + person) % len(TAPS)]
                    reply = {"type": "button_reply", "button_reply": {"id": tap, "title": "x"}}
                    sandbox.send(f"21260001{person:04d}", {"type": "interactive", "interactive": reply})
            for kill in range(kills):
                _wait_for_turns(sandbox, people * each * (kill + 1) // (kills + 2))
                assistant.process.kill()
                assistant.process.wait()
                assistant = _start(tmp_path, port, sandbox)
            _wait_for_turns(sandbox, people * each)
            sandbox.wait_until_delivered()
            wait_for(lambda: _owed(tmp_path), lambda owed: owed == 0)
        finally:
            assistant.process.kill()
            assistant.process.wait()
        turns = _turns(tmp_path)
        answered = Counter(key for made in turns.values() for turn in made for key in turn["messages"])
        assert len(answered) == people * each
        assert set(answered.values()) == {1}, "a message became two turns"
        sent: dict[str, list[str]] = defaultdict(list)
        for message in sandbox.sent():
            sent[message["to"]].append(message["message"]["biz_opaque_callback_data"])
        doubled = {tag: n for tag, n in Counter(tag for tags in sent.values() for tag in tags).items() if n > 1}
        replied = [list(dict.fromkeys(tag.partition(".")[0] for tag in tags)) for tags in sent.values()]
        made = [[turn["id"] for turn in of] for of in turns.values()]
        assert sorted(replied) == sorted(made), "a reply is missing, or came out of its order"
        request.config.stash.setdefault(REPORT, []).append(
            f"WhatsApp, {people * each} messages of {people} people, killed {kills} times: "
            f"{len(answered)} answered, 0 lost, {sum(doubled.values()) - len(doubled)} parts sent twice"
        )
        assert len(doubled) <= kills, "more parts were sent twice than a kill can leave in doubt"


def _start(var: Path, port: int, sandbox: Sandbox) -> Assistant:
    return start_assistant(var, port=port, WHATSAPP_GRAPH=sandbox.url, **sandbox.environment)


def _wait_for_turns(sandbox: Sandbox, count: int) -> None:
    """Wait until so many different parts are out; fails when nothing moves any more."""
    seen, moved = 0, time.monotonic()
    while seen < count:
        found = len({message["message"]["biz_opaque_callback_data"] for message in sandbox.sent()})
        if found > seen:
            seen, moved = found, time.monotonic()
        assert time.monotonic() - moved < PATIENCE, f"{seen} of {count} parts are out, and no more come"
        time.sleep(0.2)


def _owed(var: Path) -> int:
    return int(select(var, "SELECT count(*) FROM inbox WHERE sealed IS NOT NULL")[0][0])


def _turns(var: Path) -> dict[str, list[dict[str, Any]]]:
    """The turns that were made of messages, by person, in order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for sender_id, data in select(var, "SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id"):
        event = json.loads(data)
        found[sender_id].append({"id": event["message_id"], "messages": event["metadata"]["messages"]})
    return found
