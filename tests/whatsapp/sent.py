"""What a person sees of a message that was sent: its words and its choices."""

from assistant.nlu.normalise import arabic_share
from tests.whatsapp.payloads import Object


def words(message: Object) -> str:
    """What is read; nothing on a map and in a recording."""
    if message["type"] == "interactive":
        return str(message["interactive"]["body"]["text"])
    return str(message["text"]["body"]) if message["type"] == "text" else ""


def choices(message: Object) -> dict[str, str]:
    """Titles of the buttons or rows, with what a tap on them sends."""
    action = message.get("interactive", {}).get("action", {})
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    return {row["title"]: row["id"] for row in [*(button["reply"] for button in action.get("buttons", [])), *rows]}


def languages(message: Object) -> set[str]:
    """In which languages the words of a message are."""
    parts = words(message).split("\n\u00a0\n")
    return {"ar" if arabic_share(part) > 0.5 else "fr" for part in parts}
