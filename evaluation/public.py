"""Public benchmarks through the classifier and the language identifier of `config.yml`.

`make eval-public DATA=<folder>`: a folder of MASSIVE (`fr-FR.train.jsonl` ...), ArBanking77
(`Banking77_Arabized_*.csv`) or lingua's test files (`word-pairs/fr.txt` ...). Trained on the train split, reported on
the test split; the lexicon, the safeguard and everything else that belongs to this project's own field is off.
"""

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evaluation.languages import langdetect_alone, lingua
from evaluation.measures import share_of
from evaluation.training import Text, train

MASSIVE = {"fr-FR": "fr", "ar-SA": "ar"}


def massive(folder: Path) -> Iterable[str]:
    """Lines of the report on MASSIVE: both languages are learned together, each is asked alone."""
    learned = [one for locale in MASSIVE for one in _massive(folder, locale, "train")]
    tests = {locale: _massive(folder, locale, "test") for locale in MASSIVE}
    yield from _classified("MASSIVE", learned, tests)


def _massive(folder: Path, locale: str, split: str) -> list[Text]:
    lines = (folder / f"{locale}.{split}.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    return [Text(row["utt"], row["intent"], MASSIVE[locale]) for row in rows]


def arbanking(folder: Path) -> Iterable[str]:
    """Lines of the report on ArBanking77: Modern Standard and Palestinian Arabic are learned together."""
    learned = _arbanking(folder / "Banking77_Arabized_MSA_PAL_train.csv")
    tests = {name: _arbanking(folder / f"Banking77_Arabized_{name}_test.csv") for name in ("MSA", "PAL")}
    yield from _classified("ArBanking77", learned, tests)


def _arbanking(path: Path) -> list[Text]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Text(row[1], row[0], "ar") for row in list(csv.reader(file))[1:]]


def _classified(name: str, learned: Sequence[Text], tests: dict[str, list[Text]]) -> Iterable[str]:
    begun = time.perf_counter()
    families = _families(learned)
    named = [replace(one, label=f"{families[one.label]}.{one.label}") for one in learned]
    classifier = train(named, field=False)
    yield f"{name}: {len(learned)} examples learned in {time.perf_counter() - begun:.0f} s"
    known = {one.text for one in learned}
    for test, texts in tests.items():
        labels = [label.partition(".")[2] for label in classifier.read(texts)]
        right = [label == one.label for label, one in zip(labels, texts, strict=True)]
        new = [ok for ok, one in zip(right, texts, strict=True) if one.text not in known]
        for what, outcomes in (("all rows", right), ("rows that do not stand in the train split", new)):
            got = share_of(outcomes)
            yield f"{name} {test:6s} {what}: {got.value:.4f} [{got.low:.4f}, {got.high:.4f}] of {got.of}"


def _families(texts: Sequence[Text]) -> dict[str, int]:
    """Families of the labels, a third as many: topics have theirs in their names, others' are looked for.

    Labels are joined by the mean of their texts (letters in twos to fives, tf-idf), closest first.
    """
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.feature_extraction.text import TfidfVectorizer

    labels = sorted({one.label for one in texts})
    matrix = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).fit_transform(
        one.text for one in texts
    )
    of_text = np.array([one.label for one in texts])
    means = np.vstack([np.asarray(matrix[of_text == label].mean(axis=0)) for label in labels])
    joined = AgglomerativeClustering(max(2, len(labels) // 3), affinity="cosine", linkage="average").fit(means)
    return dict(zip(labels, map(int, joined.labels_), strict=True))


def languages(folder: Path) -> Iterable[str]:
    """Lines of the report on lingua's test files: share of texts whose language is told right."""
    from evaluation.development import parser

    parse = parser()
    identifiers: dict[str, Callable[[str], str]] = {
        "this project": lambda text: str(parse(text)["language"]),
        "langdetect": langdetect_alone,
        "lingua": lingua,
    }
    for kind in ("sentences", "word-pairs", "single-words"):
        for language in ("fr", "ar", "en"):
            texts = [t for t in (folder / kind / f"{language}.txt").read_text(encoding="utf-8").split("\n") if t]
            shares = []
            for name, identify in identifiers.items():
                # This project knows French and Arabic; English is one of the others.
                wanted = {language, "other"} if name == "this project" and language == "en" else {language}
                shares.append(f"{name} {share_of(identify(text) in wanted for text in texts).value:.3f}")
            yield f"{kind:12s} {language} ({len(texts)}): " + ", ".join(shares)


# A file that tells which benchmark a folder holds.
BENCHMARKS = {
    "fr-FR.train.jsonl": massive,
    "Banking77_Arabized_MSA_PAL_train.csv": arbanking,
    "word-pairs/fr.txt": languages,
}


def main(arguments: Sequence[str]) -> int:
    """Print the report on one folder; 1 with what to do when it holds no benchmark."""
    folder = Path(arguments[0]) if arguments else Path()
    for file, benchmark in BENCHMARKS.items():
        if arguments and (folder / file).is_file():
            for line in benchmark(folder):
                print(line, flush=True)  # noqa: T201 - a command speaks here
            return 0
    names = ", ".join(BENCHMARKS)
    print(f"No benchmark in {folder}. Name a folder that holds one of {names}: make eval-public DATA=<folder>")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
