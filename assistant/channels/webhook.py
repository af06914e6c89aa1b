"""What Meta's WhatsApp webhook delivers, read into plain data.

A body is a batch: entries, in each changes, in each messages or statuses. `pywa` reads the first message of the first
change only, and fails on a kind that it does not know; here every one is read, and what cannot be is counted.
Field names: developers.facebook.com, "Cloud API webhooks, components".
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.dialogue.topics import payload, target
from assistant.nlu.normalise import clean

# text: words. tap: the payload of a button. The other kinds are what came in the place of words (or beside a caption).
Kind = Literal["text", "tap", "audio", "image", "video", "document", "contacts", "other", "seen", "taken_back"]
MEDIA: Mapping[str, Kind] = {name: name for name in ("audio", "image", "video", "document", "contacts")}
# Read, and answered by nothing.
SEEN = frozenset(["reaction", "sticker"])
# About the account or a call; nobody waits for a reply.
IGNORED = frozenset(["system", "call_permission_reply"])
ANOTHER_NUMBER = "another number"
GREETING = payload("chat.greet")


@dataclass(frozen=True)
class Received:
    """One message of a person.

    Attributes:
        id: Meta's name of the message (`wamid.…`), which holds the person's number.
        person: where a reply goes: phone number (digits), or Meta's id of a person who hides theirs.
        kind: see `Kind`.
        text: words, the payload of a button, a caption, or nothing.
        sent: when the person sent it, seconds since 1970.
        forwarded: whether the words are somebody else's.
        quoted: whether it answers an earlier message.
        edited: whether it stands in the place of `replaces`.
        replaces: the message that the person changed or took back.
    """

    id: str
    person: str
    kind: Kind
    text: str
    sent: float
    forwarded: bool = False
    quoted: bool = False
    edited: bool = False
    replaces: str | None = None


@dataclass(frozen=True)
class Status:
    """What became of a message of ours.

    Attributes:
        state: `sent`, `delivered`, `read`, `played` or `failed`.
        reply: what we said of it when we sent it (`biz_opaque_callback_data`).
        code: Meta's error code of what failed.
    """

    state: str
    reply: str
    code: int | None


@dataclass
class Batch:
    """A body, read. `ignored` counts what was left out, by what it was."""

    messages: list[Received] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def read(body: object, phone_id: str) -> Batch:
    """Everything of a body that is for one business number.

    Args:
        body: the JSON of a request.
        phone_id: Meta's id of the number that is answered for.
    """
    batch = Batch()
    for entry in _rows(body, "entry"):
        for change in _rows(entry, "changes"):
            name = change.get("field")
            if name != "messages":
                batch.ignored[f"field {_word(name)}"] += 1
                continue
            value = _row(change.get("value"))
            if _text(_row(value.get("metadata")).get("phone_number_id")) != phone_id:
                batch.ignored[ANOTHER_NUMBER] += 1
                continue
            _read_change(value, batch)
    return batch


def _read_change(value: Mapping[str, Any], batch: Batch) -> None:
    contacts = list(_rows(value, "contacts"))
    for row in _rows(value, "messages"):
        found = _message(row, _contact(row, contacts))
        if isinstance(found, Received):
            batch.messages.append(found)
        else:
            batch.ignored[f"message {found}"] += 1
    for row in _rows(value, "statuses"):
        errors = list(_rows(row, "errors"))
        code = _code(errors[0].get("code")) if errors else None
        batch.statuses.append(Status(_word(row.get("status")), _text(row.get("biz_opaque_callback_data")), code))


def _message(row: Mapping[str, Any], contact: Mapping[str, Any]) -> Received | str:
    """A message, or what it is that is not answered."""
    name, kind = _text(row.get("id")), _word(row.get("type"))
    person = _person(row, contact)
    if not name or not person:
        return "without a sender"
    if row.get("group_id"):
        return "of a group"
    if kind == "revoke":
        taken = _text(_row(row.get("revoke")).get("original_message_id"))
        return Received(name, person, "taken_back", "", _sent(row), replaces=taken) if taken else "revoke"
    edit = _row(row.get("edit"))
    content = _row(edit.get("message")) if kind == "edit" else row
    said = _said(content)
    if said is None:
        return _word(content.get("type"))
    context = _row(content.get("context"))
    return Received(
        name,
        person,
        *said,
        _sent(row),
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        quoted=bool(context.get("id")) and kind == "text",
        edited=kind == "edit",
        replaces=_text(edit.get("original_message_id")) or None,
    )


def _said(content: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """Kind and words of a message; None for what nobody needs a reply to."""
    kind = _word(content.get("type"))
    inside = _row(content.get(kind))
    if kind == "text":
        return "text", _text(inside.get("body"))
    if kind == "button":
        return _tap(_text(inside.get("payload")), _text(inside.get("text")))
    if kind == "interactive":
        kind = _word(inside.get("type"))
        reply = _row(inside.get(kind))
        if kind in ("button_reply", "list_reply"):
            return _tap(_text(reply.get("id")), _text(reply.get("title")))
    if kind == "location":
        return _place(inside)
    if kind == "request_welcome":
        return "tap", GREETING
    if kind in SEEN:
        return "seen", ""
    if kind in IGNORED:
        return None
    return MEDIA.get(kind, "other"), _text(inside.get("caption"))


def _tap(button: str, title: str) -> tuple[Kind, str]:
    """A button of ours; of any other (an old template's) its words."""
    return ("tap", clean(button)) if target(clean(button)) else ("text", title)


def _place(location: Mapping[str, Any]) -> tuple[Kind, str]:
    """A shared place, to two decimals (about a kilometre): enough to find who is near."""
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not all(isinstance(degrees, (int, float)) and abs(degrees) <= 180 for degrees in (latitude, longitude)):
        return "other", ""
    near = payload(f"near.{latitude:.2f},{longitude:.2f}")
    return ("tap", near) if target(near) else ("other", "")


def _person(row: Mapping[str, Any], contact: Mapping[str, Any]) -> str:
    """Where a reply goes: the number where Meta tells it, else Meta's id of the person."""
    number = "".join(c for c in _text(row.get("from")) or _text(contact.get("wa_id")) if c in "0123456789")
    return number or _text(row.get("from_user_id")) or _text(contact.get("user_id"))


def _contact(row: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Who wrote a message. Meta names each person of a batch once: their place in the list says nothing."""
    name = _text(row.get("from_user_id"))
    same = [contact for contact in contacts if not name or _text(contact.get("user_id")) == name]
    return same[0] if len(same) == 1 else {}


def _sent(row: Mapping[str, Any]) -> float:
    written = str(row.get("timestamp"))
    return float(written) if written.isascii() and written.isdigit() and len(written) <= 12 else 0.0


def _code(value: object) -> int | None:
    """An error code of Meta's; anything else would not fit its column."""
    return value if type(value) is int and 0 <= value < 2**31 else None


def _rows(parent: object, name: str) -> Iterator[Mapping[str, Any]]:
    listed = parent.get(name) if isinstance(parent, Mapping) else None
    return (row for row in listed if isinstance(row, Mapping)) if isinstance(listed, list) else iter(())


def _row(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if type(value) is int else ""


def _word(value: object) -> str:
    """A name out of Meta's vocabulary, safe to count by."""
    known = isinstance(value, str) and value.isascii() and len(value) <= 40 and value.replace("_", "").isalnum()
    return str(value) if known else "unknown"
