"""`make eval`: measure what the assistant understands and write `docs/scorecard.md` with its pictures."""

import datetime
import sys
from collections.abc import Callable, Iterator, Sequence

from assistant.paths import MODELS, ROOT
from assistant.server.models import newest_model
from evaluation import pictures
from evaluation.curve import curve
from evaluation.development import Row, measured, parser
from evaluation.entities import named
from evaluation.languages import langdetect_alone, lingua
from evaluation.measures import Bin, Share, calibration, share_of
from evaluation.others import compare
from evaluation.page import Measured, language_groups, page
from evaluation.strangers import strangers
from quality.data import examples
from quality.examples import frame

DOCS = ROOT / "docs"


def main() -> int:
    """Measure, write the page and the pictures."""
    parse = parser()
    parse("bonjour")  # the first message loads what the others find loaded
    rows = measured(parse)
    known = list(examples())
    outcomes = compare([e.text for e in known], [e.topic for e in known], [row.text for row in rows])
    points = list(curve())
    of = Measured(
        when=datetime.date.today().isoformat(),
        model=newest_model(MODELS).name,
        rows=rows,
        strangers=strangers(parse),
        named=named(parse),
        bins={name: _bins([row for row in rows if row.language == name]) for name in ("fr", "ar")},
        outcomes=outcomes,
        languages=dict(_languages(rows)),
        points=points,
        frames={name: _frames([e.text for e in known if e.language == name]) for name in ("fr", "ar")},
    )
    (DOCS / "scorecard.md").write_text(page(of), encoding="utf-8")
    pictures.confusion_matrix([(row.topic, row.parsed["topic"]) for row in rows], DOCS / "images/eval-confusion.png")
    pictures.calibration_curve(of.bins, DOCS / "images/eval-calibration.png")
    curves = {name: [point.right[name] for point in points] for name in points[0].right}
    pictures.learning_curve([point.examples for point in points], curves, DOCS / "images/eval-curve.png")
    print("Written: docs/scorecard.md and docs/images/eval-*.png")  # noqa: T201 - a command speaks here
    return 0


def _bins(rows: Sequence[Row]) -> list[Bin]:
    return calibration([row.parsed["confidence"] for row in rows], [row.right for row in rows])


def _frames(texts: Sequence[str]) -> tuple[int, int]:
    return len(texts), len({frame(text) for text in texts})


def _languages(rows: Sequence[Row]) -> Iterator[tuple[str, dict[str, Share]]]:
    told = {row.text: str(row.parsed["language"]) for row in rows}
    own: Callable[[str], str] = lambda text: told[text]  # noqa: E731
    for name, identify in (("this project", own), ("langdetect alone", langdetect_alone), ("lingua", lingua)):
        yield (
            name,
            {
                group: share_of(identify(row.text) == row.language for row in listed)
                for group, listed in language_groups(rows).items()
            },
        )


if __name__ == "__main__":
    sys.exit(main())
