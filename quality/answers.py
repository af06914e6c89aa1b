"""Answers are short, sourced, dated, in both languages, and name no number that the directory does not hold."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import yaml
from assistant.dialogue.topics import LANGUAGES, families, topics
from assistant.paths import ROOT
from quality.data import Response, responses
from quality.problem import Problem

LONGEST_ANSWER = 600  # characters, with numbers filled in
LONGEST_TITLE = 20  # a WhatsApp reply button holds no more
STATUSES = frozenset(["current", "dated", "historical", "guidance", "none"])
_PHONE_VARIABLE = re.compile(r"\{phone:([^}]+)\}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# Digits in phone groups: at least six in a row but for spaces, dots and dashes; years and ranges of years are shorter.
_NUMBER = re.compile(r"(?<![\w/.])\+?\d(?:[\s.\-]?\d){5,}(?![\w/])")
_AMOUNT = re.compile(r"\d{1,3}(?: \d{3})+")


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the answers of the project at `root`."""
    places = _places(root)
    for response in responses(root):
        yield from _length(response, places)
        yield from _source(response)
        yield from _date(response)
        yield from _channel(response)
        yield from _numbers(response, places)
    yield from _titles(root)


def _places(root: Path) -> dict[str, list[str]]:
    """Numbers of each place of the directory, private and historical ones left out."""
    listed: list[dict[str, Any]] = yaml.read(root / "data/contacts/organizations.yml")["organizations"]
    return {
        place["id"]: [
            shown for p in place["phones"] if not p.get("private") for shown in (p["number"], p.get("display"))
        ]
        for organisation in listed
        for place in organisation["locations"]
        if place.get("status") != "historical"
    }


def _length(response: Response, places: dict[str, list[str]]) -> Iterator[Problem]:
    filled = _PHONE_VARIABLE.sub(lambda m: (places.get(m.group(1)) or [""])[-1] or "", response.text)
    if not filled.strip():
        yield Problem("length", response.path, f"{response.name} ({response.language}) is empty. Write it.")
    if len(filled) > LONGEST_ANSWER:
        what = f"{response.name} ({response.language}) has {len(filled)} characters; shorten it to {LONGEST_ANSWER}."
        yield Problem("length", response.path, what)


def _source(response: Response) -> Iterator[Problem]:
    metadata, where = response.metadata, response.path
    who = f"{response.name} ({response.language})"
    status = metadata.get("status")
    if status not in STATUSES:
        yield Problem("source", where, f"{who} has status {status!r}; it must be one of {', '.join(sorted(STATUSES))}.")
    elif status in ("current", "dated", "historical"):
        if not metadata.get("sources"):
            yield Problem("source", where, f"{who} states facts without a source. Add `sources`, or drop the fact.")
        if not metadata.get("read_on"):
            yield Problem("source", where, f"{who} does not say when its source was read. Add `read_on`.")
    elif metadata.get("sources"):
        yield Problem("source", where, f"{who} has sources but status {status}. Say current, dated or historical.")
    for url in metadata.get("sources") or ():
        if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", url):
            yield Problem("source", where, f"{who} has {url!r} as source, which is no address.")


def _date(response: Response) -> Iterator[Problem]:
    as_of, status = response.metadata.get("as_of"), response.metadata.get("status")
    who = f"{response.name} ({response.language})"
    if as_of is not None and not _DATE.fullmatch(str(as_of)):
        yield Problem("date", response.path, f"{who}: as_of {as_of!r} is not a date such as '2014-03'.")
    elif as_of and status in ("dated", "historical") and str(as_of)[:4] not in response.text:
        yield Problem("date", response.path, f"{who} tells a {status} fact without its year {str(as_of)[:4]}. Say it.")


def _channel(response: Response) -> Iterator[Problem]:
    """Rasa prefers a channel's variant to the language's: without the condition an Arabic speaker gets French."""
    if response.channel and not response.conditioned:
        what = f"{response.name}: the variant for {response.channel} needs a condition on the slot language."
        yield Problem("channel", response.path, what)


def _numbers(response: Response, places: dict[str, list[str]]) -> Iterator[Problem]:
    who = f"{response.name} ({response.language})"
    for place in _PHONE_VARIABLE.findall(response.text):
        if not places.get(place):
            yield Problem("numbers", response.path, f"{who}: the directory has no number to show for {place!r}.")
    known = {_digits(number) for numbers in places.values() for number in numbers if number}
    for found in _NUMBER.findall(_AMOUNT.sub("", response.text)):
        if _digits(found) not in known:
            what = f"{who}: {found!r} is in no directory entry. Write {{phone:PLACE}} instead."
            yield Problem("numbers", response.path, what)


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return re.sub(r"^(?:212|00212)", "0", digits) if len(digits) > 9 else digits


def _titles(root: Path) -> Iterator[Problem]:
    titled = [(name, t.title) for name, t in topics(root / "data/topics").items()]
    titled += [
        (f"menu.{n}", {k: f"{f.emoji} {v}" for k, v in f.title.items()})
        for n, f in families(root / "data/topics").items()
    ]
    for name, title in titled:
        for language in LANGUAGES:
            words = title.get(language, "")
            if not 0 < len(words) <= LONGEST_TITLE:
                what = f"the button of {name} ({language}) is {words!r}; it needs 1 to {LONGEST_TITLE} characters."
                yield Problem("titles", "data/topics", what)
