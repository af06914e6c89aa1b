"""What counts and the things counted are called, in the reader's language."""

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assistant import yaml
from assistant.dialogue import topics
from assistant.dialogue.needs import needs
from assistant.dialogue.topics import LANGUAGES
from assistant.paths import DATA
from figures.counting import BETWEEN, BOUNDS, SLOWER
from figures.disclosure import Cell, Hidden

UNKNOWN = "—"


def channel(name: str) -> str:
    """A channel; the names are those that the assistant gives them."""
    return name or UNKNOWN


def language(code: str) -> str:
    """A language."""
    return {"fr": _("French"), "ar": _("Arabic")}.get(code, _("not known"))


def topic(name: str) -> str:
    """A topic; one that the data do not have any more keeps its id."""
    return topics.title(name, _reader()) if name in topics.topics() else name or UNKNOWN


def city(name: str) -> str:
    """A city of a search, or the whole country."""
    if name == topics.WHOLE_COUNTRY:
        return topics.title(f"city.{name}", _reader())
    return str(_cities()[name][_reader()]) if name in _cities() else name or _("not told")


def need(name: str) -> str:
    """A need of a search."""
    return topics.title(f"need.{name}", _reader()) if name in needs() else name or _("not told")


def search(key: str) -> tuple[str, str]:
    """City and need of a search for contacts."""
    where, _between, what = key.partition(BETWEEN)
    return city(where), need(what)


def answer_time(bucket: str) -> str:
    """A bucket of answer times."""
    if bucket == SLOWER:
        return _("more than %(seconds)s s") % {"seconds": number_format(f"{BOUNDS[-1]:g}")}
    return _("up to %(seconds)s s") % {"seconds": number_format(f"{float(bucket):g}")}


def day(value: date) -> str:
    """A day, with digits."""
    return date_format(value, "d/m/Y")


def short_day(value: date) -> str:
    """A day of a plot, where there is little room."""
    return date_format(value, "d/m")


def count(cell: Cell | None) -> str:
    """A count as it is read."""
    if cell is None:
        return ""
    return {Hidden.SMALL: "< 5", Hidden.WITHHELD: "–"}[cell] if isinstance(cell, Hidden) else str(cell)


def per_cent(cell: Cell | None) -> str:
    """A share as it is read."""
    return f"{cell} %" if isinstance(cell, int) else count(cell)


def _cities() -> dict[str, Any]:
    """The lexicon's cities, without the lexicon: its matchers take seconds to load."""
    return yaml.read(DATA / "lexicon" / "cities.yml")["cities"]


def _reader() -> str:
    """The reader's language, of those that the assistant speaks."""
    code = (get_language() or "")[:2]
    return code if code in LANGUAGES else LANGUAGES[0]
