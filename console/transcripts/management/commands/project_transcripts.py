"""`python console/manage.py project_transcripts`: makes transcripts of what people ask, as it comes."""

import signal
import threading
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from figures.chores import chores
from figures.recounting import recount_changed
from sqlalchemy.engine import Engine
from tqdm import tqdm

from assistant.operation.exposing import open_port, when_asked
from assistant.server.system import StopError
from assistant.storage.database import StorageError
from transcripts import lag, source
from transcripts.projector import follow, rebuild, step

PAUSE = 1.0  # seconds between two looks: well below the five that staff may wait


class Command(BaseCommand):
    """Runs until it is stopped; `make run` starts it."""

    help = "Make transcripts of conversations: all the time, once (--once), or everything anew (--rebuild)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--once", action="store_true", help="stop when everything that is there was read")
        parser.add_argument("--rebuild", action="store_true", help="make everything anew, then stop")

    @no_translations  # operators read English, as in every log
    def handle(self, *args: Any, once: bool, rebuild: bool, **options: Any) -> None:  # noqa: ANN401
        """Read the conversations.

        Raises:
            CommandError: their database cannot be opened, or the port of the metrics is taken.
        """
        try:
            if once or rebuild:
                with source.reading(settings.SYSTEM) as engine:
                    _read_what_is_there(engine, rebuild)
            else:
                _follow_until_stopped(source.open_source(settings.SYSTEM))
        except (StorageError, StopError, source.Unavailable) as error:
            raise CommandError(str(error)) from None


def _read_what_is_there(engine: Engine, anew: bool) -> None:
    if anew:
        with tqdm(unit=" events") as bar:
            rebuild(engine, bar.update)
    else:
        while step(engine):
            pass
    recount_changed()


def _follow_until_stopped(engine: Engine) -> None:
    when_asked(partial(lag.values, engine))
    open_port(settings.SYSTEM.metrics_host, settings.SYSTEM.transcripts_metrics_port, "TRANSCRIPTS_METRICS_PORT")
    stopped = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stopped.set())
    follow(engine, PAUSE, stopped.is_set, chores(engine, settings.SYSTEM.retention_days))
