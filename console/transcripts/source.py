"""The conversations' database as the projector reads it: events and thumbs. Nothing is written here."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from django.utils.translation import gettext as _
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.settings import Settings
from assistant.storage.database import (
    StorageError,
    checked_url,
    default_url,
    mend,
    place,
    prepare_file,
    with_open_connections,
)

# In whole batches: between two of them the projector writes down how far it is.
BATCH = 2000


class Unavailable(Exception):
    """The conversations' database cannot be read; says why, and the mend."""


@dataclass(frozen=True)
class Verdict:
    """A thumb that a person gave to a reply."""

    sender: str
    message: str
    verdict: str
    timestamp: float


def open_source(settings: Settings) -> Engine:
    """The conversations' database of this installation; its file is made when the assistant has not begun yet.

    Raises:
        assistant.storage.database.StorageError: its address is none.
    """
    url = checked_url(settings.database_url or default_url())
    prepare_file(url)
    return with_open_connections(sa.create_engine(url, hide_parameters=True))


@contextmanager
def reading(settings: Settings) -> Iterator[Engine]:
    """The conversations' database, open for something that ends.

    Raises:
        Unavailable: it is not there yet, cannot be opened or cannot be read.
    """
    try:
        engine = open_source(settings)
    except StorageError as error:
        raise Unavailable(str(error)) from None
    try:
        if not is_ready(engine):
            raise Unavailable(_("There are no conversations yet: start the assistant once (make run)."))
        yield engine
    except SQLAlchemyError as error:
        raise Unavailable(mend(error, place(engine.url))) from None
    finally:
        engine.dispose()


def is_ready(engine: Engine) -> bool:
    """Whether the assistant has made its tables."""
    tables = sa.inspect(engine)
    return all(tables.has_table(name) for name in ("events", "feedback", "erasures"))


def event_ids(engine: Engine, above: int, most: int = BATCH) -> list[tuple[int, str]]:
    """Row ids and senders of the next events, in order."""
    query = sa.text("SELECT id, sender_id FROM events WHERE id > :above ORDER BY id LIMIT :most")
    with engine.connect() as connection:
        return [(row.id, row.sender_id) for row in connection.execute(query, {"above": above, "most": most})]


def unread(engine: Engine, above: int) -> tuple[int, float | None]:
    """How many events there are above a row id, and the time of the oldest (seconds since 1970)."""
    query = sa.text("SELECT count(*), min(timestamp) FROM events WHERE id > :above")
    with engine.connect() as connection:
        number, oldest = connection.execute(query, {"above": above}).one()
    return int(number), oldest


def session_begin(engine: Engine, sender: str, event: int) -> int:
    """Row id of the beginning of the session in which an event of a person stands; 0 when none was marked."""
    query = sa.text(
        "SELECT max(id) FROM events WHERE sender_id = :sender AND type_name = 'session_started' AND id <= :event"
    )
    with engine.connect() as connection:
        return int(connection.execute(query, {"sender": sender, "event": event}).scalar() or 0)


def events(engine: Engine, sender: str, since: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Events of a person from a row id on: what was said, and where sessions begin."""
    query = sa.text(
        "SELECT id, data FROM events WHERE sender_id = :sender AND id >= :since "
        "AND type_name IN ('user', 'bot', 'session_started') ORDER BY id"
    )
    with engine.connect() as connection:
        for number, data in connection.execute(query, {"sender": sender, "since": since}).all():
            yield number, _storable(json.loads(data))


def verdicts(engine: Engine, since: float) -> Sequence[Verdict]:
    """Thumbs from a time on (seconds since 1970), oldest first."""
    query = sa.text(
        "SELECT sender_id, reply_id, verdict, timestamp FROM feedback WHERE timestamp >= :since ORDER BY timestamp"
    )
    with engine.connect() as connection:
        return [Verdict(*row) for row in connection.execute(query, {"since": since})]


def _storable(value: Any) -> Any:  # noqa: ANN401 (as free as JSON)
    """An event without what a database refuses: half a character (a cut emoji), and NUL."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value
