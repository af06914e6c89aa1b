"""The directory as this process read it last: fetched at most once a minute, parsed once a change."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Thread
from typing import Any

from actions.services.directory import Directory, DirectoryUnavailable
from actions.services.places import Place, places
from assistant.settings import Settings

WARM_UP_TRIES, WARM_UP_PAUSE = 6, 10.0  # seconds; the directory itself rests as long after a failure
# The services that were parsed last, and their places: parsing takes longer than a turn should.
_parsed: list[Any] = []


@dataclass(frozen=True)
class Contacts:
    """The places of the directory.

    Attributes:
        places: every place that may be shown.
        read_at: when the directory was read, UTC.
        stale: whether these are the last good data of a directory that cannot be reached now.
    """

    places: tuple[Place, ...]
    read_at: datetime
    stale: bool


def contacts() -> Contacts:
    """The directory now.

    Raises:
        DirectoryUnavailable: it cannot be reached and was never read.
    """
    reading = _directory().services()
    if not _parsed or _parsed[0] is not reading.services:
        _parsed[:] = [reading.services, places(reading.services)]
    return Contacts(_parsed[1], reading.read_at, reading.stale)


def warm_up() -> Thread:
    """Read the directory before the first person asks, in a thread; the console may still be starting."""

    def read() -> None:
        for _ in range(WARM_UP_TRIES):
            try:
                contacts()
                return
            except DirectoryUnavailable:
                time.sleep(WARM_UP_PAUSE)

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread


@cache
def _directory() -> Directory:
    settings = Settings.from_environment(os.environ)
    return Directory(settings.directory, settings.var_dir / "directory.json")
