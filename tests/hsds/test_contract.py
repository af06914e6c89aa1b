"""The fields that the assistant reads (`docs/directory.md`), and those that HSDS requires, in every answer."""

import pytest

from tests.hsds.directory import answers, get

pytestmark = pytest.mark.usefixtures("directory")

TEXT, FLAG, NUMBER, LIST, OBJECT = str, bool, float, list, dict

# What HSDS 3.0 requires, with the profile's relaxation of addresses.
REQUIRED = {
    "organization": {"id": TEXT, "name": TEXT, "description": TEXT},
    "service": {"id": TEXT, "name": TEXT, "status": TEXT},
    "service_at_location": {"id": TEXT},
    "location": {"id": TEXT, "location_type": TEXT},
    "address": {"id": TEXT, "address_1": TEXT, "city": TEXT, "country": TEXT, "address_type": TEXT},
    "phone": {"id": TEXT, "number": TEXT},
    "schedule": {"id": TEXT},
    "service_area": {"id": TEXT},
    "attribute": {"id": TEXT},
    "taxonomy_term": {"id": TEXT, "name": TEXT, "description": TEXT},
    "taxonomy": {"id": TEXT, "name": TEXT, "description": TEXT},
}
# Names of the fields that hold them.
HOLD = {
    "organization": "organization",
    "services": "service",
    "service": "service",
    "service_at_locations": "service_at_location",
    "locations": "location",
    "location": "location",
    "addresses": "address",
    "phones": "phone",
    "schedules": "schedule",
    "service_areas": "service_area",
    "attributes": "attribute",
    "taxonomy_term": "taxonomy_term",
    "taxonomy_detail": "taxonomy",
}
KIND = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


def objects(kind, value):
    """An object and all that are nested in it, each with its kind."""
    yield kind, value
    for field, nested in value.items():
        if field in HOLD:
            for each in nested if isinstance(nested, list) else [nested]:
                yield from objects(HOLD[field], each)


def test_every_object_has_what_the_standard_requires():
    seen = set()
    for path, answer in answers():
        if path == "services?minimal=true":
            continue
        for kind, each in objects(KIND[path.partition("?")[0].rstrip("/")], answer):
            seen.add(kind)
            for field, type_ in REQUIRED[kind].items():
                assert isinstance(each.get(field), type_), (path, kind, field, each)
    assert seen == set(REQUIRED)


def test_no_field_of_the_standard_is_null():
    profile = {"city", "hours", "as_of", "read_on", "verified_on", "translations"}
    for path, answer in answers():
        for kind, each in objects("?", answer):
            assert not [field for field, value in each.items() if value is None and field not in profile], (path, kind)


def test_service_as_the_assistant_reads_it():
    service = get("services/helpers-papers")
    place = service["service_at_locations"][1]["location"]
    assert {name: service[name] for name in ("slug", "name", "status", "national", "translations")} == {
        "slug": "helpers-papers",
        "name": "Aide pour la carte de séjour",
        "status": "active",
        "national": False,
        "translations": {"fr": {"name": "Aide pour la carte de séjour"}, "ar": {"name": "خدمة بطاقة الإقامة"}},
    }
    assert without_ids(service["organization"]) == {
        "slug": "helpers",
        "name": "Élan d'aide aux réfugiés",
        "alternate_name": "Élan",
        "website": "https://elan.example.org/pr%C3%A9sentation",
        "description": "Écoute et accompagnement.",
        "translations": {
            "fr": {"name": "Élan d'aide aux réfugiés", "description": "Écoute et accompagnement."},
            "ar": {"name": "جمعية مساعدة اللاجئين", "description": "استماع ومواكبة."},
        },
    }
    (attribute,) = service["attributes"]
    legal_aid, residence = get("taxonomy_terms/legal_aid"), get("taxonomy_terms/residence")
    assert attribute["link_id"] == service["id"]
    assert attribute["link_entity"] == "service"
    assert attribute["taxonomy_term_id"] == attribute["taxonomy_term"]["id"] == residence["id"]
    assert without_ids(attribute["taxonomy_term"]) == {
        "slug": "residence",
        "code": "residence",
        "name": "Carte de séjour",
        "description": "Carte de séjour",
        "parent_id": legal_aid["id"],
        "taxonomy": "needs",
        "language": "fr",
        "translations": {"fr": {"name": "Carte de séjour"}, "ar": {"name": "بطاقة الإقامة"}},
    }
    assert [without_ids(area) for area in service["service_areas"]] == [
        {"name": "Oujda", "city": "oujda", "translations": {"fr": {"name": "Oujda"}, "ar": {"name": "وجدة"}}},
        {"name": "Rabat", "city": "rabat", "translations": {"fr": {"name": "Rabat"}, "ar": {"name": "الرباط"}}},
    ]
    assert without_ids({name: place[name] for name in place if not isinstance(place[name], list)}) == {
        "slug": "helpers-rabat",
        "location_type": "physical",
        "name": "Élan d'aide aux réfugiés – Rabat",
        "latitude": 34.02,
        "longitude": -6.84,
        "city": "rabat",
        "hours": "Du lundi au vendredi, fermé à midi",
        "as_of": "2024-03",
        "read_on": "2026-11",
        "verified_on": "2026-11-20",
        "translations": {
            "fr": {
                "name": "Élan d'aide aux réfugiés – Rabat",
                "address": "12, rue de la Paix",
                "hours": "Du lundi au vendredi, fermé à midi",
            },
            "ar": {
                "name": "جمعية مساعدة اللاجئين – الرباط",
                "address": "12 زنقة السلام",
                "hours": "من الاثنين إلى الجمعة، مغلق وقت الزوال",
            },
        },
    }
    assert place["emails"] == ["aide@elan.example.org"]
    assert place["sources"] == [{"url": "https://elan.example.org/contact", "title": "Élan – Contact"}]
    assert [without_ids(address) for address in place["addresses"]] == [
        {"address_1": "12, rue de la Paix", "city": "Rabat", "country": "MA", "address_type": "physical"}
    ]
    assert [without_ids(phone) for phone in place["phones"]] == [
        {"number": "+212537000000", "display": "05 37 00 00 00", "type": "voice"},
        {"number": "+212537000001", "display": "05 37 00 00 01", "type": "voice"},
    ]
    usual = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "season": "usual", "phone_only": False}
    assert [without_ids(each) for each in place["schedules"]] == [
        {"freq": "WEEKLY", "byday": "MO,TU,WE,TH", "opens_at": "10:00", "closes_at": "15:00", "season": "ramadan"}
        | {"phone_only": False, "description": "ramadan"},
        usual | {"opens_at": "09:00", "closes_at": "12:30"},
        usual | {"opens_at": "14:00", "closes_at": "17:00"},
    ]


def without_ids(value):
    return {name: each for name, each in value.items() if name != "id"}


def test_place_of_which_little_is_known():
    place = get("service_at_locations/helpers-papers@helpers-oujda")["location"]
    unknown = {"address": None, "hours": None}
    assert without_ids(place) == {
        "slug": "helpers-oujda",
        "location_type": "physical",
        "name": "Élan d'aide aux réfugiés – Oujda",
        "city": "oujda",
        "hours": None,
        "emails": [],
        "as_of": None,
        "read_on": None,
        "verified_on": None,
        "sources": [],
        "translations": {
            "fr": {"name": "Élan d'aide aux réfugiés – Oujda", **unknown},
            "ar": {"name": "جمعية مساعدة اللاجئين – وجدة", **unknown},
        },
        "addresses": [],
        "phones": [],
        "schedules": [],
    }


def test_line_for_the_whole_country():
    service = get("services/line-listens")
    assert (service["national"], service["service_areas"]) == (True, [])
    (at,) = service["service_at_locations"]
    place = at["location"]
    assert (place["location_type"], place["city"], place["name"]) == ("virtual", None, "Ligne d'écoute")
    assert place["addresses"] == []
    assert [without_ids(phone) for phone in place["phones"]] == [{"number": "141", "display": "141", "type": "voice"}]
    (hours,) = place["schedules"]
    assert (hours["opens_at"], hours["closes_at"], hours["phone_only"]) == ("00:00", "00:00", True)
    assert hours["description"]
    assert service["organization"]["description"] == ""
    assert not {"alternate_name", "website"} & service["organization"].keys()


def test_verified_service_does_not_vouch_for_its_places():
    """The standard's `assured_date` would: clients read it as a check of every number in the service."""
    assert "assured_date" not in get("services/helpers-guide")


def test_organization_holds_its_places_and_services_without_itself():
    short, long = get("organizations/helpers"), get("organizations/helpers?full_service=true")
    assert [each["slug"] for each in short["locations"]] == ["helpers-oujda", "helpers-rabat"]
    assert short["locations"] == long["locations"]
    assert [each["slug"] for each in short["services"]] == ["helpers-babies", "helpers-guide", "helpers-papers"]
    assert not any("organization" in each or "attributes" in each for each in short["services"])
    whole = get("services/helpers-papers")
    assert long["services"][2] == {name: whole[name] for name in whole if name != "organization"}
