"""What became of the messages of a case: counted from what people saw and from what the database holds."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.channels.joining import QUIET
from assistant.channels.sentences import turn_failed
from chaos.people import CONTACTS, DANGER, Message
from tests.whatsapp.sent import words

# Seconds within which a reply is as usual, on a loaded machine; words on WhatsApp wait for more of the sentence.
USUAL = {"web": 3.0, "whatsapp": QUIET + 3.0}
HOUR = 3600.0  # seconds
POLICE = "19"  # what somebody in danger is told first
PLACE = "📍"  # stands before each contact


@dataclass(frozen=True)
class Stored:
    """A turn as the database holds it: its place among all turns, when it began, its id, and its messages' keys."""

    place: int
    at: float
    turn: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A row of the table.

    Attributes:
        name: what was broken.
        sent: messages that people wrote.
        answered: those that got a reply.
        honest: of these, how many got a line that says what does not work now, in the place of the answer.
        lost: those that got none.
        doubled: replies that a person got a second time, and messages that became two turns.
        unavoidable: parts of replies that stood between Meta's accept and our note when something was killed.
        disordered: messages that were answered after a later one of the same person, although they had come before.
        overtaken: messages that were answered after a later one because Meta brought them when that was being answered.
        unwritten: answered, and in no transcript.
        danger: messages about a danger whose reply did not name the police's number.
        failures: attempts of the web that failed; they were made again.
        wordless: of these, those that brought no sentence of ours (nobody answered, or a proxy did).
        first_word: longest time until a person on the web was answered or told that it takes longer, seconds.
        normal: seconds from the end of the fault until whoever wrote from then on was answered as usual.
        last: seconds from the end of the fault until the last late reply was out; 0 when none was late.
    """

    name: str
    sent: int
    answered: int
    honest: int
    lost: int
    doubled: int
    unavoidable: int
    disordered: int
    overtaken: int
    unwritten: int
    danger: int
    failures: int
    wordless: int
    first_word: float
    normal: float
    last: float


def count(
    name: str,
    messages: Sequence[Message],
    probes: Sequence[Message],
    sent: Sequence[Mapping[str, Any]],
    stored: Mapping[str, Sequence[Stored]],
    arrived: Mapping[str, float],
    transcribed: Container[str],
    ended: float,
    unavoidable: int = 0,
) -> Outcome:
    """Count a case.

    Args:
        name: see `Outcome`.
        messages: what people wrote; those on WhatsApp get their replies here.
        probes: see `chaos.people.Crowd`.
        sent: what Meta's stand-in was given, in order.
        stored: turns in the database, by person.
        arrived: when each message on WhatsApp was accepted, by its key, seconds since 1970.
        transcribed: ids of the turns that staff can read.
        ended: when the fault was over, seconds since 1970.
        unavoidable: see `Outcome`.
    """
    turns = _turns_of(stored)
    first, parts = _read_replies(messages, sent, turns)
    late = [message for message in messages if not _as_usual(message)]
    after = [one.sent - ended for one in (*probes, *messages) if one.sent > ended and not _is_usual_for_now(one)]
    answered = [message for message in messages if message.answered]
    alone = {key for of in stored.values() for one in of for key in one.messages if len(one.messages) == 1}
    disordered, overtaken = _disordered(messages, stored, first, arrived)
    doubled_turns = sum(len(turns[message.key]) - 1 for message in messages if turns[message.key])
    return Outcome(
        name=name,
        sent=len(messages),
        answered=len(answered),
        honest=sum(_is_honest(message, alone) for message in answered),
        lost=len(messages) - len(answered),
        doubled=doubled_turns + sum(number - 1 for number in parts.values()),
        unavoidable=unavoidable,
        disordered=disordered,
        overtaken=overtaken,
        unwritten=sum(not any(turn in transcribed for turn in turns[message.key]) for message in answered),
        danger=sum(message.text == DANGER and POLICE not in message.reply for message in answered),
        failures=sum(len(message.failures) for message in messages),
        wordless=sum(message.wordless for message in messages),
        first_word=max((_first_word(message) for message in messages if message.channel == "web"), default=0.0),
        normal=max(after, default=0.0),
        last=max((one.answered - ended for one in late if one.answered and one.answered > ended), default=0.0),
    )


def stored_turns(engine: sa.engine.Engine, people: Iterable[str]) -> dict[str, list[Stored]]:
    """The turns of these people in the conversations' database, in the order in which they were written."""
    query = sa.text(
        "SELECT id, timestamp, sender_id, data FROM events "
        "WHERE type_name = 'user' AND sender_id IN :people ORDER BY id"
    )
    found: dict[str, list[Stored]] = defaultdict(list)
    with engine.connect() as connection:
        rows = connection.execute(query.bindparams(sa.bindparam("people", expanding=True)), {"people": list(people)})
        for row_id, at, sender_id, data in rows:
            event = json.loads(data)
            name = event["message_id"]
            keys = (event.get("metadata") or {}).get("messages") or [name]
            found[sender_id].append(Stored(row_id, at, name, tuple(keys)))
    return found


def arrivals(engine: sa.engine.Engine, people: Iterable[str]) -> dict[str, float]:
    """When each message of these people was accepted, by its key, seconds since 1970."""
    query = sa.text("SELECT key, received FROM inbox WHERE sender_id IN :people")
    with engine.connect() as connection:
        rows = connection.execute(query.bindparams(sa.bindparam("people", expanding=True)), {"people": list(people)})
        return {row.key: row.received for row in rows}


def transcripts(engine: sa.engine.Engine, stored: Mapping[str, Sequence[Stored]]) -> set[str]:
    """Ids of the turns that the projector has made readable."""
    names = [turn.turn for of in stored.values() for turn in of]
    query = sa.text("SELECT message FROM transcripts_turn WHERE message IN :names")
    with engine.connect() as connection:
        rows = connection.execute(query.bindparams(sa.bindparam("names", expanding=True)), {"names": names})
        return {row.message for row in rows}


def _turns_of(stored: Mapping[str, Sequence[Stored]]) -> Mapping[str, list[str]]:
    """The turns that each message became: one, it should be."""
    turns: dict[str, list[str]] = defaultdict(list)
    for of in stored.values():
        for one in of:
            for key in one.messages:
                turns[key].append(one.turn)
    return turns


def _read_replies(
    messages: Sequence[Message], sent: Sequence[Mapping[str, Any]], turns: Mapping[str, Sequence[str]]
) -> tuple[Mapping[str, float], Counter[str]]:
    """Note on each WhatsApp message when and with what it was answered.

    Returns:
        When the first part of each turn went out, and how often each part of these people's turns did.
    """
    first: dict[str, float] = {}
    replies: dict[str, str] = defaultdict(str)
    parts: Counter[str] = Counter()
    for one in sent:
        part = one["message"]["biz_opaque_callback_data"]
        turn = part.partition(".")[0]
        parts[part] += 1
        first.setdefault(turn, one["at"])
        replies[turn] += words(one["message"])
    for message in messages:
        if message.channel == "whatsapp":
            turn = next(iter(turns[message.key]), message.key)
            if turn in first:
                message.answered, message.reply = first[turn], replies[turn]
    own = {turn for message in messages for turn in (message.key, *turns[message.key])}
    return first, Counter({part: number for part, number in parts.items() if part.partition(".")[0] in own})


def _disordered(
    messages: Sequence[Message],
    stored: Mapping[str, Sequence[Stored]],
    first: Mapping[str, float],
    arrived: Mapping[str, float],
) -> tuple[int, int]:
    """Messages that were answered after a later one of the same person: those that were there when the later one's turn
    began, and those that Meta brought after that."""
    known = {message.key: message for message in messages}
    ours = late = 0
    for of in stored.values():
        latest, begun = -1, 0.0
        going = [turn for turn in of if turn.turn in first] or of  # on the web there is no other order than of turns
        for turn in sorted(going, key=lambda turn: (first.get(turn.turn, 0.0), turn.place)):
            for message in (known[key] for key in turn.messages if key in known):
                if message.number > latest:
                    latest, begun = message.number, _right(turn.at, message)
                elif _right(arrived.get(message.key, 0.0), message) > begun:
                    late += 1
                else:
                    ours += 1
    return ours, late


def _right(moment: float, message: Message) -> float:
    """A time that a worker wrote down whose clock may be hours off."""
    return moment - HOUR * round((moment - message.sent) / HOUR)


def _is_honest(message: Message, alone: Container[str]) -> bool:
    """Whether a reply says that something does not work now: no contacts, or a turn that failed. What was joined with
    other messages may have been answered about those."""
    asked = message.text in CONTACTS and message.key in alone
    return turn_failed() in message.reply or (asked and PLACE not in message.reply)


def _as_usual(message: Message) -> bool:
    return (
        message.answered is not None
        and not message.failures
        and message.answered - message.sent <= USUAL[message.channel]
    )


def _is_usual_for_now(message: Message) -> bool:
    """The same of a message that was sent a moment ago and may still be answered in time."""
    young = message.answered is None and time.time() - message.sent < USUAL[message.channel]
    return _as_usual(message) or (young and not message.failures)


def _first_word(message: Message) -> float:
    words = [at for at in (message.told, message.answered) if at is not None]
    return min(words) - message.sent if words else time.time() - message.sent
