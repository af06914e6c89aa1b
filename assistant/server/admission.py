"""Who may call the action server: the assistant, which knows `ACTIONS_TOKEN`. Probes are answered to everybody."""

import hmac
import logging

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

OPEN = frozenset(["/health", "/ready"])
MOST_BYTES = 1024 * 1024  # of a call: the last message, what was understood of it, and slots
logger = logging.getLogger(__name__)


def admit(app: Sanic, token: str) -> None:
    """Refuse every request that does not bring the token, before anything else looks at it.

    Args:
        app: the SDK's application.
        token: what `Authorization: Bearer …` must say.
    """
    expected = f"Bearer {token}".encode()

    async def refuse(request: Request) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if request.path in OPEN or hmac.compare_digest(given, expected):
            return None
        logger.warning("A call without the right ACTIONS_TOKEN was refused. Set the same for the assistant and here.")
        return json({"error": "ACTIONS_TOKEN is missing or another one."}, 401)

    async def first(app: Sanic, _loop: object) -> None:
        app.request_middleware.appendleft(refuse)  # this late, it is before sanic-cors, which answers OPTIONS by itself

    app.register_listener(first, "before_server_start")
    app.config.REQUEST_MAX_SIZE = MOST_BYTES
