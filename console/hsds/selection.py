"""Which rows a list answers with: primary keys in the order of the answer, before a page is cut from them.

Words and distances are compared here and not in the database: SQLite and PostgreSQL fold accents and Arabic letters
differently or not at all, and the directory holds hundreds of rows, not millions.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from contacts.models import City, Need, Service
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from rest_framework.serializers import ValidationError

from assistant.nlu.normalise import fold
from hsds import objects, published
from hsds.identifiers import key_of

EARTH_RADIUS = 6_371_008.8  # metres, mean radius (IUGG)

Values = dict[str, Any]
Point = tuple[float, float]  # latitude and longitude in degrees (WGS 84)

_NAMES = ("name_fr", "name_ar")
_ORGANIZATION = (*_NAMES, "short_name", "description_fr", "description_ar")
_PLACE = ("address_fr", "address_ar", "city__name_fr", "city__name_ar")
_SERVICE = (*_NAMES, *(f"organization__{name}" for name in _ORGANIZATION), *(f"need__{name}" for name in _NAMES))
_AT_LOCATION = tuple(f"location__{name}" for name in _PLACE)

_folded = lru_cache(maxsize=20_000)(fold)


def services(values: Values) -> list[int]:
    """Services, by organisation.

    Args:
        values: from `queries.read` with `ServicesQuery`.

    Raises:
        rest_framework.serializers.ValidationError: a filter names nothing in the directory; so in all functions here.
    """
    rows = _services(values)
    if "city" in values:
        city = _city(values["city"])
        places = published.service_at_locations().filter(location__city=city)
        serving = Service.cities.through.objects.filter(city=city)
        rows = rows.filter(Q(national=True) | Q(pk__in=places.values("service")) | Q(pk__in=serving.values("service")))
    served = Service.cities.through.objects.filter(city__in=published.cities())
    texts = [
        rows.values_list("pk", *_SERVICE),
        published.service_at_locations().order_by().values_list("service", *_AT_LOCATION),
        served.values_list("service", *(f"city__{name}" for name in _NAMES)),
    ]
    return _with_words(rows, values, texts)


def service_at_locations(values: Values) -> list[int]:
    """Services at places, by organisation; the nearest first when the request names a point.

    Args:
        values: from `queries.read` with `ServiceAtLocationsQuery`.
    """
    rows = published.service_at_locations().filter(service__in=_services(values))
    city = _city(values["city"]) if "city" in values else None
    if city and "proximity" not in values:
        rows = rows.filter(location__city=city)
    found = _with_words(
        rows, values, [rows.values_list("pk", *(f"service__{name}" for name in _SERVICE), *_AT_LOCATION)]
    )
    if "lat" in values:
        return _nearest(rows, found, (values["lat"], values["lon"]), values.get("proximity"))
    if city and "proximity" in values:
        return _nearest(rows, found, (city.latitude, city.longitude), values["proximity"])
    return found


def organizations(values: Values) -> list[int]:
    """Organisations, by name.

    Args:
        values: from `queries.read` with `OrganizationsQuery`.
    """
    rows = published.organizations()
    texts = [
        rows.values_list("pk", *_ORGANIZATION),
        published.locations().values_list("organization", *_PLACE),
    ]
    return _with_words(rows, values, texts)


def terms(values: Values) -> list[int]:
    """Needs, in the order of the console.

    Args:
        values: from `queries.read` with `TermsQuery`.
    """
    rows = published.needs()
    _check_taxonomy(values)
    if values["top_only"]:
        rows = rows.exclude(parent__status=published.CURRENT)
    if "parent_id" in values:
        rows = rows.filter(parent__slug=_slug("parent_id", "taxonomy_term", values, published.needs()))
    return _with_words(rows, values, [rows.values_list("pk", "slug", *_NAMES)])


def taxonomies(values: Values) -> list[str]:
    """Slugs of the taxonomies; they are data of the program, not rows.

    Args:
        values: from `queries.read` with `ListQuery`.
    """
    words = _words(values)
    texts = {
        slug: [*each["name"].values(), *each["description"].values()] for slug, each in objects.taxonomies().items()
    }
    return [slug for slug in texts if _has_words(texts[slug], words)]


def haversine(one: Point, other: Point) -> float:
    """Distance in metres between two points on a sphere of the Earth's size.

    Args:
        one, other: latitude and longitude in degrees.
    """
    (lat1, lon1), (lat2, lon2) = (map(radians, point) for point in (one, other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(chord)))


def _services(values: Values) -> QuerySet[Service]:
    rows = published.services()
    _check_taxonomy(values)
    if "organization_id" in values:
        slug = _slug("organization_id", "organization", values, published.organizations())
        rows = rows.filter(organization__slug=slug)
    if "taxonomy_term_id" in values:
        rows = rows.filter(need__in=_narrower(_slug("taxonomy_term_id", "taxonomy_term", values, published.needs())))
    if "modified_after" in values:
        rows = published.with_last_modified(rows).filter(last_modified__gte=values["modified_after"])
    return rows


def _slug(parameter: str, kind: str, values: Values, rows: QuerySet) -> str:
    """The slug that a filter names by slug or UUID."""
    slugs = rows.order_by().values_list("slug", flat=True)
    slug = key_of(kind, values[parameter], slugs)
    if not slugs.filter(slug=slug).exists():
        raise _nothing(parameter, values[parameter])
    return slug


def _check_taxonomy(values: Values) -> None:
    """Every need is a term of the one taxonomy, so that naming it leaves out nothing."""
    given = values.get("taxonomy_id", objects.NEEDS)
    if key_of("taxonomy", given, objects.taxonomies()) not in objects.taxonomies():
        raise _nothing("taxonomy_id", given)


def _city(slug: str) -> City:
    city = published.cities().filter(slug=key_of("city", slug, ())).first()
    if not city:
        raise _nothing("city", slug)
    return city


def _nothing(parameter: str, given: str) -> ValidationError:
    return ValidationError({parameter: [gettext("Nothing in the directory has the id “%(id)s”.") % {"id": given}]})


def _narrower(slug: str) -> set[int]:
    """Primary keys of a need and of all needs below it, however deep."""
    rows = list(Need.objects.values_list("pk", "slug", "parent"))
    below = defaultdict(set)
    for pk, _, parent in rows:
        below[parent].add(pk)
    found: set[int] = set()
    new = {pk for pk, each, _ in rows if each == slug}
    while new:
        found |= new
        new = set().union(*(below[pk] for pk in new)) - found
    return found


def _with_words(rows: QuerySet, values: Values, texts: Iterable[QuerySet]) -> list[int]:
    """Primary keys of the rows that have all words of a search.

    Args:
        rows: what is searched.
        values: of the request.
        texts: lists of a primary key of `rows` and texts; several of one row count together.
    """
    keys = list(rows.values_list("pk", flat=True))
    words = _words(values)
    if not words:
        return keys
    by_key: defaultdict[int, list[str]] = defaultdict(list)
    for key, *found in (row for rows in texts for row in rows):
        by_key[key] += filter(None, found)
    return [key for key in keys if _has_words(by_key[key], words)]


def _words(values: Values) -> list[str]:
    return _folded(values.get("search", "")).split()


def _has_words(texts: Iterable[str], words: list[str]) -> bool:
    folded = "\n".join(map(_folded, texts))
    return all(word in folded for word in words)


def _nearest(rows: QuerySet, keys: list[int], point: Point, limit: float | None) -> list[int]:
    """Those of `keys` with a known position, nearest first; a place without coordinates counts as its city's centre."""
    wanted = set(keys)
    positions = rows.filter(location__city__isnull=False).values_list(
        "pk", "location__latitude", "location__longitude", "location__city__latitude", "location__city__longitude"
    )
    far = {
        pk: haversine(point, (lat, lon) if lat is not None and lon is not None else (city_lat, city_lon))
        for pk, lat, lon, city_lat, city_lon in positions
        if pk in wanted
    }
    near = (pk for pk in far if limit is None or far[pk] <= limit)
    return sorted(near, key=lambda pk: far[pk])  # stable: the same distance keeps the order by name
