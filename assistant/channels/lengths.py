"""Requests that lie about their length, refused before Sanic counts with it.

Sanic 21.12 takes any `int` for a length. With a negative one and a body, its loop that reads what is left never ends
and never yields: one small request would stop the assistant for everybody (tried).
"""

from typing import Any

from sanic import Blueprint, Request, Sanic
from sanic.exceptions import InvalidUsage


class Guarded(Blueprint):
    """A blueprint whose app refuses lengths that are none, on every route."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Called by Sanic."""
        app.signal("http.lifecycle.request")(_refuse_odd_length)
        super().register(app, options)


async def _refuse_odd_length(request: Request, **_: object) -> None:
    """Called by Sanic between the head of a request and its body."""
    for length in request.headers.getall("content-length", []):
        if not (length.isascii() and length.isdigit()):
            raise InvalidUsage("Content-Length is no number.")
