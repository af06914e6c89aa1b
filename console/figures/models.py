"""Counts of a day. They hold no words and no pseudonyms, so they may stay when conversations leave."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyCount(models.Model):
    """How often something happened on a day (of Africa/Casablanca), see `figures.counting`.

    Attributes:
        measure: what was counted (`messages`, `topic`).
        key: which of its kind (`regul.card`), empty where there is one kind only.
        channel: of the conversation.
        language: of the conversation, empty when it was never known. `*` in both: see `counting.PEOPLE`.
    """

    day = models.DateField(_("day"))
    measure = models.CharField(max_length=20)
    key = models.CharField(max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("figures")
        constraints = (
            models.UniqueConstraint(fields=("day", "measure", "key", "channel", "language"), name="one_count_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.key} {self.count}"


class Day(models.Model):
    """What is known of the counts of a day.

    Attributes:
        changed: its messages changed after they were counted.
        frozen: conversations of that day have left: its counts stay as they are.
    """

    day = models.DateField(primary_key=True)
    changed = models.BooleanField(default=True)
    frozen = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.day)
