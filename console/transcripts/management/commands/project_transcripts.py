"""`python console/manage.py project_transcripts`: makes transcripts of what people ask, as it comes."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from figures.chores import chores
from figures.recounting import recount_changed
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from assistant.storage.database import StorageError, mend, place
from transcripts import source
from transcripts.projector import follow, rebuild, step

PAUSE = 1.0  # seconds between two looks: well below the five that staff may wait


class Command(BaseCommand):
    """Runs until it is stopped; `make run` starts it."""

    help = "Make transcripts of conversations: all the time, once (--once), or everything anew (--rebuild)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--once", action="store_true", help="stop when everything that is there was read")
        parser.add_argument("--rebuild", action="store_true", help="make everything anew, then stop")

    def handle(self, *args: Any, once: bool, rebuild: bool, **options: Any) -> None:  # noqa: ANN401
        """Read the conversations.

        Raises:
            CommandError: their database cannot be opened.
        """
        try:
            engine = source.open_source(settings.SYSTEM)
            if once or rebuild:
                _read_what_is_there(engine, rebuild)
            else:
                _follow_until_stopped(engine)
        except StorageError as error:
            raise CommandError(str(error)) from None
        except SQLAlchemyError as error:
            raise CommandError(mend(error, place(engine.url))) from None


def _read_what_is_there(engine: Engine, anew: bool) -> None:
    if not source.is_ready(engine):
        raise CommandError(source.NOT_READY)
    if anew:
        with tqdm(unit=" events") as bar:
            rebuild(engine, bar.update)
    else:
        while step(engine):
            pass
    recount_changed()


def _follow_until_stopped(engine: Engine) -> None:
    stopped = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stopped.set())
    follow(engine, PAUSE, stopped.is_set, chores(engine, settings.SYSTEM.retention_days))
