"""A danger that only shows in several messages: which ones are read together, and which are not."""

import time

import pytest
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.nlu.components import PIECES_WITHIN, _just_before
from assistant.nlu.safeguard import Safeguard


@pytest.fixture(scope="module")
def safeguard() -> Safeguard:
    return Safeguard()


@pytest.mark.parametrize(
    ("pieces", "danger"),
    [
        (["mon mari", "il me", "frappe"], "urgent.violence"),
        (["mon mari", "il me frappe"], "urgent.violence"),
        (["زوجي", "يضربني كل يوم"], "urgent.violence"),
        (["mon patron", "a pris", "mon passeport"], "urgent.trafficking"),
        (["la police", "m'a", "arrêté"], "urgent.detention"),
        (["le bateau", "coule"], "urgent.sea"),
        (["باغي", "نموت"], "urgent.suicide"),
        (["mon bebe", "respire", "pas"], "urgent.medical"),
    ],
)
def test_a_danger_is_seen_across_messages(safeguard: Safeguard, pieces: list[str], danger: str) -> None:
    assert safeguard.kind_after(pieces[:-1], pieces[-1]) == danger


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        ([], "il me frappe"),
        (["bonjour", "mon mari"], "merci beaucoup"),
        (["mon mari me frappe"], "merci"),  # was seen when it came
        (["merci"], "mon mari me frappe"),  # is seen without what came before
        (["mon mari"], "travaille à Rabat"),
    ],
)
def test_what_does_not_reach_across_is_not_seen_across(safeguard: Safeguard, earlier: list[str], text: str) -> None:
    assert safeguard.kind_after(earlier, text) is None


def said(text: str, ago: float = 1.0, urgent: bool = False) -> UserUttered:
    return UserUttered(text, parse_data={"turn": {"urgent": urgent}}, timestamp=time.time() - ago)


def before(*events: Event) -> list[str]:
    return _just_before(DialogueStateTracker.from_events("someone", list(events)))


def test_the_last_two_messages_are_pieces() -> None:
    assert before(said("un"), BotUttered("?"), said("deux"), BotUttered("?"), said("trois")) == ["deux", "trois"]
    assert before() == _just_before(None) == []


def test_what_is_no_piece() -> None:
    assert before(said("mon mari"), said("/menu/main")) == ["mon mari"], "a button"
    assert before(said("mon mari me frappe", urgent=True), said("merci")) == ["merci"], "a danger that was answered"
    assert before(said("je veux renouveler ma carte de séjour à Rabat demain"), said("svp")) == ["svp"], "a sentence"


def test_what_was_said_long_ago_is_no_piece() -> None:
    old, recent = said("mon mari", PIECES_WITHIN + 60), said("il me", PIECES_WITHIN - 60)
    assert before(old, recent) == ["il me"]
