"""Conversations leave when they are old: whole sessions, with their thumbs and what the inbox still knows of them.

A session leaves when its last message is older than a moment, and with it all that the person wrote before. What is
left is a conversation as if it had begun later; a turn that is just being made is never touched, since its rows are
newer than any that are looked at.
"""

import json
import time
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from assistant.storage.database import empty_log
from assistant.storage.inbox import KEPT

BATCH = 500  # rows in one transaction: who writes meanwhile waits for no more than that
_NEXT = sa.text("SELECT id, sender_id, timestamp FROM events WHERE id > :above ORDER BY id LIMIT :most")
_OF_SENDER = sa.text(
    "SELECT id, type_name, action_name, timestamp FROM events WHERE sender_id = :sender_id ORDER BY id"
)
_OLDEST = sa.text(
    "SELECT id, type_name, data FROM events WHERE sender_id = :sender_id AND id < :below ORDER BY id LIMIT :most"
)
_DELETE = sa.text("DELETE FROM events WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
_THUMBS = sa.text("DELETE FROM feedback WHERE sender_id = :sender_id AND reply_id IN :messages").bindparams(
    sa.bindparam("messages", expanding=True)
)
_LOST_TAILS = sa.text("DELETE FROM tails WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.id = tails.first)")
_LOST_THUMBS = sa.text(
    "DELETE FROM feedback WHERE timestamp < :before "
    "AND NOT EXISTS (SELECT 1 FROM events WHERE events.sender_id = feedback.sender_id)"
)
_INBOX = (
    sa.text(
        "DELETE FROM deliveries WHERE timestamp < :before "
        "AND turn NOT IN (SELECT key FROM inbox WHERE sealed IS NOT NULL)"
    ),
    # The key alone stays while Meta may deliver the message again: without it, that would be a new one.
    sa.text("UPDATE inbox SET sender_id = '' WHERE received < :before AND sealed IS NULL AND sender_id <> ''"),
    sa.text("DELETE FROM inbox WHERE received < :before AND received < :unknown AND sealed IS NULL"),
)


def let_go(engine: Engine, before: float) -> int:
    """Delete the sessions whose last message is older than a moment, in small transactions.

    Args:
        engine: the conversations' database, with the assistant's tables.
        before: seconds since 1970.

    Returns:
        How many events were deleted.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database fails, or (SQLite) another program reads while its log of changes
            is to be emptied; what was not done yet is done by the next call.
    """
    deleted = sum(_let_go_of(engine, sender_id, before) for sender_id in _with_old_events(engine, before))
    with engine.begin() as connection:
        connection.execute(_LOST_THUMBS, {"before": before})
    if sa.inspect(engine).has_table("tails"):
        with engine.begin() as connection:
            connection.execute(_LOST_TAILS)
    if sa.inspect(engine).has_table("inbox"):
        with engine.begin() as connection:
            for statement in _INBOX:
                connection.execute(statement, {"before": before, "unknown": time.time() - KEPT})
    empty_log(engine)
    return deleted


def _with_old_events(engine: Engine, before: float) -> Iterator[str]:
    """People with events older than a moment, each once.

    Ids and times of events go up together, if not strictly: the first batch without an old one is the end.
    """
    seen: set[str] = set()
    above = 0
    while True:
        with engine.connect() as connection:
            rows = connection.execute(_NEXT, {"above": above, "most": BATCH}).all()
        old = {row.sender_id for row in rows if row.timestamp < before}
        if not old:
            return
        yield from sorted(old - seen)
        seen |= old
        above = rows[-1].id


def _let_go_of(engine: Engine, sender_id: str, before: float) -> int:
    """Delete what a person's old sessions hold; the number of events."""
    with engine.connect() as connection:
        below = _kept_from(connection.execute(_OF_SENDER, {"sender_id": sender_id}).all(), before)
    deleted = 0
    while count := _delete_some(engine, sender_id, below):
        deleted += count
    return deleted


def _kept_from(rows: Sequence[Row], before: float) -> int:
    """Id of a person's first event that stays; one more than the last when none does.

    Args:
        rows: all events of the person, in order.
        before: a session whose last message is younger stays, and all after it.
    """
    for session in _sessions(rows):
        messages = [row.timestamp for row in session if row.type_name == "user"]
        if max(messages or [row.timestamp for row in session]) >= before:
            return int(session[0].id)
    return int(rows[-1].id) + 1 if rows else 0


def _sessions(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Events of each session. Rasa writes its own action before the mark of a session: it belongs to it."""
    session: list[Row] = []
    for row in rows:
        begins = row.type_name == "session_started" and not (len(session) == 1 and _is_start(session[0]))
        if session and (begins or _is_start(row)):
            yield session
            session = []
        session.append(row)
    if session:
        yield session


def _is_start(row: Row) -> bool:
    return row.type_name == "action" and row.action_name == "action_session_start"


def _delete_some(engine: Engine, sender_id: str, below: int) -> int:
    with engine.begin() as connection:
        rows = connection.execute(_OLDEST, {"sender_id": sender_id, "below": below, "most": BATCH}).all()
        if rows:
            _delete_thumbs(connection, sender_id, rows)
            connection.execute(_DELETE, {"ids": [row.id for row in rows]})
    return len(rows)


def _delete_thumbs(connection: Connection, sender_id: str, rows: Sequence[Row]) -> None:
    messages = [json.loads(row.data).get("message_id") for row in rows if row.type_name == "user"]
    if messages:
        connection.execute(_THUMBS, {"sender_id": sender_id, "messages": messages})
