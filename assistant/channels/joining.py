"""Which messages make one turn: people write one sentence in three ("aidez moi" / "mon mari" / "il me frappe")."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from assistant.channels.webhook import Received

QUIET = 2.0  # seconds without a further message after which a sentence is whole
LONGEST_WAIT = 8.0  # seconds after which it is answered in any case
MOST_CHARACTERS = 1_000  # of messages joined; a single one may be longer


@dataclass(frozen=True, kw_only=True)
class Owed(Received):
    """A message that is owed a reply.

    Attributes:
        key: keyed hash of Meta's name for it.
        received: when it was accepted, seconds since 1970.
        said: the reply, where it was made and the conversation cannot say it again.
    """

    key: str
    received: float
    said: Sequence[Any] = ()


def in_order(arrived: Sequence[Owed]) -> list[Owed]:
    """Messages as they were written, since Meta brings them in any order; within a second arrival decides.

    An edit was written later than what it changes, and takes its place: behind what had arrived before that.

    Args:
        arrived: of one person, in order of arrival; an edit where what it changes was.
    """
    moments = [0.0]
    for message in arrived:
        moments.append(moments[-1] if message.edited else message.sent or message.received)
    return [message for _, message in sorted(zip(moments[1:], arrived, strict=True), key=itemgetter(0))]


def joined(waiting: Sequence[Owed]) -> list[Owed]:
    """The messages of the next turn: words that follow one another, pictures or voice notes in a row, else one alone.

    Args:
        waiting: of one person, at least one, in order of arrival.
    """
    group = [waiting[0]]
    for message in waiting[1:]:
        if not _go_together(group[-1], message) or len(words([*group, message])) > MOST_CHARACTERS:
            break
        group.append(message)
    return group


def _go_together(one: Owed, other: Owed) -> bool:
    if one.kind != other.kind or one.kind in ("tap", "seen"):
        return False
    return one.kind == "text" or not (one.text or other.text)  # a caption is answered for itself


def words(group: Sequence[Owed]) -> str:
    """The text of a turn."""
    return "\n".join(message.text for message in group if message.text)


def pause(waiting: Sequence[Owed], now: float, is_danger: Callable[[str], bool]) -> float:
    """Seconds to wait for more of the sentence; 0 when it is whole, or cannot wait.

    Args:
        waiting: as `joined` takes them.
        now: seconds since 1970.
        is_danger: whether a text tells of a danger: that is answered at once.
    """
    group = joined(waiting)
    if group[-1].kind != "text" or len(group) < len(waiting) or is_danger(words(group)):
        return 0.0
    if now < group[-1].received:  # the clock was set back: for an hour, perhaps
        return 0.0
    return max(0.0, min(group[-1].received + QUIET, group[0].received + LONGEST_WAIT) - now)
