"""The scorecard as a page: `docs/scorecard.md`."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.curve import Point
from evaluation.development import ARABIC_SCRIPT, Question, Row, groups
from evaluation.entities import Named
from evaluation.measures import Bin, Share, calibration_error, confusions, found, share_of
from evaluation.others import Outcome
from evaluation.strangers import Stranger

WORST = 20
VARIETIES = ("standard", "sms", "african", "noaccent", "msa", "darija", "dialect", "arabizi", "mixed")


@dataclass(frozen=True)
class Measured:
    """All that the page tells.

    Attributes:
        when: date of the run.
        model: name of the model file.
        rows: the development set, read.
        strangers: messages of strangers, read.
        named: messages with the places and needs that they name, read.
        bins: calibration by language.
        outcomes: other classifiers by name.
        languages: identifier -> group of rows -> share of right languages.
        points: the learning curve.
        frames: language -> (examples, distinct sentence frames).
    """

    when: str
    model: str
    rows: Sequence[Row]
    strangers: Sequence[Stranger]
    named: Sequence[Named]
    bins: Mapping[str, Sequence[Bin]]
    outcomes: Mapping[str, Outcome]
    languages: Mapping[str, Mapping[str, Share]]
    points: Sequence[Point]
    frames: Mapping[str, tuple[int, int]]


def page(of: Measured) -> str:
    """The scorecard as Markdown."""
    parts = (
        _head,
        _strangers,
        _varieties,
        _decisions,
        _scope,
        _entities,
        _calibration,
        _confusions,
        _others,
        _languages,
        _curve,
    )
    return "\n".join(line for part in parts for line in part(of)) + "\n"


def _head(of: Measured) -> Iterator[str]:
    yield "# Scorecard"
    yield ""
    yield (
        f"Written by `make eval` on {of.when} with {of.model}, over the {len(of.rows)} questions of the development set"
        " (`tests/nlu`), none of which was learned. In brackets: 95 % interval (bootstrap). The set was written by"
        " language models that play people: real people will be understood less well."
    )
    yield ""


def _strangers(of: Measured) -> Iterator[str]:
    yield "## Messages of strangers"
    yield ""
    yield (
        f"{len(of.strangers)} messages (`tests/nlu/strangers`) of writers who saw only the list of topics; nothing was"
        " learned from them. They are the better guess at what people who were never asked will get."
    )
    yield ""
    rows = []
    for name in ("all", "fr", "ar"):
        listed = [one for one in of.strangers if name in ("all", one.language)]
        shares = [share_of(one.right for one in listed), share_of(one.reached for one in listed)]
        rows.append([name, str(len(listed)), *map(_shown, shares)])
    yield from _table(["language", "messages", "rightly answered at once", "right reply or button"], rows)
    dangers, alarms = _alarms(of.strangers)
    yield f"Dangers seen: {_shown(dangers)} of {dangers.of}. False alarms: {_shown(alarms)} of the other {alarms.of}."
    yield ""


def _varieties(of: Measured) -> Iterator[str]:
    yield "## By variety"
    yield ""
    header = ["group", "questions", "right topic", "right among three", "right when answered", "right reply or button"]
    yield from _table(header, (_variety(name, rows) for name, rows in _ordered(of.rows)))


def _variety(name: str, rows: Sequence[Row]) -> list[str]:
    answered = [row for row in rows if row.answered]
    return [
        name,
        str(len(rows)),
        _shown(share_of(row.right for row in rows)),
        _shown(share_of(row.among_three for row in rows)),
        _shown(share_of(row.right for row in answered)),
        _shown(share_of(row.reached for row in rows)),
    ]


def _ordered(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    grouped = groups(rows)
    names = ("fr", "ar", "arabic_script", *VARIETIES)
    return [("all", list(rows)), *((name, grouped[name]) for name in names if name in grouped)]


def _decisions(of: Measured) -> Iterator[str]:
    yield "## What the assistant does with it"
    yield ""
    header = ["group", "answered at once", "asks back", "lost", "reply in another language", "ms (median)", "ms (95 %)"]
    yield from _table(header, (_decision(name, rows) for name, rows in _ordered(of.rows)))


def _decision(name: str, rows: Sequence[Row]) -> list[str]:
    times = [row.milliseconds for row in rows]
    return [
        name,
        _percent(share_of(row.answered for row in rows).value),
        _percent(share_of(row.asked for row in rows).value),
        _percent(share_of(not row.answered and not row.asked for row in rows).value),
        _percent(share_of(row.parsed["language"] != row.language for row in rows).value),
        f"{statistics.median(times):.1f}",
        f"{statistics.quantiles(times, n=20)[-1]:.1f}",
    ]


def _scope(of: Measured) -> Iterator[str]:
    yield "## Dangers, and what is not its field"
    yield ""
    dangers, alarms = _alarms(of.rows)
    outside = [row for row in of.rows if row.topic == "out_of_scope"]
    inside = [row for row in of.rows if row.topic != "out_of_scope"]
    rows = [
        ("dangers seen", dangers),
        ("false alarms among the rest", alarms),
        ("out of scope, seen as such", share_of(row.parsed["topic"] == "out_of_scope" for row in outside)),
        ("in scope, turned away", share_of(row.parsed["decision"] == "out_of_scope" for row in inside)),
    ]
    yield from _table(["what", "share", "of"], ([name, _shown(got), str(got.of)] for name, got in rows))


def _alarms(rows: Sequence[Row] | Sequence[Stranger]) -> tuple[Share, Share]:
    """Shares of the dangers that are seen, and of all else in which one is."""
    seen, alarms = (share_of(bool(r.parsed["urgent"]) for r in rows if r.urgent is urgent) for urgent in (True, False))
    return seen, alarms


def _entities(of: Measured) -> Iterator[str]:
    yield "## Cities and needs named in a message"
    yield ""
    rows = []
    for kind in ("city", "need"):
        got = found((named.there[kind], named.read[kind]) for named in of.named)
        rows.append([kind, str(got.of), f"{got.precision:.3f}", f"{got.recall:.3f}", f"{got.f1:.3f}"])
    yield from _table(["kind", "named", "precision", "recall", "F1"], rows)


def _calibration(of: Measured) -> Iterator[str]:
    yield "## Does it know when it knows?"
    yield ""
    errors = ", ".join(f"{name} {calibration_error(bins):.3f}" for name, bins in of.bins.items())
    yield f"Expected calibration error: {errors}. A number beside a point is the messages in it."
    yield ""
    yield "![How sure it was against how often it was right](images/eval-calibration.png)"
    yield ""


def _confusions(of: Measured) -> Iterator[str]:
    yield "## The worst confusions"
    yield ""
    wrong = {(row.topic, row.parsed["topic"]): row.text for row in of.rows if not row.right}
    counted = confusions((row.topic, row.parsed["topic"]) for row in of.rows)[:WORST]
    rows = ([*pair, str(number), wrong[pair].replace("|", "\\|")] for pair, number in counted)
    yield from _table(["right", "read as", "times", "one of them"], rows)
    yield "![Right topics against those that were read](images/eval-confusion.png)"
    yield ""


def _others(of: Measured) -> Iterator[str]:
    yield "## Beside other classifiers"
    yield ""
    yield (
        "The same examples, the same questions, the best topic alone, each in a process of its own. This project's own"
        " is loaded, not trained, and does more in its time (language, entities, dangers, decision)."
    )
    yield ""
    header = ["classifier", "all", *VARIETIES, "seconds to train", "ms a message", "MB"]
    yield from _table(header, (_other(name, outcome, of.rows) for name, outcome in of.outcomes.items()))


def _other(name: str, outcome: Outcome, asked: Sequence[Question]) -> list[str]:
    right = [(one.variety, one.topic == topic) for one, topic in zip(asked, outcome.read, strict=True)]
    shares = [share_of(ok for variety, ok in right if variety == wanted).value for wanted in VARIETIES]
    whole = share_of(ok for _, ok in right).value
    training = "–" if outcome.training is None else f"{outcome.training:.0f}"
    cost = [training, f"{outcome.milliseconds:.1f}", f"{outcome.megabytes:.0f}"]
    return [name, _percent(whole), *map(_percent, shares), *cost]


def _languages(of: Measured) -> Iterator[str]:
    yield "## Telling the language"
    yield ""
    kinds = list(next(iter(of.languages.values())))
    rows = ([name, *(_shown(shares[kind]) for kind in kinds)] for name, shares in of.languages.items())
    yield from _table(["identifier", *kinds], rows)


def _curve(of: Measured) -> Iterator[str]:
    yield "## Would more examples help?"
    yield ""
    yield (
        "Right topic by the mean number of examples a topic and language "
        "(the language of a question is given here, and no copies with slips are learned)."
    )
    yield ""
    header = ["examples", *of.points[0].right]
    rows = ([f"{point.examples:.0f}", *map(_percent, point.right.values())] for point in of.points)
    yield from _table(header, rows)
    frames = ", ".join(f"{name} {number} examples, {shapes} frames" for name, (number, shapes) in of.frames.items())
    yield f"Distinct sentence frames (content words masked): {frames}."
    yield ""
    yield "![Right topics by examples](images/eval-curve.png)"


def language_groups(rows: Sequence[Question]) -> dict[str, list[Question]]:
    """The questions by what a language identifier has to tell: French, Arabic script, Arabizi, mixed."""
    return {
        "French": [row for row in rows if row.language == "fr"],
        "Arabic script": [row for row in rows if row.variety in ARABIC_SCRIPT],
        "Arabizi": [row for row in rows if row.variety == "arabizi"],
        "mixed": [row for row in rows if row.variety == "mixed"],
    }


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _shown(share: Share) -> str:
    return f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
