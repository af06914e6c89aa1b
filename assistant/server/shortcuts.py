"""What Rasa 3.6.21 does again and again and needs to do once: set when its server loads the answers, unless `SHORTCUTS`
is off. What each gave: docs/decisions.md, "Serving fast and small"."""

import gc
from abc import ABCMeta
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

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
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml

_rasa_load_model = Agent.load_model
# Rasa walks through all its classes for each event that it reads, and the name alone decides.
_kind_of_event = cache(Event.resolve_by_type)


def apply() -> None:
    """Take all of them. May be called again."""
    DomainProvider.load = classmethod(_load_domain)
    Domain.is_empty = _is_empty
    Event.resolve_by_type = staticmethod(_kind_of_event)
    actions.RemoteAction._validate_action_result = _validate_action_result
    FailSafeTrackerStore.init_tracker = _init_tracker
    Agent.load_model = _load_model
    # Each use is a copy of whole events for a line of the log that is not written.
    processor.copy = SimpleNamespace(deepcopy=lambda value: value)
    for kind in _with_subclasses(Event):
        kind.__class__ = _Kind
    Slot.__copy__ = _copy_of_slot


class _Kind(ABCMeta):
    """The kind of Rasa's events without what `ABCMeta` adds to it: none is registered as one of them, and a turn asks
    hundreds of times which kind an event is."""

    __instancecheck__ = type.__instancecheck__


def _copy_of_slot(slot: Slot) -> Slot:
    """Rasa copies all slots with each tracker; `copy` finds out each time how."""
    twin: Slot = object.__new__(type(slot))
    twin.__dict__.update(vars(slot))
    return twin


def _with_subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _with_subclasses(narrower)


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


def _is_empty(domain: Domain) -> bool:
    """Rasa makes an empty domain for each message, to see whether the domain is like it."""
    return bool(domain.as_dict() == _nothing())


@cache
def _nothing() -> dict[str, Any]:
    return Domain.empty().as_dict()


def _init_tracker(store: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker:
    """A new conversation of our own store: Rasa's wrapper around it makes one of its own kind, which stays slow."""
    return store._tracker_store.init_tracker(sender_id)


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
