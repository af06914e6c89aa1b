"""Of a long conversation only the tail is read, and nothing is different from Rasa's own store, after each turn."""

import asyncio
import tempfile
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.storage import erasures, tails
from assistant.storage.conversation import MOST_EVENTS, Conversation
from assistant.storage.retention import let_go
from assistant.storage.tracker_store import TrackerStore
from tests import stores
from tests.storage.talk import CONVERSATION, DOMAIN, START, listen, load, run, start, turn, user

MOST_EVENTS_OF_A_TURN = 12


def store_at(folder: Path) -> TrackerStore:
    return TrackerStore(DOMAIN, host=stores.conversations(folder))


def long_conversation(store, turns=40):
    run(store, [*START, *turn("je suis à Rabat", SlotSet("city", "Rabat"))])
    for number in range(turns):
        run(store, turn(f"question {number}"))


def read(store):
    with store.session_scope() as session:
        return tails.read(session, "someone")


def has_tail(store):
    with store.engine.connect() as connection:
        return bool(connection.execute(sa.select(tails.TAILS)).all())


def bare(tracker):
    """The state, and what a policy would see of the last turns."""
    applied = [str(event) for event in tracker.applied_events() if not isinstance(event, SlotSet | ConversationPaused)]
    said = tracker.latest_message.text if tracker.latest_message else None
    loop = {**tracker.current_state()["active_loop"], "trigger_message": None}  # parse data are stored shortened
    return {**tracker.current_state(), "latest_message": said, "active_loop": loop, "applied": applied[-5:]}


# What may happen in a turn, behind the message.
HAPPENS = [
    [],
    [SlotSet("city", "Fès")],
    [SlotSet("city", None)],
    [SlotSet("note", {"ids": ["a", "b"]})],
    [ActiveLoop("contact_form"), SlotSet("requested_slot", "city")],
    [ActionExecuted("contact_form"), SlotSet("city", "Tanger")],
    [ActionExecutionRejected("contact_form")],
    [ActiveLoop(None), SlotSet("requested_slot", None)],
    [UserUtteranceReverted()],
    [ActionExecuted("utter_x"), ActionReverted()],
    [ConversationPaused()],
    [ConversationResumed()],
    [AllSlotsReset()],
    [Restarted()],
    [FollowupAction("utter_x")],
]


def fresh(kind, number):
    """A turn, its events with the time of now: Rasa's store finds a session by time."""
    made = [type(event).from_parameters({**event.as_dict(), "timestamp": time.time()}) for event in HAPPENS[kind]]
    return turn(f"message {number}", ActionExecuted("utter_y"), *made)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.one_of(st.just(0), st.integers(0, len(HAPPENS) - 1)),
            st.integers(0, 1),  # which of two stores on one database takes the turn
            st.integers(0, 12).map(lambda n: n == 0),  # whether a session begins
        ),
        min_size=15,
        max_size=40,
    )
)
def test_state_is_that_of_rasas_store_after_each_turn(turns):
    with tempfile.TemporaryDirectory() as name:
        stock = SQLTrackerStore(DOMAIN, db=str(Path(name) / "stock.db"))
        stores = [store_at(Path(name)), store_at(Path(name))]
        for number, (kind, which, begins) in enumerate(turns):
            events = [*(start() if begins or not number else ()), *fresh(kind, number)]
            run(stock, events)
            run(stores[which], events)
            assert bare(load(stores[1 - which])) == bare(load(stock))
            assert bare(load(stores[which]).copy()) == bare(load(stock))
        whole, of_stock = (asyncio.run(any_store.retrieve_full_tracker("someone")) for any_store in (stores[0], stock))
        assert [str(event) for event in whole.events] == [str(event) for event in of_stock.events]
        for store in (*stores, stock):
            store.engine.dispose()


@given(st.lists(st.tuples(st.integers(0, len(HAPPENS) - 1), st.booleans()), max_size=12))
def test_the_events_that_count_are_those_of_rasa(turns):
    events = [
        event
        for number, (kind, begins) in enumerate(turns)
        for event in (*(start() if begins else ()), *fresh(kind, number))
    ]
    ours, rasas = (kind.from_events("someone", events, DOMAIN.slots) for kind in (Conversation, DialogueStateTracker))
    assert ours.applied_events() == rasas.applied_events()


def test_of_a_long_conversation_a_bounded_part_is_read(folder, store):
    long_conversation(store, turns=100)
    assert len(read(store).events) <= MOST_EVENTS + MOST_EVENTS_OF_A_TURN
    tracker = load(store)
    assert tracker.get_slot("city") == "Rabat"
    assert tracker.latest_message.text == "question 99"
    said = [event for event in tracker.events if not isinstance(event, SlotSet)]
    assert said[0].action_name == "action_listen"  # no turn is cut in two
    texts = [e.text for e in asyncio.run(store.retrieve_full_tracker("someone")).events if isinstance(e, UserUttered)]
    assert texts == ["je suis à Rabat", *(f"question {n}" for n in range(100))]


def test_a_form_is_never_cut(folder, store):
    run(store, [*START, *turn("un formulaire", ActiveLoop("contact_form"), SlotSet("requested_slot", "city"))])
    for number in range(40):
        run(store, turn(f"question {number}", ActionExecuted("contact_form")))
    assert not has_tail(store)
    assert load(store).active_loop_name == "contact_form"
    run(store, turn("fini", ActiveLoop(None), SlotSet("requested_slot", None)))
    for number in range(40):
        run(store, turn(f"question {number}"))
    assert has_tail(store)
    assert load(store).active_loop_name is None


def test_a_message_that_is_reverted_takes_nothing_of_the_header(folder, store):
    long_conversation(store)
    for _ in range(3):
        run(store, [user("pas compris"), ActionExecuted("action_default_fallback"), UserUtteranceReverted(), listen()])
    tracker = load(store)
    assert tracker.get_slot("city") == "Rabat"
    assert tracker.latest_message.text == "question 39"


def test_a_session_begins_without_the_header(folder, store):
    long_conversation(store)
    assert has_tail(store)
    run(store, [*START, *turn("rebonjour")])
    assert load(store).get_slot("city") is None  # Rasa carries slots over with events of the session


def test_where_to_read_from_is_erased_with_the_conversation(folder, store):
    long_conversation(store)
    erasures.queue(store.engine, "someone", "receipt")
    assert load(store) is None
    erasures.finish(store.engine)
    assert not has_tail(store)
    run(store, [*START, *turn("bonjour")])
    assert load(store).get_slot("city") is None


def test_where_to_read_from_goes_when_the_conversation_is_let_go(folder, store):
    long_conversation(store)
    let_go(store.engine, time.time() + 1)
    assert not has_tail(store)


def test_of_what_stands_in_a_header_personal_numbers_are_struck_out(folder, store):
    run(store, [*START, *turn("bonjour", SlotSet("note", "appelez le 0612345678"))])
    for number in range(40):
        run(store, turn(f"question {number}"))
    assert has_tail(store)
    assert b"0612345678" not in stores.kept(folder)
    assert load(store).get_slot("note")


@pytest.mark.parametrize("events", CONVERSATION)
def test_a_copy_is_independent(folder, store, events):
    run(store, events)
    tracker = load(store)
    before = bare(tracker)
    twin = tracker.copy()
    for event in turn("autre chose", SlotSet("city", "Oujda"), BotUttered("x")):
        twin.update(event, DOMAIN)
    assert bare(tracker) == before
    assert bare(twin) != before
