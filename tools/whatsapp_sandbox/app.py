"""The sandbox as a web server."""

import logging
import traceback
from pathlib import Path

from sanic import Request, Sanic
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from tools.whatsapp_sandbox.control import control
from tools.whatsapp_sandbox.graph import graph
from tools.whatsapp_sandbox.sandbox import Sandbox

PAGE = Path(__file__).with_name("page")
# Nothing on the page comes from elsewhere, except sounds and pictures that a message links to.
POLICY = "default-src 'self'; img-src 'self' https:; media-src 'self' https:; frame-ancestors 'none'"

logger = logging.getLogger(__name__)


def build(sandbox: Sandbox) -> Sanic:
    """The server; it delivers as long as it runs."""
    app = Sanic("whatsapp_sandbox", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.blueprint(graph(sandbox))
    app.blueprint(control(sandbox))
    app.static("/", str(PAGE / "index.html"), name="page")
    for path in PAGE.iterdir():
        app.static(f"/{path.name}", str(path), name=path.name.replace(".", "_"))

    @app.before_server_start
    async def start(*_: object) -> None:
        await sandbox.delivery.start()

    @app.after_server_stop
    async def stop(*_: object) -> None:
        await sandbox.delivery.stop()

    @app.on_response
    async def restrict(request: Request, response: HTTPResponse) -> None:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"

    @app.exception(Exception)
    async def explain(request: Request, error: Exception) -> HTTPResponse:
        status = getattr(error, "status_code", 500)
        if status == 500:  # others are Sanic's own, such as a caller that gave up
            # Where it happened only: addresses and messages of errors hold numbers and texts.
            logger.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        return json_response({"error": type(error).__name__}, status)

    return app
