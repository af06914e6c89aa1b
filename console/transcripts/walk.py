"""From one conversation to the next that waits, in the view of the list from which somebody came."""

from copy import copy

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from transcripts.models import Conversation
from transcripts.queues import SECOND


def next_waiting(request: HttpRequest, current: Conversation, filters: str) -> Conversation | None:
    """The next older conversation of a view that nobody is done with, or its newest; None when nothing waits.

    Args:
        request: whose account it is.
        current: the conversation that is open.
        filters: query of the list's address.
    """
    rows = _listed(request, filters).exclude(pk=current.pk)
    if QueryDict(filters).get("queue") != SECOND:
        rows = rows.filter(reviewed=None)
    return rows.filter(ended__lt=current.ended).first() or rows.first()


def _listed(request: HttpRequest, filters: str) -> QuerySet[Conversation]:
    """The conversations of a view of the list."""
    pages = admin.site.get_model_admin(Conversation)
    asked = copy(request)
    asked.GET = QueryDict(filters)
    try:
        return pages.get_changelist_instance(asked).queryset
    except IncorrectLookupParameters:  # an address that somebody typed
        return pages.get_queryset(request)
