"""What the process of the transcripts does beside: count what changed every minute, let old conversations go hourly."""

import logging
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from transcripts import source

from assistant.storage.database import mend, place
from figures.leaving import let_old_conversations_go
from figures.recounting import recount_changed

logger = logging.getLogger(__name__)

COUNTED_EVERY, LEAVING_EVERY = 60.0, 3600.0  # seconds
NOT_LEFT = "Old conversations are still there, and are deleted in an hour if they can"


def chores(engine: Engine, days: int, clock: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    """Work to be called again and again while nothing else is to be done; it knows itself what is due.

    Args:
        engine: the conversations' database.
        days: how long conversations are kept.
        clock: seconds.
    """
    count = _every(COUNTED_EVERY, clock, _count)
    leave = _every(LEAVING_EVERY, clock, lambda: _leave(engine, days))

    def work() -> None:
        count()
        leave()

    return work


def _every(seconds: float, clock: Callable[[], float], work: Callable[[], None]) -> Callable[[], None]:
    due = clock()

    def work_when_due() -> None:
        nonlocal due
        if clock() >= due:
            due = clock() + seconds  # also when it fails
            work()

    return work_when_due


def _count() -> None:
    try:
        recount_changed()
    except DatabaseError as error:
        close_old_connections()
        logger.error("Figures are not counted: %s. Check the console's database.", type(error).__name__)


def _leave(engine: Engine, days: int) -> None:
    try:
        if source.is_ready(engine):
            let_old_conversations_go(engine, days)
    except SQLAlchemyError as error:
        logger.error(mend(error, place(engine.url), NOT_LEFT))
    except DatabaseError as error:
        close_old_connections()
        logger.error("%s. %s: check the console's database.", NOT_LEFT, type(error).__name__)
