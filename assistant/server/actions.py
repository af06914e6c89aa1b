"""`python -m assistant.server.actions`: the action server, for the assistant alone.

Left to itself the SDK's server listens on every address, answers whoever reaches it, and logs what was sent when an
action fails. Here it takes calls from who knows `ACTIONS_TOKEN` only; `/health` answers everybody.
"""

import hmac
import logging
import os
import sys

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from assistant.paths import ROOT
from assistant.server import logs
from assistant.server.system import complain, hush_libraries, load_settings
from assistant.settings import Settings, SettingsError, actions_token

OPEN = "/health"
MOST_BYTES = 1024 * 1024  # of a call: the last message, what was understood of it, and slots
logger = logging.getLogger(__name__)


def main() -> int:
    """Command line."""
    try:
        settings = load_settings()
        token = actions_token(settings)
    except SettingsError as error:
        complain(error)
        return 1
    os.chdir(ROOT)
    hush_libraries()
    from rasa_sdk import utils  # after the settings: an error in them is said at once
    from rasa_sdk.endpoint import create_app

    from actions.contact import warm_up

    utils.configure_colored_logging(settings.log_level)
    utils.update_sanic_log_level()
    logs.configure()
    warm_up()
    serve(create_app("actions", cors_origins=""), settings, token)
    return 0


def serve(app: Sanic, settings: Settings, token: str) -> None:
    """Listen until the process is asked to stop.

    Args:
        app: the SDK's application.
        settings: where to listen.
        token: what calls must bring.
    """
    expected = f"Bearer {token}".encode()

    async def known(request: Request) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        if request.path == OPEN or hmac.compare_digest(given, expected):
            return None
        logger.warning("A call without the right ACTIONS_TOKEN was refused. Set the same for the assistant and here.")
        return json({"error": "ACTIONS_TOKEN is missing or another one."}, 401)

    async def guard(app: Sanic, _loop: object) -> None:
        app.request_middleware.appendleft(known)  # this late, it is before sanic-cors, which answers OPTIONS by itself

    app.register_listener(guard, "before_server_start")
    app.config.REQUEST_MAX_SIZE = MOST_BYTES
    app.run(settings.actions_host, settings.actions_port, workers=1)


if __name__ == "__main__":
    sys.exit(main())
