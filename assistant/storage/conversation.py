"""A conversation in memory: Rasa's tracker, copied without a replay, and shortened where nothing is lost.

A turn costs more with each event behind it, since Rasa replays them. A long conversation is therefore read from a
moment at which the assistant waited for a message, behind a header that says what held then: the slots, and whether it
was paused. docs/decisions.md, "Storage", has what the header must hold and why.
"""

import copy
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# A session of more events is cut; at least so many messages of the person stay. What is read again: the last message
# (assistant/dialogue/component.py), the two before it (SafeguardMatcher), and any that a fallback reverts.
MOST_EVENTS, MESSAGES_LEFT = 48, 4
LISTEN = "action_listen"
BEGINNINGS = (SessionStarted, Restarted)
# Among events of these kinds each counts from the last beginning on: none takes another back, as forms and reverts do.
PLAIN = frozenset([*BEGINNINGS, ActionExecuted, BotUttered, DefinePrevUserUtteredFeaturization, SlotSet, UserUttered])


class Conversation(DialogueStateTracker):
    """A tracker that knows what of it is stored.

    Attributes:
        header: how many of its events are a header, which is not stored among the events.
        ids: row ids of the stored events behind it, as they were read.
        stored: how many of its events need not be written any more.
    """

    header = 0
    ids: tuple[int, ...] = ()
    stored = 0

    @classmethod
    def of(
        cls,
        sender_id: str,
        domain: Domain,
        events: Sequence[Event],
        header: Sequence[Event] = (),
        ids: Iterable[int] = (),
    ) -> "Conversation":
        """A stored conversation.

        Args:
            sender_id: whose it is.
            domain: has the slots.
            events: the stored events of the session, or of its tail.
            header: what held before them.
            ids: row id of each stored event.
        """
        tracker = cls.from_events(sender_id, [*header, *events], domain.slots)
        tracker.header, tracker.ids, tracker.stored = len(header), tuple(ids), len(tracker.events)
        return tracker

    def applied_events(self) -> list[Event]:
        """The events that count. Rasa asks of each, several times a turn, what it might take back."""
        kinds = [*map(type, self.events)]
        if not PLAIN.issuperset(kinds):
            applied: list[Event] = super().applied_events()
            return applied
        begun = max(len(kinds) - kinds[::-1].index(kind) if kind in kinds else 0 for kind in BEGINNINGS)
        return list(self.events)[begun:]

    def copy(self) -> "Conversation":
        """The same state once more. Rasa replays all events for it, several times a turn."""
        twin = copy.copy(self)
        twin.events = copy.copy(self.events)
        twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        twin.active_loop = copy.copy(self.active_loop)
        return twin


def cut(tracker: Conversation, domain: Domain) -> tuple[int, list[Event]] | None:
    """Where a long conversation can begin from now on: the row id of that event, and the header before it.

    None while it is short, and while no place is right: none within a form, and none that events behind it reach over
    (those that revert).
    """
    if len(tracker.events) - tracker.header <= MOST_EVENTS:
        return None
    events = list(tracker.events)
    for place in reversed(_pauses(events, tracker)):
        header = _header(tracker.sender_id, domain, events[:place])
        if header is not None and _holds(tracker, domain, [*header, *events[place:]]):
            return tracker.ids[place - tracker.header], header
    return None


def _pauses(events: Sequence[Event], tracker: Conversation) -> list[int]:
    """Places of stored events at which the assistant waited and the person wrote something next, with enough messages
    from there on."""
    waits = (isinstance(e, ActionExecuted) and e.action_name == LISTEN for e in events)
    pairs = enumerate(pairwise(zip(waits, events, strict=True)))
    found = [place for place, ((wait, _), (_, after)) in pairs if wait and isinstance(after, UserUttered)]
    enough = found[: 1 - MESSAGES_LEFT]
    return [place for place in enough if tracker.header < place < tracker.header + len(tracker.ids)]


def _header(sender_id: str, domain: Domain, before: Sequence[Event]) -> list[Event] | None:
    """What held after some events; None within a form."""
    then = DialogueStateTracker.from_events(sender_id, before, domain.slots)
    if then.active_loop:
        return None
    moment = before[-1].timestamp
    slots = [slot for slot in then.slots.values() if slot.value != slot.initial_value]
    paused = [ConversationPaused(moment)] if then.is_paused() else []
    return [*(SlotSet(slot.name, slot.value, moment) for slot in slots), *paused]


def _holds(tracker: Conversation, domain: Domain, shortened: Sequence[Event]) -> bool:
    """Whether the shortened conversation has the same state, and enough left that a revert may take away."""
    short = DialogueStateTracker.from_events(tracker.sender_id, shortened, domain.slots)
    left = sum(isinstance(event, UserUttered) for event in short.applied_events())
    return left >= MESSAGES_LEFT and short.current_state() == tracker.current_state()
