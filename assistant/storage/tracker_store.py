"""Rasa's SQL tracker store, with nothing personal on disk and with erasure that holds.

Set in endpoints.yml:

    tracker_store:
      type: assistant.storage.tracker_store.TrackerStore

The database is, in this order: `url` beside `type`; the environment variable `DATABASE_URL`; the SQLite file
`conversations.db` in the folder `VAR_DIR`, default `<project>/var`.
"""

import json
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from assistant.paths import ROOT
from assistant.privacy.redact import redact_data
from assistant.server import overrides

logger = logging.getLogger(__name__)

ERASED = "chat.erased"
RANKING_KEPT = 5
# What Rasa's own readers of a stored response selector look at; the rest is copied text of answers.
SELECTED_KEPT = ("intent_response_key", "utter_action", "confidence")
# In this order on every new connection. FULL: an answer that was given is on disk when the power fails.
# secure_delete: what is erased is overwritten with zeros, not only unlinked.
PRAGMAS = ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON")
# Says how many events of a tracker are stored. Rasa counts the stored rows of the last session instead, which goes
# wrong for the second save of a turn that began a session: the events of the session before are stored twice.
_STORED = "_dalil_stored_events"


class StorageError(SystemExit):
    """Conversations cannot be stored: says in one line which database and what to do.

    It ends the program at start. An ordinary exception would not: Rasa replaces a store that raises `ImportError` or
    `AttributeError` by one in memory, with a warning only.
    """


class TrackerStore(SQLTrackerStore):
    """Conversations in SQLite or PostgreSQL, without personal numbers.

    The tracker in memory keeps what the person wrote until the turn is over, since the reply may depend on it; the
    next turn reads what was stored.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **unknown: Any,  # noqa: ANN401 (whatever stands beside `type` in endpoints.yml)
    ) -> None:
        """Called by Rasa with what stands in endpoints.yml.

        Args:
            domain: the assistant's domain.
            host: `url` of endpoints.yml, a database address; see the module for what holds without it.
            event_broker: where events are published too.
            unknown: settings that this store does not have.

        Raises:
            StorageError: a setting is unknown, or the database cannot be opened, read and written.
        """
        overrides.apply()  # Rasa makes its store first: from here on no log line names a person
        if unknown:
            raise StorageError(f"endpoints.yml: tracker_store has no setting {', '.join(sorted(unknown))}; only `url`.")
        url = _checked_url(host or os.environ.get("DATABASE_URL") or _default_url())
        self._place = _place(url)
        self._not_erased: set[str] = set()
        _prepare_file(url)
        try:
            _try_out(url)
            super().__init__(domain, host=url.render_as_string(hide_password=False), event_broker=event_broker)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", _set_pragmas)
                self.engine.dispose()  # the connection that made the table has no pragmas
            # Rasa logs errors with their text, and SQLAlchemy's texts quote what was to be written.
            self.engine.hide_parameters = True
            sa.inspect(self.engine).get_columns(self.SQLEvent.__tablename__)  # Rasa only logs that it made no table
        except Exception as error:
            raise StorageError(_mend(error, self._place)) from None

    @contextmanager
    def session_scope(self) -> Generator[Session, None, None]:
        """One use of the database. Rasa's own ends the program on any ValueError, such as half a character in an id."""
        with self.sessionmaker() as session:
            yield session

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the new events of a conversation, or erases it if that is what its last message asked for.

        A failure is logged in one line and not raised: the person gets the reply that was made. (Raised, Rasa would
        keep the whole tracker, unredacted, in a second store in memory that it never reads again.)
        """
        error = self._erase_and_append(tracker)
        if error:
            # Outside of any `except`: the line must not carry a traceback, which can quote what was to be written.
            logger.error(_mend(error, self._place))

    def _erase_and_append(self, tracker: DialogueStateTracker) -> Exception | None:
        try:
            erased = _asks_to_be_erased(tracker)
            if erased or tracker.sender_id in self._not_erased:
                self._erase(tracker.sender_id)
            if not erased:
                self._append(tracker)
            for sender_id in list(self._not_erased):
                self._erase(sender_id)
        except Exception as error:
            return error
        return None

    def _append(self, tracker: DialogueStateTracker) -> None:
        with self.session_scope() as session:
            stored = getattr(tracker, _STORED, None)
            if stored is None:  # not loaded from here: a new conversation, or one that the API handed in
                stored = self._event_query(session, tracker.sender_id, fetch_events_from_all_sessions=False).count()
            rows = [stored_form(event) for event in list(tracker.events)[stored:]]
            if rows:  # one statement, without an object for each row
                session.execute(sa.insert(self.SQLEvent.__table__), [_row(tracker.sender_id, row) for row in rows])
            session.commit()
        setattr(tracker, _STORED, len(tracker.events))
        if self.event_broker:
            for row in rows:
                self.event_broker.publish({"sender_id": tracker.sender_id, **row})

    def _erase(self, sender_id: str) -> None:
        """Removes every trace of a conversation from the files of the database.

        What fails stays in `_not_erased`, is tried again at every save, and is not shown by `retrieve` meanwhile.
        """
        self._not_erased.add(sender_id)
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter_by(sender_id=sender_id).delete(synchronize_session=False)
            session.commit()
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                # The log of changes still holds the pages as they were before.
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()[0]
            if busy:
                raise OperationalError("wal_checkpoint", None, Exception("database is locked"))
        self._not_erased.discard(sender_id)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """A stored conversation, None if there is none; a new one, and a line in the log, if it cannot be read."""
        if sender_id in self._not_erased:
            return self._unread(sender_id)
        try:
            tracker = self._read(sender_id, fetch_events_from_all_sessions)
        except Exception as caught:
            error = caught
        else:
            if tracker:
                setattr(tracker, _STORED, len(tracker.events))
            return tracker
        logger.error(_mend(error, self._place))
        return self._unread(sender_id)

    def _read(self, sender_id: str, all_sessions: bool) -> DialogueStateTracker | None:
        """What Rasa's store reads, of each event only what a tracker is made of."""
        with self.session_scope() as session:
            query = self._event_query(session, sender_id, fetch_events_from_all_sessions=all_sessions)
            events = [json.loads(data) for (data,) in query.with_entities(self.SQLEvent.data)]
        if not events or not self.domain:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    def _unread(self, sender_id: str) -> DialogueStateTracker:
        """A new conversation, all of which is appended whatever is stored already."""
        tracker = self.init_tracker(sender_id)
        setattr(tracker, _STORED, 0)
        return tracker


def _row(sender_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event's row of Rasa's table."""
    return {
        "sender_id": sender_id,
        "type_name": data["event"],
        "timestamp": data.get("timestamp"),
        "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def stored_form(event: Event) -> dict[str, Any]:
    """An event as it is written: Rasa's form, redacted, with a short ranking.

    What the assistant says is kept as it is: it says only what `data/answers` and the directory hold, and is said again
    when somebody asks for it.
    """
    data = event.as_dict()
    if data["event"] == "bot":
        return {**data, "metadata": redact_data(data.get("metadata"))}
    if data["event"] == "user":
        data = {**data, "parse_data": _short(data.get("parse_data") or {})}
    return redact_data(data)


def _short(parse_data: dict[str, Any]) -> dict[str, Any]:
    """Parse data with what is read again: five of the ranking, the selected response without its text."""
    short = dict(parse_data)
    if "intent_ranking" in short:
        short["intent_ranking"] = short["intent_ranking"][:RANKING_KEPT]
    if "response_selector" in short:
        wanted = ("default", (short.get("intent") or {}).get("name"))
        short["response_selector"] = {
            name: {"response": {key: selected.get("response", {}).get(key) for key in SELECTED_KEPT}, "ranking": []}
            for name, selected in short["response_selector"].items()
            if name in wanted and isinstance(selected, dict)
        }
    return short


def _asks_to_be_erased(tracker: DialogueStateTracker) -> bool:
    """Whether the reply to the last message is that the conversation is erased."""
    # Not `tracker.latest_message`: a restart in the same turn empties it.
    last = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    turn = (last.parse_data or {}).get("turn") if last else None
    return isinstance(turn, dict) and turn.get("reply") == ERASED


def _default_url() -> str:
    return f"sqlite:///{Path(os.environ.get('VAR_DIR') or ROOT / 'var').absolute() / 'conversations.db'}"


def _checked_url(address: str) -> URL:
    """A database address as SQLAlchemy has it.

    Raises:
        StorageError: no address of a database.
    """
    try:
        # "postgres://" is what hosting services hand out; SQLAlchemy has only the long name.
        return make_url("postgresql" + address[8:] if address.startswith("postgres:") else address)
    except ArgumentError:
        raise StorageError(
            "DATABASE_URL (or url in endpoints.yml) is no address such as sqlite:////path/file.db."
        ) from None


def _file(url: URL) -> Path | None:
    """The file of an SQLite database, None for one in memory and for a database server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database.removeprefix("file:")).absolute()


def _place(url: URL) -> str:
    """Where conversations are, for the log: a path, or an address without its password."""
    return str(_file(url) or repr(url))


def _prepare_file(url: URL) -> None:
    """Makes the folder and the file of an SQLite database, both for the owner only.

    Raises:
        StorageError: not possible.
    """
    file = _file(url)
    if not file or url.query.get("mode") == "ro":
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(_mend(error, str(file))) from None


def _try_out(url: URL) -> None:
    """Writes nothing, but as one who writes. Rasa's own store logs at start what fails here, and goes on."""
    engine = sa.create_engine(url, hide_parameters=True)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        sa.event.listen(engine, "connect", _set_pragmas)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "SELECT 1")
            connection.exec_driver_sql("ROLLBACK")
    finally:
        engine.dispose()


def _set_pragmas(connection: Any, _record: Any) -> None:  # noqa: ANN401 (of the database driver)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


_MENDS = (
    ("readonly", "is read-only: let the user who runs the assistant write the file and its folder (chown, chmod)"),
    ("read-only file", "is on a read-only file system: remount it, or set VAR_DIR to another folder"),
    ("permission denied", "may not be written: let the user who runs the assistant write the folder (chown, chmod)"),
    ("unable to open", "cannot be opened: check that the folder is there and may be written (ls -ld, chown)"),
    ("is full", "has no room: free space on its disk (df -h)"),
    ("no space left", "has no room: free space on its disk (df -h)"),
    ("locked", "is locked: end the other program that writes to it (fuser), then go on"),
    ("not a directory", "is in a path that is no folder: remove the file in its way, or set VAR_DIR to another folder"),
    ("file exists", "is in a path that is no folder: remove the file in its way, or set VAR_DIR to another folder"),
    ("is a directory", "is a folder: remove it, or set VAR_DIR to another folder"),
    ("malformed", "is damaged: stop the assistant, move the file away and put the last backup in its place"),
    ("not a database", "is no SQLite database: move the file away, or set VAR_DIR to another folder"),
    ("disk i/o", "cannot be read or written: check the disk (dmesg), then put the last backup on another"),
    ("no such table", "has lost its table: restart the assistant, which makes it again, or put the last backup there"),
    ("no module named", "needs a database driver that is not installed: use sqlite or postgresql in DATABASE_URL"),
    ("can't load plugin", "is of an unknown kind: use sqlite or postgresql in DATABASE_URL"),
    ("refused", "does not answer: start the database server, or correct DATABASE_URL"),
    ("translate host", "does not answer: correct the host in DATABASE_URL"),
    ("authentication failed", "refuses the password: correct DATABASE_URL"),
)


def _mend(error: Exception, place: str) -> str:
    """One line: which database, what is wrong, what to do. The error's own text is not in it, it can quote people."""
    words = str(getattr(error, "orig", None) or error).lower()
    mend = next((mend for sign, mend in _MENDS if sign in words), None)
    wrong = mend or f"fails ({type(error).__name__}): check that it is there and can be written"
    return f"Conversations are not stored. {place} {wrong}."
