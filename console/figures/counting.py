"""What is counted of the messages of a day: a pure function of them.

Each count is of one channel and one language, and counts of several may be added, except of people: who writes on two
channels is one person. So people are counted once in all, once a channel and once a language; `EVERY` stands for
"whichever".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transcripts.reading import MISCONDUCT

from assistant.dialogue.needs import need_of
from assistant.dialogue.search import FIND
from assistant.dialogue.topics import family, target, topics

CONVERSATIONS, PEOPLE, MESSAGES, TOPIC = "conversations", "people", "messages", "topic"
FALLBACK, URGENT, MISCONDUCT_REPORTED = "fallback", "urgent", "misconduct"
FEEDBACK, ANSWER_TIME, CONTACTS = "feedback", "answer_time", "contacts"
EVERY = "*"
NOT_UNDERSTOOD = ("ask", "lost", "out_of_scope")  # decisions
# Upper bounds of the answer times that are told apart, in seconds; whatever took longer is `SLOWER`.
BOUNDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
SLOWER = "slower"
BUCKETS = (*map(str, BOUNDS), SLOWER)
BETWEEN = "|"  # city and need in the key of `CONTACTS`


class Count(NamedTuple):
    """Names what is counted, as a row of `models.DailyCount` does."""

    measure: str
    key: str
    channel: str
    language: str


@dataclass(frozen=True)
class Message:
    """What counting looks at of a message.

    Attributes:
        conversation: key of its conversation.
        sender: pseudonym, to tell people apart.
        channel: of the conversation.
        language: of the conversation.
        begins: whether it is the first of its conversation.
        text: the message, of which only the address of a tapped button is read.
        reply, topic, decision, urgent, seconds, feedback, entities: as in `transcripts.models.Turn`.
    """

    conversation: int
    sender: str
    channel: str
    language: str
    begins: bool
    text: str = ""
    reply: str = ""
    topic: str = ""
    decision: str = ""
    urgent: bool = False
    seconds: float | None = None
    feedback: str = ""
    entities: tuple[tuple[str, str], ...] = ()


def counts(messages: Iterable[Message]) -> Counter[Count]:
    """Counts of a day.

    Args:
        messages: all messages of the day, each conversation's in order.
    """
    found: Counter[Count] = Counter()
    conversations: dict[int, list[Message]] = defaultdict(list)
    people: set[tuple[str, str, str]] = set()
    for message in messages:
        found.update(Count(measure, key, message.channel, message.language) for measure, key in _of_message(message))
        conversations[message.conversation].append(message)
        pairs = ((EVERY, EVERY), (message.channel, EVERY), (EVERY, message.language))
        people.update((message.sender, channel, language) for channel, language in pairs)
    for told in conversations.values():
        found.update(Count(measure, key, told[0].channel, told[0].language) for measure, key in _of_conversation(told))
    found.update(Count(PEOPLE, "", channel, language) for _sender, channel, language in people)
    return found


def bucket(seconds: float) -> str:
    """The bucket of an answer time."""
    return next((str(bound) for bound in BOUNDS if seconds <= bound), SLOWER)


def _of_message(message: Message) -> Iterator[tuple[str, str]]:
    yield MESSAGES, ""
    if message.decision in NOT_UNDERSTOOD:
        yield FALLBACK, message.decision
    elif message.reply in topics() and not _is_delicate(message):
        yield TOPIC, message.reply
    if message.feedback:
        yield FEEDBACK, message.feedback
    if message.seconds is not None:
        yield ANSWER_TIME, bucket(message.seconds)


def _of_conversation(messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
    if messages[0].begins:
        yield CONVERSATIONS, ""
    if any(message.urgent for message in messages):
        yield URGENT, ""
    if any(message.reply == MISCONDUCT for message in messages):
        yield MISCONDUCT_REPORTED, ""
    for city, need in sorted(_searches(messages)):
        yield CONTACTS, f"{city}{BETWEEN}{need}"


def _is_delicate(message: Message) -> bool:
    """Of danger and misconduct it is only counted how often, not what about."""
    return message.urgent or family(message.reply) == "urgent" or message.reply == MISCONDUCT


def _searches(messages: Sequence[Message]) -> set[tuple[str, str]]:
    """City and need of each search for contacts, once a conversation.

    Either may be empty: a city that was asked for and not told. What was completed later is not counted before.
    """
    found: set[tuple[str, str]] = set()
    city, need, subject = "", "", ""
    for message in messages:
        told = _told(message)
        if family(message.reply) == "contact":
            city, need = told.get("city", city), told.get("need", need) or need_of(subject) or ""
        else:
            subject = message.topic
        if message.reply == FIND and (city or need):
            found.add((city, need))
    return {
        (city, need)
        for city, need in found
        if (city and need) or not any(all(other) and (other[0] == city or other[1] == need) for other in found)
    }


def _told(message: Message) -> dict[str, str]:
    """City and need in a message, or on the button that was tapped."""
    kind, _, value = (target(message.text) or "").partition(".")
    if kind in ("city", "need"):
        return {kind: value}
    return {kind: value for kind, value in message.entities if kind in ("city", "need")}
