"""Which messages make one turn, and how long it waits for more: whatever people write, and whatever the clock does."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.joining import LONGEST_WAIT, MOST_CHARACTERS, QUIET, Owed, in_order, joined, pause, words
from assistant.channels.webhook import Kind
from assistant.nlu.safeguard import Safeguard

NOON = 1_790_000_000.0
KINDS: list[Kind] = ["text", "tap", "audio", "image", "other", "seen"]


def owed(text: str, received: float = NOON, kind: Kind = "text") -> Owed:
    return Owed("wamid.1", "212600000042", kind, text, received, key=f"key of {text}", received=received)


@st.composite
def waiting(draw: st.DrawFn) -> list[Owed]:
    """What a person may be owed, in order of arrival."""
    kinds = draw(st.lists(st.sampled_from(["text"] * 9 + KINDS), min_size=1, max_size=12))
    lengths = draw(st.lists(st.integers(0, 400) | st.integers(0, 4_096), min_size=len(kinds), max_size=len(kinds)))
    gaps = draw(st.lists(st.floats(0, 5), min_size=len(kinds), max_size=len(kinds)))
    rows = zip(range(len(kinds)), kinds, lengths, strict=True)
    return [
        replace(owed("x" * length, NOON + sum(gaps[: number + 1]), kind), key=str(number))
        for number, kind, length in rows
    ]


def turns(messages: list[Owed]) -> list[list[Owed]]:
    """All turns of what waits."""
    made = []
    while messages:
        made.append(joined(messages))
        messages = messages[len(made[-1]) :]
    return made


def test_they_are_read_as_they_were_written_not_as_they_arrived() -> None:
    late, early = owed("carte", NOON), owed("je veux la", NOON - 2)
    assert in_order([late, early]) == [early, late]
    together = owed("de sejour", NOON)
    assert in_order([late, together, early]) == [early, late, together]


def test_an_edit_stands_where_what_it_changes_stood_however_late_it_was_written() -> None:
    edited = replace(owed("aidez moi svp", NOON + 60), edited=True)
    other = owed("pour la carte", NOON + 1)
    assert in_order([edited, other]) == [edited, other]
    before = owed("bonjour", NOON - 1)
    assert in_order([before, edited, other]) == [before, edited, other]


@given(waiting())
def test_nothing_is_lost_nor_changes_its_place(messages: list[Owed]) -> None:
    assert [message for turn in turns(messages) for message in turn] == messages


@given(waiting())
def test_only_what_goes_together_is_joined_and_only_so_much(messages: list[Owed]) -> None:
    """Words, or pictures and the like of one kind in a row that have none."""
    for turn in turns(messages):
        assert turn
        if len(turn) > 1:
            (kind,) = {message.kind for message in turn}
            assert kind == "text" or not any(message.text for message in turn)
            assert kind not in ("tap", "seen")
            assert len(words(turn)) <= MOST_CHARACTERS


@given(waiting())
def test_words_that_could_be_joined_are(messages: list[Owed]) -> None:
    made = turns(messages)
    for turn, following in pairwise(made):
        both_text = {turn[-1].kind, following[0].kind} == {"text"}
        assert not both_text or len(words([*turn, following[0]])) > MOST_CHARACTERS


def test_a_long_message_is_whole() -> None:
    long = owed("x" * 4_096)
    assert joined([long, owed("oui")]) == [long]
    assert joined([owed("oui"), long]) == [owed("oui")]


def no_danger(_: str) -> bool:
    return False


@given(waiting(), st.floats(-100_000, 100_000))
def test_a_pause_is_never_longer_than_a_sentence_takes(messages: list[Owed], later: float) -> None:
    assert 0.0 <= pause(messages, NOON + later, no_danger) <= QUIET


def waited(messages: list[Owed], now: float, is_danger: Callable[[str], bool] = no_danger) -> float:
    """Seconds until messages are answered to which nothing is added."""
    begun = now
    while rest := pause(messages, now, is_danger):
        now += rest
        assert now - begun < 60, "it waits and waits"
    return now - begun


@given(waiting(), st.floats(-100_000, 100_000))
def test_every_sentence_is_answered_whatever_the_clock_does(messages: list[Owed], later: float) -> None:
    assert waited(messages, NOON + later) <= QUIET + 0.1


def test_a_sentence_is_whole_after_two_quiet_seconds() -> None:
    assert waited([owed("aidez moi")], NOON) == QUIET
    assert waited([owed("aidez moi"), owed("mon mari", NOON + 1.5)], NOON + 1.5) == QUIET


def test_who_writes_on_and_on_is_answered_all_the_same() -> None:
    pieces = [owed("et", NOON + second) for second in range(8)]
    assert waited(pieces, pieces[-1].received) == LONGEST_WAIT - 7


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "text"])
def test_what_is_no_sentence_does_not_wait(kind: Kind) -> None:
    assert waited([owed("/menu/main", kind=kind)], NOON) == 0
    assert waited([owed("bonjour"), owed("/menu/main", kind=kind)], NOON) == 0


def test_a_danger_does_not_wait() -> None:
    pieces = [owed("aidez moi"), owed("mon mari"), owed("il me frappe")]
    safeguard = Safeguard()

    def is_danger(text: str) -> bool:
        return safeguard.kind(text) is not None

    assert waited(pieces, NOON, is_danger) == 0
    assert waited(pieces[:2], NOON, is_danger) == QUIET
