"""Contacts as people read them: the lines of a place, how fresh it is, and the buttons below.

The actions say which places and what is known of them (`actions/contact.py`); every word comes from `data/answers`, so
that a reply can be given in French, in Arabic, or in both.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date

from assistant.dialogue.bidi import isolated, isolated_address
from assistant.dialogue.needs import needs
from assistant.dialogue.topics import payload, title
from assistant.nlu.lexicon import lexicon

Place = Mapping[str, Any]  # what actions/contact.py sends of a place
Line = Callable[[str, Mapping[str, str]], str]  # name of a line and its variables -> its text
LONGEST_TITLE = 20  # characters of a WhatsApp reply button
MOST_PHONES = 2
# Month names as Morocco has them.
LOCALES = {"fr": "fr", "ar": "ar_MA"}
# The lines of a place among others, of one alone, and when one thing was asked.
LISTED = ("name", "offer", "phone", "address", "open")
CARD = ("name", "offer", "phone", "address", "hours", "email", "website")
DETAILS = {
    "phone": ("name", "phone"),
    "address": ("name", "address"),
    "hours": ("name", "hours", "phone"),
    "email": ("name", "email", "website"),
    "all": CARD,
}


def rendered(variables: Mapping[str, Any], language: str, line: Line) -> dict[str, str]:
    """Variables of a response about contacts, in words of one language.

    Args:
        variables: what the action sent: `places`, and any of `need`, `wider`, `city`, `nearby` (ids), `cities` (ids),
            `distance` (km), `detail`, `read_at` (date of the directory's last good copy, when it cannot be reached).
        language: `fr` or `ar`.
        line: says a line of `data/answers` (`utter_line/place_phone`).
    """
    places: Sequence[Place] = variables.get("places") or ()
    detail = variables.get("detail")
    wanted = DETAILS[detail] if detail else (CARD if len(places) == 1 else LISTED)
    need, wider = (_named(needs(), variables.get(name), language) for name in ("need", "wider"))
    words = {
        "need": line("place_wider", {"need": need, "wider": wider}) if wider else need,
        "city": _named(lexicon().cities, variables.get("city"), language),
        "nearby": _named(lexicon().cities, variables.get("nearby"), language),
        "distance": str(variables.get("distance") or ""),
        "cities": line("place_comma", {}).join(
            _named(lexicon().cities, c, language) for c in variables.get("cities") or ()
        ),
    }
    asked = detail not in (None, "all")
    blocks = [[_part(part, place, language, line, asked) for part in wanted] for place in places]
    fresh = [_freshness(place, language, line) for place in places]
    if len(set(fresh)) == 1:
        ending = fresh[:1]
    else:
        ending = []
        for block, said in zip(blocks, fresh, strict=True):
            block.append(said)
    if variables.get("read_at"):
        ending.append(line("place_stale", {"date": _day(str(variables["read_at"]), language)}))
    shown = ["\n".join(part for part in block if part) for block in blocks]
    return {**words, "places": "\n".join([*shown, *ending])}


def buttons(variables: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """Buttons below contacts: each place when there are several, then what the action offers (targets).

    Args:
        variables: as `rendered` takes them; `offers` are targets of buttons.
        language: of the titles.
    """
    places: Sequence[Place] = variables.get("places") or ()
    if len(places) < 2 or variables.get("detail"):
        places = ()
    own = [
        {"title": words, "payload": payload(f"place.{place['id']}")}
        for words, place in zip(_titles(places, language), places, strict=True)
    ]
    return [*own, *({"title": title(o, language), "payload": payload(o)} for o in variables.get("offers") or ())]


def points(variables: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Where the one place of a reply is, for channels that show a map; nothing when it is one of several.

    Args:
        variables: as `rendered` takes them.
        language: of the name and the address.
    """
    places: Sequence[Place] = variables.get("places") or ()
    if len(places) != 1 or not places[0].get("point") or variables.get("detail") not in (None, "all", "address"):
        return []
    place = places[0]
    latitude, longitude = place["point"]
    address = place["address"].get(language, "") or _named(lexicon().cities, place["city"], language)
    return [{"latitude": latitude, "longitude": longitude, "name": place["name"][language], "address": address}]


def sources(places: Sequence[Place]) -> list[str]:
    """Addresses of the pages that what was said of places comes from; each place says its own date."""
    return list(dict.fromkeys(url for place in places for url in place["sources"]))


def _named(table: Mapping[str, Any], key: object, language: str) -> str:
    row = table.get(str(key)) if key else None
    return str(row[language]) if row else ""


def _titles(places: Sequence[Place], language: str) -> list[str]:
    """Words of places' buttons, no two the same: a name that fits, with the city where it takes that, or a number."""
    titles: list[str] = []
    for number, place in enumerate(places, start=1):
        city = _named(lexicon().cities, place["city"], language)
        names = (place["name"][language], place["short_name"], f"{place['short_name']} {city}")
        fitting = (name for name in names if 0 < len(name.strip()) <= LONGEST_TITLE and name not in titles)
        titles.append(next(fitting, title("place", language).format(n=number)))
    return titles


def _part(part: str, place: Place, language: str, line: Line, asked: bool) -> str:
    """A line of a place, empty when there is nothing to say; what was asked for and is not known is said to be so."""
    if part == "name":
        return line("place_name", {"name": place["name"][language]})
    if part == "offer":
        return line("place_offer", {"offer": place["offer"][language]}) if place["offer"] else ""
    if part == "phone":
        numbers = place["phones"][: MOST_PHONES if asked else 1]
        shown = " / ".join(isolated(number) for number in numbers)
        return line("place_phone", {"phone": shown}) if shown else line("place_no_phone", {})
    if part == "address":
        return _address(place, language, line, asked)
    if part == "email":
        shown = ", ".join(place["emails"])
        return line("place_email", {"email": shown}) if shown else (line("place_no_email", {}) if asked else "")
    if part == "website":
        host = (urlsplit(place["website"]).hostname or "").removeprefix("www.")
        return line("place_website", {"website": host}) if host else ""
    said = _opening(place["opening"], language, line)
    words = _hours(place, language, line) if part == "hours" or not said else ""
    return "\n".join(filter(None, (said, words)))


def _address(place: Place, language: str, line: Line, asked: bool) -> str:
    city = _named(lexicon().cities, place["city"], language) or place["city_name"]
    address = place["address"].get(language, "")
    if address:
        whole = address if not city or city in address else line("place_comma", {}).join((address, city))
        return line("place_address", {"address": isolated_address(whole)})
    if city:
        return line("place_city_only", {"city": city})
    return line("place_no_address", {}) if asked else ""


def _hours(place: Place, language: str, line: Line) -> str:
    hours = place["hours"].get(language, "")
    return line("place_hours", {"hours": hours}) if hours else line("place_hours_unknown", {})


def _opening(opening: Mapping[str, Any], language: str, line: Line) -> str:
    """Whether a place is open now, and until when that holds; empty when it is not known."""
    if opening["state"] == "unknown":
        return ""
    if opening["around_the_clock"]:
        return line("place_always_open", {})
    until = opening["until"]
    when = {"day": _weekday(until, language), "time": isolated(_clock(until))} if until else {}
    by = "phone" if opening["phone_only"] else "door"
    if opening["state"] == "open":
        return line(f"place_open_{by}", when)
    holiday = line("place_holiday", {}) if opening["holiday"] else ""
    return line(f"place_closed_until_{by}" if when else "place_closed", {**when, "holiday": holiday})


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%H:%M}"


def _weekday(moment: str, language: str) -> str:
    return format_date(datetime.fromisoformat(moment), "EEEE", locale=LOCALES[language])


def _freshness(place: Place, language: str, line: Line) -> str:
    """When a person last made sure; else how old the source is, and what to do before going there."""
    if place["verified_on"]:
        return line("place_verified", {"date": _day(place["verified_on"], language)})
    advice = "call" if place["phones"] else "ask"
    since = _day((place["as_of"] or "")[: len("2014-03")], language)
    return line(f"place_unverified_{advice}" if since else f"place_undated_{advice}", {"date": since})


def _day(written: str, language: str) -> str:
    """ "2026-11-25", "2014-03" or "2014" in words; the word as it is when it is no date."""
    parts = written.split("T")[0].split("-")
    pattern = {1: "y", 2: "MMMM y", 3: "d MMMM y"}.get(len(parts), "")
    try:
        day = date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except (TypeError, ValueError):
        return ""
    return format_date(day, pattern, locale=LOCALES[language])
