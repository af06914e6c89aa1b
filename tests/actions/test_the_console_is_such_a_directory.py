"""The console's own API, over a socket: what the actions read there is the seed, and what staff edit shows."""

import io
from dataclasses import replace
from datetime import date

import pytest
from contacts.models import Location, Phone
from django.core.management import call_command

from actions.services.directory import Directory, Limits
from actions.services.places import Place, places
from assistant.paths import DATA
from tests.actions.seed import services

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("roles_come_back"),
    pytest.mark.long,
]


@pytest.fixture
def directory(live_server, tmp_path):
    call_command("import_contacts", str(DATA / "contacts" / "organizations.yml"), stdout=io.StringIO())
    limits = Limits(connect=30, read=30, whole=60, wait=120, first_wait=120, keep=0, pause=0)
    return Directory(f"{live_server.url}/hsds", tmp_path / "directory.json", limits)


def read(directory: Directory) -> dict[str, Place]:
    return {place.id: place for place in places(directory.services().services)}


def in_any_order(place: Place) -> Place:
    offers = [replace(offer, cities=tuple(sorted(offer.cities))) for offer in place.offers]
    offers.sort(key=lambda offer: (offer.need, offer.name["fr"]))
    return replace(place, offers=tuple(offers), spans=tuple(sorted(place.spans, key=str)))


def test_the_seed_comes_through_whole(directory):
    expected = {place.id: place for place in places(services())}
    found = read(directory)
    assert found.keys() == expected.keys()
    for name, place in found.items():
        assert in_any_order(place) == in_any_order(expected[name])


def test_only_what_staff_edit_is_read_again(directory):
    before = read(directory)["gadem-rabat"]
    assert directory.services().services is directory.services().services
    Phone.objects.filter(location__slug="gadem-rabat").update(number="+212537000000", display="05 37 00 00 00")
    place = Location.objects.get(slug="gadem-rabat")
    place.verified_on = date(2026, 11, 25)
    place.save()
    after = read(directory)["gadem-rabat"]
    assert before.phones[0].display != after.phones[0].display == "05 37 00 00 00"
    assert after.verified_on == "2026-11-25"
