"""Conversations leave after RETENTION_DAYS, their counts stay."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from sqlalchemy.engine import Engine
from transcripts import search
from transcripts.erasing import empty_log
from transcripts.models import Conversation

from assistant.storage.retention import BATCH, let_go
from figures.recounting import freeze, midnight, recount_changed

logger = logging.getLogger(__name__)


def let_old_conversations_go(engine: Engine, days: int) -> None:
    """Count the days that end, keep their counts for good, then delete their conversations in both databases.

    A conversation leaves with the day of its last message: no day that still counts has lost a part of its own.

    Args:
        engine: the conversations' database, with the assistant's tables.
        days: how many days are kept before today.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the conversations' database fails.
        django.db.DatabaseError: the console's does.
    """
    first = timezone.localdate() - timedelta(days=days)
    recount_changed(before=first)
    freeze(before=first)
    deleted = False
    while _delete_some(midnight(first)):
        deleted = True
    if deleted:
        search.compact()
    let_go(engine, midnight(first).timestamp())
    if not empty_log():
        logger.warning("The console's database is being read: what was deleted leaves its files within two hours.")


def _delete_some(before: datetime) -> int:
    with transaction.atomic():
        rows = Conversation.objects.filter(ended__lt=before).order_by("ended").values_list("pk", flat=True)[:BATCH]
        gone = list(rows)
        Conversation.objects.filter(pk__in=gone).delete()
    return len(gone)
