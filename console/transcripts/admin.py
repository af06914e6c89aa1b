"""Pages of the transcripts: the list with its filters, and one conversation."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from assistant.dialogue.topics import target, title
from assistant.nlu.normalise import arabic_share
from transcripts.filters import MARKS, ConfidenceFilter, MarkFilter, TopicFilter, mark_title, readable_by
from transcripts.models import Conversation, Turn

MOST_EARLIER = 20  # sessions of the same person


@admin.register(Conversation)
class ConversationAdmin(ModelAdmin):
    """Conversations are read here, and changed nowhere."""

    list_display = ("begins", "ended", "channel", "language", "turn_count", "happened")
    list_display_links = ("begins",)
    list_filter = (("ended", RangeDateFilter), MarkFilter, TopicFilter, ConfidenceFilter, "channel", "language")
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("turns__text",)
    show_full_result_count = False
    ordering = ("-ended",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only people who ask make conversations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was said stays as it was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Conversations leave by retention, or when the person asks."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """Conversations that this account may read."""
        return readable_by(request, super().get_queryset(request))

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
        context = {
            **self.admin_site.each_context(request),
            "title": conversation.text_shown or "—",
            "opts": self.opts,
            "conversation": conversation,
            "bubbles": [_bubbles(turn) for turn in conversation.turns.all()],
            "earlier": _others(request, conversation),
        }
        return TemplateResponse(request, "transcripts/conversation.html", context)


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
        "said": [{**said, "direction": _direction(said["text"])} for said in turn.said],
    }


def _direction(text: str) -> str:
    return "rtl" if arabic_share(text) > 0.5 else "ltr"
