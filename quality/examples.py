"""Examples are varied: no sentence frame repeated, no near-duplicates, none in two topics, none that is measured on."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz, process
from spacy.lang.ar.stop_words import STOP_WORDS as ARABIC
from spacy.lang.fr.stop_words import STOP_WORDS as FRENCH

from assistant import yaml
from assistant.nlu.normalise import fold
from assistant.nlu.tokens import tokenize, words
from assistant.paths import ROOT
from quality.data import Example, examples
from quality.problem import Problem

MOST_OF_ONE_FRAME = 0.15
# A frame is a sentence's skeleton; below so many words there is none.
LEAST_FRAME_WORDS = 4
NEARLY_THE_SAME = 92  # likeness of two examples, 0-100
DEVELOPMENT = "tests/nlu/*.tsv"


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the examples of the project at `root`."""
    found = list(examples(root))
    by_topic: dict[str, list[Example]] = defaultdict(list)
    for example in found:
        by_topic[example.topic].append(example)
    for topic, listed in by_topic.items():
        yield from _frames(topic, listed)
        yield from _near_duplicates(topic, listed)
    yield from _two_topics(found)
    yield from _leaks(found, root)


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(words(tokenize(fold(text))))


@cache
def function_words() -> frozenset[str]:
    """Words that carry a sentence rather than its subject, folded, in both languages and scripts."""
    listed = yaml.read(ROOT / "data/lexicon/languages.yml")["words"]
    return frozenset(map(fold, [*FRENCH, *ARABIC, *listed["french"], *listed["arabizi"]]))


def frame(text: str) -> tuple[str, ...]:
    """An example with its content words masked: ("comment", "faire", "pour", "_"); neighbouring masks are one."""
    masked: list[str] = []
    for word in _words(text):
        shown = word if word in function_words() else "_"
        if shown != "_" or masked[-1:] != ["_"]:
            masked.append(shown)
    return tuple(masked)


def _frames(topic: str, listed: Sequence[Example]) -> Iterator[Problem]:
    frames = Counter(f for f in (frame(e.text) for e in listed) if len(f) >= LEAST_FRAME_WORDS)
    for shape, number in frames.items():
        if number > MOST_OF_ONE_FRAME * len(listed):
            what = f"{number} of {len(listed)} examples of {topic} share the frame '{' '.join(shape)}'. Vary them."
            yield Problem("frames", "data/nlu", what)


def _near_duplicates(topic: str, listed: Sequence[Example]) -> Iterator[Problem]:
    texts = [" ".join(_words(e.text)) for e in listed]
    likeness = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME)
    for i, j in combinations(range(len(texts)), 2):
        if likeness[i, j] >= NEARLY_THE_SAME and len(texts[i].split()) > 2:
            what = f"{topic}: {listed[i].text!r} and {listed[j].text!r} are nearly the same. Drop one."
            yield Problem("near-duplicates", "data/nlu", what)


def _two_topics(found: Sequence[Example]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], Example] = {}
    for example in found:
        first = seen.setdefault(_words(example.text), example)
        if first.topic != example.topic:
            what = f"{example.text!r} stands in {first.topic} and {example.topic}. Keep it in one."
            yield Problem("two topics", "data/nlu", what)


def _leaks(found: Sequence[Example], root: Path) -> Iterator[Problem]:
    """Rows of the development set that stand in the training data."""
    trained = {_words(e.text): e for e in found}
    for path in sorted(root.glob(DEVELOPMENT)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
            text = line.split("\t")[-1]
            if _words(text) in trained:
                what = f"line {number} {text!r} is a training example of {trained[_words(text)].topic}. Remove that."
                yield Problem("leak", path.name, what)


def variety_report(root: Path = ROOT) -> Iterator[str]:
    """One line a topic: examples, distinct openings of two words, distinct frames, mean likeness."""
    by_topic: dict[str, list[Example]] = defaultdict(list)
    for example in examples(root):
        by_topic[example.topic].append(example)
    yield f"{'topic':28s} {'fr':>4s} {'ar':>4s} {'openings':>9s} {'frames':>7s} {'likeness':>9s}"
    for topic, listed in sorted(by_topic.items()):
        openings = len({_words(e.text)[:2] for e in listed})
        frames = len({frame(e.text) for e in listed})
        texts = [" ".join(_words(e.text)) for e in listed]
        likeness = process.cdist(texts, texts, scorer=fuzz.ratio)
        pairs = max(1, len(texts) * (len(texts) - 1))
        mean = (float(likeness.sum()) - 100.0 * len(texts)) / pairs
        counted = Counter(e.language for e in listed)
        yield f"{topic:28s} {counted['fr']:4d} {counted['ar']:4d} {openings:9d} {frames:7d} {mean:9.1f}"
