"""Where a long conversation is read from: a row of `tails` says the first event and what held before it.

Only conversations that are long have one (`assistant/storage/conversation.py`). It is written with the turn that makes
it due, and goes with the events: erased in the same transaction (`erasures.py`), let go just after (`retention.py`).
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from sqlalchemy.engine import Connection, Engine

from assistant.storage.erasures import SEEN_FROM, UNDONE

TAILS = sa.Table(
    "tails",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("first", sa.BigInteger, nullable=False),  # row id of the event from which on `events` is read
    sa.Column("header", sa.Text, nullable=False),  # JSON: events that say what held before it
)
_WAITS, _HEADER = -1, 0  # in the place of a row id; those of events begin with 1
# Stored events that are kept ready: the tails of some forty people who are writing now, 3 MB.
KEPT_READY = 1_024
# One statement: the header, if there is one, stands before the events, and whether anybody's erasure waits before that.
_READ = sa.text(
    f"SELECT {_WAITS} AS id, NULL AS data WHERE EXISTS (SELECT 1 {UNDONE}) "
    f"UNION ALL SELECT {_HEADER}, header FROM tails WHERE sender_id = :sender_id AND first > {SEEN_FROM} "
    f"UNION ALL SELECT id, data FROM events WHERE sender_id = :sender_id AND id > {SEEN_FROM} "
    "AND id >= coalesce((SELECT first FROM tails WHERE sender_id = :sender_id), 0) ORDER BY id"
)
_MOVE = sa.text(
    "INSERT INTO tails (sender_id, first, header) VALUES (:sender_id, :first, :header) "
    "ON CONFLICT (sender_id) DO UPDATE SET first = excluded.first, header = excluded.header "
    "WHERE tails.first < excluded.first"
)


@dataclass(frozen=True)
class Tail:
    """What is read of a conversation: stored events of its last session by row id, and the header.

    Attributes:
        erasures: whether erasures wait to be finished, whoever asked for them.
        header: events that say what held before.
        events: row id -> event, in their order; those of a kind that this release does not know are left out.
    """

    erasures: bool
    header: list[Event]
    events: dict[int, Event]


def create(engine: Engine) -> None:
    """Make the table where there is none."""
    TAILS.create(engine, checkfirst=True)


def read(connection: Connection, sender_id: str) -> Tail:
    """The last session of a conversation or, of a long one, its tail; empty if there is none."""
    header: list[Event] = []
    events: dict[int, Event] = {}
    erasures = False
    for row_id, data in connection.execute(_READ, {"sender_id": sender_id}).all():
        if row_id == _WAITS:
            erasures = True
        elif row_id == _HEADER:
            header = [event for one in json.loads(data) if (event := Event.from_parameters(one))]
        elif event := _event(data):
            if isinstance(event, SessionStarted):
                header, events = [], {}
            events[row_id] = event
    return Tail(erasures, header, events)


def forget() -> None:
    """Keep no event in memory: somebody asked to be erased."""
    _stored.cache_clear()


def _event(data: str) -> Event | None:
    """An event as it was stored. A message is one of its own each time: what follows it may change how it is read."""
    event = _stored(data)
    return copy.copy(event) if isinstance(event, UserUttered) else event


@lru_cache(KEPT_READY)
def _stored(data: str) -> Event | None:
    """What was written stays as it is, and each turn of a conversation reads the ones before it again."""
    return Event.from_parameters(json.loads(data))


def move(connection: Connection, sender_id: str, first: int, header: Sequence[dict[str, Any]]) -> None:
    """Read the conversation from an event on; never from an earlier one than before.

    Args:
        connection: in the transaction that writes the turn.
        sender_id: whose conversation.
        first: row id of the event.
        header: events in their stored form.
    """
    connection.execute(_MOVE, {"sender_id": sender_id, "first": first, "header": json.dumps(header)})
