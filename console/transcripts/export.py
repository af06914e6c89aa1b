"""Conversations as a table: a line a message, with what staff said of it."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from transcripts.models import Conversation, Review, Turn

_OF_CONVERSATION = ("event", "channel", "language", "urgent", "misconduct", "note")
_OF_TURN = ("text", "spoken", "topic", "confidence", "decision", "reply", "feedback")
_OF_REVIEW = ("verdict", "right_topic", "note")


def rows(conversations: QuerySet[Conversation]) -> Iterator[list[str]]:
    """Titles, then a row a message, oldest first.

    The titles are the names of the columns: whoever works on with the table needs the same in every language.
    """
    yield ["conversation", *_OF_CONVERSATION[1:], "tags", "time", *_OF_TURN, *(f"review_{name}" for name in _OF_REVIEW)]
    turns = Turn.objects.filter(conversation__in=conversations).order_by("conversation__event", "event")
    for turn in turns.select_related("conversation", "review").prefetch_related("conversation__tags"):
        review: Review | None = getattr(turn, "review", None)
        tags = ", ".join(tag.name for tag in turn.conversation.tags.all())
        yield [
            *(str(getattr(turn.conversation, name)) for name in _OF_CONVERSATION),
            tags,
            timezone.localtime(turn.at).isoformat(timespec="seconds"),
            *(str(getattr(turn, name)) for name in _OF_TURN),
            *(str(getattr(review, name)) if review else "" for name in _OF_REVIEW),
        ]
