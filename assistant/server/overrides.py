"""What Rasa 3.6.21 has no setting for, set once when its server loads the answers (`endpoints.yml`)."""

import os

import rasa.core.actions.action as actions

from assistant.server import logs
from assistant.settings import Settings


def apply() -> None:
    """Keep people out of the logs, and leave a hung action server after `ACTION_TIMEOUT` seconds (Rasa waits five
    minutes, `DEFAULT_REQUEST_TIMEOUT`)."""
    logs.configure()
    actions.DEFAULT_REQUEST_TIMEOUT = Settings.from_environment(os.environ).action_timeout
