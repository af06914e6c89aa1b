"""Answers are short, sourced, dated, in both languages, and name no number that the directory does not hold."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant import yaml
from assistant.dialogue.directory import is_shown
from assistant.dialogue.topics import LANGUAGES, families, topics
from assistant.paths import ROOT
from quality.data import Response, responses
from quality.problem import Problem

LONGEST_ANSWER = 600  # characters that a person reads
MOST_SOURCES = 2  # named in the source line (assistant/dialogue/answers.py)
FACTS = frozenset(["current", "dated", "historical"])  # statuses of answers that state facts
STATUSES = FACTS | {"guidance", "none", "directory"}  # directory: facts, sources and dates of the contact directory
Places = Mapping[str, Sequence[str]]

_PHONE_VARIABLE = re.compile(r"\{phone:([^}]+)\}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")
# A phone number: at least six digits, alone or in groups.
_NUMBER = re.compile(r"(?<![\w/.])\+?\d(?:[ \u00a0\u202f.\-–]{0,3}\d){5,}(?![\w/])")
# A short one, where the words say to call it ("appelez la police au 177", "اتصلوا على 177"): no hour, no day.
_CALLED = re.compile(
    r"(?:\b(?:appel|compos)\w*|اتصل\w*)(?:[^\d\n.;]{0,40}?(?:\b(?:le|au|num[ée]ro)|الرقم|على|ب|:))?\s?(\d{2,5})"
    r"(?!\d|\s?[h:]|[-–]| (?:janv|f[ée]v|mars|avr|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c))",
    re.IGNORECASE,
)
# Six digits and no phone number: years and ranges of years, dates, laws (1-03-196), amounts below 100 million.
_YEAR = r"(?:19|20)\d\d"
_AMOUNT = r"(?:[1-9]\d?(?:[ \u00a0\u202f.]\d{3}){1,2}|[1-9]\d\d[ \u00a0\u202f.]\d{3})"
_NO_NUMBER = re.compile(
    rf"(?<![\d+])(?<!\d[ .\-–])(?:{_YEAR}(?:\s?[-–]\s?{_YEAR})?|{_YEAR}-\d\d(?:-\d\d)?|\d\d?[.-]\d\d?[.-]{_YEAR}"
    rf"|\d-\d\d-\d{{1,4}}|{_AMOUNT}(?:\s?[-–]\s?{_AMOUNT})?)(?![ \u00a0\u202f.\-–]?\d)"
)


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the answers of the project at `root`."""
    places = _places(root)
    listed = list(responses(root))
    extras = _Extras(root, listed, places)
    for response in listed:
        yield from _length(response, extras)
        yield from _source(response)
        yield from _date(response)
        yield from _channel(response)
        yield from _numbers(response, places)
    yield from _variants(listed)


def named_places(text: str) -> list[str]:
    """Ids of the places whose number a text gives (`{phone:samu-141}`)."""
    return _PHONE_VARIABLE.findall(text)


def _places(root: Path) -> dict[str, list[str]]:
    """Place of the directory -> its numbers, the one that answers show first; private and historical ones left out."""
    listed: list[dict[str, Any]] = yaml.read(root / "data/contacts/organizations.yml")["organizations"]
    return {
        place["id"]: [
            shown
            for p in place["phones"]
            if is_shown(p) and not p.get("private")
            for shown in (p.get("display"), p["number"])
            if shown
        ]
        for organisation in listed
        for place in organisation["locations"]
        if is_shown(place)
    }


class _Extras:
    """What is read beside the text itself, as `assistant.dialogue.answers` adds it: emoji, numbers, source line."""

    def __init__(self, root: Path, listed: Sequence[Response], places: Places) -> None:
        self._families = families(root / "data/topics")
        self._places = places
        self._source_line = {r.language: r.text for r in listed if r.name == "utter_line/source"}
        self._comma = {r.language: r.text for r in listed if r.name == "utter_line/place_comma"}
        about = [topic.about for topic in topics(root / "data/topics").values()]
        menus = [family.title for family in self._families.values()]
        self._longest = {
            name: {language: max((t.get(language, "") for t in texts), key=len) for language in LANGUAGES}
            for name, texts in (("about", about), ("menu", menus))
        }

    def shown(self, response: Response) -> str:
        """All that a person reads of an answer; where a name is filled in, the longest."""
        text = _PHONE_VARIABLE.sub(lambda match: next(iter(self._places.get(match[1], ())), ""), response.text)
        for name, longest in self._longest.items():
            text = text.replace(f"{{{name}}}", longest.get(response.language, ""))
        shown = self._families.get(re.split(r"[./]", response.name.removeprefix("utter_"))[0])
        emoji = f"{shown.emoji} " if shown and shown.emoji else ""
        return f"{emoji}{text}{self._source(response)}" if text.strip() else ""

    def _source(self, response: Response) -> str:
        hosts = dict.fromkeys(
            (urlsplit(str(url)).hostname or "").removeprefix("www.") for url in response.metadata.get("sources") or ()
        )
        if not hosts:
            return ""
        as_of = response.metadata.get("as_of")
        sources = self._comma.get(response.language, ", ").join(list(hosts)[:MOST_SOURCES])
        line = self._source_line.get(response.language, "").replace("{sources}", sources)
        return "\n" + line.replace("{year}", f" ({str(as_of)[:4]})" if as_of else "")


def _length(response: Response, extras: _Extras) -> Iterator[Problem]:
    """On a small screen a long answer is not read, and each costs a person's data."""
    shown = extras.shown(response)
    if not shown:
        yield Problem("length", response.path, f"{response} is empty. Write it.")
    if len(shown) > LONGEST_ANSWER:
        what = f"{response} has {len(shown)} characters with numbers and source; shorten it to {LONGEST_ANSWER}."
        yield Problem("length", response.path, what)


def _source(response: Response) -> Iterator[Problem]:
    """Nothing goes out unsourced: people stake their papers on it."""
    metadata, where = response.metadata, response.path
    status = metadata.get("status")
    if status not in STATUSES:
        what = f"{response} has status {status!r}. Write one of {', '.join(sorted(STATUSES))}."
        yield Problem("source", where, what)
    elif status in FACTS:
        if not metadata.get("sources"):
            yield Problem("source", where, f"{response} states facts without a source. Add `sources`, or drop them.")
        if not metadata.get("read_on"):
            yield Problem("source", where, f"{response} does not say when its source was read. Add `read_on`.")
    elif metadata.get("sources"):
        what = f"{response} has sources but status {status}. Say current, dated or historical."
        yield Problem("source", where, what)
    for url in metadata.get("sources") or ():
        if not _ADDRESS.fullmatch(str(url)):
            yield Problem("source", where, f"{response} has {url!r} as source, which is no address. Mend it.")


def _date(response: Response) -> Iterator[Problem]:
    """What was true in 2014 must not sound like today."""
    metadata, where = response.metadata, response.path
    for key in ("as_of", "read_on"):
        value = metadata.get(key)
        if value is not None and not (isinstance(value, str) and _DATE.fullmatch(value)):
            yield Problem("date", where, f"{response}: {key} is {value!r}. Write a date in quotes, such as '2014-03'.")
    year = str(metadata.get("as_of") or "")[:4]
    status = metadata.get("status")
    if year and status in ("dated", "historical") and not re.search(rf"(?<!\d){year}(?!\d)", _ascii(response.text)):
        yield Problem("date", where, f"{response} tells a {status} fact without its year {year}. Say it in the text.")


def _channel(response: Response) -> Iterator[Problem]:
    """Rasa prefers a channel's variant to the language's: without the condition an Arabic speaker gets French."""
    if response.channel and not response.conditioned:
        yield Problem("channel", response.path, f"{response} needs a condition on the slot language. Add it.")


def _variants(listed: Sequence[Response]) -> Iterator[Problem]:
    """Variants of one response: one a language and channel, all from the same source."""
    named: dict[str, list[Response]] = defaultdict(list)
    for response in listed:
        named[response.name].append(response)
        if response.language not in LANGUAGES:
            what = f"{response} waits for a language that is never set. Write one of {', '.join(LANGUAGES)}."
            yield Problem("variants", response.path, what)
    for variants in named.values():
        seen: set[tuple[str, str | None]] = set()
        for response in variants:
            # Rasa picks one of several by chance.
            if (response.language, response.channel) in seen:
                yield Problem("variants", response.path, f"{response} stands there twice. Keep one.")
            seen.add((response.language, response.channel))
            # A source that only one language names was checked for only one.
            keys = response.metadata.keys() | variants[0].metadata.keys()
            differ = sorted(k for k in keys if response.metadata.get(k) != variants[0].metadata.get(k))
            if differ:
                what = f"{response} and {variants[0]} differ in {', '.join(differ)}. Give them one metadata (&, *)."
                yield Problem("metadata", response.path, what)


def _numbers(response: Response, places: Places) -> Iterator[Problem]:
    """A wrong number can cost a life: answers show the directory's and no other."""
    for place in _PHONE_VARIABLE.findall(response.text):
        if not places.get(place):
            what = f"{response}: the directory has no number to show for {place!r}. Name another place."
            yield Problem("numbers", response.path, what)
    known = {_digits(number) for numbers in places.values() for number in numbers}
    for line in _PHONE_VARIABLE.sub(";", _ascii(response.text)).splitlines():
        plain = _NO_NUMBER.sub(";", line)
        for found in [*_NUMBER.findall(plain), *_CALLED.findall(plain)]:
            if _digits(found) not in known:
                what = f"{response}: {found!r} is in no directory entry. Write {{phone:PLACE}} instead."
                yield Problem("numbers", response.path, what)


def _ascii(text: str) -> str:
    """A text with the digits 0-9: Arabic-Indic and Persian digits are numbers too."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return re.sub(r"^(?:00)?212", "0", digits) if len(digits) > 9 else digits
