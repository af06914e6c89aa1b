"""Components run one after the other say what they say under dask, errors included."""

from functools import cache

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException, RasaException

from assistant.paths import MODELS
from assistant.server.graph import PlainGraphRunner
from assistant.server.models import newest_model
from evaluation.development import questions

RUNNERS = (DaskGraphRunner, PlainGraphRunner)


class Part(GraphComponent):
    """Adds what it is given, or fails in a chosen way."""

    def __init__(self, config):
        self._config = config

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(config)

    @staticmethod
    def get_default_config():
        return {"error": None, "says": ""}

    def run(self, **given):
        if self._config["error"]:
            raise self._config["error"]
        return self._config["says"] + "(" + " ".join(str(given[name]) for name in sorted(given)) + ")"


class Lenient(Part):
    def run(self, one="", two=""):
        return super().run(one=one, two=two)


def runner(kind, error=None):
    """A diamond: d needs b and c, which need a, which needs the input; e stands apart."""
    needs = {"a": {"one": "given"}, "b": {"one": "a"}, "c": {"one": "a"}, "d": {"one": "b", "two": "c"}, "e": {}}
    nodes = {
        name: SchemaNode(
            needs=needed,
            uses=Lenient,
            constructor_name="create",
            fn="run",
            config={"says": name, "error": error if name == "c" else None},
            eager=True,
            is_target=name == "d",
        )
        for name, needed in reversed(needs.items())
    }
    schema = GraphSchema(nodes)
    return kind.create(schema, None, ExecutionContext(schema))


@pytest.mark.parametrize("targets", [None, ["d"], ["b"], ["e", "b"], ["d", "a"]])
def test_targets_get_what_they_need(targets):
    results = [runner(kind).run({"given": "x"}, targets) for kind in RUNNERS]
    assert results[0] == results[1]
    assert all(list(result) == (targets or ["d"]) for result in results)


def test_an_input_may_stand_for_a_node():
    results = [runner(kind).run({"given": "x", "a": "mine"}, ["d"]) for kind in RUNNERS]
    assert results[0] == results[1] == {"d": "d(b(mine ) c(mine ))"}


def outcome(run):
    try:
        return run()
    except Exception as error:
        return type(error), str(error), type(error.__cause__)


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), RasaException("x"), InvalidConfigException("x")])
def test_errors_of_a_node_come_out_as_before(error):
    results = [outcome(lambda kind=kind: runner(kind, error).run({"given": "x"})) for kind in RUNNERS]
    assert results[0] == results[1]
    assert results[0][0] in (GraphComponentException, GraphRunError, RasaException, InvalidConfigException)


@pytest.mark.parametrize("inputs", [None, {}, {"given": "a"}])
def test_so_do_inputs_that_are_missing_or_clash(inputs):
    results = [outcome(lambda kind=kind: runner(kind).run(inputs)) for kind in RUNNERS]
    assert results[0] == results[1]
    assert results[0][0] is GraphRunError


@cache
def trained(kind, folder):
    return load_predict_graph_runner(folder, newest_model(MODELS), LocalModelStorage, kind)


def test_the_trained_model_says_the_same(tmp_path_factory):
    loaded = [trained(kind, tmp_path_factory.mktemp(kind.__name__)) for kind in RUNNERS]
    for asked in questions()[::60]:
        tracker = DialogueStateTracker.from_events("somebody", [])
        said = []
        for metadata, graph in loaded:
            inputs = {PLACEHOLDER_MESSAGE: [UserMessage(asked.text)], PLACEHOLDER_TRACKER: tracker}
            parsed = graph.run(inputs, [metadata.nlu_target])[metadata.nlu_target]
            said.append([message.as_dict(only_output_properties=True) for message in parsed])
        assert said[0] == said[1]


def test_its_domain_is_the_one_that_rasa_reads(tmp_path):
    from assistant.server.shortcuts import _load_domain

    storage, _ = LocalModelStorage.from_model_archive(tmp_path, newest_model(MODELS))
    from rasa.engine.storage.resource import Resource
    from rasa.graph_components.providers.domain_provider import DomainProvider

    resource = Resource("domain_provider")
    with storage.read_from(resource) as folder:
        rasas = Domain.from_path(folder)
    ours = _load_domain(DomainProvider, {}, storage, resource).provide_inference()
    assert ours.fingerprint() == rasas.fingerprint()
    assert ours.as_dict() == rasas.as_dict()
