"""Other classifiers on the same examples and the same questions: what the assistant's own has to be better than.

Each runs in a process of its own, so that its time and memory are its own. What Rasa itself brings is too slow to be
measured every time: `python -m evaluation.others logistic 30` learns 30 examples a topic and language, once by hand,
beside a plain linear SVM on the same (docs/decisions.md has the numbers; `diet` takes an hour and more).
`SklearnIntentClassifier` needs dense vectors, which without a pretrained language model nothing makes: it does not fit.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from assistant.nlu.tokens import words_of
from evaluation.development import parser, questions, quiet, share
from quality.data import examples

# What `rasa init` writes, up to the classifier.
STOCK = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
BY_HAND: dict[str, dict[str, object]] = {
    "logistic": {"name": "LogisticRegressionClassifier"},
    "diet": {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
}
NEIGHBOURS = 5
OWN = "this project"

Classify = Callable[[str], str]


@dataclass(frozen=True)
class Outcome:
    """What one classifier made of the questions.

    Attributes:
        read: the label of each question, in their order.
        training: seconds; None of what was trained before.
        milliseconds: mean time of one question.
        megabytes: the most memory that its process held, with Python and its libraries.
    """

    read: list[str]
    training: float | None
    milliseconds: float
    megabytes: float


def dalil(texts: Sequence[str], labels: Sequence[str]) -> Classify:
    """This project's own pipeline, as it was trained (the examples are those of `data/nlu`)."""
    del texts, labels
    parse = parser()
    return lambda text: str(parse(text)["topic"])


def rasas_own(classifier: dict[str, object], texts: Sequence[str], labels: Sequence[str]) -> Classify:
    """A classifier of Rasa's on the features of `rasa init`."""
    quiet()
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed: dict[str, list[str]] = {}
        for text, label in zip(texts, labels, strict=True):
            listed.setdefault(label, []).append(text)
        nlu = {"version": "3.1", "nlu": [{"intent": i, "examples": _block(t)} for i, t in listed.items()]}
        config = {"recipe": "default.v1", "language": "fr", "pipeline": [*STOCK, classifier]}
        for file, content in (("config.yml", config), ("nlu.yml", nlu)):
            YAML(typ="safe").dump(content, folder / file)
        trained = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), name)
        agent = Agent.load(trained)
    loop = asyncio.new_event_loop()
    return lambda text: str(loop.run_until_complete(agent.parse_message(text))["intent"]["name"])


def _block(texts: Sequence[str]) -> str:
    return "".join(f"- {' '.join(text.split())}\n" for text in texts)


def nearest_neighbours(texts: Sequence[str], labels: Sequence[str]) -> Classify:
    """Vote of the five nearest examples by cosine of tf-idf of character 2-5-grams."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, preprocessor=_folded)
    examples = vectorizer.fit_transform(texts)
    return lambda text: _vote((examples @ vectorizer.transform([text]).T).toarray()[:, 0], labels)


def bm25(texts: Sequence[str], labels: Sequence[str]) -> Classify:
    """Vote of the five best examples of a BM25 search over words."""
    import bm25s

    index = bm25s.BM25()
    index.index([words_of(text) or [""] for text in texts], show_progress=False)
    return lambda text: _vote(index.get_scores(words_of(text) or [""]), labels)


def _folded(text: str) -> str:
    return " ".join(words_of(text))


def _vote(scores: np.ndarray, labels: Sequence[str]) -> str:
    votes: dict[str, float] = {}
    for i in np.argsort(-scores)[:NEIGHBOURS]:
        votes[labels[i]] = votes.get(labels[i], 0.0) + float(scores[i])
    return max(votes, key=lambda label: votes[label])


def linear_svm_on_words(texts: Sequence[str], labels: Sequence[str]) -> Classify:
    """A plain linear SVM on tf-idf of words and character 2-5-grams, without anything of this project's."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), LinearSVC(C=0.3, random_state=0)).fit(texts, labels)
    return lambda text: str(model.predict([text])[0])


CLASSIFIERS: dict[str, Callable[[Sequence[str], Sequence[str]], Classify]] = {
    OWN: dalil,
    "plain linear SVM": linear_svm_on_words,
    "5 nearest examples": nearest_neighbours,
    "BM25 search": bm25,
}


def compare(texts: Sequence[str], labels: Sequence[str], questions: Sequence[str]) -> dict[str, Outcome]:
    """What each classifier, trained on examples, reads in questions.

    Args:
        texts: examples.
        labels: their labels.
        questions: other texts.
    """
    return {name: _alone(name, texts, labels, questions) for name in CLASSIFIERS}


def _alone(name: str, texts: Sequence[str], labels: Sequence[str], questions: Sequence[str]) -> Outcome:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_measure, name, list(texts), list(labels), list(questions)).result()


def _measure(name: str, texts: list[str], labels: list[str], questions: list[str]) -> Outcome:
    begun = time.perf_counter()
    learn = CLASSIFIERS[name] if name in CLASSIFIERS else partial(rasas_own, BY_HAND[name])
    classify = learn(texts, labels)
    trained = time.perf_counter()
    read = [classify(question) for question in questions]
    asked = time.perf_counter()
    training = None if name == OWN else trained - begun
    return Outcome(read, training, (asked - trained) * 1000 / len(questions), _most_megabytes())


def _most_megabytes() -> float:
    """The most memory of this process (proc(5), VmHWM); `getrusage` counts what the process before `exec` held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(arguments: Sequence[str]) -> int:
    """Measure one of Rasa's own, beside a plain linear SVM, on some examples a topic and language."""
    name, most = arguments[0], int(arguments[1])
    listed: dict[tuple[str, str], list[str]] = {}
    for example in examples():
        listed.setdefault((example.topic, example.language), []).append(example.text)
    chosen = [(t, topic) for (topic, _), found in listed.items() for t in found[:: max(1, len(found) // most)][:most]]
    texts, labels, asked = [t for t, _ in chosen], [topic for _, topic in chosen], questions()
    for one in (name, "plain linear SVM"):
        got = _alone(one, texts, labels, [question.text for question in asked])
        right = share(topic == question.topic for topic, question in zip(got.read, asked, strict=True))
        cost = f"trained in {got.training:.0f} s, {got.milliseconds:.1f} ms a message, {got.megabytes:.0f} MB"
        print(f"{one}: {right:.3f} right, {len(texts)} examples, {cost}")  # noqa: T201 - a command speaks here
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
