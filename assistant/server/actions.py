"""`python -m assistant.server.actions`: the action server, for the assistant alone (`admission.py`).

Left to itself the SDK's server listens on every address, answers whoever reaches it, and logs what was sent when an
action fails.
"""

import os
import sys
from typing import TYPE_CHECKING

from assistant.operation import readiness, request_ids
from assistant.operation.exposing import Value, open_port, when_asked
from assistant.paths import ROOT
from assistant.server import logs
from assistant.server.system import StopError, complain, hush_libraries, load_settings
from assistant.settings import SettingsError, actions_token

if TYPE_CHECKING:
    from sanic import Sanic


def main() -> int:
    """Command line."""
    try:
        settings = load_settings()
        token = actions_token(settings)
        logs.set_up("actions", settings.log_format)
        open_port(settings.metrics_host, settings.actions_metrics_port, "ACTIONS_METRICS_PORT")
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    os.chdir(ROOT)
    hush_libraries()
    from rasa_sdk import utils  # after the settings: an error in them is said at once
    from rasa_sdk.endpoint import create_app

    from actions.contact import warm_up
    from assistant.server.action_calls import refuse_others
    from assistant.server.admission import admit

    utils.configure_colored_logging(settings.log_level)
    utils.update_sanic_log_level()
    logs.configure()
    warm_up()
    app = create_app("actions", cors_origins="")
    watch(app)
    refuse_others(app)
    admit(app, token)
    app.run(settings.actions_host, settings.actions_port, workers=1)
    return 0


def watch(app: "Sanic") -> None:
    """What operators see of the action server: requests by the assistant's ids, `/ready`, the directory's age."""
    from actions.services.directory import DirectoryUnavailable
    from actions.services.reading import state

    def directory() -> list[Value]:
        try:
            age, number = state()
        except DirectoryUnavailable:
            age, number = float("inf"), 0
        return [
            Value("dalil_directory_age_seconds", "Age of what people are told of the directory.", age),
            Value("dalil_directory_services", "Services in it.", number),
        ]

    needed = readiness.Readiness({"directory": state})
    request_ids.follow(app, trusted=True)
    app.add_route(readiness.route(needed), "/ready", methods=["GET"], name="ready")
    when_asked(needed.values)
    when_asked(directory)


if __name__ == "__main__":
    sys.exit(main())
