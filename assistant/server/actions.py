"""`python -m assistant.server.actions`: the action server, on loopback only.

It answers whoever reaches it and is sent whole conversations; by itself it would listen on every address.
"""

import os
import sys

from assistant.paths import ROOT
from assistant.server.system import complain, hush_libraries, load_settings
from assistant.settings import SettingsError


def main() -> int:
    """Command line."""
    try:
        settings = load_settings()
    except SettingsError as error:
        complain(error)
        return 1
    os.environ["SANIC_HOST"] = "127.0.0.1"
    os.chdir(ROOT)
    hush_libraries()
    from rasa_sdk import utils  # after the settings: an error in them is said at once
    from rasa_sdk.endpoint import run

    from actions.contact import warm_up
    from assistant.server import action_calls

    utils.configure_colored_logging(settings.log_level)
    utils.update_sanic_log_level()
    warm_up()
    action_calls.install()
    run("actions", settings.actions_port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
