"""Who saw and did what: written once, never changed."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnly(Exception):
    """Somebody tried to change or delete an entry of the audit log."""


class _AppendOnlyRows(models.QuerySet):
    def update(self, **_values: Any) -> NoReturn:  # noqa: ANN401 (Django's own)
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly


class AuditEntry(models.Model):
    """One thing that somebody saw or did. The database refuses changes too (migration 0004).

    It holds nothing that people wrote, and no key to another table: it stays when a conversation or an account leaves.

    Attributes:
        who: name of the account.
        event: row id of the conversation's first event, see `Conversation.event`.
        turn: row id of the message, see `Turn.event`.
        detail: what was set (a verdict, a topic, the name of a tag), where no person wrote it.
    """

    class Action(models.TextChoices):
        """What can be done."""

        READ = "read", _("read")
        SEARCHED = "searched", _("searched")
        JUDGED = "judged", _("gave a verdict")
        AGREED = "agreed", _("agreed as second reader")
        FILED = "filed", _("changed tags, note or assignment")
        REVIEWED = "reviewed", _("marked as reviewed")
        SAVED = "saved", _("saved a filter")
        REMOVED = "removed", _("removed a filter")
        TAUGHT = "taught", _("put corrections into the training data")
        EXPORTED = "exported", _("took a table away")

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    who = models.CharField(_("user"), max_length=150, db_index=True)
    action = models.CharField(_("action"), max_length=12, choices=Action.choices, db_index=True)
    event = models.BigIntegerField(_("conversation"), null=True, db_index=True)
    turn = models.BigIntegerField(_("message"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    objects = _AppendOnlyRows.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("entry of the audit log"), _("audit log")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.who}: {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's own)
        """Write a new entry.

        Raises:
            AppendOnly: it is there already.
        """
        if self.pk is not None:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:  # noqa: ANN401 (Django's own)
        """Never done.

        Raises:
            AppendOnly: always.
        """
        raise AppendOnly
