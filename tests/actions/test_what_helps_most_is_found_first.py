"""Search: what a person is shown, and in which order. On a small table, and on the seed of the directory."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.services.gazetteer import cities
from actions.services.places import Offer, Phone, Place, places
from actions.services.search import AROUND, FAR, Result, cities_with, find, reachable
from tests.actions.seed import parents, seed, services

SEED = places(services())
NEEDS = [need["id"] for need in seed()["needs"]]
PHONE = (Phone("+212537000000", "05 37 00 00 00"),)
STREET = {"fr": "1 rue X", "ar": "1 rue X"}


def place(name: str, city: str | None, *needs: str, serves: tuple[str, ...] = (), **fields: Any) -> Place:
    """A place; `organisation:name` names its organisation, and `need<wider` the wider need."""
    organization, _, _ = name.partition(":")
    national = fields.pop("national", False)
    offers = tuple(
        Offer(need.partition("<")[0], need.partition("<")[2] or None, {}, serves, national) for need in needs
    )
    return Place(name, organization, {"fr": name, "ar": name}, offers=offers, city=city, **fields)


def ids(result: Result) -> list[str]:
    return [place.id for place in result.places]


def test_a_place_of_the_city_is_here():
    table = [place("a", "rabat", "health", phones=PHONE), place("b", "oujda", "health", phones=PHONE)]
    result = find(table, "health", "rabat")
    assert (result.kind, result.city, result.distance_km, result.wider, ids(result)) == (
        "here",
        "rabat",
        None,
        None,
        ["a"],
    )


def test_what_serves_the_city_from_elsewhere_comes_after_its_own_and_before_national_lines():
    table = [
        place("line", None, "health", phones=PHONE),
        place("nador", "nador", "health", serves=("oujda",), phones=PHONE),
        place("own", "oujda", "health", phones=PHONE),
        place("office", "rabat", "health", national=True, phones=PHONE),
    ]
    for order in permutations(table):
        result = find(order, "health", "oujda")
        assert (result.kind, result.city, ids(result)) == ("here", "oujda", ["own", "nador", "line", "office"])


def test_a_number_comes_before_an_address_an_address_before_a_site_and_a_bare_name_last():
    table = [
        place("name", "rabat", "health"),
        place("site", "rabat", "health", website="https://x.example/"),
        place("mail", "rabat", "health", emails=("a@x.example",)),
        place("street", "rabat", "health", address=STREET),
        place("line", None, "health", phones=PHONE),
        place("number", "rabat", "health", phones=PHONE),
    ]
    assert ids(find(table, "health", "rabat")) == ["number", "line", "mail", "street", "site", "name"]


def test_what_was_verified_last_comes_first_then_the_newest_source():
    table = [
        place("a", "rabat", "health", phones=PHONE),
        place("b", "rabat", "health", phones=PHONE, as_of="2019"),
        place("c", "rabat", "health", phones=PHONE, as_of="2019-05-02"),
        place("d", "rabat", "health", phones=PHONE, as_of="2025-01", verified_on="2026-01-01"),
        place("e", "rabat", "health", phones=PHONE, as_of="2014", verified_on="2026-03-01"),
    ]
    for order in permutations(table):
        assert ids(find(order, "health", "rabat")) == ["e", "d", "c", "b", "a"]


def test_the_nearest_city_is_shown_with_its_distance_when_there_is_nothing_here():
    table = [
        place("casa", "casablanca", "health", phones=PHONE),
        place("rabat", "rabat", "health", address=STREET),
        place("line", None, "health", phones=PHONE),
    ]
    result = find(table, "health", "sale")
    assert (result.kind, result.city, result.distance_km) == ("nearby", "rabat", 5)
    assert ids(result) == ["line", "rabat"]


def test_a_distance_is_never_zero_kilometres():
    over_the_street = (30.36, -9.54)
    table = [place("a", "dcheira", "health", phones=PHONE, latitude=30.3601, longitude=-9.54)]
    assert find(table, "health", "inezgane").distance_km == 2
    assert find(table, "health", "inezgane", near=over_the_street).distance_km == 1


def test_beyond_an_hour_a_national_line_is_of_more_use_than_the_place():
    far = place("rabat", "rabat", "health", phones=PHONE)
    line = place("line", None, "health", phones=PHONE)
    result = find([far, line], "health", "dakhla")
    assert (result.kind, result.city, result.distance_km, ids(result)) == ("national", None, None, ["line", "rabat"])


def test_without_a_line_to_call_even_a_far_place_is_told():
    far = place("rabat", "rabat", "health", address=STREET)
    result = find([far, place("line", None, "health")], "health", "dakhla")
    assert (result.kind, result.city, ids(result)) == ("nearby", "rabat", ["rabat", "line"])
    assert result.distance_km > FAR


def test_a_bare_name_in_the_city_gives_way_to_what_can_be_reached_within_an_hour():
    table = [place("name", "sale", "health"), place("rabat", "rabat", "health", phones=PHONE)]
    result = find(table, "health", "sale")
    assert (result.kind, result.city, ids(result)) == ("nearby", "rabat", ["rabat", "name"])


def test_a_bare_name_in_the_city_is_told_before_what_is_far():
    table = [place("name", "oujda", "health"), place("rabat", "rabat", "health", phones=PHONE)]
    result = find(table, "health", "oujda")
    assert (result.kind, result.city, ids(result)) == ("here", "oujda", ["name", "rabat"])


def test_nobody_helps():
    assert find([place("a", "rabat", "health")], "school", "rabat") == Result("nothing")
    assert find([], "health") == find([], None, "rabat") == find([], near=(34.0, -6.8)) == Result("nothing")


def test_the_need_itself_comes_before_its_wider_one():
    table = [
        place("health", "rabat", "health", phones=PHONE),
        place("maternal", "rabat", "maternal<health", phones=PHONE),
    ]
    result = find(table, "maternal", "rabat")
    assert (ids(result), result.wider) == (["maternal"], None)
    assert ids(find(table, "health", "rabat")) == ["health"]


def test_a_wider_need_is_used_when_the_need_is_not_met_within_an_hour():
    table = [
        place("health", "oujda", "health", phones=PHONE),
        place("maternal", "rabat", "maternal<health", phones=PHONE, national=False),
        place("line", None, "maternal<health"),
    ]
    result = find(table, "maternal", "oujda")
    assert (result.kind, result.wider, ids(result)) == ("here", "health", ["health", "line"])


def test_what_meets_the_need_itself_comes_first_among_what_is_reached_alike():
    table = [
        place("health", "oujda", "health", address=STREET),
        place("maternal", None, "maternal<health", address=STREET),
    ]
    assert ids(find(table, "maternal", "oujda")) == ["maternal", "health"]


def test_a_bare_name_for_the_need_itself_is_not_enough():
    table = [place("name", "oujda", "maternal<health"), place("health", "oujda", "health", phones=PHONE)]
    result = find(table, "maternal", "oujda")
    assert (result.kind, result.wider, ids(result)) == ("here", "health", ["health", "name"])


def test_a_line_for_the_need_itself_is_enough():
    table = [
        place("social", "oujda", "social", phones=PHONE),
        place("line", None, "trafficking<social", phones=PHONE),
    ]
    result = find(table, "trafficking", "oujda")
    assert (result.kind, result.wider, ids(result)) == ("national", None, ["line"])


def test_the_wider_need_of_a_need_without_any_offer_can_be_given():
    table = [place("health", "oujda", "health", phones=PHONE)]
    assert find(table, "maternal", "oujda").kind == "nothing"
    result = find(table, "maternal", "oujda", parents={"maternal": "health"})
    assert (result.kind, result.wider, ids(result)) == ("here", "health", ["health"])


def test_needs_that_run_in_circles_end():
    table = [place("a", "rabat", "x<y"), place("b", "rabat", "y<x")]
    assert find(table, "x", "oujda").places


def test_the_first_three_are_of_three_organisations():
    table = [
        place("a:1", "rabat", "health", phones=PHONE, as_of="2026"),
        place("a:2", "rabat", "health", phones=PHONE, as_of="2025"),
        place("b:1", "rabat", "health", phones=PHONE, as_of="2024"),
        place("c:1", None, "health", phones=PHONE),
        place("d:1", "rabat", "health"),
    ]
    result = find(table, "health", "rabat")
    assert ids(result) == ["a:1", "b:1", "c:1", "a:2", "d:1"]


def test_a_bare_name_never_displaces_a_number():
    table = [
        place("a:1", "rabat", "health", phones=PHONE),
        place("a:2", "rabat", "health", phones=PHONE),
        place("b", "rabat", "health"),
    ]
    assert ids(find(table, "health", "rabat")) == ["a:1", "a:2", "b"]


def test_what_was_shown_does_not_come_again_and_the_answer_stays_the_same_kind():
    table = [place(f"p{n}", "rabat", "health", phones=PHONE) for n in range(7)]
    seen: list[str] = []
    while page := ids(find(table, "health", "rabat", skip=iter(seen)))[:3]:
        assert not set(page) & set(seen)
        seen += page
    assert sorted(seen) == [p.id for p in table]
    end = find(table, "health", "rabat", skip=seen)
    assert (end.kind, end.city, end.places) == ("here", "rabat", ())


def test_emergency_lines_only_for_who_asks_for_them():
    police = place("police", None, "emergency", phones=PHONE)
    clinic = place("clinic", "rabat", "emergency", "health", phones=PHONE)
    assert ids(find([police, clinic], city="rabat")) == ["clinic"]
    assert ids(find([police], organization="police")) == ["police"]
    assert cities_with([place("centre", "rabat", "emergency")]) == ()


def test_in_an_emergency_lines_come_first_wherever_one_is():
    police = place("police", None, "emergency", phones=PHONE)
    centre = place("centre", "rabat", "emergency", phones=PHONE, verified_on="2026-01-01")
    assert ids(find([centre, police], "emergency", "rabat"))[0] == "police"
    result = find([centre, police], "emergency", "sale")
    assert (result.kind, ids(result)[0]) == ("national", "police")


def test_places_of_one_organisation():
    table = [
        place("a:rabat", "rabat", "health", address=STREET),
        place("a:oujda", "oujda", "school", phones=PHONE),
        place("b", "rabat", "health", phones=PHONE),
    ]
    assert ids(find(table, organization="a")) == ["a:oujda", "a:rabat"]
    assert ids(find(table, city="rabat", organization="a")) == ["a:rabat"]
    result = find(table, city="sale", organization="a")
    assert (result.kind, result.city, ids(result)) == ("nearby", "rabat", ["a:rabat"])


def test_without_a_city_lines_of_the_country_come_first():
    table = [
        place("rabat", "rabat", "health", phones=PHONE, verified_on="2026-01-01"),
        place("line", None, "health", phones=PHONE),
    ]
    result = find(table, "health")
    assert (result.kind, result.city, ids(result)) == ("national", None, ["line", "rabat"])


def test_around_a_position_the_nearest_comes_first():
    here = (33.59, -7.60)
    table = [
        place("far", "casablanca", "health", phones=PHONE, latitude=33.55, longitude=-7.70),
        place("near", "casablanca", "health", phones=PHONE, latitude=33.591, longitude=-7.601, as_of="2010"),
        place("centre", "casablanca", "health", phones=PHONE, verified_on="2026-01-01"),
        place("bouskoura", "bouskoura", "health", phones=PHONE, latitude=33.592, longitude=-7.602),
        place("rabat", "rabat", "health", phones=PHONE),
    ]
    result = find(table, "health", near=here)
    assert (result.kind, result.city) == ("here", "casablanca")
    assert ids(result) == ["near", "bouskoura", "centre", "far"]


def test_in_the_outskirts_the_next_towns_places_are_here_too():
    bouskoura = cities()["bouskoura"].point
    table = [place("casa", "casablanca", "health", phones=PHONE, latitude=33.5, longitude=-7.65)]
    assert AROUND > 5
    assert find(table, "health", near=bouskoura).kind == "here"
    assert find(table, "health", "bouskoura").kind == "nearby"


def test_a_position_that_is_none_is_refused():
    with pytest.raises(ValueError, match="No point on Earth"):
        find(SEED, "health", near=(123.0, 0.0))


def test_a_city_that_the_lexicon_lacks_still_finds_its_own_places():
    table = [place("a", "atlantis", "health", phones=PHONE), place("b", "rabat", "health", phones=PHONE)]
    assert ids(find(table, "health", "atlantis")) == ["a"]
    result = find(table[1:], "health", "atlantis")
    assert (result.kind, ids(result)) == ("national", ["b"])


def test_places_of_a_foreign_directory_without_known_cities_are_found():
    table = [place("a", None, "health", phones=PHONE, city_name="MyCity")]
    assert ids(find(table, "health", "rabat")) == ["a"]


def test_cities_with_most_places_first():
    table = [
        place("a", "rabat", "health", phones=PHONE),
        place("b", "oujda", "health", phones=PHONE),
        place("c", "oujda", "health", phones=PHONE),
        place("d", "fes", "health"),
        place("e", "fes", "health"),
        place("f", "fes", "school"),
        place("g", None, "health", phones=PHONE),
    ]
    assert cities_with(table, "health") == ("oujda", "rabat", "fes")
    assert cities_with(table, "school") == ("fes",)
    assert cities_with(table, "maternal") == ()
    assert cities_with(table, "maternal", parents={"maternal": "health"}) == ("oujda", "rabat", "fes")


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("city", ["rabat", "oujda", "dakhla", "sale", "tata"])
def test_in_the_seed_everybody_is_told_something(need, city):
    result = find(SEED, need, city, parents=parents())
    assert result.kind != "nothing"
    assert reachable(result.places[0]) or result.city == city
    if any(place.phones for place in result.places) and result.kind in ("nearby", "national"):
        assert result.places[0].phones


@pytest.mark.parametrize(
    ("need", "city", "kind", "first"),
    [
        ("asylum", "rabat", "here", "hcr-rabat"),
        ("asylum", "dakhla", "national", "hcr-rabat"),
        ("trafficking", "nador", "national", "cnclt-vert"),
        ("legal_aid", "oujda", "here", "omdh-oujda"),
        ("legal_aid", "sale", "nearby", "gadem-rabat"),
        ("children", "tata", "national", "onde-2511"),
    ],
)
def test_in_the_seed_these_come_first(need, city, kind, first):
    result = find(SEED, need, city, parents=parents())
    assert (result.kind, result.places[0].id) == (kind, first)


@given(
    st.sampled_from([None, *NEEDS]),
    st.sampled_from([None, *cities()]),
    st.sampled_from([None, *sorted({p.organization for p in SEED})]),
    st.none() | st.tuples(st.floats(20, 37), st.floats(-18, 0)),
    st.randoms(use_true_random=False),
)
@settings(max_examples=300)
def test_any_question_has_one_answer_whatever_the_order_of_the_directory(need, city, organization, near, random):
    shuffled = random.sample(SEED, len(SEED))
    result = find(shuffled, need, city, organization, near, parents=parents())
    assert result == find(SEED, need, city, organization, near, parents=parents())
    assert len(set(ids(result))) == len(result.places)
    assert (result.kind == "nothing") == (not result.places)
    assert (result.distance_km is not None) == (result.kind == "nearby")
    assert (result.city is not None) == (result.kind in ("here", "nearby"))
    first = [place.organization for place in result.places[:3] if reachable(place)]
    others = {place.organization for place in result.places if reachable(place)}
    if result.kind != "here" or all(reachable(p) for p in result.places):
        assert len(set(first)) == min(len(first), len(others))
