"""What staff fill in beside a transcript."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from transcripts.models import Conversation, Review, SavedFilter, Tag, Turn

MOST_TAGS = 10


class VerdictForm(forms.ModelForm):
    """A verdict in the place of an earlier one; whoever had agreed with that has to look again."""

    class Meta:
        model = Review
        fields = ("verdict", "right_topic", "note")

    def __init__(self, data: Any, turn: Turn, reviewer: AbstractUser) -> None:  # noqa: ANN401 (of a request)
        review = Review.objects.filter(turn=turn).first() or Review(turn=turn)
        review.reviewer, review.second, review.exported = reviewer, None, None
        super().__init__(data, instance=review)


class FileForm(forms.ModelForm):
    """Tags, note and assignment of a conversation."""

    tag_names = forms.CharField(required=False, max_length=400)

    class Meta:
        model = Conversation
        fields = ("note", "assigned")

    def __init__(self, data: Any, conversation: Conversation) -> None:  # noqa: ANN401 (of a request)
        super().__init__(data, instance=conversation)
        self.fields["assigned"].queryset = reviewers()

    def clean_tag_names(self) -> list[str]:
        """Names of tags, written with commas of either script.

        Raises:
            ValidationError: there are too many, or one is too long.
        """
        written = self.cleaned_data["tag_names"].replace("،", ",").split(",")
        names = list(dict.fromkeys(filter(None, map(str.strip, written))))
        longest = Tag._meta.get_field("name").max_length
        if len(names) > MOST_TAGS or any(len(name) > longest for name in names):
            raise forms.ValidationError(
                _("At most %(most)s tags of %(longest)s characters.") % {"most": MOST_TAGS, "longest": longest}
            )
        return names

    def save(self, commit: bool = True) -> Conversation:
        """Write note, assignment and tags; tags that are new are made."""
        conversation: Conversation = self.instance
        conversation.save(update_fields=["note", "assigned"])
        conversation.tags.set([Tag.objects.get_or_create(name=name)[0] for name in self.cleaned_data["tag_names"]])
        return conversation


class SavedFilterForm(forms.ModelForm):
    """A name for a view of the list."""

    class Meta:
        model = SavedFilter
        fields = ("name", "query")


def reviewers() -> QuerySet[AbstractUser]:
    """Accounts to which a conversation can be assigned."""
    granted = Q(groups__permissions__codename="review", groups__permissions__content_type__app_label="transcripts")
    users = get_user_model().objects.filter(granted | Q(is_superuser=True), is_active=True)
    return users.distinct().order_by("username")
