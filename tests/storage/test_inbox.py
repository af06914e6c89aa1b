"""The inbox: what was accepted is owed until it is answered, nothing is accepted twice, parts only move forward."""

import itertools
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant.storage import inbox

AWA, OMAR = "a" * 32, "b" * 32
TURN = "c" * 32


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An empty inbox, on both databases."""
    found = sa.create_engine(url)
    for table in (inbox.INBOX, inbox.DELIVERIES, inbox.COUNTS):
        table.drop(found, checkfirst=True)
    inbox.create(found)
    yield found
    found.dispose()


def accept(engine: Engine, *keys: str, sender: str = AWA) -> None:
    """Messages of one person; what is sealed names its message."""
    inbox.accept(engine, [inbox.New(key, sender, f"sealed {key}") for key in keys])


def owed(engine: Engine, sender: str = AWA) -> list[str]:
    return [row.key for row in inbox.owed(engine, sender)]


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = connection.execute(sa.select(inbox.COUNTS.c.name, inbox.COUNTS.c.number)).all()
    return dict(found)


def rows(engine: Engine, table: sa.Table) -> list[dict[str, object]]:
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(table))]


def test_tables_are_made_once(engine: Engine) -> None:
    accept(engine, "m1")
    inbox.create(engine)
    assert owed(engine) == ["m1"]


def test_what_was_accepted_is_owed_in_its_order(engine: Engine) -> None:
    before = time.time()
    accept(engine, "m2", "m1")
    accept(engine, "n1", sender=OMAR)
    accept(engine, "m0")
    assert owed(engine) == ["m2", "m1", "m0"]
    assert owed(engine, OMAR) == ["n1"]
    (first, *_) = inbox.owed(engine, AWA)
    assert first.sealed == "sealed m2"
    assert before <= first.received <= time.time()


def test_who_has_waited_longest_is_first(engine: Engine) -> None:
    accept(engine, "n1", sender=OMAR)
    accept(engine, "m1", "m2")
    accept(engine, "n2", sender=OMAR)
    assert inbox.waiting(engine) == [OMAR, AWA]
    inbox.finish(engine, ["n1"])
    assert inbox.waiting(engine) == [AWA, OMAR]
    inbox.finish(engine, ["m1", "m2", "n2"])
    assert inbox.waiting(engine) == []


def test_of_a_flood_the_first_are_read(engine: Engine) -> None:
    keys = [f"m{number}" for number in range(inbox.MOST_OWED + 5)]
    accept(engine, *keys)
    assert owed(engine) == keys[: inbox.MOST_OWED]
    inbox.finish(engine, keys[: inbox.MOST_OWED])
    assert owed(engine) == keys[inbox.MOST_OWED :]


def test_a_message_is_accepted_once_and_later_copies_are_told(engine: Engine) -> None:
    accept(engine, "m1")
    rows = [inbox.New("m1", AWA, "another"), inbox.New("m2", AWA, "sealed m2"), inbox.New("m2", AWA, "another")]
    assert inbox.accept(engine, rows) == 2
    assert [(row.key, row.sealed) for row in inbox.owed(engine, AWA)] == [("m1", "sealed m1"), ("m2", "sealed m2")]
    inbox.finish(engine, ["m1", "m2"])
    assert inbox.accept(engine, rows[:1]) == 1
    assert owed(engine) == []
    assert inbox.accept(engine, [inbox.New("m3", AWA, "x")]) == 0


def test_what_is_finished_leaves_nothing_sealed(engine: Engine) -> None:
    accept(engine, "m1", "m2")
    inbox.finish(engine, ["m1"])
    assert owed(engine) == ["m2"]
    assert [row["sealed"] for row in rows(engine, inbox.INBOX) if row["key"] == "m1"] == [None]


def test_the_last_part_and_the_end_of_a_turn_are_one_step(engine: Engine) -> None:
    accept(engine, "m1", "m2", "m3")
    inbox.note(engine, TURN, 0, AWA, "accepted")
    assert owed(engine) == ["m1", "m2", "m3"]
    inbox.note(engine, TURN, 1, AWA, "accepted", finished=["m1", "m2"])
    assert owed(engine) == ["m3"]
    assert inbox.deliveries(engine, TURN) == {0: "accepted", 1: "accepted"}


def change(engine: Engine, key: str, replaces: str, words: str | None) -> int:
    """An edit, or with no words a deletion."""
    return inbox.accept(engine, [inbox.New(key, AWA, words, replaces)])


def sealed(engine: Engine) -> list[str]:
    return [row.sealed for row in inbox.owed(engine, AWA)]


def test_what_was_taken_back_is_owed_no_more_whichever_came_first(engine: Engine) -> None:
    accept(engine, "m1", "m2")
    change(engine, "d1", "m1", None)
    change(engine, "d9", "m9", None)
    accept(engine, "m9")
    assert owed(engine) == ["m2"]
    assert all(row["sealed"] != "sealed m1" for row in rows(engine, inbox.INBOX))


def test_what_waits_is_changed_in_its_place(engine: Engine) -> None:
    accept(engine, "m1", "m2")
    assert change(engine, "e1", "m1", "once") == 0
    assert change(engine, "e2", "m1", "twice") == 0
    assert change(engine, "e2", "m1", "again") == 1  # came before
    assert sealed(engine) == ["twice", "sealed m2"]
    change(engine, "d1", "m1", None)
    assert sealed(engine) == ["sealed m2"]


def test_what_was_answered_is_answered_anew_by_its_last_change(engine: Engine) -> None:
    accept(engine, "m1")
    inbox.finish(engine, ["m1"])
    change(engine, "e1", "m1", "once")
    change(engine, "e2", "m1", "twice")
    assert sealed(engine) == ["twice"]
    change(engine, "d1", "m1", None)
    assert sealed(engine) == []


def test_a_change_that_overtook_its_message_stands_for_it(engine: Engine) -> None:
    change(engine, "e1", "m1", "new")
    accept(engine, "m1")
    assert sealed(engine) == ["new"]


def test_a_request_is_kept_whole_or_not_at_all(engine: Engine) -> None:
    accept(engine, "m1")
    with pytest.raises(sa.exc.SQLAlchemyError):
        inbox.accept(engine, [inbox.New("d1", AWA, None, "m1"), inbox.New("m3", None, "x")])  # type: ignore[arg-type]
    assert owed(engine) == ["m1"]


def test_a_person_is_forgotten_and_their_messages_are_still_known(engine: Engine) -> None:
    accept(engine, "m1")
    inbox.note(engine, TURN, 0, AWA, "accepted", finished=["m1"], forgotten=True)
    assert [row["sender_id"] for row in rows(engine, inbox.INBOX)] == [""]
    assert rows(engine, inbox.DELIVERIES) == []
    accept(engine, "m1")
    assert owed(engine) == []


def note(engine: Engine, state: str, part: int = 0, code: int | None = None) -> str:
    """Note a state of a part; what it is then."""
    inbox.note(engine, TURN, part, AWA, state, code)
    return inbox.deliveries(engine, TURN)[part]


def tell(engine: Engine, state: str, part: int = 0, code: int | None = None, turn: str = TURN) -> str | None:
    """Let Meta tell a state of a part; what it is then."""
    inbox.tell(engine, [inbox.Told(turn, part, state, code)], {})
    return inbox.deliveries(engine, turn).get(part)


def test_a_part_goes_its_way(engine: Engine) -> None:
    assert inbox.deliveries(engine, TURN) == {}
    for state in ("sending", "sending", "accepted"):
        assert note(engine, state) == state
    for state in ("sent", "delivered", "read", "played"):
        assert tell(engine, state) == state
    assert note(engine, "sending", part=1) == "sending"
    assert inbox.deliveries(engine, TURN) == {0: "played", 1: "sending"}


@pytest.mark.parametrize(
    ("earlier", "later"), itertools.combinations(("accepted", "sent", "delivered", "read", "played", "failed"), 2)
)
def test_a_part_only_moves_forward(engine: Engine, earlier: str, later: str) -> None:
    """Statuses come in any order, twice, and before our own note."""
    note(engine, "sending")
    assert tell(engine, later) == later
    assert tell(engine, earlier) == later
    assert note(engine, "accepted") == (later if later != "accepted" else "accepted")
    assert note(engine, "sending") == later


def test_a_part_that_is_not_known_is_left_alone(engine: Engine) -> None:
    note(engine, "sending")
    assert tell(engine, "read", part=7) is None
    assert tell(engine, "read", turn="d" * 32) is None
    assert tell(engine, "exploded") == "sending"
    assert len(rows(engine, inbox.DELIVERIES)) == 1


def test_what_failed_is_counted_once_with_its_code(engine: Engine) -> None:
    for part in range(3):
        note(engine, "accepted", part)
    failed = [
        inbox.Told(TURN, part, "failed", code) for part, code in ((0, 131026), (1, 131026), (2, None), (9, 131026))
    ]
    inbox.tell(engine, [failed[0], *failed], {})
    inbox.tell(engine, failed, {})
    assert counts(engine) == {"failed 131026": 2, "failed unknown": 1}
    assert [row["code"] for row in rows(engine, inbox.DELIVERIES)] == [131026, 131026, None]


def test_what_was_refused_keeps_its_code(engine: Engine) -> None:
    note(engine, "sending")
    note(engine, "refused", code=131009)
    assert [(row["state"], row["code"]) for row in rows(engine, inbox.DELIVERIES)] == [("refused", 131009)]


def test_counts_add_up_for_each_day(engine: Engine) -> None:
    inbox.tell(engine, [], {"in text": 2, "field calls": 1})
    inbox.tell(engine, [], {"in text": 3, "x" * 100: 1})
    assert counts(engine) == {"in text": 5, "field calls": 1, "x" * 80: 1}
    assert {row["day"] for row in rows(engine, inbox.COUNTS)} <= {
        time.strftime("%Y-%m-%d", time.gmtime(time.time() - ago)) for ago in (0, 60)
    }


def age(engine: Engine, table: sa.Table, column: str, days: float) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(table).values({column: time.time() - days * 24 * 3600}))


@pytest.mark.parametrize(("days", "known"), [(8.9, True), (9.1, False)])
def test_a_message_is_known_for_nine_days(engine: Engine, days: float, known: bool) -> None:
    accept(engine, "m1")
    inbox.finish(engine, ["m1"])
    note(engine, "accepted")
    age(engine, inbox.INBOX, "received", days)
    age(engine, inbox.DELIVERIES, "timestamp", days)
    inbox.tidy(engine)
    accept(engine, "m1")
    assert owed(engine) == ([] if known else ["m1"])
    assert bool(inbox.deliveries(engine, TURN)) == known


def test_what_is_owed_is_never_tidied_away(engine: Engine) -> None:
    accept(engine, "m1")
    age(engine, inbox.INBOX, "received", 30)
    inbox.tidy(engine)
    assert owed(engine) == ["m1"]


def test_who_is_forgotten_has_no_row_left_and_their_messages_stay_known(engine: Engine) -> None:
    accept(engine, "m1", "m2")
    accept(engine, "n1", sender=OMAR)
    inbox.finish(engine, ["m1", "n1"])
    note(engine, "read")
    inbox.note(engine, "d" * 32, 0, OMAR, "read")
    with engine.begin() as connection:
        for statement in inbox.forget(AWA, time.time()):
            connection.execute(statement)
    assert [row["sender_id"] for row in rows(engine, inbox.DELIVERIES)] == [OMAR]
    assert {str(row["key"]): row["sender_id"] for row in rows(engine, inbox.INBOX)} == {"m1": "", "m2": AWA, "n1": OMAR}
    accept(engine, "m1")
    assert owed(engine) == ["m2"], "the message that asked to be forgotten is still answered"
