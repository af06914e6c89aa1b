"""What waits for somebody: what went wrong, whole; of the rest one in ten, by chance."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from transcripts.models import Conversation, Review

# Danger and misconduct are for a role of its own, whatever else happened in the conversation.
RESTRICTED = Q(urgent=True) | Q(misconduct=True)
_PERSON = Q(asked_person=True)
_IMPROVE = Q(fallback=True) | Q(thumbs_down=True) | Q(switched=True)
DANGER, SECOND = "danger", "second"
QUEUES: dict[str, tuple[Any, Q]] = {
    DANGER: (_("Danger and misconduct"), RESTRICTED),
    "person": (_("Asked for a person"), _PERSON & ~RESTRICTED),
    "improve": (_("Not understood, thumbs down, changed language"), _IMPROVE & ~_PERSON & ~RESTRICTED),
    "sample": (_("One in ten of the rest"), Q(sampled=True) & ~_IMPROVE & ~_PERSON & ~RESTRICTED),
    SECOND: (_("Awaiting a second reader"), Q()),
}


def title(name: str) -> str:
    """What a queue is called."""
    return str(QUEUES[name][0])


def open_to(request: HttpRequest) -> list[str]:
    """Queues that an account may work on."""
    restricted = request.user.has_perm("transcripts.view_restricted")
    return [name for name in QUEUES if name != DANGER or restricted]


def waiting(request: HttpRequest, rows: QuerySet[Conversation], name: str) -> QuerySet[Conversation]:
    """Conversations of a queue that nobody is done with; of SECOND those with a verdict that another person gave."""
    if name != SECOND:
        return rows.filter(QUEUES[name][1], reviewed=None)
    verdicts = Review.objects.awaiting_second().exclude(reviewer=request.user)
    return rows.filter(pk__in=verdicts.values("turn__conversation"))


def cards(request: HttpRequest) -> list[dict[str, Any]]:
    """Cards of the console's first page: title, count and link of each queue."""
    if not request.user.has_perm("transcripts.view_conversation"):
        return []
    listed = reverse("admin:transcripts_conversation_changelist")
    rows = readable_by(request, Conversation.objects.all())
    return [
        {"title": title(name), "count": waiting(request, rows, name).count(), "link": f"{listed}?queue={name}"}
        for name in open_to(request)
    ]


def readable_by(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """Conversations that somebody may see: those about danger and misconduct only with a right of their own."""
    return rows if request.user.has_perm("transcripts.view_restricted") else rows.exclude(RESTRICTED)
