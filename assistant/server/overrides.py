"""What Rasa 3.6.21 has no setting for, set once when its server loads the answers (`endpoints.yml`)."""

import gc
import os
from functools import cache
from typing import Any

import rasa
import rasa.core.actions.action as actions
import rasa.core.processor as processor
from jsonschema.validators import validator_for
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml

from assistant.server import logs
from assistant.server.graph import PlainGraphRunner
from assistant.settings import Settings


def apply() -> None:
    """Keep people out of the logs, leave a hung action server after `ACTION_TIMEOUT` seconds (Rasa waits five minutes,
    `DEFAULT_REQUEST_TIMEOUT`), and do what each call of an action needs, once and no more."""
    logs.configure()
    settings = Settings.from_environment(os.environ)
    actions.DEFAULT_REQUEST_TIMEOUT = settings.action_timeout
    if settings.plain_graph:
        processor.DaskGraphRunner = PlainGraphRunner  # its one use: to load a model
    DomainProvider.load = classmethod(_load_domain)
    Event.resolve_by_type = staticmethod(_kind_of_event)
    actions.RemoteAction._validate_action_result = _validate_action_result
    actions.RemoteAction._action_call_format = _action_call
    FailSafeTrackerStore.init_tracker = _init_tracker
    Domain.is_empty = _is_empty
    Agent.load_model = _load_model


_rasa_load_model = Agent.load_model
# Rasa walks through all its classes for each event that it reads, and the name alone decides.
_kind_of_event = cache(Event.resolve_by_type)


def _load_model(agent: Agent, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Rasa's own
    """Load a model, and take what is in memory by then, which stays, out of the garbage collector's rounds."""
    _rasa_load_model(agent, *args, **kwargs)
    gc.collect()
    gc.freeze()


def _load_domain(
    cls: type[DomainProvider], config: dict[str, Any], model_storage: ModelStorage, resource: Resource, **_: object
) -> DomainProvider:
    """The domain of a model, read once: Rasa reads the file that it wrote itself four times, two seconds of a start.

    Rasa's validation of a graph looks up each parameter with a type, but for one named `cls`.
    """
    with model_storage.read_from(resource) as folder:
        content = (folder / "domain.yml").read_text(encoding="utf-8")
    return cls(model_storage, resource, Domain.from_dict(read_yaml(content)))


def _init_tracker(store: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker:
    """A new conversation of our own store: Rasa's wrapper around it makes one of its own kind, which stays slow."""
    return store._tracker_store.init_tracker(sender_id)


def _is_empty(domain: Domain) -> bool:
    """Rasa makes an empty domain for each message, to see whether the domain is like it."""
    return bool(domain.as_dict() == _nothing())


@cache
def _nothing() -> dict[str, Any]:
    return Domain.empty().as_dict()


def _validate_action_result(action: actions.RemoteAction, result: dict[str, Any]) -> bool:
    """What an action server answers, held to Rasa's schema as before; Rasa checks the schema itself with every call.

    Raises:
        jsonschema.ValidationError: the answer is not of Rasa's form.
    """
    _validator().validate(result)
    return True


def _action_call(action: actions.RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
    """What an action server is sent: the last message and the slots. Rasa sends every event of the conversation too,
    which our actions do not read; a long conversation would make each call slower, and tells more than is needed."""
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(),
        "version": rasa.__version__,
    }


@cache
def _validator() -> Any:  # noqa: ANN401 - the class depends on the schema
    schema = actions.RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
