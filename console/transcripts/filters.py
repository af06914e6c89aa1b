"""Filters of the list of conversations: what went wrong, and what people said of it."""

from django.contrib.admin import ModelAdmin
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from assistant.dialogue.topics import topics
from transcripts.models import Conversation, Turn

Choices = list[tuple[str, object]]
# Confidence of the least sure turn: below each bound, 0 to 1.
BANDS = {"low": (0.0, 0.4), "middle": (0.4, 0.7), "high": (0.7, 1.01)}


def _with_turn(rows: QuerySet, **wanted: object) -> QuerySet:
    return rows.filter(Exists(Turn.objects.filter(conversation=OuterRef("pk"), **wanted)))


# What staff look for: columns of a conversation, most pressing first.
MARKS = ("urgent", "misconduct", "asked_person", "unhappy", "fallback", "switched")
THUMBS_DOWN = "down"


def mark_title(mark: str) -> str:
    """What a mark is called."""
    return str(Conversation._meta.get_field(mark).verbose_name)


class MarkFilter(DropdownFilter):
    """Conversations in which something happened that staff look for."""

    title = _("what happened")
    parameter_name = "mark"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """What can be chosen."""
        return [*((mark, mark_title(mark)) for mark in MARKS), (THUMBS_DOWN, _("thumbs down"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        if self.value() == THUMBS_DOWN:
            return _with_turn(queryset, feedback=THUMBS_DOWN)
        return queryset.filter(**{self.value(): True}) if self.value() in MARKS else queryset


class TopicFilter(DropdownFilter):
    """Conversations with a message about a topic."""

    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """Every topic by its id, as the data names them."""
        return [(name, name) for name in sorted(topics())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        return _with_turn(queryset, topic=self.value()) if self.value() else queryset


class ConfidenceFilter(DropdownFilter):
    """Conversations by how sure the assistant was of its least sure answer."""

    title = _("confidence")
    parameter_name = "confidence"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """What can be chosen."""
        return [("low", _("below 40 %")), ("middle", _("40 to 70 %")), ("high", _("70 % and more"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        if self.value() not in BANDS:
            return queryset
        low, high = BANDS[self.value()]
        return queryset.filter(least_confidence__gte=low, least_confidence__lt=high)


def readable_by(request: HttpRequest, rows: QuerySet[Model]) -> QuerySet[Model]:
    """Conversations that somebody may see: those about danger and misconduct only with a right of their own."""
    if request.user.has_perm("transcripts.view_restricted"):
        return rows
    return rows.filter(urgent=False, misconduct=False)
