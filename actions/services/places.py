"""Places where people find help, read from the services of an HSDS 3.0 directory (docs/directory.md).

Tolerant: a row that cannot be read is left out and counted, a field that cannot be read is empty. What the Morocco
profile adds is used where it is there; a directory without it works with the standard's own fields.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any, Literal, TypeVar

from actions.services import clean, gazetteer

log = logging.getLogger("actions.directory")

LONGEST_NAME = 120  # characters
LONGEST_TEXT = 200
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,80}")  # ids stand in buttons (/place/ID)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SILENT = ("fax", "pager")  # types of HSDS phones that no person answers
# Parts of an RFC 5545 rule that a span does not hold: with them, "each week on these days" would be wrong.
UNSUPPORTED = ("count", "byweekno", "bymonthday", "byyearday")
Texts = dict[str, str]
"""A text in both languages, `{"fr": …, "ar": …}`, or nothing: `{}`."""
Row = dict[str, Any]
"""A JSON object of the directory."""
T = TypeVar("T")


@dataclass(frozen=True)
class Phone:
    """A number that people may call: what to dial (E.164 or short) and how they read it."""

    number: str
    display: str


@dataclass(frozen=True)
class Span:
    """One span of opening, each week.

    Attributes:
        days: days of the week, Monday is 0.
        opens, closes: local time of Morocco; equal means around the clock, an earlier `closes` is on the next day.
        season: part of the year for which it holds.
        phone_only: nobody is received, only the phone is answered.
        valid_from, valid_to: first and last day on which it holds; None means no bound.
    """

    days: tuple[int, ...]
    opens: time
    closes: time
    season: Literal["usual", "ramadan"] = "usual"
    phone_only: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Offer:
    """A service given at a place.

    Attributes:
        need: slug (else code, else name) of the need that it meets; empty when the directory names none.
        parent: the wider need, where the directory tells it.
        name: of the service.
        cities: slugs of the cities whose people it serves, but for those in which the service has another place.
        national: open to people of the whole country.
    """

    need: str
    parent: str | None
    name: Texts
    cities: tuple[str, ...] = ()
    national: bool = False


@dataclass(frozen=True)
class Source:
    """A web page that says so."""

    url: str
    title: str


@dataclass(frozen=True)
class Place:
    """A place of an organisation, or a line that serves the whole country.

    Attributes:
        id: slug, else UUID; no two places share it.
        organization: slug, else UUID, of the organisation.
        name, short_name, website: the organisation's.
        offers: what is given there.
        city: slug of the city; None for a line that serves the whole country, or a city that the lexicon lacks.
        city_name: the city as the directory writes it, where there is no slug.
        address, hours: in words.
        phones: the first is the one to show.
        spans: opening hours; none when they are not known, or cannot all be read.
        latitude, longitude: degrees (WGS 84), or both None.
        as_of, read_on, verified_on: date that the source shows, month in which it was read, day on which a person made
            sure; to the year, month or day.
    """

    id: str
    organization: str
    name: Texts
    short_name: str = ""
    website: str = ""
    offers: tuple[Offer, ...] = ()
    city: str | None = None
    city_name: str = ""
    address: Texts = field(default_factory=dict)
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    hours: Texts = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    as_of: str | None = None
    read_on: str | None = None
    verified_on: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def point(self) -> gazetteer.Point | None:
        """Where it is, if the directory tells it."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


def places(services: Iterable[object]) -> tuple[Place, ...]:
    """Every place at which one of the services is given, in the order of the directory, each once.

    Args:
        services: what `Directory.services` read: JSON objects of HSDS services with all that is nested in them.
    """
    rows = list(services)
    terms = _terms(rows)
    found: dict[str, Place] = {}
    unreadable = 0
    for row in rows:
        for place in _places_of(row, terms):
            if place is None:
                unreadable += 1
            else:
                _add(found, place)
    if unreadable:
        log.warning("The directory has %d rows that cannot be read; they are left out.", unreadable)
    return tuple(found.values())


def _add(found: dict[str, Place], place: Place) -> None:
    if place.id in found and found[place.id].organization != place.organization:
        # Two organisations under one roof: each place is shown under the name of one of them.
        place = replace(place, id=f"{place.id}-{place.organization}")
    found[place.id] = _merged(found[place.id], place) if place.id in found else place


def _merged(first: Place, second: Place) -> Place:
    return replace(
        first,
        offers=_once(first.offers + second.offers),
        phones=_once(first.phones + second.phones),
        emails=_once(first.emails + second.emails),
        # Hours that depend on the service are not the hours of the place.
        spans=first.spans if set(first.spans) == set(second.spans) else (),
    )


def _places_of(service: object, terms: dict[str, str]) -> Iterator[Place | None]:
    """The places of one service; None for each that cannot be read."""
    if not isinstance(service, dict):
        yield None
        return
    if service.get("status", "active") != "active":
        return
    at_locations = _list(service.get("service_at_locations"))
    for at in at_locations or _line_without_place(service):
        yield _place(service, at, terms) if isinstance(at, dict) else None


def _line_without_place(service: Row) -> list[Row]:
    """The standard lets a service have its phone itself, and no location."""
    line = {"id": service.get("id"), "slug": service.get("slug"), "location_type": "virtual"}
    return [{"location": line}] if _list(service.get("phones")) else []


def _place(service: Row, at: Row, terms: dict[str, str]) -> Place | None:
    organization, location = _object(service.get("organization")), _object(at.get("location"))
    place_id = _id(location)
    name = next(filter(None, (_texts(row, "name", LONGEST_NAME) for row in (organization, location, service))), None)
    if not place_id or not name:
        return None
    address = _address(location)
    city = _city(location, address)
    latitude = clean.number(location.get("latitude"), -90, 90)
    longitude = clean.number(location.get("longitude"), -180, 180)
    located = latitude is not None and longitude is not None
    return Place(
        id=place_id,
        organization=_id(organization) or _id({"id": service.get("organization_id")}) or place_id,
        name=name,
        short_name=clean.text(organization.get("alternate_name"), LONGEST_NAME),
        website=clean.web_address(organization.get("website")),
        offers=_offers(service, location, terms),
        city=city,
        city_name="" if city else clean.text(address.get("city"), LONGEST_NAME),
        address=_texts(location, "address", LONGEST_TEXT)
        or _texts({"address": _street(address)}, "address", LONGEST_TEXT),
        phones=_phones(_first_list("phones", location, at, service, organization)),
        emails=_emails(location, service, organization),
        hours=_texts(location, "hours", LONGEST_TEXT),
        spans=_spans(_first_list("schedules", location, at, service)),
        latitude=latitude if located else None,
        longitude=longitude if located else None,
        as_of=clean.day(location.get("as_of")),
        read_on=clean.day(location.get("read_on")),
        verified_on=clean.day(location.get("verified_on")) or clean.day(service.get("assured_date")),
        sources=_sources(location),
    )


def _terms(services: list[object]) -> dict[str, str]:
    """Id -> need, of every taxonomy term: `parent_id` names the wider need by its id only."""
    return {str(term.get("id")): need for service in services for term in _needs(service) if (need := _need(term))}


def _needs(service: object) -> list[Row]:
    """Taxonomy terms of a service."""
    attributes = _list(_object(service).get("attributes"))
    return [term for attribute in attributes if (term := _object(_object(attribute).get("taxonomy_term")))]


def _need(term: Row) -> str:
    return next(filter(None, (clean.text(term.get(name), LONGEST_NAME) for name in ("slug", "code", "name"))), "")


def _offers(service: Row, location: Row, terms: dict[str, str]) -> tuple[Offer, ...]:
    name = _texts(service, "name", LONGEST_NAME)
    cities = tuple(city for city in _areas(service) if city not in _other_cities(service, location))
    national = service.get("national") is True
    return _once(
        tuple(
            Offer(_need(term), terms.get(str(term.get("parent_id"))), name, cities, national)
            for term in _needs(service) or [{}]
        )
    )


def _areas(service: Row) -> tuple[str, ...]:
    areas = [_object(area) for area in _list(service.get("service_areas"))]
    return _once(tuple(city for area in areas if (city := _city(area, {"city": area.get("name")}))))


def _other_cities(service: Row, location: Row) -> set[str | None]:
    """Cities in which other places of the service are: who lives there goes to those."""
    at_locations = [_object(at) for at in _list(service.get("service_at_locations"))]
    others = [_object(at.get("location")) for at in at_locations if at.get("location") is not location]
    return {_city(other, _address(other)) for other in others}


def _address(location: Row) -> Row:
    """The address at which people are received, else the first one."""
    addresses = [_object(address) for address in _list(location.get("addresses"))]
    physical = [address for address in addresses if address.get("address_type") == "physical"]
    return next(iter(physical or addresses), {})


def _street(address: Row) -> str:
    lines = (clean.text(address.get(name), LONGEST_TEXT) for name in ("address_1", "address_2"))
    return ", ".join(filter(None, lines))


def _city(row: Row, address: Row) -> str | None:
    slug, name = row.get("city"), address.get("city")
    if isinstance(slug, str) and len(slug) <= LONGEST_NAME and SLUG.fullmatch(slug):
        return slug
    return gazetteer.named(name) if isinstance(name, str) else None


def _phones(rows: list[object]) -> tuple[Phone, ...]:
    answered = (row for row in map(_object, rows) if row.get("type") not in SILENT)
    numbers = (clean.phone(row.get("number"), row.get("display")) for row in answered)
    found: dict[str, Phone] = {}
    for dialled, shown in filter(None, numbers):
        found.setdefault(dialled, Phone(dialled, shown))
    return tuple(found.values())


def _emails(location: Row, service: Row, organization: Row) -> tuple[str, ...]:
    written = _list(location.get("emails")) or [service.get("email") or organization.get("email")]
    return _once(tuple(filter(None, map(clean.email, written))))


def _spans(rows: list[object]) -> tuple[Span, ...]:
    """All of them or none: with half of the hours, "not known" would become "closed"."""
    try:
        return _once(tuple(_span(_object(row)) for row in rows))
    except ValueError:
        return ()


def _span(row: Row) -> Span:
    weekly = (row.get("freq") or "WEEKLY") == "WEEKLY" and row.get("interval") in (None, 1)
    season = row.get("season") or "usual"
    if not weekly or any(row.get(name) for name in UNSUPPORTED) or season not in ("usual", "ramadan"):
        raise ValueError("no weekly span")
    days = {DAYS.index(code.strip()) for code in str(row.get("byday")).split(",")}
    return Span(
        days=tuple(sorted(days)),
        opens=clean.local_time(row.get("opens_at")),
        closes=clean.local_time(row.get("closes_at")),
        season="ramadan" if season == "ramadan" else "usual",
        phone_only=row.get("phone_only") is True,
        valid_from=clean.whole_day(row.get("valid_from") or row.get("dtstart")),
        valid_to=clean.whole_day(row.get("valid_to") or row.get("until")),
    )


def _sources(location: Row) -> tuple[Source, ...]:
    rows = ((clean.web_address(row.get("url")), row) for row in map(_object, _list(location.get("sources"))))
    return tuple(Source(url, clean.text(row.get("title"), LONGEST_TEXT) or url) for url, row in rows if url)


def _texts(row: Row, name: str, longest: int) -> Texts:
    """A text in both languages; one that is missing is replaced by the other, and none is `{}`."""
    translations = _object(row.get("translations"))
    standard = clean.text(row.get(name), longest)  # French in the profile
    french = clean.text(_object(translations.get("fr")).get(name), longest) or standard
    arabic = clean.text(_object(translations.get("ar")).get(name), longest)
    return {"fr": french or arabic, "ar": arabic or french} if french or arabic else {}


def _id(row: Row) -> str:
    """The readable id, else the UUID."""
    written = (value for name in ("slug", "id") if isinstance(value := row.get(name), str))
    return next(filter(IDENTIFIER.fullmatch, written), "")


def _first_list(name: str, *rows: Row) -> list[object]:
    """The list of the first row that has one: what stands nearest to the place."""
    return next(filter(None, (_list(row.get(name)) for row in rows)), [])


def _object(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _once(values: tuple[T, ...]) -> tuple[T, ...]:
    """Without what comes again. Compared, not hashed: texts in two languages are dicts."""
    found: list[T] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
