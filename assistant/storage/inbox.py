"""The inbox of WhatsApp: what was accepted and is owed a reply, kept until the reply is out, whatever happens between.

Three tables in the conversations' own database:

- `inbox`: a row for each message, known by a keyed hash of Meta's name for it. `sealed` holds the message and where the
  reply goes, encrypted; it is emptied when nothing is owed any more. The row stays for the days on which Meta may
  deliver the same message again.
- `deliveries`: a row for each part of a reply: whether it is being sent, was accepted, arrived, was read or failed.
- `counts`: how often something happened on a day, about nobody.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.dml import Delete, Insert

_TABLES = sa.MetaData()
INBOX = sa.Table(
    "inbox",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True),  # in order of arrival
    sa.Column("key", sa.String(32), nullable=False, unique=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("received", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("sealed", sa.Text),
)
_OWED = INBOX.c.sealed.isnot(None)
sa.Index("inbox_owed", INBOX.c.sender_id, INBOX.c.id, sqlite_where=_OWED, postgresql_where=_OWED)
sa.Index("inbox_received", INBOX.c.received)
DELIVERIES = sa.Table(
    "deliveries",
    _TABLES,
    sa.Column("turn", sa.String(32), primary_key=True),  # key of the first message of the turn
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("state", sa.String(9), nullable=False),
    sa.Column("code", sa.Integer),  # Meta's, of what was refused or failed
    sa.Column("timestamp", sa.Float, nullable=False),  # of the state, seconds since 1970
)
COUNTS = sa.Table(
    "counts",
    _TABLES,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

# States of a part in the order in which it can come to them. Statuses come in any order and twice: only forward.
STATES = ("sending", "accepted", "sent", "delivered", "read", "played", "refused", "failed")
KEPT = 9 * 24 * 3600  # seconds; Meta delivers again for up to 7 days


@dataclass(frozen=True)
class Row:
    """A message that is owed a reply."""

    key: str
    received: float
    sealed: str


def create(engine: Engine) -> None:
    """Make the tables where there are none."""
    _TABLES.create_all(engine, checkfirst=True)


def accept(
    engine: Engine,
    rows: Sequence[tuple[str, str, str]],
    taken_back: Iterable[tuple[str, str]],
    told: Iterable[tuple[str, int, str, int | None]],
    counts: Mapping[str, int],
) -> None:
    """Keep what came in one request, all of it or nothing.

    Args:
        engine: the database.
        rows: key, sender and sealed content of each message.
        taken_back: key and sender of messages that people changed or took back; they may come later than that.
        told: turn, part, state and error code of parts of replies, as Meta tells them.
        counts: what else to count, by name.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written, and nothing was kept.
    """
    now, new = time.time(), 0
    with engine.begin() as connection:
        for key, sender_id in taken_back:
            connection.execute(sa.update(INBOX).where(INBOX.c.key == key).values(sealed=None))
            connection.execute(_new(connection, key, sender_id, now, None))
        for key, sender_id, sealed in rows:
            new += connection.execute(_new(connection, key, sender_id, now, sealed)).rowcount
        failed = [code for turn, part, state, code in told if _tell(connection, turn, part, state, code, now)]
        seen_before = {"seen before": len(rows) - new} if len(rows) > new else {}
        _count(connection, {**counts, **seen_before, **Counter(f"failed {code or 'unknown'}" for code in failed)})


def _new(connection: Connection, key: str, sender_id: str, now: float, sealed: str | None) -> Insert:
    row = {"key": key, "sender_id": sender_id, "received": now, "sealed": sealed}
    return _insert(connection, INBOX).values(row).on_conflict_do_nothing(index_elements=["key"])


def owed(engine: Engine, sender_id: str) -> list[Row]:
    """Messages of a person that are owed a reply, in order of arrival."""
    wanted = sa.select(INBOX.c.key, INBOX.c.received, INBOX.c.sealed)
    query = wanted.where(INBOX.c.sender_id == sender_id, _OWED).order_by(INBOX.c.id)
    with engine.connect() as connection:
        return [Row(*row) for row in connection.execute(query)]


def waiting(engine: Engine) -> list[str]:
    """Everybody who is owed a reply, who has waited longest first."""
    query = sa.select(INBOX.c.sender_id).where(_OWED).group_by(INBOX.c.sender_id).order_by(sa.func.min(INBOX.c.id))
    with engine.connect() as connection:
        return [sender_id for (sender_id,) in connection.execute(query)]


def deliveries(engine: Engine, turn: str) -> dict[int, tuple[str, float]]:
    """State of each part of a reply that was begun, and since when."""
    query = sa.select(DELIVERIES.c.part, DELIVERIES.c.state, DELIVERIES.c.timestamp).where(DELIVERIES.c.turn == turn)
    with engine.connect() as connection:
        return {part: (state, since) for part, state, since in connection.execute(query)}


def note(engine: Engine, turn: str, part: int, sender_id: str, state: str, code: int | None = None) -> None:
    """Note what we do with a part of a reply: `sending`, `accepted` or `refused`."""
    with engine.begin() as connection:
        _note(connection, turn, part, sender_id, state, code)


def finish(engine: Engine, keys: Sequence[str], counted: str | None = None) -> None:
    """Nothing is owed any more for these messages: what was sealed is gone.

    Args:
        engine: the database.
        keys: of the messages.
        counted: what to count of today, where something is worth it.
    """
    with engine.begin() as connection:
        connection.execute(sa.update(INBOX).where(INBOX.c.key.in_(keys)).values(sealed=None))
        _count(connection, {counted: 1} if counted else {})


def _note(connection: Connection, turn: str, part: int, sender_id: str, state: str, code: int | None) -> None:
    """Move a part forward; a status that overtook our own note is not undone by it."""
    values = {"state": state, "code": code, "timestamp": time.time()}
    row = _insert(connection, DELIVERIES).values(turn=turn, part=part, sender_id=sender_id, **values)
    not_later = DELIVERIES.c.state.in_(STATES[: STATES.index(state) + 1])
    connection.execute(row.on_conflict_do_update(index_elements=["turn", "part"], set_=values, where=not_later))


def _tell(connection: Connection, turn: str, part: int, state: str, code: int | None, now: float) -> bool:
    """Move a part to what Meta says became of it; whether that is news, and bad.

    A part that is not known (erased since, or another program's) is left alone.
    """
    if state not in STATES:
        return False
    earlier = DELIVERIES.c.state.in_(STATES[: STATES.index(state)])
    known = sa.update(DELIVERIES).where(DELIVERIES.c.turn == turn, DELIVERIES.c.part == part, earlier)
    moved = connection.execute(known.values(state=state, code=code, timestamp=now)).rowcount
    return bool(moved) and state == "failed"


def _count(connection: Connection, counts: Mapping[str, int]) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime())
    for name, number in counts.items():
        row = _insert(connection, COUNTS).values(day=day, name=name[:80], number=number)
        added = {"number": COUNTS.c.number + number}
        connection.execute(row.on_conflict_do_update(index_elements=["day", "name"], set_=added))


def forget(sender_id: str) -> list[Delete]:
    """Statements that erase a person, save what is still owed; messages that were answered stay known by their key.

    Without the key Meta's second delivery of a message, days later, would be a new one.
    """
    answered = sa.update(INBOX).where(INBOX.c.sender_id == sender_id, INBOX.c.sealed.is_(None)).values(sender_id="")
    return [answered, sa.delete(DELIVERIES).where(DELIVERIES.c.sender_id == sender_id)]


def tidy(engine: Engine) -> None:
    """Drop what Meta will not deliver again, and deliveries as old."""
    before = time.time() - KEPT
    with engine.begin() as connection:
        connection.execute(sa.delete(INBOX).where(INBOX.c.received < before, INBOX.c.sealed.is_(None)))
        connection.execute(sa.delete(DELIVERIES).where(DELIVERIES.c.timestamp < before))


def _insert(connection: Connection, table: sa.Table) -> Insert:
    """An INSERT that can say what to do on a conflict: each database has its own."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
