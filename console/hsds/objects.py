"""HSDS objects made of published rows: one plain function a kind of object, one dictionary an object.

What the standard knows and a row lacks is left out, because the standard has no null; what the profile adds is always
there (`docs/directory.md`). "Listed" objects hold no rows that hang on them, as the standard wants in lists.
"""

import json
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

from contacts.models import (
    City,
    Location,
    Need,
    Organization,
    Phone,
    Schedule,
    Season,
    Service,
    ServiceAtLocation,
    Status,
)
from django.db.models import Model
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext, override

from hsds.identifiers import identifier, pair

LANGUAGES = ("fr", "ar")
COUNTRY = "MA"  # ISO 3166-1
NEEDS = "needs"  # slug of the taxonomy of needs

Object = dict[str, Any]


def listed_organization(row: Organization, language: str) -> Object:
    """An organization as it stands in lists and in services.

    Args:
        row: a published organisation.
        language: "fr" or "ar", that of the standard's own texts; so in all functions here.
    """
    return {
        "id": identifier("organization", row.slug),
        "slug": row.slug,
        "name": _text(row, "name", language),
        **_known(alternate_name=row.short_name, website=iri_to_uri(row.website)),
        "description": _text(row, "description", language),
        "translations": _translations(row, "name", "description"),
    }


def full_organization(row: Organization, language: str, *, services_in_full: bool) -> Object:
    """An organization with its locations and services; these do not repeat the organization.

    Args:
        row: from `published.full_organizations`, asked for with the same `services_in_full`.
        language: see `listed_organization`.
        services_in_full: whether the services come with everything that is nested in them.
    """
    build = full_service if services_in_full else listed_service
    return {
        **listed_organization(row, language),
        "locations": [full_location(location, language) for location in row.public_locations],
        "services": [_without(build(service, language), "organization") for service in row.public_services],
    }


def minimal_service(row: Service) -> Object:
    """The id of a service and when it changed last, for clients that only look for changes."""
    return {"id": identifier("service", row.slug), "last_modified": _moment(row.last_modified)}


def listed_service(row: Service, language: str) -> Object:
    """A service with its organization (row from `published.listed_services`)."""
    return {
        "id": identifier("service", row.slug),
        "slug": row.slug,
        "name": _text(row, "name", language),
        "status": "active",
        "last_modified": _moment(row.last_modified),
        "national": row.national,
        "translations": _translations(row, "name"),
        "organization": listed_organization(row.organization, language),
    }


def described_service(row: Service, language: str) -> Object:
    """A service with its need and the cities that it serves, without its places."""
    return {
        **listed_service(row, language),
        "attributes": [_attribute(row, language)],
        "service_areas": [_service_area(row, city, language) for city in row.public_cities],
    }


def full_service(row: Service, language: str) -> Object:
    """A service with everything that the directory knows of it (row from `published.full_services`)."""
    places = [
        {"id": _place_id(row, place.location), "location": full_location(place.location, language)}
        for place in row.public_at_locations
    ]
    return {**described_service(row, language), "service_at_locations": places}


def listed_service_at_location(row: ServiceAtLocation, language: str) -> Object:
    """A service at a place (row from `published.listed_service_at_locations`)."""
    return {
        "id": _place_id(row.service, row.location),
        "location": listed_location(row.location, language),
        "service": listed_service(row.service, language),
    }


def full_service_at_location(row: ServiceAtLocation, language: str) -> Object:
    """A service at a place with the whole place (row from `published.full_service_at_locations`)."""
    return {
        "id": _place_id(row.service, row.location),
        "location": full_location(row.location, language),
        "service": described_service(row.service, language),
    }


def listed_location(row: Location, language: str) -> Object:
    """A place, or a line that serves the whole country, without what hangs on it."""
    return {
        "id": identifier("location", row.slug),
        "slug": row.slug,
        "location_type": "physical" if row.city else "virtual",
        "name": _place_name(row, language),
        **_known(latitude=row.latitude, longitude=row.longitude),
        "city": row.city.slug if row.city else None,
        "hours": _text(row, "hours", language) or None,
        "emails": row.emails,
        "as_of": row.as_of or None,
        "read_on": row.read_on or None,
        "verified_on": row.verified_on.isoformat() if row.verified_on else None,
        "sources": row.sources,
        "translations": {
            each: {"name": _place_name(row, each), **texts}
            for each, texts in _translations(row, "address", "hours").items()
        },
    }


def full_location(row: Location, language: str) -> Object:
    """A place with its address, its public phones and its opening hours."""
    return {
        **listed_location(row, language),
        "addresses": _addresses(row, language),
        "phones": [_phone(row, phone) for phone in row.public_phones],
        "schedules": [_schedule(row, schedule, language) for schedule in row.public_schedules],
    }


def term(row: Need, language: str) -> Object:
    """A need as a taxonomy term. The directory has no descriptions of needs: the name is both."""
    name = _text(row, "name", language)
    # A wider need that is not published would be a link to nothing.
    wider = row.parent if row.parent and row.parent.status == Status.CURRENT else None
    return {
        "id": identifier("taxonomy_term", row.slug),
        "slug": row.slug,
        "code": row.slug,
        "name": name,
        "description": name,
        **_known(parent_id=wider and identifier("taxonomy_term", wider.slug)),
        "taxonomy": NEEDS,
        "language": language,
        "translations": _translations(row, "name"),
    }


def full_term(row: Need, language: str) -> Object:
    """A need as a taxonomy term, with its taxonomy."""
    return {**term(row, language), "taxonomy_detail": taxonomy(NEEDS, language)}


def taxonomy(slug: str, language: str) -> Object:
    """A taxonomy of `taxonomies.json`."""
    found = taxonomies()[slug]
    return {
        "id": identifier("taxonomy", slug),
        "slug": slug,
        "name": found["name"][language],
        "description": found["description"][language],
        "translations": {each: {field: found[field][each] for field in ("name", "description")} for each in LANGUAGES},
    }


@cache
def taxonomies() -> dict[str, Object]:
    """Name and description of each taxonomy in both languages, by slug."""
    found = json.loads(Path(__file__).with_name("taxonomies.json").read_text(encoding="utf-8"))
    return {each["slug"]: each for each in found}


def _attribute(row: Service, language: str) -> Object:
    return {
        "id": identifier("attribute", f"{row.slug}/{row.need.slug}"),
        "link_id": identifier("service", row.slug),
        "link_entity": "service",
        "taxonomy_term_id": identifier("taxonomy_term", row.need.slug),
        "taxonomy_term": term(row.need, language),
    }


def _service_area(row: Service, city: City, language: str) -> Object:
    return {
        "id": identifier("service_area", f"{row.slug}/{city.slug}"),
        "name": _text(city, "name", language),
        "city": city.slug,
        "translations": _translations(city, "name"),
    }


def _addresses(row: Location, language: str) -> list[Object]:
    # A line for the whole country may have words where an address would stand; the standard wants a city.
    if not row.city or not row.address_fr:
        return []
    address = {
        "id": identifier("address", row.slug),
        "address_1": _text(row, "address", language),
        "city": _text(row.city, "name", language),
        "country": COUNTRY,
        "address_type": "physical",
    }
    return [address]


def _phone(row: Location, phone: Phone) -> Object:
    return {
        "id": identifier("phone", f"{row.slug}/{phone.number}"),
        "number": phone.number,
        "display": phone.display,
        "type": "voice",
    }


def _schedule(row: Location, schedule: Schedule, language: str) -> Object:
    return {
        "id": identifier("schedule", f"{row.slug}/{schedule.pk}"),
        "freq": "WEEKLY",
        "byday": schedule.days,
        "opens_at": f"{schedule.opens:%H:%M}",
        "closes_at": f"{schedule.closes:%H:%M}",
        **_known(description=_exception(schedule, language)),
        "season": schedule.season,
        "phone_only": schedule.phone_only,
    }


def _exception(schedule: Schedule, language: str) -> str:
    """What sets these hours apart, for clients that do not know the profile."""
    with override(language):
        season = [schedule.get_season_display()] if schedule.season != Season.USUAL else []
        return ", ".join(season + ([gettext("by phone only")] if schedule.phone_only else []))


def _place_id(service: Service, location: Location) -> str:
    return identifier("service_at_location", pair(service.slug, location.slug))


def _place_name(row: Location, language: str) -> str:
    parts = [row.organization, row.city] if row.city else [row.organization]
    return " – ".join(_text(part, "name", language) for part in parts)


def _text(row: Model, field: str, language: str) -> str:
    """A text in one language, or in French where only that is known."""
    return getattr(row, f"{field}_{language}") or getattr(row, f"{field}_fr")


def _translations(row: Model, *names: str) -> Object:
    return {each: {name: getattr(row, f"{name}_{each}") or None for name in names} for each in LANGUAGES}


def _moment(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _known(**fields: object) -> Object:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _without(fields: Object, name: str) -> Object:
    return {key: value for key, value in fields.items() if key != name}
