"""Client of an HSDS 3.0 directory (docs/directory.md): a slow or broken one never keeps a person waiting.

A thread of its own reads the directory, one at a time; who asks waits for it a moment at most, and then gets the last
good answer. That answer is kept in memory and on disk.
"""

import logging
import math
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import Counter

from actions.services.last_good import Good, load, store
from actions.services.wire import Document, UnreadableError, Wire

log = logging.getLogger("actions.directory")

FAILURES = Counter("dalil_directory_failures_total", "Readings of the directory that failed.")

PER_PAGE = 100
MOST_PAGES = 20
MOST_SERVICES = 2000


class DirectoryUnavailable(Exception):
    """The directory does not answer and never did."""


@dataclass(frozen=True)
class Reading:
    """What the directory holds.

    Attributes:
        services: JSON objects of HSDS services; the same list as long as nothing changed. Not to be changed.
        read_at: when the directory said so (UTC).
        stale: the directory could not be read again since; what it says now may be something else.
    """

    services: list[dict[str, Any]]
    read_at: datetime
    stale: bool


@dataclass(frozen=True)
class Limits:
    """Times in seconds. An action has two in all (`ACTION_TIMEOUT`).

    Attributes:
        connect: to connect.
        read: for which the server may send nothing.
        whole: for reading the whole directory, after which the reading is given up.
        wait: for which an answer waits when there is an older one.
        first_wait: for which it waits when there is none.
        keep: for which an answer counts as fresh: what staff edit shows within it.
        pause: between a failure and the next try.
    """

    connect: float = 1.0
    read: float = 2.0
    whole: float = 8.0
    wait: float = 1.2
    first_wait: float = 1.6
    keep: float = 60.0
    pause: float = 10.0


class Directory:
    """One HSDS directory; for any number of threads."""

    def __init__(self, url: str, cache: Path, limits: Limits = Limits()) -> None:
        """A client; it reads nothing from the directory yet.

        Args:
            url: base address of the API, http or https, with or without a slash at its end.
            cache: file for the last good answer; its folder is made when it is missing.
            limits: times.
        """
        self._url = url.rstrip("/")
        self._cache = cache
        self._limits = limits
        self._wire = Wire(limits.connect, limits.read)
        self._pages: dict[int, Document] = {}
        self._lock = Lock()  # guards all that follows
        self._good = load(cache, self._url)
        self._fresh_until = self._next_try = -math.inf  # monotonic
        self._ended = Event()  # of the last reading
        self._ended.set()
        self._reason = "has not answered yet"

    def services(self) -> Reading:
        """Every service of the directory, at most a minute old if it answers.

        Raises:
            DirectoryUnavailable: it does not, and there is no earlier answer.
        """
        with self._lock:
            starts = self._ended.is_set() and time.monotonic() >= self._next_try
            if starts:
                self._start()
            ended, patience = self._ended, self._limits.wait if self._good else self._limits.first_wait
            waits = starts or self._good is None
        if waits:
            ended.wait(patience)
        with self._lock:
            if self._good is None:
                raise DirectoryUnavailable(f"{self._sentence()} Start the console, or set DIRECTORY_URL.")
            stale = time.monotonic() > self._fresh_until + self._limits.wait  # while one waits, others are not late
            return Reading(self._good.services, self._good.read_at, stale)

    def _start(self) -> None:
        ended = Event()
        Thread(target=self._refresh, args=(ended,), name="directory", daemon=True).start()
        self._ended = ended

    def _refresh(self, ended: Event) -> None:
        try:
            reason = self._try()
            if reason:  # said outside of any `except`: a log line names the exception in hand by its type only
                self._fail(reason)
        finally:
            ended.set()

    def _try(self) -> str | None:
        """Read the directory; why that failed, None when it did not."""
        try:
            self._take(_read_pages(self._wire, self._url, self._pages, self._limits.whole))
        except UnreadableError as error:
            return str(error)
        except Exception as error:  # whatever a hostile answer breaks: without a thread there is no next try
            return f"could not be read ({type(error).__name__})"
        return None

    def _take(self, pages: dict[int, Document]) -> None:
        now = datetime.now(timezone.utc)
        services = _services(pages)
        with self._lock:
            before = self._good
            same = before is not None and before.services == services
            good = self._good = Good(before.services if before and same else services, now)
            self._pages = pages
            self._next_try = self._fresh_until = time.monotonic() + self._limits.keep
        if not before or not same or before.read_at.date() != now.date():  # the date on disk is right to the day
            store(self._cache, self._url, good)

    def _fail(self, reason: str) -> None:
        FAILURES.inc()
        with self._lock:
            self._reason = reason
            self._fresh_until = -math.inf
            self._next_try = time.monotonic() + self._limits.pause
            line = f"{self._sentence()} {self._consequence()}"
        log.warning("%s", line)

    def _sentence(self) -> str:
        address = urlsplit(self._url)
        shown = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()  # without a password
        return f"The directory at {shown} {self._reason}."

    def _consequence(self) -> str:
        if self._good is None:
            return "There is no earlier answer to use."
        return f"Its answer of {self._good.read_at:%Y-%m-%d %H:%M} UTC is used."


def _read_pages(wire: Wire, url: str, known: dict[int, Document], seconds: float) -> dict[int, Document]:
    """All pages of the services, by number.

    Raises:
        UnreadableError: there is a page that cannot be read, or no end of pages.
    """
    end = time.monotonic() + seconds
    pages: dict[int, Document] = {}
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        address = f"{url}/services?full=true&per_page={PER_PAGE}&page={number}"
        page = wire.get(address, known.get(number), end - time.monotonic())
        ids = _ids(page.content)
        if ids and ids <= seen:
            raise UnreadableError(f"sends page {number} again and again")
        pages[number] = page
        seen |= ids
        if len(seen) > MOST_SERVICES:
            raise UnreadableError(f"has more than {MOST_SERVICES} services")
        if _is_last(page.content, number):
            if not seen:
                raise UnreadableError("holds no service")
            return pages
    raise UnreadableError(f"has more than {MOST_PAGES} pages")


def _ids(content: Any) -> set[str]:  # noqa: ANN401 - whatever JSON holds
    contents = content.get("contents") if isinstance(content, dict) else None
    if not isinstance(contents, list) or not all(isinstance(service, dict) for service in contents):
        raise UnreadableError("sends JSON that is no page of HSDS services")
    return {service["id"] for service in contents if isinstance(service.get("id"), str)}


def _is_last(content: dict[str, Any], number: int) -> bool:
    last, total = content.get("last_page"), content.get("total_pages")
    if isinstance(total, int) and total > MOST_PAGES:
        raise UnreadableError(f"has more than {MOST_PAGES} pages")
    if isinstance(last, bool):
        return last or not content["contents"]
    return not content["contents"] or (isinstance(total, int) and number >= total)


def _services(pages: dict[int, Document]) -> list[dict[str, Any]]:
    """Each service once: one that moves to the next page while pages are read comes twice. Without id it is none."""
    found: dict[str, dict[str, Any]] = {}
    for page in pages.values():
        for service in page.content["contents"]:
            if isinstance(service.get("id"), str):
                found.setdefault(service["id"], service)
    return list(found.values())
