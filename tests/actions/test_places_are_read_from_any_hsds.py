"""From HSDS services to places: the seed whole, the standard's own example, and rows that are broken or hostile."""

import json
import logging
from copy import deepcopy
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.services.places import Offer, Phone, Place, Source, Span, places
from assistant.paths import ROOT
from tests.actions.seed import seed, services

EXAMPLES = ROOT.parent / "shared" / "hsds" / "3.0.1" / "examples"


def service(**changes: Any) -> dict[str, Any]:
    """A service of the profile; `location__…` is a field of its location, `organization__…` one of its organisation."""
    row: dict[str, Any] = {
        "id": "5f0c9d9e-0000-5000-8000-000000000001",
        "slug": "cours",
        "name": "Cours",
        "status": "active",
        "organization": {"id": "o1", "slug": "aide", "name": "Aide", "website": "https://aide.example/"},
        "attributes": [{"taxonomy_term": {"id": "t1", "slug": "language", "parent_id": None}}],
        "service_at_locations": [{"location": {"id": "l1", "slug": "aide-rabat", "name": "Aide", "city": "rabat"}}],
    }
    row = deepcopy(row)
    parts = {"location": row["service_at_locations"][0]["location"], "organization": row["organization"]}
    for name, value in changes.items():
        owner, _, inner = name.partition("__")
        (parts[owner] if inner else row)[inner or name] = value
    return row


def one(*rows: object) -> Place:
    (place,) = places(rows)
    return place


def test_every_current_place_of_the_seed_with_a_service_is_there():
    expected = {
        location["id"]: (location, organization)
        for organization in seed()["organizations"]
        for location in organization["locations"]
        if location["status"] == "current"
        and any(location["id"] in service["locations"] for service in organization["services"])
    }
    found = {place.id: place for place in places(services())}
    assert found.keys() == expected.keys()
    for name, (location, organization) in expected.items():
        place = found[name]
        assert place.organization == organization["id"]
        assert place.name == organization["name"]
        assert place.city == (None if location["city"] == "national" else location["city"])
        assert place.address == (location["address"] or {})
        assert place.hours == (location["hours"] or {})
        assert list(place.emails) == location["emails"]
        public = [phone for phone in location["phones"] if not phone.get("private")]
        assert [(p.number, p.display) for p in place.phones] == [(p["number"], p["display"]) for p in public]
        assert (place.as_of, place.verified_on) == (location["as_of"], location["verified_on"])
        assert [(s.url, s.title) for s in place.sources] == [(s["url"], s["title"]) for s in location["sources"]]
        assert len(place.spans) == len(location["schedules"])


def test_every_service_of_the_seed_is_offered_at_its_places():
    found = {place.id: place for place in places(services())}
    for organization in seed()["organizations"]:
        for wanted in organization["services"]:
            for location in wanted["locations"]:
                if location in found:
                    assert (wanted["need"], wanted["name"]) in [(o.need, o.name) for o in found[location].offers]


def test_an_offer_tells_its_wider_need_when_the_directory_does():
    health, maternal = service(slug="a"), service(slug="b")
    health["attributes"][0]["taxonomy_term"] = {"id": "uuid-health", "slug": "health"}
    maternal["attributes"][0]["taxonomy_term"] = {"id": "x", "code": "maternal", "parent_id": "uuid-health"}
    place = one(health, maternal)
    assert [(offer.need, offer.parent) for offer in place.offers] == [("health", None), ("maternal", "health")]


def test_a_city_with_a_place_of_the_service_is_not_served_from_another():
    row = service(service_areas=[{"city": "rabat"}, {"city": "fes"}, {"city": "taza"}])
    row["service_at_locations"].append({"location": {"id": "l2", "name": "Aide", "city": "fes"}})
    assert {p.city: p.offers[0].cities for p in places([row])} == {"rabat": ("rabat", "taza"), "fes": ("fes", "taza")}


def test_a_place_of_several_services_is_one_place():
    place = one(
        service(slug="a", name="A", location__phones=[{"number": "15"}]),
        service(slug="b", name="B", location__phones=[{"number": "19"}, {"number": "15"}]),
    )
    assert [offer.name["fr"] for offer in place.offers] == ["A", "B"]
    assert [phone.number for phone in place.phones] == ["15", "19"]


def test_hours_that_depend_on_the_service_are_not_those_of_the_place():
    monday = {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    assert one(service(location__schedules=[monday]), service(slug="b")).spans == ()
    assert len(one(service(location__schedules=[monday]), service(slug="b", location__schedules=[monday])).spans) == 1


def test_two_organisations_under_one_roof_are_two_places():
    other = service(organization={"id": "o2", "slug": "autre", "name": "Autre"})
    found = places([service(), other, service(slug="b"), other])
    assert [(place.id, place.name["fr"]) for place in found] == [("aide-rabat", "Aide"), ("aide-rabat-autre", "Autre")]


def test_a_name_in_one_language_is_used_for_both():
    assert one(service()).name == {"fr": "Aide", "ar": "Aide"}
    assert one(service(organization__translations={"ar": {"name": "عون"}})).name == {"fr": "Aide", "ar": "عون"}
    only_arabic = service(organization__name=None, organization__translations={"ar": {"name": "عون"}})
    assert one(only_arabic).name == {"fr": "عون", "ar": "عون"}


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_a_service_that_is_not_given_is_not_shown(status, caplog):
    assert places([service(status=status)]) == ()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  Aide \n aux\tmigrants ", "Aide aux migrants"),
        ("<b>Aide</b> & co", "bAide/b & co"),
        ("Aide\u202e3321\u2066x", "Aide3321x"),
        ("Aide\x00\x1b[31m", "Aide [31m"),
        ("Aide \ud800", "Aide"),
        ("a" * 121, "a" * 119 + "…"),
        ("مركز\u200cالاستماع", "مركز\u200cالاستماع"),
    ],
)
def test_text_is_one_line_of_plain_text(written, shown):
    assert one(service(organization__name=written)).name["fr"] == shown


def test_an_address_may_be_longer_than_a_name():
    rows = [{"address_1": "x" * 300, "address_type": "postal"}, {"address_1": "y" * 150, "address_type": "physical"}]
    assert one(service(location__addresses=rows)).address["fr"] == "y" * 150
    assert len(one(service(location__addresses=rows[:1])).address["fr"]) == 200


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ({"number": "+212537263804", "display": "05 37 26 38 04"}, Phone("+212537263804", "05 37 26 38 04")),
        ({"number": "0537-26-38-04"}, Phone("+212537263804", "05 37 26 38 04")),
        ({"number": "00212 537 26 38 04"}, Phone("+212537263804", "05 37 26 38 04")),
        ({"number": '"+44 1234 234567"'}, Phone("+441234234567", "+44 1234 234567")),
        ({"number": "15", "display": "15"}, Phone("15", "15")),
        ({"number": "8350", "display": "0522000000"}, Phone("8350", "8350")),
        # What is read is what is dialled, whatever the directory writes beside it.
        ({"number": "+212537263804", "display": "05 37 26 38 05"}, Phone("+212537263804", "05 37 26 38 04")),
        ({"number": "+212537263804", "display": "<b>"}, Phone("+212537263804", "05 37 26 38 04")),
        ({"number": "+212537263804", "type": "fax"}, None),
        ({"number": "call us"}, None),
        ({"number": "+2125"}, None),
        ({"number": "+212 5372638"}, None),
        ({"number": "0537263804 ou 0537263805"}, None),
        ({"number": "1" * 40}, None),
        ({"number": 15}, None),
        ({"number": None}, None),
        ({}, None),
        ("15", None),
    ],
)
def test_only_phone_numbers_are_phone_numbers(phone, expected):
    found = one(service(location__phones=[phone])).phones
    assert found == ((expected,) if expected else ())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.example/",
        "https://iom.int@evil.example/",
        "https://",
        "//x.example",
        5,
        "http://[",
        'https://x.example/"onclick="',
    ],
)
def test_only_plain_web_addresses_are_linked(url):
    place = one(
        service(
            organization__website=url, location__sources=[{"url": url, "title": "T"}, {"url": "https://a.example/?x=1"}]
        )
    )
    assert place.website == ""
    assert place.sources == (Source("https://a.example/?x=1", "https://a.example/?x=1"),)


def test_only_email_addresses_are_email_addresses():
    found = one(service(location__emails=["a@b.example", "a@b", "x y@b.example", "<a@b.example>", 3])).emails
    assert found == ("a@b.example",)


@pytest.mark.parametrize("wrong", [100, -91, "34.0", None, True, float("nan"), [], 10**400])
def test_coordinates_are_both_right_or_none(wrong):
    assert one(service(location__latitude=34.0, location__longitude=-6.8)).point == (34.0, -6.8)
    place = one(service(location__latitude=wrong, location__longitude=-6.8))
    assert (place.point, place.latitude, place.longitude) == (None, None, None)
    assert one(service(location__latitude=34.0, location__longitude=181)).latitude is None


@pytest.mark.parametrize(
    ("written", "read"), [("2014", "2014"), ("2014-03", "2014-03"), ("2014-13", None), ("hier", None), (2014, None)]
)
def test_dates_are_dates(written, read):
    place = one(service(location__as_of=written, location__read_on=written, location__verified_on=written))
    assert (place.as_of, place.read_on, place.verified_on) == (read, read, read)


def test_opening_hours_of_the_profile():
    rows = [
        {"freq": "WEEKLY", "byday": "TU,MO", "opens_at": "08:30", "closes_at": "16:30:00"},
        {
            "byday": "FR",
            "opens_at": "09:00",
            "closes_at": "12:00",
            "season": "ramadan",
            "phone_only": True,
            "interval": 1,
        },
    ]
    assert one(service(location__schedules=rows)).spans == (
        Span((0, 1), time(8, 30), time(16, 30)),
        Span((4,), time(9), time(12), "ramadan", True),
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"freq": "MONTHLY"},
        {"interval": 2},
        {"byday": "1MO"},
        {"byday": None},
        {"byday": ["MO"]},
        {"opens_at": "9h"},
        {"opens_at": "09:00+01:00"},
        {"opens_at": "09:00Z"},
        {"closes_at": "24:00"},
        {"closes_at": None},
        {"season": "summer"},
        {"valid_from": "soon"},
        {"bymonthday": "1,2"},
        "MO",
    ],
)
def test_hours_of_which_a_part_cannot_be_read_are_not_known(bad):
    good = {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    row = {**good, **bad} if isinstance(bad, dict) else bad
    assert one(service(location__schedules=[good, row])).spans == ()


def test_a_directory_without_profile():
    row = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Counselling",
        "status": "active",
        "email": "help@example.org",
        "assured_date": "2026-03-10",
        "phones": [{"number": "0537263804"}],
        "organization": {"id": "o", "name": "Help"},
        "service_at_locations": [
            {
                "location": {
                    "id": "l",
                    "name": "Centre",
                    "addresses": [{"address_1": "1 rue X", "address_2": "Agdal", "city": "Fès"}],
                }
            },
            {"location": {"id": "m", "name": "Hall", "addresses": [{"address_1": "2 rue Y", "city": "MyCity"}]}},
        ],
    }
    first, second = places([row])
    assert (first.id, first.organization, first.name["ar"], first.city, first.city_name) == (
        "l",
        "o",
        "Help",
        "fes",
        "",
    )
    assert (second.city, second.city_name) == (None, "MyCity")
    assert first.address["fr"] == "1 rue X, Agdal"
    assert first.phones == (Phone("+212537263804", "05 37 26 38 04"),)
    assert first.emails == ("help@example.org",)
    assert first.verified_on == "2026-03-10"
    assert first.offers == (Offer("", None, {"fr": "Counselling", "ar": "Counselling"}),)


def test_a_service_with_a_phone_and_no_place_is_a_line():
    row = {"id": "s", "name": "Ligne", "phones": [{"number": "141"}], "organization": {"id": "o", "name": "SAMU"}}
    place = one(row)
    assert (place.id, place.city, place.phones[0].number) == ("s", None, "141")
    assert places([{**row, "phones": []}]) == ()


def test_the_standards_own_example_with_its_traps():
    path = EXAMPLES / "service_full.json"
    if not path.exists():
        pytest.skip("the examples of the standard are not in this clone")
    place = one(json.loads(path.read_text(encoding="utf-8")))
    assert place.phones == (Phone("+441234234567", "+44 1234 234567"),)
    assert place.point is None  # its latitude is 100
    assert place.spans == ()  # its schedule is more than "each week on these days"
    assert place.city_name == "MyCity"


def test_bad_rows_are_left_out_and_counted_in_one_line(caplog):
    caplog.set_level(logging.INFO, "actions.directory")
    no_name = service(organization__name="", location__name="", name="")
    bad_id = service(location__slug="../../x", location__id="y" * 200)
    found = places([service(), None, 3, "x", [], no_name, bad_id, service(service_at_locations=["x"])])
    assert [place.id for place in found] == ["aide-rabat"]
    assert [record.getMessage() for record in caplog.records] == [
        "The directory has 7 rows that cannot be read; they are left out."
    ]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TEXTS = ("id", "slug", "name", "city", "hours", "as_of", "website", "alternate_name", "translations")
LISTS = ("addresses", "phones", "schedules", "emails", "sources")
FIELDS = dict.fromkeys((*TEXTS, *LISTS, "latitude", "longitude"), ANY)
LOCATION = st.fixed_dictionaries({}, optional=FIELDS) | ANY
SERVICE = st.fixed_dictionaries(
    {"service_at_locations": st.lists(st.fixed_dictionaries({"location": LOCATION}) | ANY, max_size=2) | ANY},
    optional={
        **FIELDS,
        "organization": LOCATION,
        "attributes": st.lists(ANY, max_size=2) | ANY,
        "service_areas": st.lists(LOCATION, max_size=2),
        "status": ANY,
        "national": ANY,
    },
)


@given(st.lists(SERVICE | ANY, max_size=3))
@settings(max_examples=200)
def test_whatever_a_directory_sends_nothing_breaks_and_texts_are_safe(rows):
    found = places(rows)
    assert len({place.id for place in found}) == len(found)
    for place in found:
        for text in (
            *place.name.values(),
            *place.address.values(),
            *place.hours.values(),
            place.short_name,
            place.city_name,
        ):
            assert len(text) <= 200
            assert not set(text) & set("<>\n\r\x00\u202e")
