"""The app's name, and what its tables need besides migrations."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TranscriptsConfig(AppConfig):
    """What people asked and were told."""

    name = "transcripts"
    verbose_name = _("Transcripts")

    def ready(self) -> None:
        """Have index and triggers made after each `migrate`."""
        post_migrate.connect(_prepare, sender=self)


def _prepare(using: str, **_more: Any) -> None:  # noqa: ANN401 (Django's own)
    from transcripts import audit, search
    from transcripts.models import AuditEntry

    database = connections[using]
    if AuditEntry._meta.db_table in database.introspection.table_names():  # not when migrated backwards
        search.prepare(database)
        audit.prepare(database)
