"""Conversations that tests of the storage write and read."""

import asyncio

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [iom, contact.iom]
entities: [city]
slots:
  city: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: city}]}
  note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms: {contact_form: {required_slots: [city]}}
"""
)


def user(text, intent="iom", reply="iom.who", entities=(), **more):
    parse_data = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": list(entities),
        "intent_ranking": [{"name": f"iom/{i}", "confidence": 0.1} for i in range(60)],
        "response_selector": {
            "all_retrieval_intents": ["iom", "regul"],
            "iom": {
                "response": {
                    "intent_response_key": "iom/who",
                    "utter_action": "utter_iom/who",
                    "confidence": 0.9,
                    "responses": [{"text": "long " * 100}],
                },
                "ranking": [{"confidence": 0.1}] * 60,
            },
            "regul": {"response": {"intent_response_key": "regul/now"}, "ranking": []},
        },
        "turn": {"reply": reply, "decision": "answer", "topic": "iom.who"},
    }
    return UserUttered(text, parse_data["intent"], parse_data["entities"], parse_data, **more)


def listen():
    return ActionExecuted("action_listen")


def turn(text, *events, **more):
    return [user(text, **more), *events, BotUttered("Voici."), listen()]


def start():
    return [ActionExecuted("action_session_start"), SessionStarted(), listen()]


START = start()
CONVERSATION = [
    [*start(), *turn("qui êtes-vous ?", SlotSet("city", "Rabat"))],
    turn("à Fès", ActiveLoop("contact_form"), SlotSet("city", "Fès"), SlotSet("requested_slot", "city")),
    turn("merci", ActiveLoop(None)),
    [*start(), SlotSet("city", "Fès"), *turn("encore moi")],
    turn("recommence", Restarted()),
    [*start(), *turn("salut", AllSlotsReset(), SlotSet("note", "rien"))],
]


async def take_turn(store, events, sender="someone"):
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in events:
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


def run(store, *turns, sender="someone"):
    for events in turns:
        asyncio.run(take_turn(store, events, sender))


def load(store, sender="someone"):
    return asyncio.run(store.retrieve(sender))
