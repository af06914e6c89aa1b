"""What people asked and what they were told, redacted, for staff who look for what went wrong.

The projector (`transcripts.projector`) makes all of it of the conversations' events, and can make it anew; what staff
say of a conversation stands in the last columns, which it leaves alone.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Conversation(models.Model):
    """A session of a person: turns without a long silence between them.

    Attributes:
        event: row id of its first event; names it for good.
        sender: pseudonym of the person, the same in all of their sessions.
        text_shown: the first words, for lists.
        sampled: whether it is one of ten, chosen by its number, that are read even when nothing went wrong.
        reviewed: when somebody was done with it; empty again when the person writes more.
        assigned: who is to look at it.
    """

    event = models.BigIntegerField(unique=True)
    sender = models.CharField(_("person"), max_length=255, db_index=True)
    channel = models.CharField(_("channel"), max_length=40)
    language = models.CharField(_("language"), max_length=5, blank=True)
    started = models.DateTimeField(_("started"), db_index=True)
    ended = models.DateTimeField(_("last message"), db_index=True)
    turn_count = models.PositiveIntegerField(_("messages"))
    text_shown = models.CharField(_("begins"), max_length=120, blank=True)
    least_confidence = models.FloatField(_("least confidence"))
    fallback = models.BooleanField(_("not understood"))
    urgent = models.BooleanField(_("danger"))
    misconduct = models.BooleanField(_("misconduct reported"))
    asked_person = models.BooleanField(_("asked for a person"))
    unhappy = models.BooleanField(_("unhappy"))
    switched = models.BooleanField(_("changed language"))
    thumbs_down = models.BooleanField(_("thumbs down"), default=False)
    sampled = models.BooleanField(default=False)

    reviewed = models.DateTimeField(_("reviewed"), null=True, editable=False)
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
    tags = models.ManyToManyField("Tag", blank=True, related_name="conversations", verbose_name=_("tags"))
    note = models.TextField(_("note"), blank=True, max_length=1000)

    class Meta:
        verbose_name, verbose_name_plural = _("conversation"), _("conversations")
        ordering = ("-ended", "-event")
        permissions = (
            ("view_restricted", _("read conversations about danger and misconduct")),
            ("review", _("give verdicts, tags and notes")),
        )

    def __str__(self) -> str:
        return self.text_shown


class Turn(models.Model):
    """A message of a person, what was understood of it, and what was said; see `transcripts.reading.ReadTurn`.

    Attributes:
        event: row id of the message; names it for good, also when everything is made anew.
        words: the message as it is searched (`transcripts.search`).
        feedback: `up`, `down`, or empty.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    event = models.BigIntegerField(unique=True)
    message = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(_("time"))
    text = models.TextField(_("message"), blank=True)
    words = models.TextField(default="", blank=True)
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    marks = models.JSONField(_("marks"), default=list)
    language = models.CharField(_("language"), max_length=5, blank=True)
    spoken = models.CharField(_("language of the message"), max_length=10, blank=True)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    decision = models.CharField(_("decision"), max_length=20, blank=True)
    reply = models.CharField(_("reply"), max_length=60, blank=True)
    confidence = models.FloatField(_("confidence"))
    ranking = models.JSONField(_("ranking"), default=list)
    entities = models.JSONField(_("found in it"), default=list)
    urgent = models.BooleanField(_("danger"))
    said = models.JSONField(_("said"), default=list)
    seconds = models.FloatField(_("seconds until the reply"), null=True)
    feedback = models.CharField(_("thumbs"), max_length=4, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ("event",)
        indexes = (models.Index(fields=("topic", "conversation"), name="turns_of_a_topic"),)

    def __str__(self) -> str:
        return self.text


class Position(models.Model):
    """How far the projector has read a table of the conversations' database.

    Attributes:
        table: its name.
        read_to: highest row id (of `feedback`: time) that was read.
        recent: row ids just below that were read; others may still come, see `transcripts.projector`.
    """

    table = models.CharField(max_length=20, primary_key=True)
    read_to = models.FloatField(default=0)
    recent = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.table} {self.read_to}"
