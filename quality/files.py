"""Files that Rasa reads and what it does not say about them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assistant import yaml
from assistant.paths import ROOT
from quality.problem import Problem

READ_BY_RASA = ("data/nlu", "data/answers", "data/dialogue")


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the files of the project at `root`."""
    paths = [path for folder in READ_BY_RASA for path in sorted((root / folder).rglob("*.y*ml"))]
    for path in [root / "domain.yml", *paths]:
        content, where = yaml.read(path) or {}, str(path.relative_to(root))
        yield from _unquoted(content, where)
        yield from _strays(content, where)


def _unquoted(content: object, where: str, key: str = "") -> Iterator[Problem]:
    """YAML reads 2014-03-10 as a date, and training stops: "date is not JSON serializable"."""
    if isinstance(content, date):
        yield Problem("unquoted date", where, f"{key} is {content} without quotes: training stops. Write '{content}'.")
    pairs = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, value in pairs:
        yield from _unquoted(value, where, f"{key}.{name}".lstrip("."))


def _strays(content: dict[str, object], where: str) -> Iterator[Problem]:
    """What Rasa learns or says from a file that the other gates do not read would pass unchecked."""
    folder, _, name = where.rpartition("/")
    for key, folders in {"nlu": ("data/nlu/fr", "data/nlu/ar"), "responses": ("data/answers",)}.items():
        if content.get(key) and not (folder in folders and name.endswith(".yml")):
            yield Problem("strays", where, f"`{key}` stands outside {' and '.join(folders)}. Move it to a .yml there.")
