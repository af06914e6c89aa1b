"""What the dialogue remembers from one message to the next.

It travels in the parse data of the person's last message (`parse_data["turn"]`), so that every part that holds the
conversation (tracker store, bounded tail, transcripts) keeps it without knowing it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal

Decision = Literal["answer", "ask", "lost", "out_of_scope"]
Missing = Literal["need", "city"]
ERASED = "chat.erased"  # the reply to whoever confirms that their conversation is to be erased


@dataclass(frozen=True)
class Search:
    """What a person looks for in the directory, kept from message to message.

    Attributes:
        need: id of the need (`legal_aid`).
        organisation: id of an organisation, when one is wanted by name.
        city: id of the city; None also when the whole country is meant (`anywhere`).
        near: latitude and longitude of a shared place, in degrees, to two decimals (about a kilometre).
        anywhere: whether the person wants no city.
        missing: what the last reply asked for, None when nothing is missing.
        tries: how many replies in a row failed to say it.
        wants: what the reply shows: `places`, `more`, `place` (one of them), or a detail of those shown before.
        place: id of the place wanted, with `place`.
        nth: which of the places shown before, from 1.
        found: whether contacts were shown in this session.
    """

    need: str | None = None
    organisation: str | None = None
    city: str | None = None
    near: tuple[float, float] | None = None
    anywhere: bool = False
    missing: Missing | None = None
    tries: int = 0
    wants: str = "places"
    place: str | None = None
    nth: int | None = None
    found: bool = False


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
        dimension: what a follow-up asked for that has no answer (`cost`, `time`, `documents`, `where`, `more`).
        urgent: whether the reply is about a danger.
        second: topic of a second question of the message, offered below the answer to the first.
        search: what the person looks for in the directory, None when it was never the subject.
        resumes: whether the reply ends by asking again for what the search lacks.
        unseen: whether something came beside the words that was not looked at.
        speaks: whether the person has sent voice notes, and is answered with recordings where there are some.
        receipt: of the erasure that this reply tells of (`assistant.privacy.receipts`), None with every other.
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
    search: Search | None = None
    resumes: bool = False
    unseen: bool = False
    speaks: bool = False
    receipt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the tracker; `from_dict` reads it."""
        search = dict(vars(self.search)) if self.search else None
        return {**vars(self), "offered": list(self.offered), "search": search}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "Turn | None":
        """The turn that was stored, or None when nothing usable was (an older release, another channel)."""
        if not data or not {"reply", "decision", "topic"} <= data.keys():
            return None
        values = _known(cls, data)
        search = values.get("search")
        return cls(
            **{
                **values,
                "offered": tuple(values.get("offered", ())),
                "search": search_from_dict(search) if search else None,
            }
        )


def search_from_dict(data: Mapping[str, Any]) -> Search:
    """The search that was stored in a turn; the actions read it too."""
    values = _known(Search, data)
    near = values.get("near")
    return Search(**{**values, "near": (float(near[0]), float(near[1])) if near else None})


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the attributes that this release knows."""
    known = _attributes(kind)
    return {name: value for name, value in data.items() if name in known}


@cache
def _attributes(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))
