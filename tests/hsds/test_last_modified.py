"""`last_modified` of a service: the newest change of it and of anything nested in it, goings included."""

from datetime import datetime

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation

from tests.hsds.directory import backdate, get, slugs

pytestmark = pytest.mark.usefixtures("directory")


def service():
    return Service.objects.get(slug="helpers-papers")


def office():
    return Location.objects.get(slug="helpers-rabat")


def saved(model, **which):
    row = model.objects.get(**which)
    row.save()


def shut(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


CHANGES = {
    "the service": lambda: service().save(),
    "its organisation": lambda: saved(Organization, slug="helpers"),
    "its need": lambda: saved(Need, slug="residence"),
    "a city that it serves": lambda: (
        ServiceAtLocation.objects.filter(location__city__slug="oujda").delete(),
        backdate(),
        saved(City, slug="oujda"),
    ),
    "a place": lambda: office().save(),
    "the city of a place": lambda: (service().cities.clear(), backdate(), saved(City, slug="rabat")),
    "a phone": lambda: saved(Phone, number="+212537000001"),
    "hours": lambda: Schedule.objects.filter(location=office()).first().save(),
    "phone added": lambda: Phone.objects.create(location=office(), number="+212537000009"),
    "phone made private": lambda: shut(Phone.objects.get(number="+212537000000"), private=True),
    "phone archived": lambda: shut(Phone.objects.get(number="+212537000000"), status="historical"),
    "phone deleted": lambda: Phone.objects.get(number="+212537000000").delete(),
    "hours deleted": lambda: Schedule.objects.filter(location=office()).first().delete(),
    "place archived": lambda: shut(office(), status="historical"),
    "place deleted": lambda: office().delete(),
    "place added": lambda: ServiceAtLocation.objects.create(
        service=service(), location=Location.objects.get(slug="line-national")
    ),
    "place taken away": lambda: ServiceAtLocation.objects.get(service=service(), location=office()).delete(),
    "city added": lambda: service().cities.add(City.objects.create(slug="x", name_fr="X", latitude=0, longitude=0)),
    "city taken away": lambda: service().cities.remove(City.objects.get(slug="oujda")),
    "cities emptied": lambda: service().cities.clear(),
}


def last_modified():
    return datetime.fromisoformat(get("services/helpers-papers")["last_modified"].replace("Z", "+00:00"))


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES)
def test_change_of_anything_nested_is_a_change_of_the_service(change):
    past = backdate()
    assert get("services/helpers-papers")["last_modified"] == "2020-05-17T08:30:00Z"
    CHANGES[change]()
    assert last_modified() > past
    assert "helpers-papers" in slugs(f"services?modified_after={past:%Y-%m-%dT%H:%M:%S}.000001Z")


def test_change_of_something_else_is_none():
    past = backdate()
    saved(Organization, slug="line")
    saved(Need, slug="health")
    Phone.objects.get(number="141").delete()
    Location.objects.create(slug="helpers-new", organization=Organization.objects.get(slug="helpers"))
    assert last_modified() == past


def test_it_is_the_same_in_every_answer():
    single = {each["id"]: get(f"services/{each['id']}")["last_modified"] for each in get("services")["contents"]}
    for path in ("services", "services?full=true", "services?minimal=true"):
        assert {each["id"]: each["last_modified"] for each in get(path)["contents"]} == single
    for each in get("service_at_locations?full=true")["contents"]:
        assert each["service"]["last_modified"] == single[each["service"]["id"]]
