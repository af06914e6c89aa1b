"""Transcripts of people who asked to be erased go too, before anything new is read.

Each step may be the last before a crash: an erasure is forgotten only when neither a table nor a file holds anything of
it, and is looked at again until then.
"""

import logging
import time

from django.conf import settings
from django.db import connection, transaction
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.privacy import erased
from assistant.settings import sender_key
from assistant.storage import erasures
from assistant.storage.database import mend, place
from transcripts import search
from transcripts.models import Conversation, Position

logger = logging.getLogger(__name__)


def erase_what_was_asked(engine: Engine) -> None:
    """Finish every erasure that can be finished now; what prevents one is logged, and it is tried again.

    It is remembered outside of the databases before they forget whose it was: a restored backup would not know.

    Args:
        engine: the conversations' database.
    """
    try:
        erasures.finish(engine)
        for asked in erasures.to_forget(engine):
            _erase_transcripts(asked)
            if not empty_log():
                logger.warning("The console's database is being read: an erasure is finished later.")
                return
            _remember(asked)
            erasures.forget(engine, asked.receipt)
    except OSError as error:
        logger.error(
            "An erasure is finished later: %s cannot be written (%s). Free room there, or set ERASED_LOG.",
            settings.SYSTEM.erasures_kept,
            error.strerror,
        )
    except SQLAlchemyError as error:
        logger.error(mend(error, place(engine.url)))


def alone() -> None:
    """Keep another projector from writing until the transaction ends: what this one has read may be erased meanwhile.

    On SQLite every transaction of the console is alone.
    """
    list(Position.objects.select_for_update())


def _remember(asked: erasures.Erasure) -> None:
    if asked.sender_id:
        key = sender_key(settings.SYSTEM).encode()
        line = erased.line(asked.receipt, asked.sender_id, asked.asked, time.time(), key)
        erased.note(settings.SYSTEM.erasures_kept, [line])


def _erase_transcripts(asked: erasures.Erasure) -> None:
    with transaction.atomic():
        alone()
        Conversation.objects.filter(sender=asked.sender_id, event__lte=asked.up_to).delete()
        search.compact()


def empty_log() -> bool:
    """Empty SQLite's log of changes, which holds pages as they were; False when somebody reads it now."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, _pages, _moved) = cursor.fetchone()
    return not busy
