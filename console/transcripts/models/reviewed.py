"""What staff say of what was said. The projector leaves all of it alone."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistant.dialogue.topics import family
from transcripts.choices import teachable
from transcripts.models.projected import Turn


class Tag(models.Model):
    """A word of the team's own for conversations of a kind."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name, verbose_name_plural = _("tag"), _("tags")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Reviews(models.QuerySet):
    """Verdicts, as they are looked for."""

    def awaiting_second(self) -> "Reviews":
        """Corrections that only one person has looked at."""
        return self.filter(verdict__in=Review.TEACHING, second=None)

    def agreed(self) -> "Reviews":
        """Corrections with two readers."""
        return self.filter(verdict__in=Review.TEACHING).exclude(second=None)


class Review(models.Model):
    """What somebody made of one turn, and who else looked at it.

    Attributes:
        right_topic: what the message was about, where a wrong topic was found or a danger missed.
        reviewer: who gave the verdict.
        second: another person who agrees; without one nothing is taught to the assistant.
        exported: when it went into the training data.
    """

    class Verdict(models.TextChoices):
        """What a turn can be, in the order of the keys 1 to 6."""

        RIGHT = "right", _("right")
        WRONG_TOPIC = "wrong_topic", _("wrong topic")
        ANSWER = "answer", _("answer wrong or outdated")
        CONTACT = "contact", _("contact outdated")
        MISSED = "missed", _("danger missed")
        OTHER = "other", _("other")

    TEACHING = (Verdict.WRONG_TOPIC, Verdict.MISSED)

    turn = models.OneToOneField(Turn, models.CASCADE, related_name="review")
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, db_index=True)
    right_topic = models.CharField(_("right topic"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=1000)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("reviewer")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    second = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("second reader")
    )
    exported = models.DateTimeField(_("taught"), null=True)

    objects = Reviews.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("verdict"), _("verdicts")
        permissions = (("teach", _("put corrections into the training data")),)

    def __str__(self) -> str:
        return str(self.get_verdict_display())

    def clean(self) -> None:
        """Check that a correction says what is right.

        Raises:
            ValidationError: it does not.
        """
        if self.verdict not in self.TEACHING:
            self.right_topic = ""
        elif self.right_topic not in teachable():
            raise ValidationError({"right_topic": _("Choose what the message was about.")})
        elif self.verdict == self.Verdict.MISSED and family(self.right_topic) != "urgent":
            raise ValidationError({"right_topic": _("A missed danger is corrected to a topic of danger.")})
        elif self.right_topic == self.turn.topic:
            raise ValidationError({"right_topic": _("This is what the assistant understood.")})

    @property
    def awaits_second(self) -> bool:
        """Whether another person must agree before it teaches anything."""
        return self.verdict in self.TEACHING and self.second_id is None


class SavedFilter(models.Model):
    """A view of the list under a name, for the whole team.

    Attributes:
        query: of the list's address, without the question mark.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    query = models.CharField(_("filter"), max_length=500)
    maker = models.CharField(_("made by"), max_length=150)

    class Meta:
        verbose_name, verbose_name_plural = _("saved filter"), _("saved filters")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its own link."""
        return reverse("transcripts:saved", args=[self.pk])
