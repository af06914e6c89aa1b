"""Writes the audit log, and makes the database refuse to change it."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest

from transcripts.models import AuditEntry, Conversation, Turn

LONGEST_DETAIL = 200  # characters
# On SQLite a whole table may still be emptied (Django's `flush`), which `AuditEntry` does not let the console do.
_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS transcripts_audit_stays BEFORE UPDATE ON transcripts_auditentry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION transcripts_audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "DROP TRIGGER IF EXISTS transcripts_audit_stays ON transcripts_auditentry",
    "CREATE TRIGGER transcripts_audit_stays BEFORE UPDATE OR DELETE ON transcripts_auditentry "
    "FOR EACH ROW EXECUTE FUNCTION transcripts_audit_stays()",
)


def prepare(database: BaseDatabaseWrapper) -> None:
    """Make the triggers where there are none."""
    with database.cursor() as cursor:
        for statement in _SQLITE if database.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def note(
    request: HttpRequest,
    action: Any,  # noqa: ANN401 (django's choices have no types)
    conversation: Conversation | None = None,
    turn: Turn | None = None,
    detail: str = "",
) -> None:
    """Write down what somebody saw or did.

    Args:
        request: whose account it was.
        action: what was done, of `AuditEntry.Action`.
        conversation: to which conversation.
        turn: to which message of it.
        detail: what was set; nothing that a person wrote.
    """
    AuditEntry.objects.create(
        who=request.user.get_username(),
        action=action,
        event=conversation.event if conversation else None,
        turn=turn.event if turn else None,
        detail=detail[:LONGEST_DETAIL],
    )
