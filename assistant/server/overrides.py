"""What Rasa 3.6.21 has no setting for, set once when its server loads the answers (`endpoints.yml`)."""

import gc
import os
from functools import cache
from typing import Any

import rasa.core.actions.action as actions
from jsonschema.validators import validator_for
from rasa.core.agent import Agent

from assistant.server import logs
from assistant.settings import Settings


def apply() -> None:
    """Keep people out of the logs, and leave a hung action server after `ACTION_TIMEOUT` seconds (Rasa waits five
    minutes, `DEFAULT_REQUEST_TIMEOUT`)."""
    logs.configure()
    actions.DEFAULT_REQUEST_TIMEOUT = Settings.from_environment(os.environ).action_timeout
    actions.RemoteAction._validate_action_result = _validate_action_result
    Agent.load_model = _load_model


_rasa_load_model = Agent.load_model


def _load_model(agent: Agent, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Rasa's own
    """Load a model, and take what is in memory by then, which stays, out of the garbage collector's rounds."""
    _rasa_load_model(agent, *args, **kwargs)
    gc.collect()
    gc.freeze()


def _validate_action_result(action: actions.RemoteAction, result: dict[str, Any]) -> bool:
    """What an action server answers, held to Rasa's schema as before; Rasa checks the schema itself with every call.

    Raises:
        jsonschema.ValidationError: the answer is not of Rasa's form.
    """
    _validator().validate(result)
    return True


@cache
def _validator() -> Any:  # noqa: ANN401 - the class depends on the schema
    schema = actions.RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
