"""Whether a process can do its work now (`/ready`): what proxies and orchestrators ask before they send somebody.

Liveness (`/health`) asks for less: a process that only waits for its database is not made better by a restart. Whoever
asks hears yes or no; why not stands in the log, once for each change.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.operation.exposing import Value

if TYPE_CHECKING:
    from sanic import HTTPResponse, Request

logger = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds


class NotReady(Exception):
    """Something is missing; the text says what, and the mend."""


class Readiness:
    """What must work, each looked at anew with every question."""

    def __init__(self, checks: Mapping[str, Callable[[], object]]) -> None:
        """Args: `checks` by what they look at; one that raises anything fails."""
        self._checks, self._troubles = checks, ""

    def ready(self) -> bool:
        """Look. It may take as long as a database that does not answer: not for the event loop."""
        troubles = "; ".join(filter(None, (_trouble(name, check) for name, check in self._checks.items())))
        if troubles != self._troubles:
            self._troubles = troubles
            if troubles:
                logger.warning("Not ready: %s", troubles)
            else:
                logger.warning("Ready again")
        return not troubles

    def values(self) -> Iterable[Value]:
        """The same as a metric."""
        yield Value("dalil_ready", "Whether the process can do its work now: 1 or 0.", float(self.ready()))


def _trouble(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except NotReady as known:
        return f"{name} ({known})"
    except Exception as error:  # its text may hold anything
        return f"{name} ({type(error).__name__})"
    return ""


def route(readiness: Readiness) -> Callable[["Request"], Coroutine[Any, Any, "HTTPResponse"]]:
    """A handler for Sanic: 200 or 503. However many ask, one look at a time is made."""
    from sanic import response

    looking: asyncio.Future[bool] | None = None

    async def ready(request: "Request") -> "HTTPResponse":
        nonlocal looking
        if looking is None or looking.done():
            looking = asyncio.get_running_loop().run_in_executor(None, readiness.ready)
        try:
            found = await asyncio.wait_for(asyncio.shield(looking), PATIENCE)
        except asyncio.TimeoutError:
            found = False
            logger.warning("Not ready: no answer within %s seconds", PATIENCE)
        good = found and not request.app.is_stopping
        headers = {"Cache-Control": "no-store"}
        return response.json({"status": "ready" if good else "not ready"}, 200 if good else 503, headers)

    return ready
