"""Pages of the transcripts: the list with its filters, and one conversation."""

from typing import Any

from config.csv_text import csv_text
from config.read_only import ReadOnlyAdmin
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from assistant.dialogue.topics import target, title
from assistant.nlu.normalise import arabic_share
from transcripts import audit, export, search
from transcripts.choices import topic_choices
from transcripts.filters import (
    MARKS,
    ChannelFilter,
    ConfidenceFilter,
    LanguageFilter,
    MarkFilter,
    QueueFilter,
    ReviewedFilter,
    TopicFilter,
    VerdictFilter,
    mark_title,
)
from transcripts.forms import reviewers
from transcripts.models import AuditEntry, Conversation, Review, SavedFilter, Tag, Turn
from transcripts.queues import readable_by

MOST_EARLIER = 20  # sessions of the same person


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    """What was said stays as it was said. Conversations leave by retention, or when the person asks."""

    list_display = ("begins", "ended", "channel", "language", "turn_count", "happened")
    list_display_links = ("begins",)
    list_filter = (
        QueueFilter,
        ReviewedFilter,
        MarkFilter,
        TopicFilter,
        ConfidenceFilter,
        VerdictFilter,
        ("ended", RangeDateFilter),
        ChannelFilter,
        LanguageFilter,
        "tags",
    )
    list_filter_submit = True
    list_before_template = "transcripts/list_head.html"
    list_per_page = 50
    paginator = InfinitePaginator  # counting 100,000 rows through filters takes longer than showing fifty
    search_fields = ("turns__words",)  # see get_search_results
    show_full_result_count = False
    ordering = ("-ended",)

    actions = ("take_away",)

    class Media:
        js = (Script("console/transcripts.js", defer=True),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Conversations that this account may read."""
        return readable_by(request, super().get_queryset(request))

    @admin.action(description=_("Take the chosen ones away (CSV)"), permissions=["review"])
    def take_away(self, request: HttpRequest, chosen: QuerySet[Conversation]) -> HttpResponse:
        """A table of conversations, with what staff said of them."""
        for conversation in chosen:
            audit.note(request, AuditEntry.Action.EXPORTED, conversation)
        answer = HttpResponse(csv_text(export.rows(chosen)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="conversations.csv"'
        return answer

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Whether this account gives verdicts."""
        return bool(request.user.has_perm("transcripts.review"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        """Conversations with a message that holds the words."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search.matching(search_term).values("conversation")), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; a search in what people wrote is noted."""
        if request.GET.get("q", "").strip() and self.has_view_permission(request):
            audit.note(request, AuditEntry.Action.SEARCHED)
        more = {"saved_filters": SavedFilter.objects.all(), "query": _without_page(request)}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    @display(description=_("begins"))
    def begins(self, conversation: Conversation) -> str:
        """The first words, in their own direction; of a conversation without words a dash."""
        return format_html('<bdi dir="auto">{}</bdi>', conversation.text_shown or "—")

    @display(description=_("what happened"), label=True)
    def happened(self, conversation: Conversation) -> list[str]:
        """What staff look for, in words."""
        return [mark_title(mark) for mark in MARKS if getattr(conversation, mark)]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One conversation, as a conversation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        conversation = self.get_object(request, object_id)
        if conversation is None:
            raise Http404
        audit.note(request, AuditEntry.Action.READ, conversation)
        turns = conversation.turns.select_related("review__reviewer", "review__second")
        context = {
            **self.admin_site.each_context(request),
            "title": conversation.text_shown or "—",
            "opts": self.opts,
            "conversation": conversation,
            "bubbles": [_bubbles(turn) for turn in turns],
            "earlier": _others(request, conversation),
            "filters": request.GET.get("_changelist_filters", ""),
            "may_review": request.user.has_perm("transcripts.review"),
            "verdicts": Review.Verdict.choices,
            "topics": topic_choices(),
            "tags": Tag.objects.all(),
            "reviewers": reviewers(),
        }
        return TemplateResponse(request, "transcripts/conversation.html", context)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What is done writes it; it stays as it was written."""

    list_display = ("at", "who", "action", "event", "turn", "detail")
    list_display_links = None
    list_filter = (("at", RangeDateFilter), "action")
    list_filter_submit = True
    list_per_page = 100
    paginator = InfinitePaginator
    search_fields = ("who", "=event")
    show_full_result_count = False


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    """The team's own words."""

    list_display = ("name",)
    search_fields = ("name",)


def _without_page(request: HttpRequest) -> str:
    """The query of the list that is open, from its first page on."""
    query = request.GET.copy()
    query.pop("p", None)
    return query.urlencode()


def _others(request: HttpRequest, conversation: Conversation) -> QuerySet[Conversation]:
    """Other sessions of the same person."""
    rows = readable_by(request, Conversation.objects.filter(sender=conversation.sender))
    return rows.exclude(pk=conversation.pk).order_by("-ended")[:MOST_EARLIER]


def _bubbles(turn: Turn) -> dict[str, Any]:
    """A turn as the page shows it: whoever said something, in the direction of its writing."""
    tapped = target(turn.text)
    text = title(tapped, turn.language or "fr") if tapped else turn.text
    return {
        "turn": turn,
        "text": text,
        "tapped": bool(tapped),
        "direction": _direction(text),
        "review": getattr(turn, "review", None),
        "said": [{**said, "direction": _direction(said["text"])} for said in turn.said],
    }


def _direction(text: str) -> str:
    return "rtl" if arabic_share(text) > 0.5 else "ltr"
