"""The directory as this process read it last: fetched at most once a minute, parsed once a change."""

import os
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from typing import Any

from actions.services.directory import Directory
from actions.services.places import Place, places
from assistant.settings import Settings

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


def state() -> tuple[float, int]:
    """How old (seconds) what people are told of the directory now is, and how many services it has.

    Raises:
        DirectoryUnavailable: they are told nothing.
    """
    reading = _directory().services()
    return (datetime.now(timezone.utc) - reading.read_at).total_seconds(), len(reading.services)


@cache
def _directory() -> Directory:
    settings = Settings.from_environment(os.environ)
    return Directory(settings.directory, settings.var_dir / "directory.json")
