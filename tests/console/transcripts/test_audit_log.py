"""The audit log is written once: neither the console nor the database changes a line of it."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from transcripts.models import AuditEntry
from transcripts.models.audit import AppendOnly

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> AuditEntry:
    return AuditEntry.objects.create(who="awa", action=AuditEntry.Action.READ, event=7)


def test_the_console_changes_no_line(entry: AuditEntry) -> None:
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(who="omar"),
    ):
        with pytest.raises(AppendOnly):
            change()
    assert AuditEntry.objects.get().who == "awa"


def test_the_database_changes_no_line(entry: AuditEntry) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE transcripts_auditentry SET who = 'omar'")
    assert AuditEntry.objects.get().who == "awa"


def test_admins_read_it_and_nobody_else(entry: AuditEntry, sign_in: Callable[..., Client]) -> None:
    listed = reverse("admin:transcripts_auditentry_changelist")
    assert "awa" in sign_in("admin").get(listed).content.decode()
    for role in ("reader", "reviewer", "safeguarding", "editor"):
        assert sign_in(role).get(listed).status_code == 403
