"""The last component of the pipeline: the decision on a message, written as Rasa reads it.

Rasa sees a family (`regul`), the full topic in the response selector's place (`regul/card`), and entities that set the
slots `language` and `topic`; its rules do the rest. The decision itself travels in `parse_data["turn"]`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, RESPONSE_SELECTOR, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.dialogue.choice import chosen, signed, titled
from assistant.dialogue.decision import decide
from assistant.dialogue.reading import named, need_read
from assistant.dialogue.state import ERASED, Search, Turn
from assistant.dialogue.topics import family, target
from assistant.dialogue.understood import Thresholds, Understood
from assistant.nlu.normalise import clean
from assistant.nlu.questions import Ranking
from assistant.privacy.receipts import receipt_of

# Families whose topics only say something: one rule a family, the topic picks the answer.
RETRIEVAL = frozenset(
    ["iom", "conference", "regul", "asylum", "services", "return", "urgent", "fraud", "report", "follow"]
)
# Of the family chat these only say something too.
CHAT = frozenset(["greet", "goodbye", "thanks", "bot", "unhappy", "privacy", "privacy_full", "insult"])
RANKED = 5
# What the lexicon finds for a search only; where people come from is not written into conversations as a fact.
UNWRITTEN = frozenset(["detail", "nationality"])
# Concepts of a question that leans on the last topic: it names none of its own.
DIMENSION_CONCEPTS = frozenset(
    [
        "price",
        "free",
        "documents",
        "deadline_duration",
        "address_where",
        "opening_hours",
        "phone_number",
        "email",
        "today_now",
        "categories_who",
        "rights",
    ]
)
# Rasa reads a text that starts with a slash, after any Unicode space, as a command of its own.
_LEADING_SLASHES = re.compile(r"^[\s/]+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DialogueDecision(GraphComponent):
    """Decides on each message and leaves no other way to command the assistant than asking."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._thresholds = {language: Thresholds(**bounds) for language, bounds in config["thresholds"].items()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "DialogueDecision":
        """Called by Rasa."""
        return cls(config)

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Decide on each message.

        Args:
            messages: messages that the pipeline has read.
            tracker: the conversation up to the message; Rasa hands it in because the argument has this name.
        """
        before = turn_before(tracker)
        for message in messages:
            understood = _understood(message, before)
            turn = decide(understood, before, self._thresholds)
            if turn.reply == ERASED:
                turn = replace(turn, receipt=receipt_of(message.get("message_id")))
            _write(message, turn, understood.readings)
        return messages


def turn_before(tracker: DialogueStateTracker | None) -> Turn | None:
    """The last turn of this session, or None at its beginning; a new session keeps the language and nothing else.

    Its offers are the buttons that were really shown: those of contacts are known to the actions only.
    """
    if tracker is None:
        return None
    new_session = False
    shown: tuple[str, ...] = ()
    for event in reversed(tracker.events):
        if isinstance(event, SessionStarted):
            new_session = True
        elif isinstance(event, BotUttered) and not shown:
            shown = targets(event.data.get("buttons") or ())
        elif isinstance(event, UserUttered) and "turn" in event.parse_data:
            last = Turn.from_dict(event.parse_data["turn"])
            if last and new_session:
                return Turn("", "answer", "", language=last.language, privacy_told=last.privacy_told)
            return replace(last, offered=shown or last.offered) if last else None
    return None


def targets(buttons: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Targets of the buttons of a reply, in their order."""
    return tuple(found for button in buttons if (found := target(button["payload"])))


def _understood(message: Message, before: Turn | None) -> Understood:
    tongue = message.get("tongue")
    typed = message.get("typed")
    text = clean(message.get(TEXT))
    tapped = target(text) or signed(text) or chosen(typed, before.offered if before else ())
    metadata = message.get("metadata") or {}
    search = (before and before.search) or Search()
    concepts = message.get("concepts")
    return Understood(
        ranking=message.get("ranking"),
        language=None if tapped else tongue["language"],  # a button never changes the language
        sure_of_language=tongue["sure"],
        wish=tongue["wish"],
        ordered=tongue["ordered"],
        interface=metadata.get("interface"),
        second=message.get("second"),
        urgent=message.get("danger"),
        target=tapped or (None if search.missing else titled(typed)),
        words=len(typed),
        bare=set(concepts) <= DIMENSION_CONCEPTS,
        about=need_read(message.get("apart")),
        named=named(message.get("folded"), typed, concepts, message.get("found"), _slips(message, search), search),
        unread=metadata.get("kind"),
    )


def _slips(message: Message, search: Search) -> Sequence[str]:
    """Words in which a slip may hide what is looked for; none while nothing is."""
    best = (message.get("ranking") or [("", 0.0)])[0][0]
    searching = family(best) == "contact" or search.missing or search.found
    return message.get("unheard") if searching else ()


def _write(message: Message, turn: Turn, ranking: Ranking) -> None:
    """What Rasa reads: intent, ranking, response, entities; and no text that starts with a slash."""
    confidence = 1.0 if message.get("danger") == turn.topic else dict(ranking).get(turn.topic, 1.0)
    intent, response = _intent(turn.reply)
    message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
    ranked = [{"name": name, "confidence": p} for name, p in ranking[:RANKED]]
    message.set(INTENT_RANKING_KEY, ranked, add_to_output=True)
    if response:
        message.set(RESPONSE_SELECTOR, _selected(intent, response, confidence), add_to_output=True)
    found = [entity for entity in message.get("found") if entity["entity"] not in UNWRITTEN]
    message.set(ENTITIES, [*found, *_slots(turn, len(message.get(TEXT)))], add_to_output=True)
    message.set("turn", turn.to_dict(), add_to_output=True)
    message.set("tongue", message.get("tongue")["language"], add_to_output=True)
    message.set(TEXT, _LEADING_SLASHES.sub("", message.get(TEXT)))


def _intent(reply: str) -> tuple[str, str | None]:
    """Intent of a reply, and the response's name where a family picks among several."""
    kind, _, rest = reply.partition(".")
    if kind in RETRIEVAL or (kind == "chat" and rest in CHAT):
        return kind, f"{kind}/{rest}"
    return (kind, None) if kind == "menu" else (reply, None)


def _selected(intent: str, response: str, confidence: float) -> dict[str, Any]:
    """What a response selector of Rasa would leave: its retrieval action reads the response's name there."""
    chosen_response = {
        "intent_response_key": response,
        "utter_action": f"utter_{response}",
        "confidence": confidence,
        "responses": [],
    }
    return {"all_retrieval_intents": [intent], intent: {"response": chosen_response, "ranking": []}}


def _slots(turn: Turn, end: int) -> list[dict[str, Any]]:
    """Entities that set slots: the language of the conversation and its subject."""
    values = {"language": turn.language, "topic": turn.subject}
    return [
        {"entity": name, "value": value, "start": 0, "end": end, "extractor": "DialogueDecision"}
        for name, value in values.items()
        if value
    ]
