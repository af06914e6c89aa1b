"""What the channels themselves say, out of `data/interface`."""

from functools import cache
from typing import Any

from rasa.core.nlg.interpolator import interpolate_text

from assistant import yaml
from assistant.dialogue.answers import BETWEEN_LANGUAGES
from assistant.dialogue.bidi import Piece, pieces, shown
from assistant.dialogue.directory import numbers, phones
from assistant.paths import DATA


def error_sentence(code: str, language: str) -> str:
    """What a person reads when a request is refused or fails."""
    return shown(_filled(_interface()["errors"][code][language]), language)


def too_long(language: str) -> list[Piece]:
    """What is said to a message that is too long, with the numbers for danger."""
    return pieces(_filled(_interface()["too_long"][language]), language)


def emergency_numbers(language: str) -> list[dict[str, str]]:
    """Names and numbers for a page without a chat."""
    return [{"name": row[language], "number": phones()[row["id"]]} for row in _interface()["emergency"]]


def page_words(language: str) -> dict[str, str]:
    """Words of the page around the chat, by what they are for."""
    return {name: words[language] for name, words in _interface()["page"].items()}


def whatsapp_words(name: str, language: str) -> str:
    """Words around a reply on WhatsApp.

    Args:
        name: what they are for (`list`, `below`).
        language: `fr`, `ar`, or `both`.
    """
    return str(_interface("whatsapp")[name][language])


def turn_failed() -> str:
    """What is said on WhatsApp when a turn failed, in both languages."""
    said = _interface("whatsapp")["failed"]
    return BETWEEN_LANGUAGES.join(shown(_filled(said[language]), language) for language in ("ar", "fr"))


def _filled(text: str) -> str:
    return str(interpolate_text(text, numbers()))


@cache
def _interface(channel: str = "web") -> dict[str, Any]:
    return dict(yaml.read(DATA / "interface" / f"{channel}.yml"))
