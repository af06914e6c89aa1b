"""Rasa's response generator with what the data alone cannot hold: buttons, source line, year, numbers, privacy line.

It runs inside the Rasa server, so every answer works with everything else down. Sentences come from `data/answers`;
what is added to them comes from the turn that `assistant.dialogue.decision` wrote into the last message.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.dialogue import contacts
from assistant.dialogue.bidi import isolated, with_isolated_addresses
from assistant.dialogue.directory import phones
from assistant.dialogue.needs import needs
from assistant.dialogue.state import Turn
from assistant.dialogue.topics import LANGUAGES, families, family, payload, title, topics

Reply = dict[str, Any]
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
        reply = {**found[0], "text": BETWEEN_LANGUAGES.join(part["text"] for part in found)}
        reply["buttons"] = self._buttons(turn, languages[0], variables, tracker)
        return reply

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
        slots = {"language": language, **_numbers(language), **_names(turn, language)}
        if "offers" in variables:
            say = lambda line, more: self._line(line, {**slots, **more})  # noqa: E731
            slots |= contacts.rendered(variables, language, say)
        reply = self.generate_from_slots(name, slots, channel)
        if reply is None:
            return None
        if variables.get("places"):
            reply = {**reply, "metadata": {**reply["metadata"], "sources": contacts.sources(variables["places"])}}
        lines = [f"{_emoji(turn)}{reply.get('text', '')}"]
        sources = _sources(reply)
        if sources:
            lines.append(self._line("source", {**slots, **sources}))
        if turn.second:
            lines.append(self._line("second", slots))
        if turn.resumes and turn.search:
            lines.append(self._line(f"resume_{turn.search.missing}", slots))
        if turn.privacy:
            lines.append(self._line("privacy", slots))
        return {**reply, "text": with_isolated_addresses("\n".join(lines), language)}

    def _line(self, name: str, slots: Mapping[str, Any]) -> str:
        """A line that is added to answers (`utter_line/source`), or one of a contact's (`utter_line/place_phone`)."""
        return self.generate_from_slots(f"utter_line/{name}", slots, "")["text"]


def _names(turn: Turn, language: str) -> dict[str, str]:
    """What a response may name: the family of a menu, the subject of a follow-up, the need that is looked for."""
    kind, _, rest = turn.reply.partition(".")
    shown = families()[rest].title[language] if kind == "menu" else ""
    about = topics()[turn.subject].about[language] if turn.subject in topics() else ""
    need = needs().get(turn.search.need or "") if turn.search else None
    return {"menu": shown, "about": about, "need": need[language] if need else ""}


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
    return {f"phone:{place}": isolated(number, language) for place, number in phones().items()}


def _button(target: str, language: str) -> dict[str, str]:
    return {"title": title(target, language), "payload": payload(target)}


def _last_reply(tracker: DialogueStateTracker) -> Reply | None:
    """What was said last, word for word, with its buttons."""
    for event in reversed(tracker.events):
        if event.type_name == "bot" and event.text:
            return {"text": event.text, "buttons": event.data.get("buttons") or []}
    return None
