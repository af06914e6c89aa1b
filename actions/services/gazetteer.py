"""Cities of Morocco and how far apart they are, from `data/lexicon/cities.yml` (coordinates: GeoNames, CC BY 4.0)."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Any

from assistant import yaml
from assistant.paths import DATA

EARTH = 6371.0088  # km, mean radius (IUGG)
Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""


@dataclass(frozen=True)
class City:
    """A city or town.

    Attributes:
        slug: its id everywhere in the project.
        name: `{"fr": …, "ar": …}`.
        latitude, longitude: degrees (WGS 84).
    """

    slug: str
    name: dict[str, str]
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        """Where it is."""
        return self.latitude, self.longitude


@cache
def cities() -> dict[str, City]:
    """Slug -> city, in the order of the lexicon."""
    return {
        slug: City(slug, {"fr": entry["fr"], "ar": entry["ar"]}, *map(float, entry["at"]))
        for slug, entry in _lexicon().items()
    }


def named(name: str) -> str | None:
    """Slug of the city that somebody else's directory calls `name`, in either language; None when there is none."""
    return _slugs_by_name().get(_folded(name))


def distance_km(a: Point, b: Point) -> float:
    """Distance between two points on the ground, in km, as the crow flies (haversine)."""
    (latitude_a, longitude_a), (latitude_b, longitude_b) = a, b
    half = (
        sin(radians(latitude_b - latitude_a) / 2) ** 2
        + cos(radians(latitude_a)) * cos(radians(latitude_b)) * sin(radians(longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * EARTH * asin(sqrt(min(1.0, half)))


def nearest(latitude: float, longitude: float) -> str:
    """Slug of the city nearest to a point, however far.

    Args:
        latitude, longitude: degrees (WGS 84).

    Raises:
        ValueError: there is no such point on Earth.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"No point on Earth: latitude {latitude}, longitude {longitude}.")
    return min(cities().values(), key=lambda city: distance_km(city.point, (latitude, longitude))).slug


@cache
def _lexicon() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.read(DATA / "lexicon" / "cities.yml")["cities"]
    return found


@cache
def _slugs_by_name() -> dict[str, str]:
    """Ambiguous spellings are left out: they are names of cities only in a sentence that says so."""
    found: dict[str, str] = {}
    for slug, entry in _lexicon().items():
        ambiguous = {_folded(name) for name in entry.get("ambiguous", ())}
        for name in (entry["fr"], entry["ar"], *entry["spellings"]):
            if name in (entry["fr"], entry["ar"]) or _folded(name) not in ambiguous:
                found.setdefault(_folded(name), slug)
    return found


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.replace("-", " ").split())
