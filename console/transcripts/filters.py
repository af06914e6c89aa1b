"""Filters of the list of conversations: what went wrong, and what people said of it."""

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from assistant.dialogue.topics import title, topics
from transcripts import queues
from transcripts.models import Conversation, Review, Turn

Choices = list[tuple[str, object]]
# Confidence of the least sure turn: below each bound, 0 to 1.
BANDS = {"low": (0.0, 0.4), "middle": (0.4, 0.7), "high": (0.7, 1.01)}


CHANNELS = ("web", "whatsapp", "rest", "socketio")
# What staff look for: columns of a conversation, most pressing first.
MARKS = ("urgent", "misconduct", "asked_person", "unhappy", "fallback", "thumbs_down", "switched")


def mark_title(mark: str) -> str:
    """What a mark is called."""
    return str(Conversation._meta.get_field(mark).verbose_name)


class MarkFilter(DropdownFilter):
    """Conversations in which something happened that staff look for."""

    title = _("what happened")
    parameter_name = "mark"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """What can be chosen."""
        return [(mark, mark_title(mark)) for mark in MARKS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        return queryset.filter(**{self.value(): True}) if self.value() in MARKS else queryset


class TopicFilter(DropdownFilter):
    """Conversations with a message about a topic."""

    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """Every topic by its id, as the data names them, with its title."""
        language = get_language() or "fr"
        return [(name, f"{name} · {title(name, language)}") for name in sorted(topics())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        if not self.value():
            return queryset
        return queryset.filter(pk__in=Turn.objects.filter(topic=self.value()).values("conversation"))


class ColumnFilter(DropdownFilter):
    """Conversations by what stands in the column that `parameter_name` names."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class ChannelFilter(ColumnFilter):
    """Conversations by the channel through which they came."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """The channels of `credentials.yml`; to ask the table would take longer than to list fifty of its rows."""
        return [(name, name) for name in CHANNELS]


class LanguageFilter(ColumnFilter):
    """Conversations by the language in which they ended."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """The languages of the assistant."""
        return [("fr", _("French")), ("ar", _("Arabic"))]


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


class QueueFilter(DropdownFilter):
    """Conversations that wait for somebody."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """The queues that this account may work on."""
        return [(name, queues.title(name)) for name in queues.open_to(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        return queues.waiting(request, queryset, self.value()) if self.value() in queues.QUEUES else queryset


class ReviewedFilter(DropdownFilter):
    """Conversations that somebody is done with, or nobody."""

    title = _("reviewed")
    parameter_name = "reviewed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """What can be chosen."""
        return [("no", _("not reviewed")), ("yes", _("reviewed")), ("mine", _("assigned to me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        if self.value() == "mine":
            return queryset.filter(assigned=request.user)
        return queryset.filter(reviewed__isnull=self.value() == "no") if self.value() else queryset


class VerdictFilter(DropdownFilter):
    """Conversations with a message that got a verdict."""

    title = _("verdict")
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Choices:
        """What can be chosen."""
        return [(value, label) for value, label in Review.Verdict.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """The conversations that are left."""
        if not self.value():
            return queryset
        return queryset.filter(pk__in=Review.objects.filter(verdict=self.value()).values("turn__conversation"))
