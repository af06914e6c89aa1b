"""What people thought of a reply: a table of its own, beside the conversation and not a message in it."""

import time
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.sql.dml import Delete

Verdict = Literal["up", "down"]

FEEDBACK = sa.Table(
    "feedback",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("reply_id", sa.String(64), primary_key=True),  # `message_id` of the message that was answered
    sa.Column("verdict", sa.String(4), nullable=False),
    sa.Column("timestamp", sa.Float, nullable=False),  # seconds since 1970
)


def create(engine: Engine) -> None:
    """Make the table where there is none."""
    FEEDBACK.create(engine, checkfirst=True)


def keep(engine: Engine, sender_id: str, reply_id: str, verdict: Verdict | None) -> None:
    """Keep a verdict on a reply in the place of an earlier one; None takes it back.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written.
    """
    with engine.begin() as connection:
        connection.execute(_of(sender_id).where(FEEDBACK.c.reply_id == reply_id))
        if verdict:
            row = {"sender_id": sender_id, "reply_id": reply_id, "verdict": verdict, "timestamp": time.time()}
            connection.execute(sa.insert(FEEDBACK), row)


def of(sender_id: str, until: float) -> Delete:
    """Statement that deletes the verdicts of a conversation up to a time (seconds since 1970)."""
    return _of(sender_id).where(FEEDBACK.c.timestamp <= until)


def _of(sender_id: str) -> Delete:
    return sa.delete(FEEDBACK).where(FEEDBACK.c.sender_id == sender_id)
