"""Replies of the web channel: text, language, direction, links, source and buttons as plain data, never HTML."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.dialogue.topics import LANGUAGES, target, title
from assistant.nlu.normalise import arabic_share

Message = Mapping[str, Any]  # a bot message as Rasa hands it to a channel
DIRECTIONS = {"ar": "rtl", "fr": "ltr"}
MOST_REMEMBERED = 50  # bubbles of a history


def structured(messages: Sequence[Message], reply_id: str | None) -> dict[str, Any]:
    """One reply out of what was said in one turn.

    Args:
        messages: at least one; with several, the buttons are the last one's.
        reply_id: under which people may rate it, None when it cannot be rated.
    """
    return {
        "id": reply_id,
        "urgent": any(message.get("urgent") for message in messages),
        "erased": any(message.get("erased") for message in messages),
        "parts": [_part(part) for message in messages for part in message.get("parts") or _plain(message)],
        "buttons": [{name: button[name] for name in ("title", "payload")} for button in _buttons(messages)],
    }


def sentence(content: Sequence[Any], language: str) -> dict[str, Any]:
    """A reply of the channel itself, which is no turn of the conversation: pieces of one text, without buttons."""
    return structured([{"parts": [{"language": language, "content": list(content), "source": None}]}], None)


def history(events: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """The bubbles of a conversation, the last `MOST_REMEMBERED` of them, oldest first.

    Args:
        events: stored events of it (`Event.as_dict`), oldest first.
        language: in which a button is named that no reply shows.
    """
    bubbles: list[dict[str, Any]] = []
    offered: dict[str, str] = {}
    reply_id = None
    for event in events:
        if event["event"] == "user":
            reply_id = event.get("message_id")
            text = event.get("text") or ""
            bubbles.append({"from": "person", "text": offered.get(text) or _said(text, language)})
        elif event["event"] == "bot" and event.get("text"):
            message = message_of(event)
            offered = {button["payload"]: button["title"] for button in _buttons([message])}
            bubbles.append({"from": "assistant", "reply": structured([message], reply_id)})
    return bubbles[-MOST_REMEMBERED:]


def message_of(event: Mapping[str, Any]) -> Message:
    """A bot message out of its stored event, as a channel gets it."""
    return {**(event.get("data") or {}), "text": event.get("text"), **(event.get("metadata") or {})}


def _said(text: str, language: str) -> str:
    """What a person wrote; of a tapped button its title."""
    tapped = target(text)
    return title(tapped, language) if tapped else text


def _buttons(messages: Sequence[Message]) -> list[Mapping[str, str]]:
    return messages[-1].get("buttons") or []


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    text = "".join(piece if isinstance(piece, str) else piece["text"] for piece in part["content"])
    return {**part, "direction": DIRECTIONS[part["language"]], "text": text}


def _plain(message: Message) -> list[dict[str, Any]]:
    """The part of a message that did not come from `assistant.dialogue.answers`."""
    text = message.get("text") or ""
    language = LANGUAGES[1] if arabic_share(text) > 0.5 else LANGUAGES[0]
    return [{"language": language, "content": [text] if text else [], "source": None}]
