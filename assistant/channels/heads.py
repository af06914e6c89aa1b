"""Requests whose head Sanic 21.12 stumbles over, refused with 400 before it does (each was tried).

- It takes any `int` for a length. With a negative one and a body, its loop that reads what is left never ends and never
  yields: one small request would stop the assistant for everybody. One of 5,000 digits is a 500.
- Any other `Transfer-Encoding` than `chunked` is a 500.
- It takes the first of several lengths, and a proxy perhaps the last: one request becomes two (RFC 9112, 6.3).
- Over a `Host` that is none ("["), some routes fail. Two of them are two opinions (RFC 9112, 3.2).
- Over an address that is none, or holds bytes outside ASCII, it fails twice: no answer, and a traceback in the log for
  each. A proxy passes such addresses on, and tells the person 502.
"""

import re
from typing import Any

from httptools import HttpParserInvalidURLError, parse_url
from sanic import Blueprint, Request, Sanic
from sanic.exceptions import InvalidUsage
from sanic.http import Http

_HOST = re.compile(r"(?:[\w.-]*|\[[0-9a-fA-F:.%\w]+\])(?::[0-9]{0,5})?", re.ASCII)
LONGEST_LENGTH = 12  # digits
MOST_BYTES = 4 * 1024 * 1024  # of a body, where the route itself says nothing; Sanic's own is 100 MB, held in memory


class Guarded(Blueprint):
    """A blueprint whose app refuses such heads, on every route."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Called by Sanic."""
        guard(app)
        super().register(app, options)


def guard(app: Sanic) -> None:
    """Let an app refuse such heads, on every route; again is as good as once."""
    if not getattr(app.ctx, "heads_are_guarded", False):
        app.ctx.heads_are_guarded = True
        app.signal("http.lifecycle.read_head")(_refuse_odd_address)
        app.signal("http.lifecycle.request")(_refuse_odd_headers)
        app.config.REQUEST_MAX_SIZE = MOST_BYTES
        Http.create_empty_request = _create_empty_request  # type: ignore[method-assign, assignment]


async def _refuse_odd_address(head: bytes, **_: object) -> None:
    """Called by Sanic with a whole head, before it reads the address."""
    try:
        parse_url(head.partition(b"\r\n")[0].decode("ascii").split(" ")[1].encode())
    except (UnicodeDecodeError, IndexError, HttpParserInvalidURLError):
        raise InvalidUsage("The address is none.") from None


async def _refuse_odd_headers(request: Request, **_: object) -> None:
    """Called by Sanic between the head of a request and its body."""
    if len(hosts := request.headers.getall("host", [])) > 1 or not all(map(_HOST.fullmatch, hosts)):
        raise InvalidUsage("Host is none.")
    lengths, codings = (request.headers.getall(name, []) for name in ("content-length", "transfer-encoding"))
    if not all(length.isascii() and length.isdigit() and len(length) <= LONGEST_LENGTH for length in lengths):
        raise InvalidUsage("Content-Length is no number.")
    if any(coding != "chunked" for coding in codings):
        raise InvalidUsage("Transfer-Encoding can only be chunked.")
    if len(lengths) + len(codings) > 1:
        raise InvalidUsage("The length is said twice.")


_of_sanic = Http.create_empty_request


def _create_empty_request(http: Http) -> None:
    """What Sanic refuses an unreadable head with: it needs no address, and the one that came would fail again."""
    http.url = None
    _of_sanic(http)
