"""Old conversations leave whole, with thumbs and inbox; nothing younger does, and nothing stays in the files."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from assistant.storage import feedback, inbox, retention
from assistant.storage.database import with_open_connections
from assistant.storage.retention import let_go
from assistant.storage.tracker_store import TrackerStore
from tests.stores import about_one_process, conversations

EVENTS = SQLTrackerStore.SQLEvent.__table__
BEFORE = 1_000_000.0
OLD, YOUNG = BEFORE - 10, BEFORE + 10


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An empty database of conversations, on both servers."""
    found = with_open_connections(sa.create_engine(url))
    tables = (EVENTS, feedback.FEEDBACK, inbox.INBOX, inbox.DELIVERIES, inbox.COUNTS)
    for table in tables:
        table.drop(found, checkfirst=True)
        table.create(found)
    yield found
    found.dispose()


def write(engine: Engine, sender: str, *events: tuple[str, float]) -> None:
    """Write events of a person: what happened, and when. A message's id is its text."""
    rows = []
    for name, at in events:
        kind, _, text = name.partition(" ")
        data = {"event": kind, "timestamp": at, "text": text, "message_id": text}
        action = "action_session_start" if kind == "action" else None
        rows.append(
            {"sender_id": sender, "type_name": kind, "timestamp": at, "action_name": action, "data": json.dumps(data)}
        )
    with engine.begin() as connection:
        connection.execute(sa.insert(EVENTS), rows)


def session(text: str, at: float) -> tuple[tuple[str, float], ...]:
    return ("action", at), ("session_started", at), (f"user {text}", at), ("bot voici", at + 1)


def left(engine: Engine, sender: str) -> list[str]:
    """What is left of a person's messages."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(EVENTS).where(EVENTS.c.sender_id == sender).order_by(EVENTS.c.id)).all()
    return [f"{row.type_name} {json.loads(row.data)['text']}".strip() for row in rows]


def thumb(engine: Engine, sender: str, message: str, at: float) -> None:
    row = {"sender_id": sender, "reply_id": message, "verdict": "up", "timestamp": at}
    with engine.begin() as connection:
        connection.execute(sa.insert(feedback.FEEDBACK), row)


def thumbs(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(sa.select(feedback.FEEDBACK.c.reply_id)).scalars())


def test_who_is_silent_since_then_leaves_altogether(engine: Engine) -> None:
    write(engine, "awa", *session("un", OLD - 50), *session("deux", OLD))
    write(engine, "omar", *session("trois", YOUNG))
    assert let_go(engine, BEFORE) == 8
    assert left(engine, "awa") == []
    assert left(engine, "omar") == ["action", "session_started", "user trois", "bot voici"]
    assert let_go(engine, BEFORE) == 0


def test_of_who_came_back_the_old_sessions_leave_and_the_new_one_stays_whole(engine: Engine) -> None:
    write(engine, "awa", *session("un", OLD), *session("deux", YOUNG))
    let_go(engine, BEFORE)
    assert left(engine, "awa") == ["action", "session_started", "user deux", "bot voici"]


def test_a_session_that_goes_on_keeps_its_old_beginning(engine: Engine) -> None:
    write(engine, "awa", *session("un", OLD), ("user deux", YOUNG))
    assert let_go(engine, BEFORE) == 0
    assert left(engine, "awa")[2] == "user un"


def test_the_last_message_decides_not_the_reply(engine: Engine) -> None:
    write(engine, "awa", ("session_started", OLD), ("user un", BEFORE - 1), ("bot voici", BEFORE + 1))
    let_go(engine, BEFORE)
    assert left(engine, "awa") == []


def test_a_session_without_a_message_leaves_too(engine: Engine) -> None:
    write(engine, "awa", ("action", OLD), ("session_started", OLD))
    write(engine, "omar", ("action", OLD), ("session_started", YOUNG))
    let_go(engine, BEFORE)
    assert (left(engine, "awa"), len(left(engine, "omar"))) == ([], 2)


def test_events_from_before_sessions_were_marked_are_one_session(engine: Engine) -> None:
    write(engine, "awa", ("user un", OLD), ("user deux", OLD), ("session_started", YOUNG), ("user trois", YOUNG))
    let_go(engine, BEFORE)
    assert left(engine, "awa") == ["session_started", "user trois"]


def test_an_old_event_behind_many_younger_is_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    write(engine, "omar", *session("a", OLD), ("user b", YOUNG), *((f"user {n}", YOUNG) for n in range(2)))
    write(engine, "awa", *session("un", OLD), *session("deux", OLD + 1))
    let_go(engine, BEFORE)
    assert (left(engine, "awa"), len(left(engine, "omar"))) == ([], 7)


def test_thumbs_leave_with_their_message(engine: Engine) -> None:
    write(engine, "awa", *session("un", OLD), *session("deux", YOUNG))
    write(engine, "sara", *session("trois", OLD), ("user quatre", YOUNG))
    for sender, message, at in (("awa", "un", OLD), ("awa", "deux", YOUNG), ("sara", "trois", OLD), ("gone", "x", OLD)):
        thumb(engine, sender, message, at)
    let_go(engine, BEFORE)
    assert thumbs(engine) == {"deux", "trois"}


def test_the_inbox_keeps_what_is_owed_and_the_bare_keys_that_meta_may_send_again(engine: Engine) -> None:
    now = time.time()
    before = now - 3 * 24 * 3600
    rows = [
        {"key": "ancient", "received": now - inbox.KEPT - 60, "sealed": None},
        {"key": "answered", "received": before - 60, "sealed": None},
        {"key": "owed", "received": now - inbox.KEPT - 60, "sealed": "x"},
        {"key": "new", "received": now, "sealed": None},
    ]
    parts = [{"turn": row["key"], "part": 0, "state": "read", "timestamp": row["received"]} for row in rows]
    with engine.begin() as connection:
        connection.execute(sa.insert(inbox.INBOX), [{**row, "sender_id": "awa"} for row in rows])
        connection.execute(sa.insert(inbox.DELIVERIES), [{**part, "sender_id": "awa"} for part in parts])
    let_go(engine, before)
    with engine.connect() as connection:
        kept = connection.execute(
            sa.select(inbox.INBOX.c.key, inbox.INBOX.c.sender_id).order_by(inbox.INBOX.c.id)
        ).all()
        turns = set(connection.execute(sa.select(inbox.DELIVERIES.c.turn)).scalars())
    assert kept == [("answered", ""), ("owed", "awa"), ("new", "awa")]
    assert turns == {"owed", "new"}


@about_one_process("It is about the files of SQLite")
def test_on_sqlite_no_file_holds_what_left(tmp_path: Path) -> None:
    engine = with_open_connections(sa.create_engine(f"sqlite:///{tmp_path}/conversations.db"))
    EVENTS.create(engine)
    feedback.create(engine)
    write(engine, "awa", *session("zanzibarkoul", OLD))
    write(engine, "omar", *session("bonjour", YOUNG))
    assert let_go(engine, BEFORE) == 4
    for path in tmp_path.iterdir():
        assert b"zanzibarkoul" not in path.read_bytes(), path
    assert b"bonjour" in (tmp_path / "conversations.db").read_bytes()
    engine.dispose()


@about_one_process("Who reads holds up nobody on PostgreSQL")
def test_while_somebody_reads_it_says_so_and_the_next_call_finishes(tmp_path: Path) -> None:
    engine = with_open_connections(sa.create_engine(f"sqlite:///{tmp_path}/conversations.db"))
    EVENTS.create(engine)
    feedback.create(engine)
    write(engine, "awa", *session("zanzibarkoul", OLD))
    with engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.execute(sa.select(EVENTS)).all()
        with pytest.raises(OperationalError):
            let_go(engine, BEFORE)
    assert let_go(engine, BEFORE) == 0
    assert not any(b"zanzibarkoul" in path.read_bytes() for path in tmp_path.iterdir())
    engine.dispose()


STEPS = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(1, 40)), max_size=25)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happened_exactly_the_old_sessions_leave(tmp_path: Path, steps: list[tuple[str, bool, int]]) -> None:
    """Compared with lists of sessions, written down as they come."""
    engine = sa.create_engine("sqlite://")
    EVENTS.create(engine)
    feedback.create(engine)
    sessions: dict[str, list[list[tuple[str, float]]]] = {"a": [], "b": []}
    at = BEFORE - 300
    for sender, begins, pause in steps:
        at += pause
        if begins or not sessions[sender]:
            sessions[sender].append([])
            write(engine, sender, ("action", at), ("session_started", at))
        sessions[sender][-1].append((f"user {at}", at))
        write(engine, sender, (f"user {at}", at))
    let_go(engine, BEFORE)
    for sender, told in sessions.items():
        kept = [name for one in told if one[-1][1] >= BEFORE for name, _at in one]
        assert [row for row in left(engine, sender) if row.startswith("user")] == kept
    engine.dispose()


def test_the_assistant_reads_the_newest_session_as_before(tmp_path: Path) -> None:
    store = TrackerStore(Domain.empty(), host=conversations(tmp_path))

    def say(text: str, at: float) -> None:
        tracker = asyncio.run(store.retrieve("awa")) or DialogueStateTracker("awa", None)
        begun = [ActionExecuted("action_session_start", timestamp=at), SessionStarted(timestamp=at)]
        for event in (*begun, UserUttered(text, timestamp=at), BotUttered("voici", timestamp=at)):
            tracker.update(event)
        asyncio.run(store.save(tracker))

    say("un", OLD)
    say("deux", YOUNG)
    before = asyncio.run(store.retrieve("awa"))
    assert let_go(store.engine, BEFORE) == 4
    after = asyncio.run(store.retrieve("awa"))
    assert after is not None
    assert [event.as_dict() for event in after.events] == [event.as_dict() for event in before.events]
    say("trois", YOUNG + 1)
    whole = asyncio.run(store.retrieve_full_tracker("awa"))
    assert [event.text for event in whole.events if isinstance(event, UserUttered)] == ["deux", "trois"]
