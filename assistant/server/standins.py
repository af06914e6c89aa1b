"""Stand-ins for heavy libraries that serving imports and never calls.

Rasa imports TensorFlow through every policy, scikit-learn through a data container, matplotlib through the tests of its
API, and all chat channels, brokers and stores: half a gigabyte and ten seconds. A finder before Python's own answers
those names with empty classes; the installed files stay as they are. Training needs the real ones, and so does a model
with a component that is none of ours: then nothing is stood in for, and one line says so (`install`).
"""

import sys
from abc import ABCMeta
from collections.abc import Iterator, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant import yaml
from assistant.paths import ROOT
from assistant.settings import Settings

HEAVY = frozenset(
    [
        # Policies, featurizers and what they are tested and drawn with.
        *("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "tensorboard", "keras", "h5py"),
        *("jax", "jaxlib", "transformers", "sklearn", "sklearn_crfsuite", "scipy", "joblib"),
        *("matplotlib", "networkx", "pydot", "PIL"),
        # Stores and brokers.
        *("boto3", "botocore", "s3transfer", "pymongo", "bson"),
        *("aio_pika", "aiormq", "pamqp", "pika", "kafka", "confluent_kafka"),
        # Channels.
        *("aiogram", "fbmessenger", "mattermostwrapper", "rocketchat_API", "slack_sdk", "twilio", "webexteamssdk"),
        *("cachecontrol", "google"),
        # Telemetry, clients of channels, and tokens that none of our channels takes.
        *("requests", "jwt", "sanic_jwt"),
        # Of spaCy all but tokenizers and matchers; what it asks of a language or a package that it does not know.
        *("spacy.cli", "spacy.pipeline", "spacy.training", "thinc.layers", "weasel"),
        *("langcodes", "packaging.requirements"),
        # Command lines of Rasa and httpx.
        *("prompt_toolkit", "questionary", "httpx._main"),
        # Reminders.
        "apscheduler",
        # Where rates are never counted.
        *("limits.storage.memcached", "limits.storage.mongodb"),
        *("limits.aio.storage.memcached", "limits.aio.storage.mongodb"),
    ]
)
REDIS = frozenset(
    [
        *("redis", "pkg_resources", "limits.storage.redis", "limits.storage.redis_cluster"),
        *("limits.storage.redis_sentinel", "limits.aio.storage.redis"),
    ]
)
"""Real where several assistants share locks and rates; `limits` asks `pkg_resources` for what it sends to Redis."""
SOCKETIO = frozenset(["socketio", "engineio"])
"""Real where that channel is open."""
LIGHT = frozenset(
    [
        "rasa.core.policies.ensemble.DefaultPolicyPredictionEnsemble",
        "rasa.core.policies.rule_policy.RulePolicy",
        "rasa.graph_components.converters.nlu_message_converter.NLUMessageConverter",
        "rasa.graph_components.providers.domain_provider.DomainProvider",
        "rasa.graph_components.providers.rule_only_provider.RuleOnlyDataProvider",
        "rasa.nlu.classifiers.regex_message_handler.RegexMessageHandler",
    ]
)
"""What a model of ours has of Rasa's: nothing that calls a heavy library."""
OURS = "assistant."


class StandInError(RuntimeError):
    """A stand-in was called: serving needs the real library after all."""


class _Empty(ABCMeta):
    """Kind of the empty classes: they can be inherited from and named in type hints, and do nothing else."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _empty(f"{cls.__qualname__}.{name}")

    def __call__(cls, *_args: object, **_more: object) -> object:
        stood_for = next(base.__qualname__ for base in reversed(cls.__mro__[:-1]))
        raise StandInError(f"{stood_for} is called, and only a stand-in for it is loaded. Set STAND_INS=off.")


def _empty(name: str) -> type:
    return _Empty(name, (), {})


class _Module(ModuleType):
    """A module that has whatever is asked of it."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(f"{self.__name__} is a stand-in and has no {name}. Set STAND_INS=off.")
        made = _empty(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made


class _Finder(MetaPathFinder, Loader):
    """Finds modules of these names, and whatever is inside them, as stand-ins."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Called by Python for each module that is not loaded yet."""
        parents = accumulate(name.split("."), "{}.{}".format)
        return ModuleSpec(name, self, is_package=True) if any(map(self._names.__contains__, parents)) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Called by Python."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Called by Python; there is nothing to run."""
        if module.__name__ == "pkg_resources":
            vars(module)["resource_filename"] = _resource_filename


def _resource_filename(package: str, name: str) -> str:
    """The one question that Rasa asks `pkg_resources`: where a file of a package is."""
    return str(files(package) / name)


def install(settings: Settings, metadata: Mapping[str, Any], root: Path = ROOT) -> str:
    """Put the stand-ins in front, before Rasa is imported; nothing when that is off or something needs the real ones.

    Args:
        settings: whether they are wanted, and whether Redis is used.
        metadata: Rasa's of the model that will be served.
        root: where `endpoints.yml` and `credentials.yml` are.

    Returns:
        What needs the real libraries, for the operator; empty when nothing does.
    """
    if not settings.stand_ins:
        return ""
    foreign = sorted(set(_foreign(metadata, root)))
    if not foreign:
        sys.meta_path.insert(0, _Finder(_stood_for(settings)))
        # Sanic asks `distutils` for one word; setuptools would answer with all of itself.
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "_distutils_hack"]
    return ", ".join(foreign)


def _stood_for(settings: Settings) -> frozenset[str]:
    names = HEAVY
    if not settings.redis_url:
        names |= REDIS
    if not settings.socketio_channel:
        names |= SOCKETIO
    if settings.plain_graph:
        names |= {"dask"}
    return names


def _foreign(metadata: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Components, stores, brokers and channels of which nobody here knows what they call."""
    used = [node["uses"] for node in metadata["predict_schema"]["nodes"].values()]
    sections, channels = (_mapping(root / name) for name in ("endpoints.yml", "credentials.yml"))
    kinds = [section["type"] for section in sections.values() if isinstance(section, dict) and "type" in section]
    names = [*used, *kinds, *channels]
    yield from (name for name in names if not name.startswith(OURS) and name not in LIGHT)
    if "models" in sections:  # a model server: what it will send nobody knows
        yield "models"


def _mapping(file: Path) -> Mapping[str, Any]:
    """Content of a YAML file; empty when it is missing, which whoever needs it says better."""
    return (yaml.read(file) or {}) if file.is_file() else {}
