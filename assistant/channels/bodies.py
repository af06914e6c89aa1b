"""Bodies of requests, read no further than they may be long."""

from sanic import Request
from sanic.exceptions import InvalidUsage


class TooLarge(ValueError):
    """The body is longer than allowed."""


class Unreadable(ValueError):
    """The body comes in chunks that are none."""


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request, of a route with `stream=True` and behind `heads.Guarded`.

    Args:
        request: with its body unread.
        most: bytes allowed.

    Raises:
        TooLarge, Unreadable: see there.
    """
    if int(request.headers.get("content-length", 0)) > most:
        raise TooLarge
    raw, stream = b"", request.stream
    try:
        while stream and (chunk := await stream.read()):
            raw += chunk
            if len(raw) > most:
                raise TooLarge
    except InvalidUsage:
        if stream:
            stream.request_body = None  # else Sanic reads the rest, fails once more, and writes a traceback
        raise Unreadable from None
    return raw
