"""An erasure is written down first and finished later, whoever dies between: nothing from before is left."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.privacy.receipts import receipt_of
from assistant.storage import erasures, feedback, inbox, tails, turns
from assistant.storage.database import file_of
from assistant.storage.tracker_store import TrackerStore
from tests.storage.test_tracker_store import DOMAIN, START, WORD, load, run, turn
from tests.stores import about_one_process, hold_deleting, let_delete

BEFORE, AFTER = WORD, "Ouarzazatine"
RECEIPT = receipt_of("m-erase")


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def store(url: str) -> Iterator[TrackerStore]:
    """A worker's store, on both databases, with one other person in it."""
    made = TrackerStore(DOMAIN, host=url)
    with made.engine.begin() as connection:
        for table in (turns.EVENTS, feedback.FEEDBACK, inbox.INBOX, inbox.DELIVERIES, erasures.ERASURES):
            connection.execute(sa.delete(table))
    run(made, [*START, *turn("je reste")], sender="other")
    yield made
    let_delete(made.engine)
    made.engine.dispose()


def another_worker(store: TrackerStore) -> TrackerStore:
    return TrackerStore(DOMAIN, host=store.engine.url.render_as_string(hide_password=False))


def talk(store: TrackerStore) -> None:
    """Someone writes, gives a thumb, and has written on WhatsApp too."""
    run(store, [*START, *turn(f"{BEFORE} un", message_id="m-old")], turn(f"{BEFORE} deux"))
    feedback.keep(store.engine, "someone", "m-old", "down")
    inbox.accept(store.engine, [inbox.New("key-old", "someone", "sealed")])
    inbox.note(store.engine, "key-old", 0, "someone", "accepted", finished=["key-old"])


def ask(store: TrackerStore) -> None:
    """The turn that has the conversation erased."""
    run(store, turn("efface", reply="chat.erased", message_id="m-erase"))


def write_again(store: TrackerStore) -> None:
    run(store, [*START, *turn(f"{AFTER} encore", message_id="m-new")])
    feedback.keep(store.engine, "someone", "m-new", "up")
    inbox.accept(store.engine, [inbox.New("key-new", "someone", "sealed")])
    inbox.note(store.engine, "key-new", 0, "someone", "accepted", finished=["key-new"])


def everything(store: TrackerStore) -> dict[str, list[str]]:
    """All rows of all tables, as text."""
    with store.engine.connect() as connection:
        names = sa.inspect(store.engine).get_table_names()
        return {
            name: [str(dict(row._mapping)) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in names
        }


def left(store: TrackerStore) -> list[str]:
    """Tables that name someone."""
    return [name for name, rows in everything(store).items() if any("'someone'" in row for row in rows)]


def said(store: TrackerStore) -> str:
    return str(everything(store)["events"])


def found(store: TrackerStore) -> erasures.Erasure:
    row = erasures.find(store.engine, RECEIPT)
    assert row is not None
    return row


def test_nothing_is_left_but_a_receipt_and_its_times(store: TrackerStore) -> None:
    talk(store)
    ask(store)
    assert tails._stored.cache_info().currsize == 0, "what was erased stays in memory"
    assert found(store).erased
    assert found(store).sender_id == "someone"
    assert left(store) == ["erasures"]
    erasures.forget(store.engine, RECEIPT)
    assert left(store) == []
    assert erasures.to_forget(store.engine) == []
    row = found(store)
    assert (row.sender_id, row.up_to) == ("", 0)
    assert row.erased >= row.asked
    assert load(store, "other").latest_message.text == "je reste"


def test_what_the_person_writes_later_stays(store: TrackerStore) -> None:
    talk(store)
    ask(store)
    write_again(store)
    assert load(store).latest_message.text == f"{AFTER} encore"
    assert BEFORE not in said(store)
    assert "key-new" in str(everything(store)["deliveries"])


class TestUnfinished:
    def test_it_is_hidden_from_every_worker_and_what_comes_later_is_not(self, store: TrackerStore) -> None:
        other = another_worker(store)
        talk(store)
        hold_deleting(store.engine)
        ask(store)
        assert BEFORE in said(store)
        for worker in (store, other):
            assert load(worker) is None
            assert turns.last_said(worker.engine, "someone", 50) == []
            assert turns.message(worker.engine, "someone", "m-old") is None
        write_again(other)
        for worker in (store, other):
            assert [e.text for e in load(worker).events if e.type_name == "user"] == [f"{AFTER} encore"]
            assert "je reste" in str(load(worker, "other").latest_message.text)

    def test_finished_late_it_takes_nothing_that_came_later(self, store: TrackerStore) -> None:
        talk(store)
        hold_deleting(store.engine)
        ask(store)
        with store.engine.begin() as connection:  # later than clocks differ
            connection.exec_driver_sql("UPDATE erasures SET asked = asked - 3600")
            connection.exec_driver_sql("UPDATE feedback SET timestamp = timestamp - 3600")
            connection.exec_driver_sql("UPDATE inbox SET received = received - 3600")
        write_again(store)
        let_delete(store.engine)
        run(store, turn("moi"), sender="other")
        rows = everything(store)
        assert BEFORE not in str(rows)
        assert [("m-new" in row, "m-old" in row) for row in rows["feedback"]] == [(True, False)]
        assert [("key-new" in row, "key-old" in row) for row in rows["deliveries"]] == [(True, False)]
        assert load(store).latest_message.text == f"{AFTER} encore"

    def test_the_next_start_finishes_it(self, store: TrackerStore) -> None:
        talk(store)
        hold_deleting(store.engine)
        ask(store)
        let_delete(store.engine)
        assert BEFORE in said(store)
        assert BEFORE not in said(another_worker(store))

    def test_a_start_that_cannot_finish_it_goes_on(self, store: TrackerStore, caplog: pytest.LogCaptureFixture) -> None:
        talk(store)
        hold_deleting(store.engine)
        ask(store)
        caplog.clear()
        assert load(another_worker(store)) is None
        assert ["is locked" in record.getMessage() for record in caplog.records] == [True]

    @about_one_process("It is about the files of SQLite")
    @pytest.mark.parametrize("url", ["sqlite"], indirect=True)
    def test_the_log_of_changes_is_emptied_before_it_is_said_to_be_done(self, store: TrackerStore) -> None:
        file = Path(store.engine.url.database)
        talk(store)
        with sqlite3.connect(file) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchall()
            ask(store)
            assert found(store).erased is None
        reader.close()
        run(store, turn("moi"), sender="other")
        assert found(store).erased
        assert BEFORE.encode() not in b"".join(path.read_bytes() for path in file.parent.iterdir())

    def test_killed_at_any_statement_it_is_finished_by_the_next(self, store: TrackerStore) -> None:
        file, statements = file_of(store.engine.url), 0
        while True:
            talk(store)
            doomed = another_worker(store)
            asyncio.run(doomed.retrieve("someone"))
            ended = _killed_at(statements, doomed)
            worker = another_worker(store)
            for asked in erasures.to_forget(worker.engine):
                erasures.forget(worker.engine, asked.receipt)
            queued = erasures.find(worker.engine, RECEIPT) is not None
            assert queued == (BEFORE not in said(worker)), statements
            if queued:
                assert left(worker) == [], statements
                files = [path.read_bytes() for path in file.parent.iterdir()] if file else []
                assert not any(BEFORE.encode() in content for content in files), statements
            worker.engine.dispose()
            doomed.engine.dispose()
            if not ended:
                break
            with store.engine.begin() as connection:
                for table in ("events", "feedback", "erasures"):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
                connection.exec_driver_sql("DELETE FROM inbox")
            statements += 1
        assert statements > 8  # it was killed at several moments, and at last not


def _killed_at(statement: int, store: TrackerStore) -> bool:
    """Ask for the erasure in a process that ends before a statement; whether it came so far."""
    seen, on = 0, False

    def count(*_given: object) -> None:
        nonlocal seen
        if on:
            seen += 1
            if seen > statement:
                raise Killed

    sa.event.listen(store.engine, "before_cursor_execute", count)
    on = True
    try:
        ask(store)
    except Killed:
        return True
    finally:
        on = False
    return False


def test_a_row_id_is_never_given_again(store: TrackerStore) -> None:
    talk(store)
    with store.engine.connect() as connection:
        highest = connection.exec_driver_sql("SELECT max(id) FROM events").scalar()
    ask(store)
    write_again(store)
    with store.engine.connect() as connection:
        query = sa.text("SELECT min(id) FROM events WHERE sender_id = 'someone'")
        assert connection.execute(query).scalar() > highest


def test_two_people_with_one_receipt_are_both_erased(store: TrackerStore) -> None:
    for sender in ("someone", "else"):
        run(store, [*START, *turn(f"{BEFORE} {sender}")], sender=sender)
        run(store, turn("efface", reply="chat.erased", message_id="m-erase"), sender=sender)
    assert BEFORE not in said(store)


def test_the_reply_of_an_older_release_without_receipt_erases_too(store: TrackerStore) -> None:
    talk(store)
    run(store, turn("efface", reply="chat.erased"))
    assert BEFORE not in json.dumps(everything(store)["events"])
    assert len(erasures.to_forget(store.engine)) == 1
