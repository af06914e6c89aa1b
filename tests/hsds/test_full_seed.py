"""The whole directory as it is delivered: valid, complete, small enough to be read often."""

import json

import pytest
from contacts.models import Location, Phone
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from assistant.paths import ROOT
from tests.conftest import REPORT
from tests.hsds.directory import get
from tests.hsds.official import needs_schemas, validator

SEED = ROOT / "data" / "contacts" / "organizations.yml"
PAGE = 2_000_000  # bytes that a page of 100 must stay below


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_contacts", str(SEED), verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _rows(seed, db):
    pass


def all_services():
    page, services = 1, []
    while True:
        found = get(f"services?full=true&per_page=100&page={page}")
        services += found["contents"]
        if found["last_page"]:
            return services
        page += 1


def test_page_of_a_hundred_whole_services_is_small(request):
    size = len(Client().get("/hsds/services?full=true&per_page=100").content)
    request.config.stash.setdefault(REPORT, []).append(f"services?full=true, 100 a page: {size:,} bytes")
    assert size < PAGE


def test_every_number_is_one_that_anybody_may_have():
    public = set(
        Phone.objects.filter(private=False, status="current", location__status="current").values_list(
            "number", flat=True
        )
    )
    found = {
        phone["number"]
        for service in all_services()
        for at in service["service_at_locations"]
        for phone in at["location"]["phones"]
    }
    assert found <= public
    assert len(found) > 20


def test_archived_places_are_in_no_answer():
    archived = set(Location.objects.exclude(status="current").values_list("slug", flat=True))
    assert archived
    text = json.dumps([all_services(), get("organizations?full_service=true&per_page=100")])
    assert not [slug for slug in archived if f'"{slug}"' in text]


def test_every_service_can_be_found_by_its_need_and_its_cities():
    for service in all_services():
        (attribute,) = service["attributes"]
        need = attribute["taxonomy_term"]["slug"]
        for area in service["service_areas"][:2]:
            found = get(f"services?taxonomy_term_id={need}&city={area['city']}&minimal=true")["contents"]
            assert service["id"] in [each["id"] for each in found]


@needs_schemas
def test_every_object_is_valid_with_the_profile():
    services = validator("compiled/service.json", patched=True, closed=True)
    organizations = validator("compiled/organization.json", patched=True, closed=True)
    found = get("organizations?full_service=true&per_page=100")["contents"]
    assert len(found) > 40
    problems = [error for each in all_services() for error in services.iter_errors(each)]
    problems += [error for each in found for error in organizations.iter_errors(each)]
    assert [(error.json_path, error.message) for error in problems] == []
