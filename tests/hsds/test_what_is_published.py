"""Nothing leaves the directory that is private, archived or awaits approval, on any way."""

import json

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Service, ServiceAtLocation
from django.apps import apps
from django.core.serializers import serialize
from django.test import Client
from hsds import objects, published
from hsds.identifiers import identifier, pair

from tests.hsds.directory import HIDDEN, LISTS, answers, get, more, slugs

pytestmark = pytest.mark.usefixtures("directory")


def leaks(text):
    return [hidden for hidden in HIDDEN if hidden in text]


def test_hidden_text_is_in_rows_but_in_no_answer():
    rows = serialize("json", (row for model in apps.get_models() for row in model.objects.all()), ensure_ascii=False)
    assert leaks(rows) == HIDDEN
    assert leaks("".join(json.dumps(each, ensure_ascii=False) for _path, each in answers())) == []


@pytest.mark.parametrize("path", LISTS)
def test_hidden_text_is_in_no_stream(path):
    response = Client().get(f"/hsds/{more(path, 'format=ndjson')}")
    text = b"".join(response.streaming_content).decode()
    assert text
    assert leaks(text) == []


@pytest.mark.parametrize("kind", ["services", "service_at_locations", "organizations", "taxonomy_terms"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_search_does_not_betray_what_is_hidden(kind, hidden):
    assert slugs(f"{kind}?search={hidden.replace('+', '%2B')}") == []


@pytest.mark.parametrize(
    ("kind", "schema", "key"),
    [
        ("services", "service", "helpers-old-service"),
        ("services", "service", "helpers-old-need"),
        ("services", "service", "pending-helps"),
        ("organizations", "organization", "pending"),
        ("taxonomy_terms", "taxonomy_term", "old_need"),
        ("service_at_locations", "service_at_location", pair("helpers-papers", "helpers-old")),
        ("service_at_locations", "service_at_location", pair("helpers-babies", "helpers-gone")),
        ("service_at_locations", "service_at_location", pair("pending-helps", "pending-rabat")),
    ],
)
def test_hidden_row_cannot_be_asked_for_by_slug_or_uuid(kind, schema, key):
    get(f"{kind}/{key}", status=404)
    get(f"{kind}/{identifier(schema, key)}", status=404)


def test_need_below_an_archived_one_stands_for_itself():
    assert "parent_id" not in get("taxonomy_terms/orphan")
    assert "orphan" in slugs("taxonomy_terms?top_only=true")


@pytest.mark.parametrize(
    ("model", "slug", "service"),
    [
        (Organization, "helpers", "helpers-papers"),
        (Need, "residence", "helpers-papers"),
        (Service, "helpers-papers", "helpers-papers"),
    ],
)
@pytest.mark.parametrize("status", ["pending", "historical", "closed"])
def test_service_goes_with_what_it_belongs_to(model, slug, service, status):
    assert service in slugs("services")
    row = model.objects.get(slug=slug)
    row.status = status
    row.save()
    assert service not in slugs("services")
    assert not [each for each in slugs("service_at_locations") if each.startswith(f"{service}@")]


@pytest.mark.parametrize(("model", "slug"), [(Location, "helpers-rabat"), (City, "rabat")])
def test_place_goes_with_its_city_and_the_service_stays(model, slug):
    row = model.objects.get(slug=slug)
    row.status = "historical"
    row.save()
    places = get("services/helpers-papers")["service_at_locations"]
    assert [each["location"]["slug"] for each in places] == ["helpers-oujda"]


def test_first_public_phone_by_position_comes_first():
    places = get("services/helpers-papers")["service_at_locations"]
    phones = {each["location"]["slug"]: each["location"]["phones"] for each in places}
    assert [phone["number"] for phone in phones["helpers-rabat"]] == ["+212537000000", "+212537000001"]
    assert phones["helpers-oujda"] == []


def test_row_that_was_loaded_with_all_its_phones_cannot_become_an_answer():
    row = Location.objects.get(slug="helpers-rabat")
    assert Phone.objects.filter(location=row, private=True).exists()
    with pytest.raises(AttributeError, match="public_phones"):
        objects.full_location(row, "fr")
    at = ServiceAtLocation.objects.filter(location=row).first()
    with pytest.raises(AttributeError):
        objects.full_service_at_location(at, "fr")
    assert objects.full_location(published.full_service_at_locations().get(pk=at.pk).location, "fr")["phones"]
