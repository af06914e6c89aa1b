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
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import TextClause

LONGEST_NAME = 80  # characters of what is counted
_TABLES = sa.MetaData()
INBOX = sa.Table(
    "inbox",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True),  # in order of arrival
    sa.Column("key", sa.String(32), nullable=False, unique=True),
    sa.Column("sender_id", sa.String(255), nullable=False),
    sa.Column("received", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("sealed", sa.Text),
    sa.Column("replaces", sa.String(32), index=True),  # key of the message that this one, an edit, stands for
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
    sa.Column("name", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

# States of a part in the order in which it can come to them. Statuses come in any order and twice: only forward.
STATES = ("sending", "accepted", "sent", "delivered", "read", "played", "refused", "failed")
MOST_OWED = 50  # read at once: who floods the inbox slows nobody else
KEPT = 9 * 24 * 3600  # seconds; Meta delivers again for up to 7 days

# Written out, for both databases: SQLAlchemy 1.4 puts an INSERT with ON CONFLICT together anew each time, which took
# longer than the database.
_KEEP = sa.text(
    "INSERT INTO inbox (key, sender_id, received, sealed, replaces) "
    "VALUES (:key, :sender_id, :now, :sealed, :replaces) ON CONFLICT (key) DO NOTHING"
)
_TAKE_BACK = sa.text("UPDATE inbox SET sealed = NULL WHERE key = :key OR replaces = :key")
_SEAL = sa.text("UPDATE inbox SET sealed = :sealed WHERE key = :key")
_SEAL_AGAIN = sa.text("UPDATE inbox SET sealed = :sealed WHERE key = :key AND sealed IS NOT NULL")
_FINISH = sa.text("UPDATE inbox SET sealed = NULL WHERE key IN :keys").bindparams(sa.bindparam("keys", expanding=True))
_OWED_TO = sa.text(
    "SELECT key, received, sealed FROM inbox WHERE sender_id = :sender_id AND sealed IS NOT NULL "
    "ORDER BY id LIMIT :most"
)
_WAITING = sa.text(
    "SELECT sender_id FROM inbox WHERE sealed IS NOT NULL GROUP BY sender_id "
    "HAVING min(received) <= :since OR min(received) > :now ORDER BY min(id)"
)
_DEPTH = sa.text("SELECT count(*), min(received) FROM inbox WHERE sealed IS NOT NULL")
_DELIVERIES = sa.text("SELECT part, state FROM deliveries WHERE turn = :turn")
_EARLIER = "deliveries.state IN :earlier"
_NOTE = sa.text(
    "INSERT INTO deliveries (turn, part, sender_id, state, code, timestamp) "
    "VALUES (:turn, :part, :sender_id, :state, :code, :now) ON CONFLICT (turn, part) DO UPDATE "
    f"SET state = excluded.state, code = excluded.code, timestamp = excluded.timestamp WHERE {_EARLIER}"
).bindparams(sa.bindparam("earlier", expanding=True))
_TELL = sa.text(
    "UPDATE deliveries SET state = :state, code = :code, timestamp = :now "
    f"WHERE turn = :turn AND part = :part AND {_EARLIER}"
).bindparams(sa.bindparam("earlier", expanding=True))
_COUNT = sa.text(
    "INSERT INTO counts (day, name, number) VALUES (:day, :name, :number) "
    "ON CONFLICT (day, name) DO UPDATE SET number = counts.number + excluded.number"
)


@dataclass(frozen=True)
class Row:
    """A message that is owed a reply."""

    key: str
    received: float
    sealed: str


@dataclass(frozen=True)
class Told:
    """What Meta tells of a part of a reply."""

    turn: str
    part: int
    state: str
    code: int | None


def create(engine: Engine) -> None:
    """Make the tables where there are none."""
    _TABLES.create_all(engine, checkfirst=True)


@dataclass(frozen=True)
class New:
    """A message to be kept: its key, whose it is, what is sealed (None: it only takes another back), and the key of the
    other that it changes or takes back."""

    key: str
    sender_id: str
    sealed: str | None
    replaces: str | None = None


def accept(engine: Engine, messages: Sequence[New]) -> int:
    """Keep what came in one request, all of it or nothing.

    A message that still waits is changed in its place. One that comes after what changed it, or took it back, is not
    kept: Meta delivers in any order.

    Args:
        engine: the database.
        messages: in their order.

    Returns:
        How many of them had come before.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written, and nothing was kept.
    """
    now, new = time.time(), 0
    with engine.begin() as connection:
        for message in messages:
            row = {**asdict(message), "now": now}
            if message.replaces:
                new += _change(connection, message, row)
            else:
                new += connection.execute(_KEEP, row).rowcount
    return len(messages) - new


def _change(connection: Connection, message: New, row: Mapping[str, object]) -> int:
    """Keep an edit, or take a message back; 1 when it is new."""
    if message.sealed:
        if not connection.execute(_KEEP, {**row, "sealed": None}).rowcount:
            return 0  # this very edit came before
        if connection.execute(_SEAL_AGAIN, {"key": message.replaces, "sealed": message.sealed}).rowcount:
            return 1
    connection.execute(_TAKE_BACK, {"key": message.replaces})
    connection.execute(_KEEP, {**row, "key": message.replaces, "sealed": None, "replaces": None})
    if message.sealed:
        connection.execute(_SEAL, {"key": message.key, "sealed": message.sealed})
    return 1


def seal_again(engine: Engine, key: str, sealed: str) -> None:
    """Put something else in the place of what a message that is owed a reply has sealed."""
    with engine.begin() as connection:
        connection.execute(_SEAL_AGAIN, {"key": key, "sealed": sealed})


def owed(engine: Engine, sender_id: str) -> list[Row]:
    """The first messages of a person that are owed a reply, at most `MOST_OWED`, in order of arrival."""
    with engine.connect() as connection:
        return [Row(*row) for row in connection.execute(_OWED_TO, {"sender_id": sender_id, "most": MOST_OWED})]


def waiting(engine: Engine, seconds: float = 0.0) -> list[str]:
    """Everybody who has been owed a reply for so many seconds (or longer than a clock that was set back can tell), who
    has waited longest first."""
    now = time.time()
    with engine.connect() as connection:
        return [sender_id for (sender_id,) in connection.execute(_WAITING, {"since": now - seconds, "now": now})]


def depth(engine: Engine) -> tuple[int, float | None]:
    """How many messages are owed a reply, and when the oldest of them came (seconds since 1970)."""
    with engine.connect() as connection:
        number, oldest = connection.execute(_DEPTH).one()
    return int(number), oldest


def deliveries(engine: Engine, turn: str) -> dict[int, str]:
    """State of each part of a reply that was begun."""
    with engine.connect() as connection:
        return dict(connection.execute(_DELIVERIES, {"turn": turn}).all())


def note(
    engine: Engine,
    turn: str,
    part: int,
    sender_id: str,
    state: str,
    code: int | None = None,
    finished: Sequence[str] = (),
    forgotten: bool = False,
) -> None:
    """Note what we do with a part of a reply; a status that overtook our own note is not undone by it.

    Args:
        engine: the database.
        turn: key of the first message that is answered.
        part: number of the part, from 0.
        sender_id: whose conversation it is.
        state: `sending`, `accepted` or `refused`.
        code: Meta's, of what was refused.
        finished: keys of messages for which nothing is owed any more, with the last part.
        forgotten: whether the person, who asked to be erased, is forgotten with the last part.
    """
    row = {"turn": turn, "part": part, "sender_id": sender_id, "state": state, "code": code, "now": time.time()}
    with engine.begin() as connection:
        connection.execute(_NOTE, {**row, "earlier": STATES[: STATES.index(state) + 1]})
        if finished:
            _finish(connection, finished, sender_id if forgotten else None)


def finish(engine: Engine, keys: Sequence[str], forgotten: str | None = None) -> None:
    """Nothing is owed any more for these messages: what was sealed is gone.

    Args:
        engine: the database.
        keys: of the messages.
        forgotten: a person who asked to be erased, and is told so or cannot be told any more.
    """
    with engine.begin() as connection:
        _finish(connection, keys, forgotten)


def _finish(connection: Connection, keys: Sequence[str], forgotten: str | None) -> None:
    connection.execute(_FINISH, {"keys": list(keys)})
    for statement in forget(forgotten, time.time()) if forgotten else ():
        connection.execute(statement)


def tell(engine: Engine, told: Iterable[Told], counts: Mapping[str, int]) -> None:
    """Write what Meta tells of parts of replies, and count; a part that is not known (erased since) is left alone.

    Args:
        engine: the database.
        told: statuses, in any order.
        counts: what else to count today, by name.
    """
    with engine.begin() as connection:
        failed = Counter(
            f"failed {one.code or 'unknown'}" for one in told if _moved(connection, one) and one.state == "failed"
        )
        day = time.strftime("%Y-%m-%d", time.gmtime())
        for name, number in (failed + Counter(counts)).items():
            connection.execute(_COUNT, {"day": day, "name": name[:LONGEST_NAME], "number": number})


def _moved(connection: Connection, one: Told) -> bool:
    if one.state not in STATES:
        return False
    row = {"turn": one.turn, "part": one.part, "state": one.state, "code": one.code, "now": time.time()}
    return bool(connection.execute(_TELL, {**row, "earlier": STATES[: STATES.index(one.state)] or ("",)}).rowcount)


def forget(sender_id: str, until: float) -> list[TextClause]:
    """Statements that erase a person, save what is still owed; messages that were answered stay known by their key.

    Without the key Meta's second delivery of a message, days later, would be a new one.

    Args:
        sender_id: who asked to be erased.
        until: what was accepted later (seconds since 1970) stays.
    """
    staying = "sender_id = :sender_id AND (sealed IS NOT NULL OR received > :until)"
    delivered = (
        f"DELETE FROM deliveries WHERE sender_id = :sender_id AND turn NOT IN (SELECT key FROM inbox WHERE {staying})"
    )
    answered = f"UPDATE inbox SET sender_id = '' WHERE sender_id = :sender_id AND NOT ({staying})"
    return [sa.text(one).bindparams(sender_id=sender_id, until=until) for one in (delivered, answered)]


def tidy(engine: Engine) -> None:
    """Drop what Meta will not deliver again, and deliveries as old."""
    before = {"before": time.time() - KEPT}
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM inbox WHERE received < :before AND sealed IS NULL"), before)
        connection.execute(sa.text("DELETE FROM deliveries WHERE timestamp < :before"), before)
