"""Ids: UUIDs of version 5 that anybody can compute again, the same after every import, found like slugs."""

import json
from uuid import UUID, uuid5

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service
from django.test.utils import CaptureQueriesContext
from hsds.identifiers import NAMESPACE, identifier, key_of

from tests.hsds.directory import KINDS, answers, get, make_directory

pytestmark = pytest.mark.usefixtures("directory")


def ids(value):
    if isinstance(value, dict):
        if "id" in value:
            yield value["id"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from ids(each)


def test_namespace_stays_for_ever():
    assert UUID("2c42bcad-0b3b-4949-a69e-4e1bb92c9919") == NAMESPACE
    assert get("services/helpers-papers")["id"] == str(uuid5(NAMESPACE, "service/helpers-papers"))
    assert identifier("service", "helpers-papers") == "a19a585c-7a07-5095-af39-d6376fa83a94"


def test_every_id_is_a_uuid_of_version_5():
    found = {each for _path, answer in answers() for each in ids(answer)}
    assert len(found) > 30
    assert {UUID(each).version for each in found} == {5}
    assert all(str(UUID(each)) == each for each in found)


def test_no_two_things_share_an_id():
    rows = get("services?full=true")["contents"]
    phones = [phone for row in rows for at in row["service_at_locations"] for phone in at["location"]["phones"]]
    hours = [each for row in rows for at in row["service_at_locations"] for each in at["location"]["schedules"]]
    for things in (phones, hours):
        assert len({each["id"] for each in things}) == len({json.dumps(each, sort_keys=True) for each in things})


@pytest.mark.parametrize("kind", KINDS)
def test_uuid_in_either_case_and_slug_are_the_same_object(kind):
    for each in get(kind)["contents"]:
        key = each.get("slug") or f"{each['service']['slug']}@{each['location']['slug']}"
        assert get(f"{kind}/{key}") == get(f"{kind}/{each['id']}") == get(f"{kind}/{each['id'].upper()}")


def test_ids_are_the_same_in_another_copy_of_the_directory():
    before = [list(ids(each)) for each in get("service_at_locations")["contents"]]
    phones = [place["location"]["phones"] for place in get("service_at_locations?full=true")["contents"]]
    for model in (Phone, Schedule, Service, Location, Organization):
        model.objects.all().delete()
    Need.objects.update(parent=None)
    Need.objects.all().delete()
    City.objects.all().delete()
    make_directory()
    assert [list(ids(each)) for each in get("service_at_locations")["contents"]] == before
    assert [place["location"]["phones"] for place in get("service_at_locations?full=true")["contents"]] == phones


def test_corrected_hours_keep_their_id():
    row = Schedule.objects.filter(status="current").first()
    place = f"service_at_locations/helpers-papers@{row.location.slug}"
    before = [each["id"] for each in get(place)["location"]["schedules"]]
    row.days = "MO"
    row.save()
    after = get(place)["location"]["schedules"]
    assert "MO" in [each["byday"] for each in after]
    assert [each["id"] for each in after] == before


def test_slug_that_looks_like_a_uuid_is_still_found():
    slug = str(UUID(int=7))
    Organization.objects.create(slug=slug, name_fr="Sept", name_ar="سبعة")
    assert get(f"organizations/{slug}")["slug"] == slug


@pytest.mark.parametrize("given", ["", "É", "a b", "a\0", "x'--", "../services", "a@b@c", "a" * 5000, "{}", "٣"])
def test_what_cannot_be_an_id_names_nothing(given):
    assert key_of("service", given, ["a"]) in ("", "a" * 5000)


def test_only_a_uuid_makes_the_keys_be_read():
    def keys():
        raise AssertionError("read")
        yield

    assert key_of("service", "helpers-papers", keys()) == "helpers-papers"
    with pytest.raises(AssertionError, match="read"):
        key_of("service", identifier("service", "x"), keys())


def test_finding_by_uuid_costs_one_query_more_than_by_slug(django_assert_num_queries):
    from django.db import connection

    get("services/helpers-papers")
    with CaptureQueriesContext(connection) as by_slug:
        get("services/helpers-papers")
    with django_assert_num_queries(len(by_slug) + 1):
        get(f"services/{identifier('service', 'helpers-papers')}")
