"""GET of a JSON document from a server that may be slow, broken or hostile: with limits on time, size and redirects."""

import json
import re
import socket
import time
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LARGEST = 2_000_000  # bytes of a document, unpacked
CHUNK = 65536
REDIRECTS = 3
REDIRECT_CODES = (301, 302, 303, 307, 308)
TRIES = 3
PAUSE = 0.1  # seconds before the second try, then twice as long
PORTS = {"http": 80, "https": 443}
LONGEST_ETAG = 200  # characters


class UnreadableError(Exception):
    """There is no document; the text ends a sentence that begins with "the directory"."""


class _TryAgain(UnreadableError):
    """The server may do better in a moment."""


@dataclass(frozen=True)
class Document:
    """What a server gave.

    Attributes:
        content: the JSON.
        etag: its entity tag, empty when there is none.
    """

    content: Any
    etag: str


class Wire:
    """Documents of one server, for one thread at a time.

    It trusts nothing around it: neither proxies nor passwords that the environment names, for the usual directory is on
    the same machine.
    """

    def __init__(self, connect: float, read: float) -> None:
        """A wire.

        Args:
            connect: seconds to connect.
            read: seconds for which the server may send nothing.
        """
        self._timeout = (connect, read)
        self._connections = _Connections()
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in PORTS:
            self._session.mount(f"{scheme}://", self._connections)

    def get(self, url: str, known: Document | None, seconds: float) -> Document:
        """The document at an address; `known` itself when it has not changed.

        Args:
            url: http or https.
            known: what was there last time.
            seconds: for everything, tries and redirects together.

        Raises:
            UnreadableError: it cannot be had.
        """
        end = time.monotonic() + seconds
        for n in range(TRIES):
            try:
                return self._within(url, known, end - time.monotonic())
            except _TryAgain:
                pause = PAUSE * 2**n
                if n + 1 == TRIES or time.monotonic() + pause >= end:
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _within(self, url: str, known: Document | None, seconds: float) -> Document:
        # Timeouts of sockets count from byte to byte: against one byte a second only cutting the connection helps.
        watch = Timer(max(0.0, seconds), self._connections.cut)
        watch.daemon = True
        watch.start()
        try:
            return self._follow(url, known)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _TryAgain(f"does not answer ({type(error).__name__})") from error
        except (requests.RequestException, HTTPException, OSError, ValueError, RecursionError) as error:
            raise UnreadableError(f"sends what cannot be read ({type(error).__name__})") from error
        finally:
            watch.cancel()

    def _follow(self, url: str, known: Document | None) -> Document:
        for _ in range(REDIRECTS + 1):
            headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
            if known and known.etag:
                headers["If-None-Match"] = known.etag
            options: dict[str, Any] = {"timeout": self._timeout, "allow_redirects": False, "stream": True}
            with self._session.get(url, headers=headers, **options) as response:
                if response.status_code not in REDIRECT_CODES:
                    return _document(response, known)
                url = redirect_target(url, response.headers.get("Location", ""))
        raise UnreadableError(f"redirects more than {REDIRECTS} times")


class _Connections(HTTPAdapter):
    """Connections that another thread can cut."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as requests declares it
        super().init_poolmanager(*args, **options)
        sockets = self._sockets

        class Http(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class Https(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        self.poolmanager.pool_classes_by_scheme = {
            "http": type("HttpPool", (HTTPConnectionPool,), {"ConnectionCls": Http}),
            "https": type("HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": Https}),
        }

    def cut(self) -> None:
        """End every connection: whoever reads from one sees its end."""
        for opened in list(self._sockets):
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:  # ended already
                continue


def _document(response: requests.Response, known: Document | None) -> Document:
    status = response.status_code
    if status == 304 and known:
        return known
    if status >= 500:
        raise _TryAgain(f"answers {status}")
    if status != 200:
        raise UnreadableError(f"answers {status}")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"[\w.-]+/(?:[\w.-]+\+)?json", kind, re.ASCII):
        shown = kind if re.fullmatch(r"[\w.+-]{1,40}/[\w.+-]{1,40}", kind, re.ASCII) else "something"
        raise UnreadableError(f"sends {shown} instead of JSON")
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > LARGEST:
            raise UnreadableError(f"sends more than {LARGEST // 10**6} MB in one page")
    etag = response.headers.get("ETag", "")
    return Document(json.loads(bytes(body)), etag if len(etag) <= LONGEST_ETAG else "")


def redirect_target(url: str, location: str) -> str:
    """Where a redirect leads: to the same server, or to the same host by https.

    Args:
        url: what was asked for.
        location: the header of the answer.

    Raises:
        UnreadableError: it leads elsewhere.
        ValueError: it is no address.
    """
    here, target = urlsplit(url), urljoin(url, location)
    there = urlsplit(target)
    same = (here.scheme, here.hostname, _port(here)) == (there.scheme, there.hostname, _port(there))
    safer = here.hostname == there.hostname and (here.scheme, there.scheme) == ("http", "https")
    if not (same or safer):
        raise UnreadableError("redirects to another host" if here.hostname != there.hostname else "redirects elsewhere")
    return target


def _port(parts: SplitResult) -> int | None:
    return parts.port or PORTS.get(parts.scheme)
