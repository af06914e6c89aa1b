"""What was said, in memory: nothing of it is ever written to disk or to a log."""

import time
from dataclasses import dataclass, field
from typing import Any

from tools.whatsapp_sandbox.errors import Refused
from tools.whatsapp_sandbox.ids import user_id
from tools.whatsapp_sandbox.media import Media

WINDOW = 24 * 3600  # seconds in which the business may answer freely
TYPING = 25  # seconds after which Meta takes the typing sign away


@dataclass
class Line:
    """One message of a chat.

    Attributes:
        id: its wamid.
        person: number of the person of the chat.
        by_person: whether the person or the business wrote it.
        at: when, in seconds since 1970.
        message: a person's message as in a webhook; the business's as it was sent, with its whole request.
        status: sent, delivered, read or failed.
    """

    id: str
    person: str
    by_person: bool
    at: float
    message: dict[str, Any]
    status: str = "sent"


@dataclass
class Person:
    """Somebody who wrote or is written to.

    Attributes:
        number: their number; their user id where no number is known.
        name: how their profile calls them.
        hidden: whether they show their user id only.
        newest: time of their newest message, in seconds since 1970; 0 is none.
        typing_until: until when the business seems to write.
        lines: the messages of their chat, in order.
    """

    number: str
    name: str = ""
    hidden: bool = False
    newest: float = 0.0
    typing_until: float = 0.0
    lines: list[Line] = field(default_factory=list)

    @property
    def user_id(self) -> str:
        """The id under which the business knows them without a number."""
        return self.number if "." in self.number else user_id(self.number)


@dataclass
class Conversations:
    """Everything that was said since the start or since the last time it was forgotten.

    Attributes:
        revision: grows with every change, for a page that asks what is new; a restart does not begin with old ones.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    reads: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    revision: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def person(self, known_as: str) -> Person:
        """Somebody by number or user id; who is new is met."""
        if known_as in self.people:
            return self.people[known_as]
        person = Person(known_as, hidden="." in known_as)
        self.people[person.number] = self.people[person.user_id] = person
        return person

    def add(self, line: Line) -> None:
        """Note a message, and that its writer no longer writes."""
        person = self.person(line.person)
        if line.by_person:
            person.newest = max(person.newest, line.at)
        else:
            person.typing_until = 0.0
        person.lines.append(line)
        self.lines[line.id] = line
        self.revision += 1

    def window_is_open(self, person: Person, now: float) -> bool:
        """Whether the business may still answer this person freely."""
        return now - person.newest <= WINDOW

    def mark_read(self, line: Line, now: float, typing: bool) -> None:
        """The business has read a message, and with it those before it; it may begin to write."""
        person = self.person(line.person)
        for earlier in person.lines:
            if earlier.by_person and earlier.at <= line.at:
                earlier.status = "read"
        if typing:
            person.typing_until = now + TYPING
        self.reads.append({"id": line.id, "at": now, "typing": typing})
        self.revision += 1

    def mark(self, wamid: str, status: str) -> None:
        """Note how far a message came; one that is read stays read."""
        line = self.lines.get(wamid)
        if line and line.status != "read":
            line.status = status
            self.revision += 1

    def sent(self, to: str | None = None) -> list[dict[str, Any]]:
        """The business's accepted messages in order; only those to one person, by number or user id, when asked."""
        lines = list(self.lines.values()) if to is None else self.people.get(to, Person(to)).lines
        return [
            {"id": line.id, "to": _recipient(line.message), "at": line.at, "message": line.message}
            for line in lines
            if not line.by_person
        ]

    def note_refusal(self, refused: Refused, now: float) -> None:
        """Note a call that was not accepted."""
        names = ("status", "code", "details", "injected")
        self.refused.append({"at": now, **{name: getattr(refused, name) for name in names}})


def _recipient(message: dict[str, Any]) -> str:
    return str(message.get("to") or message["recipient"])
