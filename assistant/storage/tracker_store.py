"""Rasa's SQL tracker store, with nothing personal on disk and with erasure that holds.

Set in endpoints.yml:

    tracker_store:
      type: assistant.storage.tracker_store.TrackerStore

Which database that is: `assistant.storage.database`.
"""

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.orm import Query, Session

from assistant.dialogue.state import ERASED
from assistant.privacy.receipts import receipt_of
from assistant.privacy.redact import redact_data
from assistant.server import overrides
from assistant.storage import erasures, feedback, inbox, row_ids, tails
from assistant.storage.conversation import Conversation, cut
from assistant.storage.database import (
    StorageError,
    alone,
    checked_url,
    default_url,
    mend,
    place,
    prepare_file,
    try_out,
    with_open_connections,
)

logger = logging.getLogger(__name__)

RANKING_KEPT = 5
# What Rasa's own readers of a stored response selector look at; the rest is copied text of answers.
SELECTED_KEPT = ("intent_response_key", "utter_action", "confidence")
# Keys whose values the domain, the model, the answers or Rasa named, never a person: of an event, of what was read in a
# message, and of the metadata of what the assistant did or said.
NAMED = frozenset(["event", "name", "policy"])
NAMED_IN_PARSING = frozenset(["intent", "intent_ranking", "response_selector"])
NAMED_IN_METADATA = frozenset(["model_id", "assistant_id", "utter_action", "metadata", "condition", "parts"])
row_ids.say_once(SQLTrackerStore.SQLEvent.__table__)
_INSERT = sa.insert(SQLTrackerStore.SQLEvent.__table__)


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
        url = checked_url(host or default_url())
        self._place = place(url)
        self._unqueued: dict[str, str] = {}
        self._erasures_wait = False
        prepare_file(url)
        try:
            try_out(url)
            with alone(url):
                self._open(domain, url, event_broker)
        except Exception as error:
            raise StorageError(mend(error, self._place)) from None
        self._log(self._finish_erasures())

    def _open(self, domain: Domain | None, url: URL, event_broker: EventBroker | None) -> None:
        """Connect, and make the tables that are not there."""
        super().__init__(domain, host=url.render_as_string(hide_password=False), event_broker=event_broker)
        self.engine: Engine = with_open_connections(self.engine)
        self.sessionmaker.configure(bind=self.engine)
        # Rasa logs errors with their text, and SQLAlchemy's texts quote what was to be written.
        self.engine.hide_parameters = True
        feedback.create(self.engine)
        inbox.create(self.engine)
        erasures.create(self.engine)
        tails.create(self.engine)
        sa.inspect(self.engine).get_columns(self.SQLEvent.__tablename__)  # Rasa only logs that it made no table
        row_ids.mend(self.engine, self.SQLEvent.__table__)

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
        self._log(self._append_or_queue(tracker) or (self._finish_erasures() if self._erasures_wait else None))

    def _log(self, error: Exception | None) -> None:
        """One line. Called outside of any `except`: a traceback can quote what was to be written."""
        if error:
            logger.error(mend(error, self._place))

    def _append_or_queue(self, tracker: DialogueStateTracker) -> Exception | None:
        """Writes a turn down, or in its place that the conversation is to be erased."""
        receipt = _receipt(tracker)
        if receipt:
            self._unqueued[tracker.sender_id] = receipt
        try:
            self._queue_erasures()
            if not receipt:
                self._append(tracker)
        except Exception as error:
            return error
        return None

    def _queue_erasures(self) -> None:
        """Writes down what could not be written down before; `retrieve` does not show it meanwhile."""
        for sender_id, receipt in list(self._unqueued.items()):
            self._erasures_wait = True
            erasures.queue(self.engine, sender_id, receipt)
            del self._unqueued[sender_id]

    def _finish_erasures(self) -> Exception | None:
        """Also those that another worker wrote down and did not live to finish."""
        tails.forget()
        try:
            erasures.finish(self.engine)
        except Exception as error:
            return error
        self._erasures_wait = False
        return None

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query:
        """Rasa's query for the events of a conversation, without those that wait to be erased."""
        query = super()._event_query(session, sender_id, fetch_events_from_all_sessions)
        return query.filter(erasures.still_seen(sender_id))

    def _append(self, tracker: DialogueStateTracker) -> None:
        if isinstance(tracker, Conversation) and tracker.stored == len(tracker.events):
            return
        rows = [stored_form(event) for event in list(tracker.events)[self._stored(tracker) :]]
        due = cut(tracker, self.domain) if isinstance(tracker, Conversation) else None
        with self.engine.begin() as connection:
            if rows:
                connection.execute(_INSERT, [_row(tracker.sender_id, row) for row in rows])
            if due:
                first, header = due
                tails.move(connection, tracker.sender_id, first, [stored_form(event) for event in header])
        if isinstance(tracker, Conversation):
            tracker.stored = len(tracker.events)
        if self.event_broker:
            for row in rows:
                self.event_broker.publish({"sender_id": tracker.sender_id, **row})

    def _stored(self, tracker: DialogueStateTracker) -> int:
        """How many events of a tracker are stored.

        Rasa counts the stored rows of the last session, which goes wrong for the second save of a turn that began a
        session: the events of the session before are stored twice. Here that is done only for a tracker that does not
        come from this store (the API handed it in).
        """
        if isinstance(tracker, Conversation):
            return tracker.stored
        with self.session_scope() as session:
            return int(self._event_query(session, tracker.sender_id, fetch_events_from_all_sessions=False).count())

    def init_tracker(self, sender_id: str) -> Conversation:
        """A conversation of which nothing is stored."""
        return Conversation(sender_id, self.domain.slots if self.domain else None)

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """A stored conversation, None if there is none; a new one, and a line in the log, if it cannot be read."""
        if sender_id in self._unqueued:
            return self.init_tracker(sender_id)
        try:
            return self._read_whole(sender_id) if fetch_events_from_all_sessions else self._read(sender_id)
        except Exception as caught:
            error = caught
        logger.error(mend(error, self._place))
        return self.init_tracker(sender_id)

    def _read_whole(self, sender_id: str) -> DialogueStateTracker | None:
        """All sessions, of each event only what a tracker is made of."""
        with self.session_scope() as session:
            query = self._event_query(session, sender_id, fetch_events_from_all_sessions=True)
            events = [Event.from_parameters(json.loads(data)) for (data,) in query.with_entities(self.SQLEvent.data)]
        known = [event for event in events if event]  # of a kind that this release knows
        return Conversation.of(sender_id, self.domain, known) if known and self.domain else None

    def _read(self, sender_id: str) -> Conversation | None:
        """The last session; of a long one its tail."""
        with self.engine.connect() as connection:
            tail = tails.read(connection, sender_id)
        self._erasures_wait = self._erasures_wait or tail.erasures
        if not tail.events or not self.domain:
            return None
        return Conversation.of(sender_id, self.domain, [*tail.events.values()], tail.header, tail.events)


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
    if data["event"] == "user":
        parsed = _redacted(_short(data.get("parse_data") or {}), NAMED_IN_PARSING)
        return {**_redacted(data, NAMED | {"parse_data"}), "parse_data": parsed}
    metadata = _redacted(data.get("metadata") or {}, NAMED_IN_METADATA)
    if data["event"] == "bot":
        return {**data, "metadata": metadata}
    return {**_redacted(data, NAMED | {"metadata"}), "metadata": metadata}


def _redacted(data: dict[str, Any], named: frozenset[str]) -> dict[str, Any]:
    """Redacted, but for some keys: looking for people in what a turn holds of names takes longer than to store it."""
    return {key: value if key in named else redact_data(value) for key, value in data.items()}


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


def _receipt(tracker: DialogueStateTracker) -> str | None:
    """The receipt that the reply to the last message gave for an erasure; None when it is no such reply."""
    # Not `tracker.latest_message`: a restart in the same turn empties it.
    last = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    turn = (last.parse_data or {}).get("turn") if last else None
    if not last or not isinstance(turn, dict) or turn.get("reply") != ERASED:
        return None
    return turn.get("receipt") or receipt_of(last.message_id or uuid4().hex)
