"""Replies as WhatsApp messages: text in bubbles that fit, buttons or a list below, a place on the map, recorded speech.

Limits are Meta's ("Cloud API, messages": text, interactive reply buttons, interactive list). A title that is too long
is refused with the whole message; `quality/buttons.py` keeps titles within the shortest limit, and none is ever cut.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.channels.sentences import whatsapp_words
from assistant.dialogue.topics import LANGUAGES

LONGEST_TEXT = 4_096  # characters
LONGEST_BODY = 1_024  # of a message with buttons or a list
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW = 10, 24
Message = Mapping[str, Any]  # a bot message as Rasa hands it to a channel
# Where a text may be cut, best first: between paragraphs, lines, sentences, words.
_CUTS = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[.!?؟…])\s+", r"\s+")]


@dataclass(frozen=True)
class Bubble:
    """One message that goes out.

    Attributes:
        kind: what it is.
        text: what is read; of `speech` the name of the recording (`regul.card.ar`).
        buttons: titles and payloads, in order.
        opens: words of the button that opens a list.
        place: of `location`: latitude, longitude (degrees), name, address.
    """

    kind: Literal["text", "buttons", "list", "location", "speech"]
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    opens: str = ""
    place: tuple[float, float, str, str] | None = None


def bubbles(messages: Sequence[Message]) -> list[Bubble]:
    """What goes out for the reply to one turn; the same for the same reply, however often it is asked.

    Args:
        messages: what was said, in order; the buttons are the last one's.
    """
    language = _language(messages)
    buttons = tuple((b["title"], b["payload"]) for b in messages[-1].get("buttons") or ())
    texts = [piece for message in messages for piece in split(message.get("text") or "")]
    extra = [*_places(messages), *(Bubble("speech", name) for m in messages for name in m.get("spoken") or ())]
    if not buttons:
        return [*(Bubble("text", text) for text in texts), *extra]
    if len(buttons) > MOST_ROWS:
        return [*(Bubble("text", text) for text in numbered(texts, buttons)), *extra]
    body = texts.pop() if texts and len(texts[-1]) <= LONGEST_BODY else whatsapp_words("below", language)
    before = [*(Bubble("text", text) for text in texts), *extra]
    if len(buttons) <= MOST_BUTTONS:
        return [*before, Bubble("buttons", body, buttons)]
    return [*before, Bubble("list", body, buttons, whatsapp_words("list", language))]


def in_words(bubble: Bubble) -> list[Bubble]:
    """A message with choices as text that says them, for when Meta refuses it: their numbers are understood."""
    return [Bubble("text", text) for text in numbered([bubble.text], bubble.buttons)]


def numbered(texts: Sequence[str], buttons: Sequence[tuple[str, str]]) -> list[str]:
    """Texts with the choices below, one on a line behind its number."""
    lines = "\n".join(f"{number}. {title}" for number, (title, _) in enumerate(buttons, start=1))
    return [*texts[:-1], *split("\n\n".join(filter(None, [*texts[-1:], lines])))]


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """A text in pieces that fit, cut between paragraphs, lines, sentences or words, wherever the piece is longest.

    Args:
        text: any length.
        longest: characters of a piece.

    Returns:
        The pieces, none empty; nothing but space at a cut is lost.
    """
    pieces, rest = [], text.strip()
    while len(rest) > longest:
        end, start = _cut(rest, longest)
        pieces.append(rest[:end])
        rest = rest[start:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, longest: int) -> tuple[int, int]:
    """Where the first piece of a text ends and the next begins."""
    for pattern in _CUTS:
        last = None
        for match in pattern.finditer(text, 1, longest + 1):
            if match.start() > longest // 2 or pattern is _CUTS[-1]:
                last = match
        if last:
            return last.start(), last.end()
    return longest, longest


def _language(messages: Sequence[Message]) -> str:
    """Language of a reply, `both` when it is said twice."""
    said = {part["language"] for message in messages for part in message.get("parts") or ()}
    return said.pop() if len(said) == 1 else "both" if said else LANGUAGES[0]


def _places(messages: Sequence[Message]) -> Iterator[Bubble]:
    for message in messages:
        for place in message.get("points") or ():
            where = (place["latitude"], place["longitude"], place["name"], place["address"])
            yield Bubble("location", place=where)
