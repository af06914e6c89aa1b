"""How far the transcripts are behind, and what is still to be erased: looked up when Prometheus asks."""

import logging
import time
from collections.abc import Iterator

from django.db import DatabaseError, connection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.operation.exposing import Value
from assistant.storage import erasures
from assistant.storage.database import mend, place
from transcripts import source
from transcripts.models import Position
from transcripts.projector import EVENTS

logger = logging.getLogger(__name__)


def values(engine: Engine) -> Iterator[Value]:
    """What is to be done, in seconds and pieces; nothing of what cannot be read.

    Args:
        engine: the conversations' database.
    """
    try:
        if not source.is_ready(engine):
            return
        unread, since = source.unread(engine, _read_to())
        open_erasures, asked = erasures.depth(engine)
    except SQLAlchemyError as error:
        logger.error(mend(error, place(engine.url), "The lag of the transcripts is not known"))
        return
    except DatabaseError as error:
        logger.error("The lag of the transcripts is not known: %s. Check the console's database.", type(error).__name__)
        return
    yield Value("dalil_projector_unread_events", "Events that are in no transcript yet.", unread)
    yield Value("dalil_projector_lag_seconds", "Age of the oldest of them.", _age(since))
    yield Value(
        "dalil_erasures_open", "Erasures that people asked for and that are not done everywhere.", open_erasures
    )
    yield Value("dalil_erasures_oldest_seconds", "Since when the oldest of them has been asked for.", _age(asked))


def _read_to() -> int:
    """Row id up to which the transcripts are made. The thread that asks is new each time: so is its connection."""
    try:
        position = Position.objects.filter(table=EVENTS).first()
    finally:
        connection.close()
    return int(position.read_to) if position else 0


def _age(since: float | None) -> float:
    return max(0.0, time.time() - since) if since else 0.0
