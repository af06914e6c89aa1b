"""A sentence-embedding model of the deployer's own, through Rasa's LanguageModelFeaturizer (docs/embeddings.md).

The model is a tiny BERT with random weights, made here: it shows that the way holds, not that it helps.
"""

import asyncio
import json
import tarfile
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from rasa.core.agent import Agent
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.model_training import train_nlu
from rasa.shared.exceptions import InvalidConfigException
from safetensors.numpy import load_file

from assistant import yaml
from assistant.nlu import vectors
from assistant.nlu.components import TopicClassifier
from assistant.nlu.linear import LinearModel
from assistant.nlu.seen import seen
from assistant.paths import ROOT
from evaluation.development import quiet
from evaluation.training import CLASSIFIER
from quality.data import examples

DIMENSIONS = 16
TOPICS = ("services.health", "services.school", "chat.greet")
EXAMPLES_A_TOPIC = 15


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertTokenizer, TFBertModel

    folder = tmp_path_factory.mktemp("bert")
    letters = [chr(c) for c in (*range(ord("a"), ord("z") + 1), *range(ord("ء"), ord("ي") + 1), *range(48, 58))]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    size = {"hidden_size": DIMENSIONS, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = TFBertModel(BertConfig(vocab_size=len(words), **size))
    model(model.dummy_inputs)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def nothing_trained_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's own cache takes what older code of ours trained for this code's."""
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))


def written(folder: Path, embedding: float, featurizer: list[dict[str, str]]) -> tuple[Path, Path]:
    """`config.yml` of the project with embeddings, and a few of its examples."""
    config = deepcopy(yaml.read(ROOT / "config.yml"))
    place = next(i for i, step in enumerate(config["pipeline"]) if step["name"] == CLASSIFIER)
    config["pipeline"][place].update(embedding=embedding, folds=0, rarest=1)
    config["pipeline"][place:place] = featurizer
    lines = ["nlu:"]
    for topic in TOPICS:
        for language in ("fr", "ar"):
            lines += [
                f"- intent: {topic.replace('.', '/', 1)}",
                f"  metadata: {{language: {language}}}",
                "  examples: |",
            ]
            found = [e.text for e in examples() if e.topic == topic and e.language == language]
            lines += [f"    - {text}" for text in found[:: len(found) // EXAMPLES_A_TOPIC]]
    settings, data = folder / "config.yml", folder / "nlu.yml"
    settings.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    data.write_text("\n".join(lines), encoding="utf-8")
    return settings, data


def featurizer_of(folder: Path) -> list[dict[str, str]]:
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "LanguageModelFeaturizer", "model_name": "bert", "model_weights": str(folder)},
    ]


def test_an_embedding_stands_beside_the_features(tiny_bert: Path, tmp_path: Path) -> None:
    quiet()
    settings, data = written(tmp_path, 1.0, featurizer_of(tiny_bert))
    archive = train_nlu(str(settings), str(data), str(tmp_path), fixed_model_name="with")
    agent = Agent.load(archive)
    parsed = asyncio.new_event_loop().run_until_complete(agent.parse_message("où inscrire mon fils à l'école"))
    assert parsed["turn"]["topic"] == "services.school"

    dense = load_file(classifier_weights(Path(archive), tmp_path))["dense"]
    families = {topic.split(".")[0] for topic in TOPICS}
    assert dense.shape == (vectors.DIMENSIONS + DIMENSIONS, 2 * len(TOPICS) + len(families))
    assert np.abs(dense[vectors.DIMENSIONS :]).max() > 0


def test_an_embedding_is_as_long_as_its_weight() -> None:
    """It once was in training only."""
    model = LinearModel.empty()
    settings = {**TopicClassifier.get_default_config(), "embedding": 0.5}
    classifier = TopicClassifier(settings, LocalModelStorage(Path()), Resource("none"), model)
    beside = classifier._beside(model, vectors.WordVectors.none(), seen("un texte", "fr"), np.array([3.0, 4.0]))
    assert np.allclose(beside, [0.3, 0.4])


def classifier_weights(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "unpacked")
    return next(path for path in folder.glob("unpacked/**/weights.safetensors") if "TopicClassifier" in str(path))


def test_a_weight_without_a_featurizer_is_refused_with_the_mend(tmp_path: Path) -> None:
    settings, data = written(tmp_path, 1.0, [])
    with pytest.raises(InvalidConfigException, match=r"LanguageModelFeaturizer as in docs/embeddings\.md"):
        train_nlu(str(settings), str(data), str(tmp_path))
