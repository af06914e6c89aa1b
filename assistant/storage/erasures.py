"""Erasures that people asked for: written down first, done then, forgotten last.

A row of `erasures` is a receipt, whose conversation goes, and up to which event: what the person writes later is a new
conversation. Every worker sees it and finishes it, at its start and with each turn; so does whoever makes the
transcripts. Once those are gone too, the row forgets the person: a receipt and two times are left, for the count.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.sql.elements import TextClause

from assistant.privacy.receipts import LENGTH, receipt_of
from assistant.storage import feedback, inbox
from assistant.storage.database import empty_log

CLOCKS = 60.0  # seconds by which clocks of several machines may differ

ERASURES = sa.Table(
    "erasures",
    sa.MetaData(),
    sa.Column("receipt", sa.String(LENGTH), primary_key=True),
    sa.Column("sender_id", sa.String(255)),  # empty while the log is, null when nothing of the person is left
    sa.Column("asked", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("up_to", sa.BigInteger, nullable=False),  # highest row id of `events` when it was asked
    sa.Column("erased", sa.Float),  # when this database was clean of it, seconds since 1970
)
_OPEN = ERASURES.c.sender_id.isnot(None)
sa.Index("erasures_open", ERASURES.c.sender_id, sqlite_where=_OPEN, postgresql_where=_OPEN)

# A turn that is saved twice asks twice.
_QUEUE = sa.text(
    "INSERT INTO erasures (receipt, sender_id, asked, up_to) "
    "SELECT :receipt, :sender_id, :now, coalesce(max(id), 0) FROM events WHERE true "
    "ON CONFLICT (receipt) DO UPDATE "
    "SET sender_id = excluded.sender_id, asked = excluded.asked, up_to = excluded.up_to, erased = NULL "
    "WHERE coalesce(erasures.sender_id, '') IN ('', excluded.sender_id)"
)
# A backup that was restored has what was erased after it was made: up to what was written when that was asked.
_AGAIN = sa.text(
    "INSERT INTO erasures (receipt, sender_id, asked, up_to, erased) "
    "SELECT :receipt, :sender_id, :asked, coalesce(max(id), 0), :erased FROM events "
    "WHERE timestamp <= :until AND :erased IS NULL "
    "ON CONFLICT (receipt) DO UPDATE "
    "SET sender_id = excluded.sender_id, asked = excluded.asked, up_to = excluded.up_to, erased = excluded.erased"
)
_NO_LONGER_OWED = sa.text(
    "UPDATE inbox SET sealed = NULL WHERE sender_id = :sender_id AND sealed IS NOT NULL AND received <= :until"
)
_COLUMNS = "receipt, coalesce(sender_id, ''), asked, up_to, erased"
UNDONE = "FROM erasures WHERE sender_id IS NOT NULL AND erased IS NULL"
_UNDONE = sa.text(f"SELECT {_COLUMNS} {UNDONE}")
_DONE = sa.text(f"SELECT {_COLUMNS} FROM erasures WHERE sender_id IS NOT NULL AND erased IS NOT NULL")
_FIND = sa.text(f"SELECT {_COLUMNS} FROM erasures WHERE receipt = :receipt")
_OPEN_SINCE = sa.text("SELECT count(*), min(asked) FROM erasures WHERE sender_id IS NOT NULL")
_EVENTS = sa.text("DELETE FROM events WHERE sender_id = :sender_id AND id <= :up_to")
_TAIL = sa.text("DELETE FROM tails WHERE sender_id = :sender_id AND first <= :up_to")
_IS_ERASED = sa.text("UPDATE erasures SET erased = :now WHERE receipt = :receipt")
_FORGET = sa.text("UPDATE erasures SET sender_id = :nobody, up_to = 0 WHERE receipt = :receipt")
# Asked within the query that reads the events, so that no turn waits for a question of its own.
SEEN_FROM = "coalesce((SELECT max(up_to) FROM erasures WHERE sender_id = :sender_id AND erased IS NULL), 0)"


@dataclass(frozen=True)
class Erasure:
    """A row; see `ERASURES`. Without a sender it is done everywhere."""

    receipt: str
    sender_id: str
    asked: float
    up_to: int
    erased: float | None


def create(engine: Engine) -> None:
    """Make the table where there is none."""
    ERASURES.create(engine, checkfirst=True)


def queue(engine: Engine, sender_id: str, receipt: str) -> None:
    """Write down that a conversation is to be erased: all of it that is stored now.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written.
    """
    now = time.time()
    with engine.begin() as connection:
        while not connection.execute(_QUEUE, {"receipt": receipt, "sender_id": sender_id, "now": now}).rowcount:
            receipt = receipt_of(f"{receipt} {sender_id}")  # somebody else's erasure has it, and is not finished


def queue_again(engine: Engine, receipt: str, sender_id: str | None, asked: float, done: float) -> None:
    """Write down an erasure that the database, restored from an older backup, does not know.

    Args:
        engine: the conversations' database.
        receipt: what the person holds.
        sender_id: whose conversation goes; None when the backup has nothing of the person: the receipt alone is kept.
        asked: when the person asked, seconds since 1970.
        done: when it was finished, seconds since 1970.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written.
    """
    row = {"receipt": receipt, "sender_id": sender_id, "asked": asked, "until": asked + CLOCKS}
    with engine.begin() as connection:
        connection.execute(_AGAIN, {**row, "erased": None if sender_id else done})
        if sender_id and sa.inspect(engine).has_table("inbox"):
            connection.execute(_NO_LONGER_OWED, row)


def open_ones(engine: Engine) -> list[Erasure]:
    """Erasures that are not finished everywhere."""
    return [one for query in (_UNDONE, _DONE) for one in _read(engine, query) if one.sender_id]


def still_seen(sender_id: str) -> TextClause:
    """Condition on `events` that leaves out what waits to be erased."""
    return sa.text(f"events.id > {SEEN_FROM}").bindparams(sender_id=sender_id)


def finish(engine: Engine) -> None:
    """Erase from the files of the conversations' database what is to be erased and is still there.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: not possible now; what is left to do stays written down.
    """
    undone = _read(engine, _UNDONE)
    if not undone:
        return
    # The console may finish one before the assistant of this release has made its tables.
    rows = (_EVENTS, _TAIL) if sa.inspect(engine).has_table("tails") else (_EVENTS,)
    with engine.begin() as connection:
        for one in undone:
            for statement in rows:
                connection.execute(statement, {"sender_id": one.sender_id, "up_to": one.up_to})
            connection.execute(feedback.of(one.sender_id, one.asked + CLOCKS))
            for statement in inbox.forget(one.sender_id, one.asked):
                connection.execute(statement)
    empty_log(engine)
    with engine.begin() as connection:
        for one in undone:
            connection.execute(_IS_ERASED, {"receipt": one.receipt, "now": time.time()})


def to_forget(engine: Engine) -> list[Erasure]:
    """Erasures that are done here, and whose transcripts may still be there."""
    return _read(engine, _DONE)


def forget(engine: Engine, receipt: str) -> None:
    """Whose conversation it was is known no more.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: not possible now; `to_forget` names it again.
    """
    _forget(engine, receipt, "")
    empty_log(engine)  # it holds the row as it was
    _forget(engine, receipt, None)


def depth(engine: Engine) -> tuple[int, float | None]:
    """How many erasures are not finished everywhere, and when the oldest was asked for (seconds since 1970)."""
    with engine.connect() as connection:
        number, oldest = connection.execute(_OPEN_SINCE).one()
    return int(number), oldest


def find(engine: Engine, receipt: str) -> Erasure | None:
    """The erasure with a receipt."""
    found = _read(engine, _FIND, receipt=receipt)
    return found[0] if found else None


def _read(engine: Engine, query: TextClause, **values: str) -> list[Erasure]:
    with engine.connect() as connection:
        return [Erasure(*row) for row in connection.execute(query, values)]


def _forget(engine: Engine, receipt: str, nobody: str | None) -> None:
    with engine.begin() as connection:
        connection.execute(_FORGET, {"receipt": receipt, "nobody": nobody})
