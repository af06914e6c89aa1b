"""`python -m assistant.server.actions`: the action server, for the assistant alone (`admission.py`).

Left to itself the SDK's server listens on every address, answers whoever reaches it, and logs what was sent when an
action fails.
"""

import os
import sys

from assistant.paths import ROOT
from assistant.server import logs
from assistant.server.system import complain, hush_libraries, load_settings
from assistant.settings import SettingsError, actions_token


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
    from assistant.server.admission import admit

    utils.configure_colored_logging(settings.log_level)
    utils.update_sanic_log_level()
    logs.configure()
    warm_up()
    app = create_app("actions", cors_origins="")
    admit(app, token)
    app.run(settings.actions_host, settings.actions_port, workers=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
