"""Which state of the directory an answer shows, for `ETag` and `Last-Modified` (RFC 9110, 8.8 and 13)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation
from django.db.models import Count, Max
from django.utils import timezone

CONSOLE = Path(__file__).resolve().parents[1]

_SOURCED = (City, Need, Organization, Location, Phone, Schedule, Service)
_LINKS = (ServiceAtLocation, Service.cities.through)
_WITH_HISTORY = (*_SOURCED, ServiceAtLocation)
_SIZE = {"count": Count("pk"), "newest": Max("pk")}


@dataclass(frozen=True)
class Version:
    """A state of what answers are made of.

    Attributes:
        state: differs as soon as anything differs that an answer may show.
        last_modified: newest change in whole seconds since 1970, for the header; None while it cannot be told.
    """

    state: str
    last_modified: int | None = None

    def etag(self, *parts: str) -> str:
        """Strong entity tag of an answer, in its quotes.

        Args:
            parts: what tells this answer from others of the same state.
        """
        return f'"{_digest(self.state, *parts)}"'


def of_program() -> Version:
    """Version of what the program says by itself, whatever the rows."""
    return Version(_program())


def of_directory() -> Version:
    """Version of all rows, published or not, and of the program that makes objects of them.

    An edited row changes the newest date, an added one the newest id, a deleted one the number of rows; each also adds
    to the history, which counts even what a slow transaction writes late or with the clock set back. Only what is
    written past Django's signals and dates (`QuerySet.update` without `modified`, SQL by hand) goes unnoticed.
    """
    now = timezone.now()
    rows = [model.objects.aggregate(**_SIZE, at=Max("modified")) for model in _SOURCED]
    links = [model.objects.aggregate(**_SIZE) for model in _LINKS]
    history = [model.history.aggregate(**_SIZE, at=Max("history_date")) for model in _WITH_HISTORY]
    dates = [each["at"] for each in rows + history if each["at"]]
    state = _digest(_program(), repr((rows, links, history)))
    return Version(state, _rounded_up(max(dates), now) if dates else None)


def _rounded_up(changed: datetime, now: datetime) -> int | None:
    """Whole seconds, as HTTP counts them. Rounded down, two changes within a second would look like one; rounded up,
    a change is told once its second is over, for no header may be ahead of the clock."""
    second = int(changed.timestamp()) + 1
    return second if second <= now.timestamp() else None


@cache
def _program() -> str:
    """The files of the console: another release may say the same rows in other words."""
    files = sorted(path for path in CONSOLE.rglob("*") if path.suffix in (".py", ".json", ".mo"))
    return _digest(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in files))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
