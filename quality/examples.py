"""Examples are varied: no sentence frame repeated, no near-duplicates, none in two topics, none that is measured on."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process
from spacy.lang.ar.stop_words import STOP_WORDS as ARABIC
from spacy.lang.fr.stop_words import STOP_WORDS as FRENCH

from assistant import yaml
from assistant.nlu.normalise import fold
from assistant.nlu.tokens import words_of
from assistant.paths import ROOT
from quality.data import Example, examples, table
from quality.problem import Problem

MOST_OF_ONE_FRAME = 0.15
# A frame is a sentence's skeleton; below so many words there is none.
LEAST_FRAME_WORDS = 3
# Likeness of two texts, 0-100. Two short ones ("pas besoin", "pa besoin") are alike by nature: only equal ones count.
NEARLY_THE_SAME = 92
LEAST_WORDS = 3
# A question that is measured on may share much with one that is learned, but not nearly every letter.
LEAKED = 95
DEVELOPMENT = ("tests/nlu/*.tsv", "tests/nlu/strangers/*.tsv")


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the examples of the project at `root`."""
    found = list(examples(root))
    for topic, listed in _by_topic(found).items():
        # A frame belongs to one language: counted over both, a French one could be twice as frequent.
        for language in dict.fromkeys(e.language for e in listed):
            yield from _frames(topic, [e for e in listed if e.language == language])
        yield from _near_duplicates(topic, listed)
    yield from _two_topics(found)
    yield from _leaks(found, root)


def _by_topic(found: Sequence[Example]) -> dict[str, list[Example]]:
    by_topic: dict[str, list[Example]] = defaultdict(list)
    for example in found:
        by_topic[example.topic].append(example)
    return dict(sorted(by_topic.items()))


@cache
def _words(text: str) -> tuple[str, ...]:
    """Words as the classifier reads them; the text itself where it holds none (an emoji)."""
    return tuple(words_of(text)) or (text,)


def _joined(texts: Sequence[str]) -> list[str]:
    return [" ".join(_words(text)) for text in texts]


@cache
def function_words() -> frozenset[str]:
    """Words that carry a sentence rather than its subject, folded, in both languages and scripts."""
    listed = yaml.read(ROOT / "data/lexicon/languages.yml")["words"]
    return frozenset(map(fold, [*FRENCH, *ARABIC, *listed["french"], *listed["arabizi"]]))


@cache
def _frame_words() -> frozenset[str]:
    """Words that stay in a frame: the function words, and those of Darija in Arabic script, which no stop list has."""
    arabic = {fold(k): fold(v) for k, v in yaml.read(ROOT / "data/lexicon/arabizi.yml")["arabizi"].items()}
    return function_words() | {word for latin in function_words() for word in arabic.get(latin, "").split()}


def frame(text: str) -> tuple[str, ...]:
    """An example with its content words masked: ("comment", "faire", "pour", "_"); neighbouring masks are one."""
    masked: list[str] = []
    for word in _words(text):
        shown = word if word in _frame_words() else "_"
        if shown != "_" or masked[-1:] != ["_"]:
            masked.append(shown)
    return tuple(masked)


def _frames(topic: str, listed: Sequence[Example]) -> Iterator[Problem]:
    """A template filled in twenty times teaches the classifier the template."""
    frames = Counter(f for f in (frame(e.text) for e in listed) if len(f) >= LEAST_FRAME_WORDS)
    for shape, number in frames.items():
        if number > MOST_OF_ONE_FRAME * len(listed) and number > 1:
            what = f"{number} of {len(listed)} examples of {topic} share the frame '{' '.join(shape)}'. Vary them."
            yield Problem("frames", listed[0].path, what)


def _near_duplicates(topic: str, listed: Sequence[Example]) -> Iterator[Problem]:
    """An example that is nearly another teaches nothing, and makes the count look better than the data."""
    texts = _joined([e.text for e in listed])
    likeness = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME)
    for i, j in zip(*likeness.nonzero(), strict=True):
        long = min(len(texts[i].split()), len(texts[j].split())) >= LEAST_WORDS
        if i < j and (long or texts[i] == texts[j]):
            what = f"{topic}: {listed[i].text!r} and {listed[j].text!r} are nearly the same. Drop one."
            yield Problem("near-duplicates", listed[j].path, what)


def _two_topics(found: Sequence[Example]) -> Iterator[Problem]:
    """The classifier cannot learn both."""
    seen: dict[tuple[str, ...], Example] = {}
    for example in found:
        first = seen.setdefault(_words(example.text), example)
        if first.topic != example.topic:
            what = f"{example.text!r} stands in {first.topic} ({first.path}) and {example.topic}. Keep it in one."
            yield Problem("two topics", example.path, what)


def _leaks(found: Sequence[Example], root: Path) -> Iterator[Problem]:
    """A question of the development set that was learned measures nothing."""
    learned = _joined([e.text for e in found])
    for path in sorted(path for pattern in DEVELOPMENT for path in root.glob(pattern)):
        rows = [row[-1] for row in table(path)]
        asked = _joined(rows)
        likeness = process.cdist(asked, learned, scorer=fuzz.ratio, score_cutoff=LEAKED)
        for i, j in zip(*likeness.nonzero(), strict=True):
            if asked[i] == learned[j] or len(asked[i].split()) >= LEAST_WORDS:
                measured = f"{path.relative_to(root)} line {i + 2}"
                what = f"{found[j].text!r} ({found[j].topic}) is measured on: {measured} {rows[i]!r}. Remove it here."
                yield Problem("leak", found[j].path, what)


def variety_report(root: Path = ROOT) -> Iterator[str]:
    """One line a topic: examples, distinct openings of two words, distinct frames, mean likeness (0-100)."""
    yield f"{'topic':28s} {'fr':>4s} {'ar':>4s} {'openings':>9s} {'frames':>7s} {'likeness':>9s}"
    for topic, listed in _by_topic(list(examples(root))).items():
        openings = len({_words(e.text)[:2] for e in listed})
        frames = len({frame(e.text) for e in listed})
        texts = _joined([e.text for e in listed])
        likeness = process.cdist(texts, texts, scorer=fuzz.ratio)
        pairs = max(1, len(texts) * (len(texts) - 1))
        mean = (float(likeness.sum()) - 100.0 * len(texts)) / pairs
        counted = Counter(e.language for e in listed)
        yield f"{topic:28s} {counted['fr']:4d} {counted['ar']:4d} {openings:9d} {frames:7d} {mean:9.1f}"
