"""Stored events of a conversation, read into sessions and turns: plain data, no database.

An event is a row id and Rasa's own form of it (`Event.as_dict`), as `assistant.storage.tracker_store` writes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.dialogue.topics import family
from assistant.privacy.redact import redact

Event = Mapping[str, Any]
# Replies that say something about the person, whatever they asked.
UNHAPPY = frozenset(["chat.unhappy", "chat.insult"])
HUMAN, MISCONDUCT = "chat.human", "report.misconduct"
MARKS = ("forwarded", "quoted", "edited")


@dataclass(frozen=True)
class Said:
    """One message of the assistant.

    Attributes:
        response: name of the response (`utter_regul/card`), empty when it was said without one.
        text: as people got it.
        buttons: titles and payloads.
        sources: addresses of the pages that it rests on.
        as_of: date of the source, as it shows it.
    """

    response: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    as_of: str = ""


@dataclass(frozen=True)
class ReadTurn:
    """A message of a person with what was understood and said.

    Attributes:
        event: row id of the message, which names the turn for good.
        message: the channel's name for it.
        at: seconds since 1970.
        text: redacted.
        kind: what came in the place of words or beside them (`audio`), empty for text.
        marks: `forwarded`, `quoted`, `edited`.
        language: of the conversation after the message.
        spoken: of the message itself, `other` and empty included.
        topic: best topic.
        decision: `answer`, `ask`, `lost` or `out_of_scope`.
        reply: what was said (`regul.card`, `menu.main`).
        confidence: of the topic, 0 to 1.
        ranking: topics with their confidence, best first.
        entities: cities, needs and organisations that were found.
        urgent: whether a danger was answered.
        said: the replies, in order.
        seconds: until the first reply, None without one.
    """

    event: int
    message: str
    at: float
    text: str
    kind: str = ""
    marks: tuple[str, ...] = ()
    language: str = ""
    spoken: str = ""
    topic: str = ""
    decision: str = ""
    reply: str = ""
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    said: tuple[Said, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class ReadSession:
    """Turns that follow one another without a long silence.

    Attributes:
        event: row id of its first event, which names the session for good.
        channel: through which the person wrote.
        turns: at least one.
    """

    event: int
    channel: str
    turns: tuple[ReadTurn, ...] = field(default=())


def sessions(events: Iterable[tuple[int, Event]]) -> list[ReadSession]:
    """Sessions with at least one message, in order.

    Args:
        events: of one person, in order, from the beginning of a session on.
    """
    found: list[ReadSession] = []
    begun: int | None = None
    for number, event in events:
        kind = event.get("event")
        if kind == "session_started" or begun is None:
            begun = number
            found.append(ReadSession(number, ""))
        if kind == "user":
            current = found[-1]
            channel = current.channel or str(event.get("input_channel") or "")
            found[-1] = replace(current, channel=channel, turns=(*current.turns, _turn(number, event)))
        elif kind == "bot" and found[-1].turns:
            found[-1] = replace(found[-1], turns=(*found[-1].turns[:-1], _answered(found[-1].turns[-1], event)))
    return [session for session in found if session.turns]


def switches(turns: Sequence[ReadTurn]) -> list[bool]:
    """For each turn, whether it changed the language of the conversation."""
    changed, language = [], ""
    for turn in turns:
        changed.append(bool(language and turn.language and turn.language != language))
        language = turn.language or language
    return changed


def _turn(number: int, event: Event) -> ReadTurn:
    parsed = event.get("parse_data") or {}
    decided = parsed.get("turn") or {}
    metadata = event.get("metadata") or {}
    ranking = tuple((row["name"], float(row["confidence"])) for row in parsed.get("intent_ranking") or ())
    topic = str(decided.get("topic") or "")
    return ReadTurn(
        event=number,
        message=str(event.get("message_id") or ""),
        at=float(event.get("timestamp") or 0),
        text=redact(str(event.get("text") or "")),
        kind=str(metadata.get("kind") or ""),
        marks=tuple(name for name in MARKS if metadata.get(name)),
        language=str(decided.get("language") or ""),
        spoken=str(parsed.get("tongue") or ""),
        topic=topic,
        decision=str(decided.get("decision") or ""),
        reply=str(decided.get("reply") or ""),
        confidence=1.0 if decided.get("urgent") else dict(ranking).get(topic, 0.0),
        ranking=ranking,
        entities=tuple(
            (row["entity"], redact(str(row["value"])))
            for row in parsed.get("entities") or ()
            if row.get("extractor") == "Lexicon"
        ),
        urgent=bool(decided.get("urgent")) or family(topic) == "urgent",
    )


def _answered(turn: ReadTurn, event: Event) -> ReadTurn:
    metadata, data = event.get("metadata") or {}, event.get("data") or {}
    facts = metadata.get("metadata") or {}
    said = Said(
        response=str(metadata.get("utter_action") or ""),
        text=str(event.get("text") or ""),
        buttons=tuple((button["title"], button["payload"]) for button in data.get("buttons") or ()),
        # Some are a directory's own, and become links here: never `javascript:`.
        sources=tuple(url for url in facts.get("sources") or () if str(url).startswith(("https://", "http://"))),
        as_of=str(facts.get("as_of") or ""),
    )
    seconds = turn.seconds if turn.said else max(0.0, float(event.get("timestamp") or 0) - turn.at)
    return replace(turn, said=(*turn.said, said), seconds=seconds)
