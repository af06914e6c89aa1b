"""Corrections with two readers become examples and regression cases.

Nothing is taught that the assistant is measured on (`tests/nlu`), that another topic holds already, or that an example
says nearly the same way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from assistant.dialogue.topics import LANGUAGES
from assistant.nlu.normalise import arabic_share, fold
from assistant.privacy.redact import redact
from quality.examples import LEAKED, LEAST_WORDS, NEARLY_THE_SAME
from transcripts import training_files
from transcripts.models import Conversation, Review

TRAINING, HELD_OUT = "data/nlu/*/*.yml", "tests/nlu/**/*.tsv"
_WORD = re.compile(r"\w+")
NEW, KNOWN, CONFLICT, MEASURED, EMPTY = "new", "known", "conflict", "measured", "empty"
OUTCOMES = {
    NEW: _("becomes an example"),
    KNOWN: _("an example says it already"),
    CONFLICT: _("the same words are an example of another topic: change that one by hand"),
    MEASURED: _("the assistant is measured on it: it stays out"),
    EMPTY: _("nothing is left of it without personal data"),
}


@dataclass(frozen=True)
class Correction:
    """A message that was misunderstood, and what it was about."""

    review: int
    topic: str
    language: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What becomes of a correction: one of `OUTCOMES`, and the text that decided it, if another did."""

    correction: Correction
    name: str
    other: str = ""

    @property
    def words(self) -> str:
        """In words."""
        return str(OUTCOMES[self.name])


@dataclass(frozen=True)
class Plan:
    """What teaching would change.

    Attributes:
        outcomes: of every correction with two readers that was not taught yet.
        changes: path from the project's root -> new content.
    """

    outcomes: Sequence[Outcome] = ()
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def taught(self) -> list[Correction]:
        """The corrections that the training data hold afterwards."""
        return [one.correction for one in self.outcomes if one.name in (NEW, KNOWN)]


class TeachingError(Exception):
    """Nothing can be taught; says why and what to do."""


def corrections(readable: QuerySet[Conversation] | None = None) -> list[Correction]:
    """Corrections with two readers that were not taught yet, oldest first."""
    rows = Review.objects.agreed().filter(exported=None)
    if readable is not None:
        rows = rows.filter(turn__conversation__in=readable)
    return [_correction(review) for review in rows.select_related("turn").order_by("at", "pk")]


def plan(root: Path, readable: QuerySet[Conversation] | None = None) -> Plan:
    """What teaching would change.

    Args:
        root: the checkout.
        readable: conversations that whoever asks may read; all when None.

    Raises:
        TeachingError: the held-out messages are not there.
    """
    outcomes: list[Outcome] = []
    changes: dict[str, str] = {}
    waiting = corrections(readable)
    if not waiting:
        return Plan()
    known = _Known(root)
    for correction in waiting:
        outcome = known.outcome(correction)
        outcomes.append(outcome)
        if outcome.name == NEW:
            known.learn(correction)
            _put_in(changes, root, correction)
    return Plan(outcomes, changes)


def apply(plan: Plan, root: Path) -> None:
    """Change the files.

    Raises:
        OSError: they cannot be written; each file is either old or new.
    """
    for path, content in plan.changes.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(content, encoding="utf-8")
        new.replace(file)


def mark_as_taught(plan: Plan) -> None:
    """Note which corrections the training data hold now."""
    taught = [correction.review for correction in plan.taught]
    Review.objects.filter(pk__in=taught).update(exported=timezone.now())


def _correction(review: Review) -> Correction:
    turn = review.turn
    text = training_files.as_example(redact(turn.text))
    by_script = "ar" if arabic_share(text) > 0.5 else "fr"
    language = next((one for one in (turn.spoken, turn.language) if one in LANGUAGES), by_script)
    return Correction(review.pk, review.right_topic, language, text)


def _put_in(changes: dict[str, str], root: Path, correction: Correction) -> None:
    path = training_files.file_of(correction.topic, correction.language)
    content = changes.get(path) or training_files.read(root, path)
    changes[path] = training_files.with_example(content, correction.topic, correction.language, correction.text)
    cases = changes.get(training_files.REGRESSIONS) or training_files.read(root, training_files.REGRESSIONS)
    changes[training_files.REGRESSIONS] = training_files.with_regression(cases, correction.topic, correction.text)


class _Known:
    """What the project holds already: examples, and messages that it is measured on."""

    def __init__(self, root: Path) -> None:
        files = (path.read_text(encoding="utf-8") for path in sorted(root.glob(TRAINING)))
        listed = [one for content in files for one in training_files.examples_in(content)]
        self._topics, self._examples = [topic for topic, _text in listed], [_read(text) for _topic, text in listed]
        self._measured = [_read(text) for text in _held_out(root)]

    def learn(self, correction: Correction) -> None:
        """Know a correction too: the next may say the same."""
        self._topics.append(correction.topic)
        self._examples.append(_read(correction.text))

    def outcome(self, correction: Correction) -> Outcome:
        """What becomes of a correction."""
        if not correction.text:
            return Outcome(correction, EMPTY)
        read = _read(correction.text)
        measured = _nearest(read, self._measured, LEAKED)
        if measured:
            return Outcome(correction, MEASURED, measured)
        listed = list(zip(self._examples, self._topics, strict=True))
        other = next((topic for text, topic in listed if text == read and topic != correction.topic), None)
        if other:
            return Outcome(correction, CONFLICT, other)
        known = _nearest(read, [text for text, topic in listed if topic == correction.topic], NEARLY_THE_SAME)
        return Outcome(correction, KNOWN, known) if known else Outcome(correction, NEW)


@cache
def _read(text: str) -> str:
    """A text for comparing: folded, without punctuation; nearly what the gates compare, in a tenth of the time."""
    return " ".join(_WORD.findall(fold(text))) or text


def _nearest(read: str, others: Sequence[str], likeness: float) -> str:
    """The text among others that is the same or nearly so, empty when there is none; of short ones only the same."""
    found = process.extractOne(read, others, scorer=fuzz.ratio, score_cutoff=likeness)
    if found is None or (found[0] != read and min(len(read.split()), len(found[0].split())) < LEAST_WORDS):
        return ""
    return str(found[0])


def _held_out(root: Path) -> list[str]:
    """Messages that the assistant is measured on."""
    files = [path for path in sorted(root.glob(HELD_OUT)) if path != root / training_files.REGRESSIONS]
    if not files:
        raise TeachingError(
            _(
                "%(files)s is not in %(folder)s: without it a message could be learned that is measured on. "
                "Teach in a checkout of the whole project."
            )
            % {"files": HELD_OUT, "folder": root}
        )
    rows = (row for path in files for row in path.read_text(encoding="utf-8").splitlines()[1:] if row)
    return [row.split("\t")[-1] for row in rows]
