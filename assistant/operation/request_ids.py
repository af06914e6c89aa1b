"""The id of the request that is worked on: it stands in each log line, and goes on to the action server.

nginx makes one (`proxy_set_header X-Request-ID $request_id`). What comes from anybody else is not taken: it would stand
in the log as it is.
"""

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from sanic import Request, Sanic

HEADER = "X-Request-ID"
# As nginx writes it, or as a UUID: nothing that a person could have written.
_FORM = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that this task or thread works on; empty when it works on none."""
    return _current.get()


def begin(given: str | None, trusted: bool) -> None:
    """Give the work of this task or thread an id from here on.

    Args:
        given: the id that came with the request.
        trusted: whether whoever gave it is one of ours.
    """
    _current.set(given if trusted and given and _FORM.fullmatch(given) else uuid4().hex)


def follow(app: "Sanic", trusted: bool) -> None:
    """Give each request to a server an id, before anything else looks at it.

    Args:
        app: the server.
        trusted: whether only our own parts can reach it, or a proxy of ours stands before it.
    """

    async def name(request: "Request") -> None:
        begin(request.headers.get(HEADER), trusted)

    app.register_middleware(name, "request")
    app.request_middleware.rotate(1)  # the one that was registered last comes first
