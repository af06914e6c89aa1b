"""Heavy libraries are stood in for where the model calls none of them, and nowhere else."""

import os
import subprocess
import sys

import pytest

from assistant.paths import MODELS, ROOT
from assistant.server import standins
from assistant.server.models import newest_with_metadata
from assistant.settings import Settings
from tests.conftest import ACTIONS_TOKEN

PROGRAM = """
import os, sys
from assistant.paths import MODELS
from assistant.server import standins
from assistant.server.models import newest_with_metadata
from assistant.settings import Settings
assert standins.install(Settings.from_environment(os.environ), newest_with_metadata(MODELS)[1]) == ""
"""


def metadata(*more):
    """Of a model of ours, with more components."""
    uses = ["assistant.nlu.components.TopicClassifier", "rasa.core.policies.rule_policy.RulePolicy", *more]
    return {"predict_schema": {"nodes": {name: {"uses": name} for name in uses}}}


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTIONS_PORT", "5999")  # endpoints.yml names both, and Rasa, once loaded, fills them in
    monkeypatch.setenv("ACTIONS_TOKEN", ACTIONS_TOKEN)
    for name in ("endpoints.yml", "credentials.yml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def finders_come_back():
    before = list(sys.meta_path)
    yield
    sys.meta_path[:] = before


def stood_in():
    return isinstance(sys.meta_path[0], standins._Finder)


def output_of(program, **settings):
    env = {**os.environ, "REDIS_URL": "", "SOCKETIO_CHANNEL": "off", **settings}
    command = [sys.executable, "-c", PROGRAM + program]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_committed_pipeline_needs_none_of_them(root):
    assert standins.install(Settings(), newest_with_metadata(MODELS)[1], root) == ""
    assert stood_in()


@pytest.mark.parametrize(
    "component",
    [
        "rasa.nlu.featurizers.dense_featurizer.lm_featurizer.LanguageModelFeaturizer",
        "rasa.nlu.classifiers.diet_classifier.DIETClassifier",
        "somebody.elses.Component",
    ],
)
def test_a_model_with_a_component_that_is_none_of_ours_gets_the_real_ones(root, component):
    assert standins.install(Settings(), metadata(component), root) == component
    assert not stood_in()


@pytest.mark.parametrize(
    ("file", "more", "needed_by"),
    [
        ("endpoints.yml", "lock_store:\n  type: redis\n", "redis"),
        ("endpoints.yml", "event_broker:\n  type: pika\n", "pika"),
        ("endpoints.yml", "models:\n  url: http://127.0.0.1/model\n", "models"),
        ("credentials.yml", "telegram:\n  access_token: x\n", "telegram"),
    ],
)
def test_so_does_a_store_broker_or_channel_of_rasas(root, file, more, needed_by):
    with (root / file).open("a", encoding="utf-8") as added:
        added.write(more)
    assert standins.install(Settings(), metadata(), root) == needed_by
    assert not stood_in()


def test_a_setting_turns_them_off(root):
    assert standins.install(Settings(stand_ins=False), metadata(), root) == ""
    assert not stood_in()


def test_rasa_is_imported_without_what_it_does_not_call():
    program = """
import rasa.__main__, rasa.core.run
loaded = [m for n, m in list(sys.modules.items()) if n.split(".")[0] in ("tensorflow", "sklearn", "scipy")]
print({type(module).__module__ for module in loaded})
"""
    assert "{'assistant.server.standins'}" in output_of(program).splitlines()


@pytest.mark.parametrize(("redis_url", "real"), [("", False), ("redis://127.0.0.1:1/0", True)])
@pytest.mark.parametrize("name", ["redis.asyncio", "limits.storage.redis", "limits.aio.storage.redis"])
def test_redis_is_the_real_one_where_assistants_share_it(redis_url, real, name):
    program = f"import {name}; print(type(sys.modules['{name}']).__name__)"
    assert output_of(program, REDIS_URL=redis_url).splitlines()[-1] == ("module" if real else "_Module")


@pytest.mark.parametrize(("channel", "real"), [("off", False), ("on", True)])
def test_socketio_is_the_real_one_where_that_channel_is_open(channel, real):
    program = "import socketio; print(type(socketio).__name__)"
    assert output_of(program, SOCKETIO_CHANNEL=channel).splitlines()[-1] == ("module" if real else "_Module")


def test_files_of_packages_are_found_as_by_the_real_library():
    ask = "import pkg_resources; print(pkg_resources.resource_filename('rasa', 'shared/utils/schemas/config.yml'))"
    real = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert output_of(ask).splitlines()[-1] == real.strip()


def test_setuptools_is_not_loaded_for_a_word_of_distutils():
    program = "from distutils.util import strtobool; print(strtobool('no'), 'setuptools' in sys.modules)"
    assert "0 False" in output_of(program).splitlines()  # and a warning of Python's


@pytest.mark.parametrize(
    "used",
    [
        "import tensorflow as tf; tf.constant(1)",
        "from tensorflow.keras import layers; layers.Dense(5)",
        "import tensorflow as tf\nclass Model(tf.keras.Model): ...\nModel()",
        "from sklearn.svm import LinearSVC; LinearSVC()",
        "import scipy; scipy.__version__",
    ],
)
def test_one_that_is_called_says_which_setting_brings_the_real_one(used):
    last = output_of(used).strip().splitlines()[-1]
    assert last.endswith("Set STAND_INS=off."), last
    assert any(name in last for name in ("tensorflow", "sklearn", "scipy")), last
