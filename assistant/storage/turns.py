"""Stored events of a conversation, read beside the tracker store: what was said before, and to which message."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.engine import Connection, Engine

from assistant.storage.erasures import still_seen

EVENTS = SQLTrackerStore.SQLEvent.__table__
SAID = ("user", "bot")
# A message is sent again soon or never: so many messages back it is looked for.
LOOKED_BACK = 20
Event = dict[str, Any]


def database_of(agent: Agent) -> Engine:
    """The database of the conversations, the very one that the tracker store has opened; Rasa wraps the store."""
    return agent.tracker_store._tracker_store.engine


def replies_to(engine: Engine, sender_id: str, message_id: str) -> list[Event] | None:
    """What was said to one of the last messages.

    Returns:
        Its bot events, oldest first; None when the message is not among the last `LOOKED_BACK`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be read.
    """
    with engine.connect() as connection:
        found = _found(connection, sender_id, message_id)
        if found is None:
            return None
        after = _said(sender_id).where(EVENTS.c.id > found[0]).order_by(EVENTS.c.id)
        replies = []
        for kind, data in connection.execute(after):
            if kind == "user":
                break
            replies.append(json.loads(data))
    return replies


def message(engine: Engine, sender_id: str, message_id: str) -> Event | None:
    """One of the last messages of a conversation, as it is stored; None when none of them has that id.

    A message that was joined with others is found by the id of each of them.
    """
    with engine.connect() as connection:
        found = _found(connection, sender_id, message_id)
    return found[1] if found else None


def last_said(engine: Engine, sender_id: str, most: int) -> Sequence[Event]:
    """The last messages and replies of a conversation, oldest first.

    Args:
        engine: the database.
        sender_id: the conversation.
        most: events.
    """
    with engine.connect() as connection:
        rows = connection.execute(_said(sender_id).order_by(EVENTS.c.id.desc()).limit(most)).fetchall()
    return [json.loads(data) for _, data in reversed(rows)]


def _said(sender_id: str) -> Any:  # noqa: ANN401 - a select of SQLAlchemy 1.4, which has no types
    return sa.select(EVENTS.c.type_name, EVENTS.c.data).where(
        EVENTS.c.sender_id == sender_id, EVENTS.c.type_name.in_(SAID), still_seen(sender_id)
    )


def _found(connection: Connection, sender_id: str, message_id: str) -> tuple[int, Event] | None:
    """Row id and event of a message. The text is looked at before it is parsed: nearly always the message is new."""
    query = (
        sa.select(EVENTS.c.id, EVENTS.c.data)
        .where(EVENTS.c.sender_id == sender_id, EVENTS.c.type_name == "user", still_seen(sender_id))
        .order_by(EVENTS.c.id.desc())
        .limit(LOOKED_BACK)
    )
    for number, data in connection.execute(query):
        if message_id in data and message_id in _ids(event := json.loads(data)):
            return int(number), event
    return None


def _ids(event: Event) -> tuple[str, ...]:
    return (event.get("message_id") or "", *((event.get("metadata") or {}).get("messages") or ()))
