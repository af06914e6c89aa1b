"""What the web channel itself says, out of `data/interface/web.yml`."""

from functools import cache
from typing import Any

from rasa.core.nlg.interpolator import interpolate_text

from assistant import yaml
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


def _filled(text: str) -> str:
    return str(interpolate_text(text, numbers()))


@cache
def _interface() -> dict[str, Any]:
    return dict(yaml.read(DATA / "interface" / "web.yml"))
