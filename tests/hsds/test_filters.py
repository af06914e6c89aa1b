"""Filters: each finds what it promises, in both languages, and all of them hold together."""

import pytest
from contacts.models import Location, Need, Service
from hsds.identifiers import identifier
from hsds.selection import haversine
from hypothesis import given
from hypothesis import strategies as st

from tests.hsds.directory import backdate, get, slugs

pytestmark = pytest.mark.usefixtures("directory")

PAPERS, BABIES, GUIDE, LISTENS = "helpers-papers", "helpers-babies", "helpers-guide", "line-listens"
POINT = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("refugies", {PAPERS, BABIES, GUIDE}),
        ("RÉFUGIÉS carte", {PAPERS}),
        ("elan", {PAPERS, BABIES, GUIDE}),
        ("اللاجئين", {PAPERS, BABIES, GUIDE}),
        ("لاجئين", {PAPERS, BABIES, GUIDE}),
        ("اقامة", {PAPERS}),  # الإقامة, typed without hamza
        ("الاقامه", {PAPERS}),  # and with the final letter that phones mix up
        ("ecoute", {LISTENS, PAPERS, BABIES, GUIDE}),
        ("grossesse oujda", {BABIES}),
        ("وجدة", {PAPERS, BABIES}),
        ("rue paix", {PAPERS}),
        ("السلام", {PAPERS}),
        ("", {PAPERS, BABIES, GUIDE, LISTENS}),
        ("  ", {PAPERS, BABIES, GUIDE, LISTENS}),
        ("carte listens", set()),
    ],
)
def test_search_finds_all_words_in_any_text_of_the_service(search, found):
    assert set(slugs(f"services?search={search}")) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("organizations?search=الاستماع", ["line"]),
        ("organizations?search=oujda", ["helpers"]),
        ("organizations?search=rue de la paix", ["helpers"]),
        ("taxonomy_terms?search=bebe", ["maternal"]),
        ("taxonomy_terms?search=الاقامة", ["residence"]),
        ("taxonomies?search=besoins", ["needs"]),
        ("taxonomies?search=الاحتياجات", ["needs"]),
        ("taxonomies?search=description", []),
        ("service_at_locations?search=sante", ["line-listens@line-national"]),
        ("service_at_locations?search=papiers", []),
    ],
)
def test_search_in_every_list(path, found):
    assert slugs(path) == found


@pytest.mark.parametrize("kind", ["services", "service_at_locations"])
@pytest.mark.parametrize(
    ("need", "found"),
    [
        ("health", {BABIES, LISTENS}),
        ("maternal", {BABIES}),
        ("legal_aid", {PAPERS}),
        ("residence", {PAPERS}),
    ],
)
def test_need_includes_narrower_needs_by_slug_and_uuid(kind, need, found):
    for named in (need, identifier("taxonomy_term", need), identifier("taxonomy_term", need).upper()):
        assert {each.partition("@")[0] for each in slugs(f"{kind}?taxonomy_term_id={named}")} == found


def test_need_includes_needs_two_steps_below_and_a_circle_ends():
    top = Need.objects.create(slug="top", name_fr="Tout", name_ar="الكل")
    Need.objects.filter(slug="health").update(parent=top)
    assert set(slugs("services?taxonomy_term_id=top")) == {BABIES, LISTENS}
    Need.objects.filter(slug="top").update(parent=Need.objects.get(slug="maternal"))
    assert set(slugs("services?taxonomy_term_id=top")) == {BABIES, LISTENS}


@pytest.mark.parametrize("kind", ["services", "service_at_locations"])
def test_taxonomy_and_organization_by_slug_and_uuid(kind):
    everything = slugs(kind)
    for named in ("needs", identifier("taxonomy", "needs")):
        assert slugs(f"{kind}?taxonomy_id={named}") == everything
    for named in ("line", identifier("organization", "line")):
        assert {each.partition("@")[0] for each in slugs(f"{kind}?organization_id={named}")} == {LISTENS}


@pytest.mark.parametrize(("city", "found"), [("rabat", {PAPERS, LISTENS}), ("oujda", {PAPERS, BABIES, LISTENS})])
def test_city_finds_services_that_its_people_can_use(city, found):
    assert set(slugs(f"services?city={city}")) == found


def test_city_counts_when_only_the_place_or_only_the_people_are_there():
    Service.objects.get(slug=PAPERS).cities.clear()
    assert PAPERS in slugs("services?city=oujda")
    Service.objects.get(slug=BABIES).at_locations.all().delete()
    assert BABIES in slugs("services?city=oujda")


def test_search_knows_cities_that_only_the_place_or_only_the_people_are_in():
    Service.objects.get(slug=PAPERS).cities.clear()
    Service.objects.get(slug=BABIES).at_locations.all().delete()
    assert set(slugs("services?search=oujda")) == {PAPERS, BABIES}


def test_filters_hold_together():
    assert slugs("services?city=oujda&taxonomy_term_id=health&organization_id=helpers&search=grossesse") == [BABIES]
    assert slugs("services?city=rabat&taxonomy_term_id=health&organization_id=helpers") == []
    assert slugs("service_at_locations?city=oujda&taxonomy_term_id=legal_aid") == [f"{PAPERS}@helpers-oujda"]


def test_terms_by_parent_and_top():
    assert slugs("taxonomy_terms?top_only=true") == ["health", "legal_aid", "orphan"]
    for parent in ("health", identifier("taxonomy_term", "health")):
        assert slugs(f"taxonomy_terms?parent_id={parent}") == ["maternal"]
    assert slugs("taxonomy_terms?parent_id=health&top_only=true") == []
    assert slugs("taxonomy_terms?taxonomy_id=needs") == slugs("taxonomy_terms")


def test_nearest_places_come_first_and_lines_without_place_are_left_out():
    in_rabat, in_oujda = "lat=34.0&lon=-6.83", "lat=34.68&lon=-1.9"
    at_rabat, papers, babies = f"{PAPERS}@helpers-rabat", f"{PAPERS}@helpers-oujda", f"{BABIES}@helpers-oujda"
    assert slugs(f"service_at_locations?{in_rabat}") == [at_rabat, babies, papers]
    assert slugs(f"service_at_locations?{in_oujda}") == [babies, papers, at_rabat]
    assert slugs(f"service_at_locations?{in_rabat}&proximity=5000") == [at_rabat]
    assert slugs(f"service_at_locations?{in_rabat}&proximity=5000&taxonomy_term_id=health") == []


def test_place_without_coordinates_is_where_its_city_is():
    Location.objects.filter(slug="helpers-rabat").update(latitude=None, longitude=None)
    assert slugs("service_at_locations?lat=34.01325&lon=-6.83255&proximity=1") == [f"{PAPERS}@helpers-rabat"]


def test_city_alone_means_in_it_and_with_proximity_around_it():
    Location.objects.filter(slug="helpers-rabat").update(latitude=34.2, longitude=-6.83255)  # 20 km to the north
    assert slugs("service_at_locations?city=rabat") == [f"{PAPERS}@helpers-rabat"]
    assert slugs("service_at_locations?city=rabat&proximity=20000") == []
    assert slugs("service_at_locations?city=rabat&proximity=21000") == [f"{PAPERS}@helpers-rabat"]


def test_distance_is_that_of_the_known_formula():
    rabat, oujda = (34.01325, -6.83255), (34.68139, -1.90858)
    assert haversine(rabat, oujda) == pytest.approx(458_700, rel=0.002)
    assert haversine((0, 0), (0, 180)) == pytest.approx(20_015_115, abs=1)


@given(POINT, POINT)
def test_distance_is_symmetric_and_never_more_than_half_way_round(one, other):
    assert haversine(one, other) == pytest.approx(haversine(other, one), abs=0.01)
    assert 0 <= haversine(one, other) <= 20_015_116
    assert haversine(one, one) == 0


@pytest.mark.parametrize("kind", ["services", "service_at_locations"])
def test_modified_after_means_at_or_after(kind):
    moment = f"{backdate():%Y-%m-%dT%H:%M:%S}"
    everything = slugs(kind)
    assert slugs(f"{kind}?modified_after={moment}Z") == everything
    assert slugs(f"{kind}?modified_after={moment}.000001Z") == []
    assert slugs(f"{kind}?modified_after=2020-05-17") == everything
    assert slugs(f"{kind}?modified_after=0001-01-01T00:00:00Z") == everything
    Service.objects.get(slug=LISTENS).save()
    assert {each.partition("@")[0] for each in slugs(f"{kind}?modified_after={moment}.000001Z")} == {LISTENS}
    assert [each["id"] for each in get(f"services?minimal=true&modified_after={moment}.000001Z")["contents"]] == [
        identifier("service", LISTENS)
    ]
