"""Rasa's response generator with what the data alone cannot hold: buttons, source line, year, numbers, privacy line.

It runs inside the Rasa server, so every answer works with everything else down. Sentences come from `data/answers`;
what is added to them comes from the turn that `assistant.dialogue.decision` wrote into the last message.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.dialogue.directory import phones
from assistant.dialogue.state import Turn
from assistant.dialogue.topics import LANGUAGES, families, family, payload, title, topics

Reply = dict[str, Any]
# Left-to-right isolate and its end (Unicode Bidirectional Algorithm, UAX #9, 2.4): a number inside Arabic stays whole.
ISOLATE, END_ISOLATE = "\u2066", "\u2069"
_LEFT_TO_RIGHT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+[a-z]{2,4}\b(?:/[\w./-]*)?")
MOST_SOURCES = 2
# A blank line that is not empty: at an empty one Rasa's channels begin a second message.
BETWEEN_LANGUAGES = "\n\u00a0\n"


class Answers(TemplatedNaturalLanguageGenerator):
    """Answers in the person's language, in both while it is unknown."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Called by Rasa with `nlg: {type: assistant.dialogue.answers.Answers}` of endpoints.yml."""
        super().__init__((domain or Domain.empty()).responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **variables: object
    ) -> Reply | None:
        """One reply, ready to send.

        Args:
            utter_action: name of the response (`utter_regul/now`).
            tracker: the conversation.
            output_channel: name of the channel.
            variables: values for the response's own variables.
        """
        turn = Turn.from_dict(tracker.latest_message.parse_data.get("turn") if tracker.latest_message else None)
        turn = turn or Turn(reply="", decision="answer", topic="")
        both = turn.language not in LANGUAGES or turn.reply == "other_language"
        languages = ["ar", "fr"] if both else [str(turn.language)]
        buttons = [_button(target, languages[0]) for target in turn.offered]
        said = _last_text(tracker) if utter_action == "utter_chat.repeat" else None
        if said:
            return {"text": said, "buttons": buttons}
        parts = [self._in_language(utter_action, turn, language, output_channel, variables) for language in languages]
        found = [part for part in parts if part]
        if not found:
            return None
        reply = {**found[0], "text": BETWEEN_LANGUAGES.join(part["text"] for part in found)}
        reply["buttons"] = buttons
        return reply

    def _in_language(
        self, name: str, turn: Turn, language: str, channel: str, variables: Mapping[str, Any]
    ) -> Reply | None:
        slots = {"language": language, **_numbers(language), **_names(turn, language), **variables}
        reply = self.generate_from_slots(name, slots, channel)
        if reply is None:
            return None
        lines = [f"{_emoji(turn)}{reply.get('text', '')}"]
        sources = _sources(reply)
        if sources:
            lines.append(self._line("source", {**slots, **sources}))
        if turn.second:
            lines.append(self._line("second", slots))
        if turn.privacy:
            lines.append(self._line("privacy", slots))
        return {**reply, "text": _isolated("\n".join(lines), language)}

    def _line(self, name: str, slots: Mapping[str, Any]) -> str:
        """A line that is added to answers: `utter_line/source`, `utter_line/second`, `utter_line/privacy`."""
        return self.generate_from_slots(f"utter_line/{name}", slots, "")["text"]


def _names(turn: Turn, language: str) -> dict[str, str]:
    """What a response may name: the family of a menu, the subject of a follow-up."""
    kind, _, rest = turn.reply.partition(".")
    shown = families()[rest].title[language] if kind == "menu" else ""
    about = topics()[turn.subject].about[language] if turn.subject in topics() else ""
    return {"menu": shown, "about": about}


def _emoji(turn: Turn) -> str:
    kind, _, rest = turn.reply.partition(".")
    about = turn.subject or "" if kind.startswith("follow") else turn.reply
    shown = families().get(rest if kind == "menu" else family(about))
    return f"{shown.emoji} " if shown and shown.emoji else ""


def _sources(reply: Mapping[str, Any]) -> dict[str, str] | None:
    """Host names of the sources and the year of what they say; None for an answer without a source."""
    metadata = reply.get("metadata") or {}
    hosts = dict.fromkeys(urlsplit(url).hostname.removeprefix("www.") for url in metadata.get("sources") or ())
    if not hosts:
        return None
    year = (metadata.get("as_of") or "")[:4]
    return {"sources": ", ".join(list(hosts)[:MOST_SOURCES]), "year": f" ({year})" if year else ""}


def _numbers(language: str) -> dict[str, str]:
    """Variables of the directory's numbers (`{phone:samu-141}`)."""
    return {f"phone:{place}": _isolate(number, language) for place, number in phones().items()}


def _isolated(text: str, language: str) -> str:
    """Addresses of the web and of e-mail kept whole inside Arabic."""
    return _LEFT_TO_RIGHT.sub(lambda match: _isolate(match.group(), language), text)


def _isolate(text: str, language: str) -> str:
    return f"{ISOLATE}{text}{END_ISOLATE}" if language == "ar" else text


def _button(target: str, language: str) -> dict[str, str]:
    return {"title": title(target, language), "payload": payload(target)}


def _last_text(tracker: DialogueStateTracker) -> str | None:
    """What was said last, word for word."""
    said = (event.text for event in reversed(tracker.events) if event.type_name == "bot" and event.text)
    return next(said, None)
