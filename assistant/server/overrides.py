"""What Rasa 3.6.21 has no setting for, set once when its server loads the answers (`endpoints.yml`)."""

import os
from typing import Any

import rasa
import rasa.core.actions.action as actions
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from assistant.operation import request_ids, turns
from assistant.server import graph, logs, shortcuts
from assistant.settings import Settings


def apply() -> None:
    """Keep people out of the logs, count turns, leave a hung action server after `ACTION_TIMEOUT` seconds (Rasa waits
    five minutes, `DEFAULT_REQUEST_TIMEOUT`), and tell it no more than it needs."""
    settings = Settings.from_environment(os.environ)
    logs.set_up("assistant", settings.log_format)
    actions.DEFAULT_REQUEST_TIMEOUT = settings.action_timeout
    actions.RemoteAction._action_call_format = _action_call
    if settings.plain_graph:
        graph.install()
    if settings.shortcuts:
        shortcuts.apply()
    EndpointConfig.request = _request
    turns.watch()


_rasa_request = EndpointConfig.request


async def _request(endpoint: EndpointConfig, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - Rasa's own
    """Ask another server, the action server above all, under the id of the request that is worked on."""
    headers = {**more.pop("headers", {}), request_ids.HEADER: request_ids.current()}
    return await _rasa_request(endpoint, *args, headers=headers, **more)


def _action_call(action: actions.RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
    """What an action server is sent: the last message and the slots. Rasa sends every event of the conversation too,
    which our actions do not read; a long conversation would make each call slower, and tells more than is needed."""
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(),
        "version": rasa.__version__,
    }
