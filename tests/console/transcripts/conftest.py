"""The conversations' database, filled event by event as the assistant's tracker store does it."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.engine import Engine
from transcripts import projector

from assistant.storage import erasures, feedback, inbox
from tests import stores

EVENTS = SQLTrackerStore.SQLEvent.__table__


@dataclass
class Conversations:
    """Events of people; each gets the next row id and the next second, unless told."""

    engine: Engine
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(1_795_600_000))

    def add(self, sender: str, event: dict[str, Any], row_id: int | None = None) -> float:
        """Write an event; returns its time."""
        at = float(event.get("timestamp") or next(self.clock))
        data = {"timestamp": at, "metadata": {}, **event}
        row = {"sender_id": sender, "type_name": event["event"], "timestamp": at, "data": json.dumps(data)}
        with self.engine.begin() as connection:
            connection.execute(sa.insert(EVENTS), {**row, **({"id": row_id} if row_id else {})})
        return at

    def session(self, sender: str) -> None:
        self.add(sender, {"event": "session_started"})

    def forget_session(self, row_id: int) -> None:
        """As if the beginning of a session had never been written."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(EVENTS).where(EVENTS.c.id == row_id))

    def ask(self, sender: str, text: str, topic: str = "regul.card", **more: Any) -> str:
        """A person's message as it was understood; returns its id."""
        message = f"{sender}-{next(self.clock)}"
        turn = {"reply": topic, "decision": "answer", "topic": topic, "language": "fr", "urgent": False}
        turn |= {name: more.pop(name) for name in list(more) if name in turn}
        parsed = {
            "turn": turn,
            "tongue": turn["language"],
            "intent_ranking": [{"name": topic, "confidence": 0.9}, {"name": "iom.who", "confidence": 0.05}],
            "entities": [{"entity": "city", "value": "rabat", "extractor": "Lexicon"}],
        }
        event = {"event": "user", "text": text, "parse_data": parsed, "input_channel": "web", "message_id": message}
        self.add(sender, {**event, **more})
        return message

    def answer(self, sender: str, text: str, response: str = "utter_regul/card") -> None:
        facts = {"sources": ["https://example.org/a"], "as_of": "2022"}
        metadata = {"utter_action": response, "metadata": facts}
        buttons = [{"title": "Menu", "payload": "/menu/main"}]
        self.add(sender, {"event": "bot", "text": text, "data": {"buttons": buttons}, "metadata": metadata})


def read_all(conversations: Conversations, anew: bool = False) -> None:
    """Let the projector read what is there."""
    if anew:
        projector.rebuild(conversations.engine)
    while projector.step(conversations.engine):
        pass


def opened(var: Path) -> Conversations:
    """The database of an installation's conversations, with every table that the assistant makes."""
    engine = sa.create_engine(stores.conversations(var))
    EVENTS.create(engine)
    for table in (feedback, inbox, erasures):
        table.create(engine)
    return Conversations(engine)


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Conversations]:
    """An empty database of conversations."""
    made = opened(tmp_path)
    yield made
    made.engine.dispose()
