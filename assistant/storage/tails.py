"""Where a long conversation is read from: a row of `tails` says the first event and what held before it.

Only conversations that are long have one (`assistant/storage/conversation.py`). It is written with the turn that makes
it due, and goes with the events: erased in the same transaction (`erasures.py`), let go just after (`retention.py`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
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
    """What is read of a conversation: stored events of its last session with their row ids, and the header.

    Attributes:
        erasures: whether erasures wait to be finished, whoever asked for them.
    """

    erasures: bool
    header: list[dict[str, Any]]
    ids: list[int]
    events: list[dict[str, Any]]


def create(engine: Engine) -> None:
    """Make the table where there is none."""
    TAILS.create(engine, checkfirst=True)


def read(connection: Connection, sender_id: str) -> Tail:
    """The last session of a conversation or, of a long one, its tail; empty if there is none."""
    found = connection.execute(_READ, {"sender_id": sender_id}).all()
    rows = [(row_id, json.loads(data)) for row_id, data in found if data is not None]
    header = rows.pop(0)[1] if rows and rows[0][0] == _HEADER else []
    for place in reversed(range(len(rows))):
        if rows[place][1]["event"] == "session_started":
            header, rows = [], rows[place:]
            break
    return Tail(
        len(found) > 0 and found[0][0] == _WAITS, header, [row_id for row_id, _ in rows], [event for _, event in rows]
    )


def move(connection: Connection, sender_id: str, first: int, header: Sequence[dict[str, Any]]) -> None:
    """Read the conversation from an event on; never from an earlier one than before.

    Args:
        connection: in the transaction that writes the turn.
        sender_id: whose conversation.
        first: row id of the event.
        header: events in their stored form.
    """
    connection.execute(_MOVE, {"sender_id": sender_id, "first": first, "header": json.dumps(header)})
