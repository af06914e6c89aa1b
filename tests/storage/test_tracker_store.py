"""Conversations on disk: the same after reload, nobody's number in any file, gone when they were to be erased."""

import asyncio
import json
import logging
import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.core.tracker_store import TrackerStore as RasaTrackerStore
from rasa.shared.core.events import (
    BotUttered,
    Restarted,
    SlotSet,
)
from rasa.utils.endpoints import EndpointConfig

from assistant.storage import erasures
from assistant.storage.tracker_store import StorageError, TrackerStore
from tests.storage.talk import CONVERSATION, DOMAIN, START, listen, load, run, take_turn, turn, user
from tests.stores import about_one_process, kept, select

NUMBER = "0612345678"
WORD = "Zanzibarkoul"


def rows(folder):
    return [json.loads(data) for (data,) in select(folder, "SELECT data FROM events ORDER BY id")]


def wrapped(store):
    """As Rasa uses a store: inside the one that falls back to memory."""
    return Agent._create_tracker_store(store, DOMAIN)


def state(tracker):
    return {
        **tracker.current_slot_values(),
        "events": [str(event) for event in tracker.events],
        "loop": tracker.active_loop_name,
        "action": tracker.latest_action_name,
        "paused": tracker.is_paused(),
        "text": tracker.latest_message.text if tracker.latest_message else None,
        "states": tracker.past_states(DOMAIN),
    }


def test_same_state_as_rasas_store_after_each_turn(folder, store, tmp_path):
    stock = SQLTrackerStore(DOMAIN, db=str(tmp_path / "stock.db"))
    for events in CONVERSATION:
        run(stock, events)
        run(store, events)
        assert state(load(TrackerStore(DOMAIN))) == state(load(stock))
    everything = [
        [str(event) for event in asyncio.run(any_store.retrieve_full_tracker("someone")).events]
        for any_store in (store, stock)
    ]
    assert everything[0] == everything[1]
    assert asyncio.run(store.keys()) == asyncio.run(stock.keys()) == ["someone"]


def test_only_new_events_are_written(folder, store):
    written = 0
    for events in CONVERSATION:
        run(store, events)
        written += len(events)
        assert len(rows(folder)) == written


def test_second_save_of_a_turn_that_begins_a_session_writes_nothing_twice(folder, store):
    run(store, CONVERSATION[0])

    async def two_saves():
        tracker = await take_turn(store, START)
        tracker.update(listen(), DOMAIN)
        await store.save(tracker)
        await store.save(tracker)

    asyncio.run(two_saves())
    assert len(rows(folder)) == len(CONVERSATION[0]) + len(START) + 1


def test_nothing_personal_on_disk_and_the_original_for_this_turn(folder, store):
    text = f"{WORD}: appelez {NUMBER}, CIN AB123456, a.b@mail.com, ٠٧٩٨٧٦٥٤٣٢"
    message = user(
        text,
        entities=[{"entity": "city", "value": NUMBER, "start": 0, "end": 1}],
        metadata={"from": f"+212{NUMBER[1:]}"},
        message_id=f"id {NUMBER}",
    )
    tracker = asyncio.run(take_turn(store, [*START, message, SlotSet("note", NUMBER), listen()]))
    assert tracker.latest_message.text == text
    assert tracker.get_slot("note") == NUMBER

    # Rasa's JSON writes Arabic digits as escapes.
    files = kept(folder)
    assert WORD.encode() in files
    for secret in (NUMBER, NUMBER[1:], "AB123456", "a.b@mail.com", "٠٧٩٨٧٦٥٤٣٢"):
        assert secret.encode() not in files
        assert json.dumps(secret)[1:-1].encode() not in files

    back = load(store)
    assert back.latest_message.text == f"{WORD}: appelez <phone>, CIN <id>, <email>, <phone>"
    assert back.latest_message.entities[0]["value"] == "<phone>"
    assert back.get_slot("note") == "<phone>"


def test_numbers_that_the_assistant_gives_are_kept(folder, store):
    run(store, [*START, user("le numéro ?"), BotUttered("Appelez le 05 37 68 64 64."), listen()])
    assert rows(folder)[-2]["text"] == "Appelez le 05 37 68 64 64."


def test_stored_message_is_short_and_read_back(folder, store):
    run(store, [*START, *turn("qui ?")])
    stored = next(row for row in rows(folder) if row["event"] == "user")["parse_data"]
    assert len(stored["intent_ranking"]) == 5
    response = {"intent_response_key": "iom/who", "utter_action": "utter_iom/who", "confidence": 0.9}
    assert stored["response_selector"] == {"iom": {"response": response, "ranking": []}}
    message = load(store).latest_message
    assert (message.intent_name, message.parse_data["turn"]["reply"]) == ("iom", "iom.who")


@about_one_process("It is about the files of SQLite")
def test_files_and_settings_of_the_database(folder, store):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with store.engine.connect() as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert values == ["wal", 2, 5000, 1]
    with store.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert "conversations.db-wal" in modes
    assert set(modes.values()) == {0o600}


@about_one_process("It is about the files of SQLite")
def test_erased_at_once_for_good_and_goes_on_as_new(folder, store):
    reader = sqlite3.connect(folder / "conversations.db")  # an open connection keeps the log of changes on disk
    run(store, [*START, *turn("je reste", intent="iom")], sender="other")
    for i in range(30):
        run(store, turn(f"{WORD} {i} " + "x" * 3000), sender="someone")
        run(store, turn("et moi"), sender="other")
    others = len([row for row in rows(folder) if WORD not in json.dumps(row)]) - 60
    assert WORD.encode() in kept(folder)

    async def erasing():
        tracker = await take_turn(store, turn(f"{WORD} efface", reply="chat.erased", message_id="m1"))
        await store.save(tracker)
        tracker.update(Restarted(), DOMAIN)
        await store.save(tracker)

    asyncio.run(erasing())
    assert WORD.encode() not in kept(folder)
    (asked,) = erasures.to_forget(store.engine)  # saved twice, asked once
    erasures.forget(store.engine, asked.receipt)
    assert b"someone" not in kept(folder)
    assert load(store) is None
    assert len(rows(folder)) == others
    left = asyncio.run(store.retrieve_full_tracker("other"))
    assert len(left.events) == others

    new = [*START, *turn("bonjour")]
    run(store, new)
    assert [str(event) for event in load(store).events] == [str(event) for event in new[1:]]
    reader.close()


@about_one_process("It is about the files of SQLite")
def test_erasure_that_fails_is_hidden_and_made_up_for(folder, store, caplog):
    run(store, [*START, *turn(WORD)])
    with sqlite3.connect(folder / "conversations.db") as blocker:
        sa.event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
        blocker.execute("BEGIN IMMEDIATE")
        run(store, turn("efface", reply="chat.erased"))
        blocker.rollback()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert WORD.encode() in kept(folder)
    assert len(load(store).events) == 0
    run(store, [*START, *turn("moi")], sender="other")
    assert WORD.encode() not in kept(folder)
    assert load(store) is None
    assert load(store, "other") is not None


def read_only(connection, _):
    connection.execute("PRAGMA query_only = ON")


def full(connection, _):
    connection.execute("PRAGMA max_page_count = 1")


@about_one_process("It breaks SQLite")
@pytest.mark.parametrize(("break_it", "mend"), [(read_only, "chown"), (full, "free space")])
def test_failed_write_is_one_clear_line_and_the_turn_goes_on(folder, store, caplog, break_it, mend):
    sa.event.listen(store.engine, "connect", break_it)
    store.engine.dispose()  # connections stay open
    outer = wrapped(store)
    tracker = asyncio.run(take_turn(outer, [*START, *turn(f"{WORD} {NUMBER} " + "x" * 50_000)], "sender-4711"))
    assert tracker.latest_message.text.startswith(WORD)
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 1
    assert str(folder / "conversations.db") in lines[0]
    assert mend in lines[0]
    assert "\n" not in lines[0]
    assert all(record.exc_info is None for record in caplog.records)
    for personal in (WORD, NUMBER, "<phone>", "sender-4711"):
        assert personal not in lines[0]
    # Rasa's second store in memory, which would keep the whole conversation unredacted, was never made.
    assert outer._fallback_tracker_store is None
    assert rows(folder) == []


def test_failed_read_starts_anew_and_loses_nothing(folder, store, caplog):
    outer = wrapped(store)
    run(outer, CONVERSATION[0], CONVERSATION[1])
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO away")
    tracker = asyncio.run(outer.get_or_create_tracker("someone", append_action_listen=False))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO events")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    for event in [*START, *turn("me revoilà")]:
        tracker.update(event, DOMAIN)
    asyncio.run(outer.save(tracker))
    assert load(store).latest_message.text == "me revoilà"
    assert len(rows(folder)) == sum(map(len, CONVERSATION[:2])) + len(START) + 3


def test_half_a_character_in_an_id_ends_nothing(folder, store):
    tracker = asyncio.run(take_turn(store, [*START, *turn("bonjour \ud83d")], sender="id \ud83d"))
    assert tracker.latest_message.text == "bonjour \ud83d"
    run(store, [*START, *turn("bonjour \ud83d \x00")])
    assert load(store).latest_message.text == "bonjour \ud83d \x00"


def test_published_events_are_redacted_too(folder):
    class Broker(EventBroker):
        def __init__(self):
            self.published = []

        def publish(self, event):
            self.published.append(event)

    broker = Broker()
    run(TrackerStore(DOMAIN, event_broker=broker), [*START, *turn(f"au {NUMBER}")])
    assert len(broker.published) == len(START) + 3
    assert NUMBER not in json.dumps(broker.published)


def from_endpoints(**settings):
    config = EndpointConfig(type="assistant.storage.tracker_store.TrackerStore", **settings)
    return RasaTrackerStore.create(config, DOMAIN)


@about_one_process("It is about the files of SQLite")
def test_made_by_rasa_from_endpoints(folder, tmp_path, monkeypatch):
    assert isinstance(from_endpoints(), TrackerStore)
    assert (folder / "conversations.db").exists()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/deep/er/from_environment.db")
    store = from_endpoints()
    run(store, CONVERSATION[0])
    assert (tmp_path / "deep/er/from_environment.db").stat().st_size > 0
    from_endpoints(url=f"sqlite:///{tmp_path}/from_file.db")
    assert (tmp_path / "from_file.db").exists()


def unusable_folder(path: Path) -> dict:
    path.write_text("a file where a folder should be")
    return {"url": f"sqlite:///{path}/x.db"}


def folder_as_file(path: Path) -> dict:
    path.mkdir()
    return {"url": f"sqlite:///{path}"}


def no_database(path: Path) -> dict:
    path.write_text("no database " * 1000)
    return {"url": f"sqlite:///{path}"}


def read_only_database(path: Path) -> dict:
    sqlite3.connect(path).execute("CREATE TABLE t (x)").connection.close()
    return {"url": f"sqlite:///file:{path}?mode=ro&uri=true"}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (unusable_folder, "remove the file in its way"),
        (folder_as_file, "is a folder"),
        (read_only_database, "is read-only: let the user who runs the assistant write"),
        (no_database, "is no SQLite database"),
        (lambda _: {"url": "postgresql://u:s3cret@127.0.0.1:1/x"}, "start the database server"),
        (lambda _: {"url": "oracle+nothing://x"}, "use sqlite or postgresql"),
        (lambda _: {"url": "nonsense"}, "is no address"),
        (lambda _: {"urll": "sqlite://"}, "no setting urll"),
    ],
)
def test_unusable_database_ends_the_start_in_one_line(folder, tmp_path, make, says):
    path = tmp_path / "place"
    settings = make(path)
    with pytest.raises(StorageError) as ending:
        from_endpoints(**settings)
    line = str(ending.value)
    assert says in line
    assert "\n" not in line
    assert "s3cret" not in line
    assert (str(path) in line) == (str(path) in json.dumps(settings))
