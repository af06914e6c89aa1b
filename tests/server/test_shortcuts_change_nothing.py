"""What `assistant.server.shortcuts` and `Answers` do in Rasa's place comes out as Rasa's own does."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core import events, slots
from rasa.shared.core.domain import Domain

from assistant.dialogue.answers import Answers
from assistant.server import shortcuts

EVENTS = [
    events.UserUttered("salam", {"name": "chat"}),
    events.BotUttered("salam"),
    events.SlotSet("city", "rabat"),
    events.ActionExecuted("action_listen"),
    events.SessionStarted(),
    events.Restarted(),
    events.UserUtteranceReverted(),
    events.ActionReverted(),
    events.ActiveLoop("form"),
    events.LegacyForm("form"),
    events.ConversationPaused(),
    events.DefinePrevUserUtteredFeaturization(False),
]
RESPONSES: dict[str, list[dict[str, Any]]] = {
    "utter_plain": [{"text": "plain {name}", "metadata": {"sources": ["a"]}}],
    "utter_two": [
        {"text": "fr {name}"},
        {"text": "ar {name}", "condition": [{"type": "slot", "name": "language", "value": "ar"}]},
    ],
    "utter_channel": [{"text": "any"}, {"text": "web {name}", "channel": "web"}],
    "utter_list": [{"text": "list", "condition": [{"type": "slot", "name": "cities", "value": ["rabat"]}]}],
    "utter_buttons": [
        {"text": "b", "buttons": [{"title": "{name}", "payload": "/x"}], "custom": {"a": {"b": "{name}"}}}
    ],
}
SLOTS = [{"name": "Awa"}, {"name": "Awa", "language": "ar"}, {"name": "Ali", "cities": ["rabat"]}]


def kinds(kind: type[Any] = events.Event) -> Iterator[type[Any]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from kinds(narrower)


@pytest.fixture(scope="module", autouse=True)
def applied() -> None:
    shortcuts.apply()
    shortcuts.apply()  # as for a second store


def test_an_event_is_of_the_kinds_that_its_class_says() -> None:
    assert type(events.Event).__name__ == "_Kind"
    for event in EVENTS:
        for kind in kinds():
            assert isinstance(event, kind) == issubclass(type(event), kind), (event, kind)
    for other in (None, "user", object(), {"event": "user"}):
        assert not any(isinstance(other, kind) for kind in kinds())


@pytest.mark.parametrize(
    "slot",
    [
        slots.TextSlot("city", [], value_reset_delay=3, initial_value="rabat"),
        slots.BooleanSlot("answered", []),
        slots.CategoricalSlot("language", [], values=["fr", "ar"]),
        slots.ListSlot("cities", []),
        slots.AnySlot("search", [], initial_value={"need": "work"}),
    ],
)
def test_a_copied_slot_is_the_same_and_another(slot: slots.Slot) -> None:
    twin = copy.copy(slot)
    assert type(twin) is type(slot) and vars(twin) == vars(slot)
    twin.value = "other"
    assert slot.value != "other"


@pytest.mark.parametrize("channel", ["", "web", "rest"])
@pytest.mark.parametrize("values", SLOTS)
def test_a_response_is_filled_in_as_rasa_fills_it_in(values: dict[str, Any], channel: str) -> None:
    ours, rasas = Answers(), TemplatedNaturalLanguageGenerator(copy.deepcopy(RESPONSES))
    ours.responses = copy.deepcopy(RESPONSES)
    for name in (*RESPONSES, "utter_unknown"):
        found = [one.generate_from_slots(name, values, channel) for one in (ours, rasas, ours)]
        assert found[0] == found[1] == found[2], name
    assert ours.responses == RESPONSES  # what is filled in is a copy


def test_responses_of_a_new_model_take_the_place_of_the_old() -> None:
    ours = Answers(domain=Domain.from_dict({"responses": {"utter_a": [{"text": "old"}]}}))
    assert ours.generate_from_slots("utter_a", {}, "") == {"text": "old"}
    ours.responses = {"utter_a": [{"text": "new"}]}
    assert ours.generate_from_slots("utter_a", {}, "") == {"text": "new"}
