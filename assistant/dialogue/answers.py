"""Rasa's response generator with what the data alone cannot hold: buttons, source line, year, numbers, privacy line.

It runs inside the Rasa server, so every answer works with everything else down. Sentences come from `data/answers`;
what is added to them comes from the turn that `assistant.dialogue.decision` wrote into the last message.
"""

import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.constants import RESPONSE_CONDITION
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.dialogue import contacts
from assistant.dialogue.bidi import isolated, pieces, shown, with_isolated_addresses
from assistant.dialogue.directory import numbers
from assistant.dialogue.needs import needs
from assistant.dialogue.state import ERASED, Turn
from assistant.dialogue.topics import LANGUAGES, families, family, payload, title, topics
from assistant.privacy import receipts

Reply = dict[str, Any]
MOST_SOURCES = 2
# Of a response that holds no more than this Rasa fills in the text alone: it need not be copied whole.
FLAT = frozenset(["text", "metadata", "condition", "channel"])
HOSTS_KEPT = 1_024  # hosts of addresses, which answers and the directory name again and again
# A blank line that is not empty: at an empty one Rasa's channels begin a second message.
BETWEEN_LANGUAGES = "\n\u00a0\n"


class Answers(TemplatedNaturalLanguageGenerator):
    """Answers in the person's language, in both while it is unknown."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Called by Rasa with `nlg: {type: assistant.dialogue.answers.Answers}` of endpoints.yml."""
        super().__init__((domain or Domain.empty()).responses)

    @property
    def responses(self) -> dict[str, list[Reply]]:
        """Variants of each response by its name; Rasa sets them, again with each model that it loads."""
        return self._responses

    @responses.setter
    def responses(self, responses: dict[str, list[Reply]]) -> None:
        self._responses = responses
        variants = (variant for several in responses.values() for variant in several)
        conditions = (condition for variant in variants for condition in variant.get(RESPONSE_CONDITION) or ())
        self._slots_asked = sorted({condition["name"] for condition in conditions})
        self._fitting_by: dict[tuple[Any, ...], Sequence[Reply]] = {}

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **variables: object
    ) -> Reply | None:
        """One reply, ready to send: text and buttons, and the same in `parts` for channels that show more than text.

        A part is `{"language", "content", "source"}`: pieces of text and links (`bidi.pieces`) without the source line,
        and `{"content", "date", "urls"}` or None.

        Args:
            utter_action: name of the response (`utter_regul/now`).
            tracker: the conversation.
            output_channel: name of the channel.
            variables: values for the response's own variables; those of contacts are put into words here.
        """
        turn = Turn.from_dict(tracker.latest_message.parse_data.get("turn") if tracker.latest_message else None)
        turn = turn or Turn(reply="", decision="answer", topic="")
        both = turn.language not in LANGUAGES or turn.reply == "other_language"
        languages = ["ar", "fr"] if both else [str(turn.language)]
        said = _last_reply(tracker) if utter_action == "utter_chat.repeat" else None
        if said:
            return said
        parts = [self._in_language(utter_action, turn, language, output_channel, variables) for language in languages]
        found = [part for part in parts if part]
        if not found:
            return None
        return {
            **found[0],
            "text": BETWEEN_LANGUAGES.join(part["text"] for part in found),
            "parts": [part for one in found for part in one["parts"]],
            "buttons": self._buttons(turn, languages[0], variables, tracker),
            "urgent": turn.urgent,
            "erased": turn.reply == ERASED,
            "points": contacts.points(variables, languages[0]),
            "spoken": [f"{turn.reply}.{language}" for language in languages] if turn.speaks else [],
        }

    def generate_from_slots(
        self, utter_action: str, filled_slots: Mapping[str, Any], output_channel: str, **variables: object
    ) -> Reply | None:
        """As Rasa does it, which looks for the variants that fit anew and copies one of them whole, for each line."""
        fitting = self._fitting(utter_action, output_channel, filled_slots)
        if not fitting:
            return None
        chosen = random.choice(fitting)
        filled = dict(chosen) if chosen.keys() <= FLAT else copy.deepcopy(chosen)
        reply: Reply = self._fill_response(filled, filled_slots, **variables)
        return reply

    def _fitting(self, name: str, channel: str, slots: Mapping[str, Any]) -> Sequence[Reply]:
        """Variants of a response for a channel and the slots that variants ask for."""
        if name not in self.responses:
            return ()
        key = (name, channel, *(repr(slots.get(slot)) for slot in self._slots_asked))
        if key not in self._fitting_by:
            variants = ResponseVariationFilter(self.responses)
            self._fitting_by[key] = variants.responses_for_utter_action(name, channel, slots)
        return self._fitting_by[key]

    @staticmethod
    def _buttons(
        turn: Turn, language: str, variables: Mapping[str, Any], tracker: DialogueStateTracker
    ) -> list[dict[str, str]]:
        """What the action offers, else what the decision does."""
        if "offers" in variables:
            languages = () if turn.language else ("language.fr", "language.ar")
            return [*(_button(target, language) for target in languages), *contacts.buttons(variables, language)]
        # A place that is offered again keeps the name that only the action knew.
        shown = {button["payload"]: button for button in (_last_reply(tracker) or {}).get("buttons") or ()}
        return [
            shown.get(payload(target)) or _button(target, language)
            if target.startswith("place.")
            else _button(target, language)
            for target in turn.offered
        ]

    def _in_language(
        self, name: str, turn: Turn, language: str, channel: str, variables: Mapping[str, Any]
    ) -> Reply | None:
        slots = {"language": language, **numbers(), **_names(turn, language)}
        if "offers" in variables:
            say = lambda line, more: self._line(line, {**slots, **more})  # noqa: E731
            slots |= contacts.rendered(variables, language, say)
        reply = self.generate_from_slots(name, slots, channel)
        if reply is None:
            return None
        if variables.get("places"):
            reply = {**reply, "metadata": {**reply["metadata"], "sources": contacts.sources(variables["places"])}}
        body = f"{_emoji(turn)}{reply.get('text', '')}"
        source = _sources(reply)
        cited = self._cited(source, slots) if source else ""
        below = []
        if turn.unseen:
            below.append(self._line("unseen", slots))
        if turn.second:
            below.append(self._line("second", slots))
        if turn.resumes and turn.search:
            below.append(self._line(f"resume_{turn.search.missing}", slots))
        if turn.privacy:
            below.append(self._line("privacy", slots))
        lines = [with_isolated_addresses(line) for line in (body, *below)]
        part = {
            "language": language,
            "content": pieces("\n".join(lines), language),
            "source": source and {"content": pieces(cited, language, source.pages), **source.facts},
        }
        whole = "\n".join([lines[0], *([cited] if cited else ()), *lines[1:]])
        return {**reply, "text": shown(whole, language), "parts": [part]}

    def _cited(self, source: "_Source", slots: Mapping[str, Any]) -> str:
        """The source line, its hosts marked."""
        words = source.words(self._line("place_comma", slots))
        return with_isolated_addresses(self._line("source", {**slots, **words}))

    def _line(self, name: str, slots: Mapping[str, Any]) -> str:
        """A line that is added to answers (`utter_line/source`), or one of a contact's (`utter_line/place_phone`)."""
        line = self.generate_from_slots(f"utter_line/{name}", slots, "")
        if line is None:
            raise KeyError(f"utter_line/{name} is not in data/answers")
        return str(line["text"])


def _names(turn: Turn, language: str) -> dict[str, str]:
    """What a response may name: the family of a menu, the subject of a follow-up, the need that is looked for, the
    receipt of an erasure."""
    kind, _, rest = turn.reply.partition(".")
    shown = families()[rest].title[language] if kind == "menu" else ""
    about = topics()[turn.subject].about[language] if turn.subject in topics() else ""
    need = needs().get(turn.search.need or "") if turn.search else None
    receipt = isolated(receipts.shown(turn.receipt)) if turn.receipt else ""
    return {"menu": shown, "about": about, "need": need[language] if need else "", "receipt": receipt}


def _emoji(turn: Turn) -> str:
    kind, _, rest = turn.reply.partition(".")
    about = turn.subject or "" if kind.startswith("follow") else turn.reply
    shown = families().get(rest if kind == "menu" else family(about))
    return f"{shown.emoji} " if shown and shown.emoji else ""


@dataclass(frozen=True)
class _Source:
    """What an answer cites.

    Attributes:
        urls: all its pages.
        date: of what they say (`2022-08`), None when they say none.
    """

    urls: tuple[str, ...]
    date: str | None

    @property
    def pages(self) -> dict[str, str]:
        """The first page of each host, by the host's name as it is shown."""
        return {_host(url): url for url in reversed(self.urls)}

    def words(self, comma: str) -> dict[str, str]:
        """Variables of the source line: the first hosts, and the year."""
        hosts = list(dict.fromkeys(_host(url) for url in self.urls))[:MOST_SOURCES]
        return {"sources": comma.join(hosts), "year": f" ({self.date[:4]})" if self.date else ""}

    @property
    def facts(self) -> dict[str, Any]:
        """What a channel may use as it likes."""
        return {"date": self.date, "urls": list(self.urls)}


def _sources(reply: Mapping[str, Any]) -> _Source | None:
    """None for an answer without a source."""
    metadata = reply.get("metadata") or {}
    urls = tuple(metadata.get("sources") or ())
    return _Source(urls, metadata.get("as_of")) if urls else None


@lru_cache(HOSTS_KEPT)
def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _button(target: str, language: str) -> dict[str, str]:
    return {"title": title(target, language), "payload": payload(target)}


def _last_reply(tracker: DialogueStateTracker) -> Reply | None:
    """What was said last, word for word, with its buttons."""
    for event in reversed(tracker.events):
        if event.type_name == "bot" and event.text:
            said = {name: event.metadata[name] for name in ("parts", "urgent") if name in event.metadata}
            return {"text": event.text, "buttons": event.data.get("buttons") or [], **said}
    return None
