"""What the dialogue remembers from one message to the next.

It travels in the parse data of the person's last message (`parse_data["turn"]`), so that every part that holds the
conversation (tracker store, bounded tail, transcripts) keeps it without knowing it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Decision = Literal["answer", "ask", "lost", "out_of_scope"]


@dataclass(frozen=True)
class Turn:
    """What was decided on one message.

    Attributes:
        reply: what is said: a topic (`regul.card`), a menu (`menu.regul`) or a line of the dialogue (`ask`, `lost`).
        decision: the kind of reply, as `python -m assistant.parse` reports it.
        topic: the topic that the message asks about, as far as it was understood.
        subject: the last topic of substance, on which "et c'est gratuit ?" leans; None in a new session.
        language: language of the conversation, None while unknown.
        offered: targets of the reply's buttons, in the order in which they are numbered.
        failures: how many messages in a row were not understood.
        privacy: whether this reply ends with the privacy sentence.
        privacy_told: whether it was said in this reply or before.
        dimension: what a follow-up asked for that has no answer (`cost`, `time`, `documents`, `where`).
        urgent: whether the reply is about a danger.
        second: topic of a second question of the message, offered below the answer to the first.
    """

    reply: str
    decision: Decision
    topic: str
    subject: str | None = None
    language: str | None = None
    offered: tuple[str, ...] = ()
    failures: int = 0
    privacy: bool = False
    privacy_told: bool = False
    dimension: str | None = None
    urgent: bool = False
    second: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the tracker; `from_dict` reads it."""
        return {**asdict(self), "offered": list(self.offered)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "Turn | None":
        """The turn that was stored, or None when nothing usable was (an older release, another channel)."""
        known = {f.name for f in fields(cls)}
        if not data or not {"reply", "decision", "topic"} <= data.keys():
            return None
        values: dict[str, Any] = {name: value for name, value in data.items() if name in known}
        return cls(**{**values, "offered": tuple(values.get("offered", ()))})
