"""Row ids of events are given once, also in a file that an earlier release has made."""

import sqlite3
from pathlib import Path

import pytest

from assistant.storage.row_ids import LEFT_OUT
from assistant.storage.tracker_store import StorageError, TrackerStore
from tests.storage.test_tracker_store import DOMAIN, START, load, run, turn
from tests.stores import about_one_process

pytestmark = about_one_process("PostgreSQL gives no id again")
# As Rasa 3.6.21 makes it.
MADE_EARLIER = (
    "CREATE TABLE events (id INTEGER NOT NULL, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL, "
    "timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT, PRIMARY KEY (id))",
    "CREATE INDEX ix_events_sender_id ON events (sender_id)",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


def store(file: Path) -> TrackerStore:
    return TrackerStore(DOMAIN, host=f"sqlite:///{file}")


def ids(file: Path) -> list[int]:
    with sqlite3.connect(file) as database:
        return [number for (number,) in database.execute("SELECT id FROM events ORDER BY id")]


def make_as_before(file: Path, talk: bool) -> list[int]:
    """A file of an earlier release; row ids of what was said in it."""
    written = store(file)
    if talk:
        run(written, [*START, *turn("bonjour")])
    written.engine.dispose()
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT * FROM events").fetchall()
        database.execute("DROP TABLE events")
        for statement in MADE_EARLIER:
            database.execute(statement)
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return [row[0] for row in rows]


def test_the_id_of_an_erased_row_is_not_given_again(file: Path) -> None:
    run(store(file), [*START, *turn("bonjour")])
    with sqlite3.connect(file) as database:
        database.execute("DELETE FROM events")
    run(store(file), [*START, *turn("salam")], sender="other")
    assert min(ids(file)) == len(START) + 3 + 1


@pytest.mark.parametrize("talk", [True, False])
def test_a_file_made_earlier_is_mended_once_and_keeps_its_rows(file: Path, talk: bool) -> None:
    before = make_as_before(file, talk)
    for _ in range(2):
        again = store(file)
        assert ids(file) == before
        again.engine.dispose()
    if talk:
        assert load(store(file)).latest_message.text == "bonjour"
    run(store(file), turn("salam"), sender="other")
    assert min(set(ids(file)) - set(before)) == max(before, default=0) + LEFT_OUT + 1
    with sqlite3.connect(file) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%events%'")]
    assert sorted(name for name in names if "sequence" not in name) == ["events", "ix_events_sender_id"]


def test_a_file_that_cannot_be_mended_ends_the_start_and_is_as_before(file: Path) -> None:
    before = make_as_before(file, talk=True)
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE events_before (id INTEGER)")  # in the way
    with pytest.raises(StorageError):
        store(file)
    assert ids(file) == before
