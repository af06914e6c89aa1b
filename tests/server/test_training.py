"""The training reads what Rasa reads, and an answer that changed trains nothing anew."""

import logging
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.model_training import train as rasa_train
from rasa.shared.exceptions import YamlException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import write_yaml

from assistant import yaml
from assistant.paths import ROOT
from assistant.server import shortcuts
from assistant.server.reading import Project
from assistant.server.training import train

EXAMPLES = {
    "regul/card": ["où retirer ma carte de séjour ?", "je veux renouveler ma carte", "carte de séjour perdue"],
    "regul/cost": ["combien coûte le timbre", "c'est combien la carte", "le prix du timbre"],
    "chat/thanks": ["merci beaucoup", "shukran", "je vous remercie"],
}


def without_answer(message: Message) -> dict[str, Any]:
    return {name: value for name, value in message.data.items() if name != "response"}


def test_it_reads_what_rasa_reads() -> None:
    files = str(ROOT / "config.yml"), str(ROOT / "domain.yml")
    ours = Project(*files, str(ROOT / "data"))
    rasas = TrainingDataImporter.load_from_config(*files, [str(ROOT / "data")])
    assert ours.get_domain().as_dict() == rasas.get_domain().as_dict()
    assert ours.get_stories().fingerprint() == rasas.get_stories().fingerprint()
    examples = rasas.get_nlu_data().nlu_examples
    assert [m.data for m in ours.get_nlu_data().training_examples] == [without_answer(m) for m in examples]
    assert ours.get_nlu_data(language="fr").retrieval_intents == rasas.get_nlu_data().retrieval_intents


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with the pipeline of this one."""
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    write_yaml(yaml.read(ROOT / "config.yml"), tmp_path / "config.yml")
    domain = {"intents": ["regul", "chat"], "entities": ["topic"], "actions": ["utter_lost"]}
    write_yaml(domain, tmp_path / "domain.yml")
    blocks = [
        {
            "intent": intent,
            "metadata": {"language": language},
            "examples": "\n".join(f"- {t} {language}" for t in texts),
        }
        for intent, texts in EXAMPLES.items()
        for language in ("fr", "ar")
    ]
    write_yaml({"nlu": blocks}, tmp_path / "data/nlu.yml")
    rules = [{"rule": "regul", "steps": [{"intent": "regul"}, {"action": "utter_regul"}]}]
    write_yaml({"rules": rules}, tmp_path / "data/rules.yml")
    answer(tmp_path, "At the prefecture.")
    return tmp_path


def answer(project: Path, text: str) -> None:
    said = {f"utter_{intent}": [{"text": text}] for intent in EXAMPLES}
    write_yaml({"responses": said}, project / "data/answers.yml")


@pytest.fixture
def trained(project: Path, caplog: pytest.LogCaptureFixture) -> Callable[[], tuple[int, dict[str, bytes]]]:
    """Trains: how many components were trained, and the content of the model by file."""

    def run() -> tuple[int, dict[str, bytes]]:
        caplog.clear()
        with caplog.at_level(logging.INFO, "rasa.engine.training.hooks"):
            train(_read(project), project / "model.tar.gz")
        with tarfile.open(project / "model.tar.gz") as archive:
            files = {one.name: file.read() for one in archive if (file := archive.extractfile(one))}
        return caplog.text.count("Starting to train component"), files

    return run


def _read(project: Path) -> Project:
    return Project(str(project / "config.yml"), str(project / "domain.yml"), str(project / "data"))


def test_a_changed_answer_trains_nothing_anew(
    project: Path, trained: Callable[[], tuple[int, dict[str, bytes]]]
) -> None:
    components, before = trained()
    assert components == 3  # language, topics, rules
    answer(project, "At the town hall.")
    components, after = trained()
    assert components == 0
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"metadata.json", "components/domain_provider/domain.yml"}
    assert b"At the town hall." in after["components/domain_provider/domain.yml"]


def test_a_changed_example_trains_what_learns_from_it(
    project: Path, trained: Callable[[], tuple[int, dict[str, bytes]]]
) -> None:
    trained()
    examples = project / "data/nlu.yml"
    examples.write_text(examples.read_text(encoding="utf-8").replace("shukran", "choukran bzaf"), encoding="utf-8")
    components, _ = trained()
    assert components == 2


def test_a_process_that_serves_can_also_train(
    trained: Callable[[], tuple[int, dict[str, bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DomainProvider, "load", classmethod(shortcuts._load_domain))
    components, _ = trained()
    assert components == 3


@pytest.mark.parametrize(
    "written", ["nlu:\n- intent: regul/card\n  example: |\n    - a", "nlu: [", "responses:\n  utter_chat:\n  - txt: hi"]
)
def test_a_file_that_is_not_as_it_should_be_is_named(project: Path, written: str) -> None:
    (project / "data/nlu.yml").write_text(written, encoding="utf-8")
    with pytest.raises(YamlException, match=r"nlu\.yml"):
        _read(project).get_nlu_data()


def test_rasa_train_by_hand_gives_the_same_model(
    project: Path, trained: Callable[[], tuple[int, dict[str, bytes]]]
) -> None:
    _, ours = trained()
    files = [str(project / name) for name in ("domain.yml", "config.yml", "data")]
    made = rasa_train(*files, output=str(project), fixed_model_name="by_hand", force_training=True).model
    with tarfile.open(made) as archive:
        rasas = {one.name: file.read() for one in archive if (file := archive.extractfile(one))}
    assert {name.removeprefix("./") for name in rasas} == {name.removeprefix("./") for name in ours}
    for name in (name for name in ours if name.startswith("components/train_")):
        assert ours[name] == rasas[name], name
