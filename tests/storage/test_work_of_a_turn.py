"""A turn asks the database little, and no more of a long conversation: counted, since seconds are the machine's."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.shared.core.events import Event

from assistant.paths import MODELS
from assistant.server.models import newest_model
from assistant.storage import conversation, tails
from assistant.storage.tracker_store import TrackerStore
from evaluation.development import quiet
from tests import stores

# Reading and writing; the write of where a long conversation is read from is now and then a third.
STATEMENTS = 2
EVENTS_OF_A_TURN = 10
# Python's own instructions, on average of the messages below: 72,000 today, 122,000 before somebody counted them.
BYTECODES = 80_000
SAID = ["comment renouveler ma carte ?", "c'est combien ?", "blorf zzkrt vmpq", "شنو هي المنظمة؟", "en français"]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    quiet()
    var = tmp_path_factory.mktemp("var")
    store = TrackerStore(host=stores.conversations(var))
    return Agent.load(str(newest_model(MODELS)), tracker_store=store)


@contextmanager
def counted(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    counts = {"statements": 0, "events": 0}

    def statement(*_: object) -> None:
        counts["statements"] += 1

    made = Event.from_parameters

    def event(*given: object) -> object:
        counts["events"] += 1
        return made(*given)

    engine = agent.tracker_store._tracker_store.engine
    sa.event.listen(engine, "before_cursor_execute", statement)
    with monkeypatch.context() as patched:
        patched.setattr(Event, "from_parameters", staticmethod(event))
        yield counts
    sa.event.remove(engine, "before_cursor_execute", statement)


def say(agent: Agent, text: str) -> None:
    assert asyncio.run(agent.handle_text(text, sender_id="someone"))


def test_a_turn_asks_the_database_twice_however_long_the_conversation(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(agent, "bonjour")
    work = []
    for number in range(60):
        with counted(agent, monkeypatch) as counts:
            say(agent, SAID[number % len(SAID)])
        work.append(counts)
    moves = [one for one in work if one["statements"] > STATEMENTS]
    assert max(one["statements"] for one in work) == STATEMENTS + 1
    assert len(moves) <= len(work) / 3
    # What a turn has read or written stays ready for the next: only the turn before is new, and now and then a header.
    assert max(one["events"] for one in work) <= 2 * EVENTS_OF_A_TURN
    tails.forget()
    with counted(agent, monkeypatch) as counts:
        say(agent, "bonjour")
    assert EVENTS_OF_A_TURN < counts["events"] <= conversation.MOST_EVENTS + EVENTS_OF_A_TURN


def test_a_turn_runs_no_more_of_python_than_it_did(agent: Agent) -> None:
    for text in SAID:
        say(agent, text)
    run = 0

    def count(frame: FrameType, event: str, _: object) -> object:
        nonlocal run
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        run += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        for text in SAID:
            say(agent, text)
    finally:
        sys.settrace(before)
    assert run / len(SAID) <= BYTECODES
