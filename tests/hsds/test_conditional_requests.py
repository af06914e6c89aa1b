"""304 as long as nothing has changed, never after a change of any row or relation."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation
from django.test import Client

from tests.hsds.directory import LISTS, backdate, more

PATHS = [*LISTS, *(more(path, "format=ndjson") for path in LISTS), "services/helpers-papers"]
OF_PROGRAM = ["", "profile/", "profile/service.json", "openapi.json", "taxonomies", "taxonomies/needs"]


@pytest.fixture(autouse=True)
def _old_rows(directory):
    backdate()


def ask(path, known=None):
    return Client().get(f"/hsds/{path}", headers=known)


def validators(response):
    """What a client sends that holds this answer."""
    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    return [{ask: response[name]} for name, ask in names.items() if name in response]


def service():
    return Service.objects.get(slug="helpers-papers")


def office():
    return Location.objects.get(slug="helpers-rabat")


def edit(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def swap_phones():
    """As many rows as before, and the newest id deleted."""
    Phone.objects.order_by("-pk").first().delete()
    Phone.objects.create(location=office(), number="+212537000077")


def swap_cities():
    service().cities.remove(City.objects.get(slug="oujda"))
    service().cities.add(City.objects.get(slug="ville-archivee"))


CHANGES = {
    "city renamed": lambda: edit(City.objects.get(slug="oujda"), name_fr="Oujda-Angad"),
    "need renamed": lambda: edit(Need.objects.get(slug="residence"), name_fr="Séjour"),
    "organisation renamed": lambda: edit(Organization.objects.get(slug="helpers"), name_fr="Aide"),
    "organisation archived": lambda: edit(Organization.objects.get(slug="line"), status="historical"),
    "organisation deleted": lambda: Organization.objects.get(slug="line").delete(),
    "place edited": lambda: edit(office(), address_fr="13, rue de la Paix"),
    "place deleted": lambda: office().delete(),
    "place moved": lambda: edit(office(), city=City.objects.get(slug="oujda")),
    "phone edited": lambda: edit(Phone.objects.get(number="+212537000001"), display="0537 000 001"),
    "phone made private": lambda: edit(Phone.objects.get(number="+212537000000"), private=True),
    "phone added": lambda: Phone.objects.create(location=office(), number="+212537000009"),
    "phone deleted": lambda: Phone.objects.get(number="+212537000000").delete(),
    "phones deleted at once": lambda: Phone.objects.filter(location=office()).delete(),
    "phones added past the signals": lambda: Phone.objects.bulk_create(
        [Phone(location=office(), number="+212537000008", display="x")]
    ),
    "one phone for another": swap_phones,
    "hours edited": lambda: edit(Schedule.objects.first(), days="MO"),
    "hours deleted": lambda: Schedule.objects.first().delete(),
    "service edited": lambda: edit(service(), national=True),
    "service deleted": lambda: service().delete(),
    "place of a service added": lambda: ServiceAtLocation.objects.create(
        service=service(), location=Location.objects.get(slug="line-national")
    ),
    "place of a service taken away": lambda: ServiceAtLocation.objects.get(
        service=service(), location=office()
    ).delete(),
    "city of a service added": lambda: service().cities.add(City.objects.get(slug="ville-archivee")),
    "city of a service taken away": lambda: service().cities.remove(City.objects.get(slug="oujda")),
    "one city of a service for another": swap_cities,
}


@pytest.mark.parametrize("path", [*PATHS, *OF_PROGRAM])
def test_nothing_changed_is_304_without_body(path):
    first = ask(path)
    assert (first.status_code, first["Cache-Control"]) == (200, "no-cache")
    for known in validators(first):
        again = ask(path, known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Vary", "Cache-Control"):
            assert again[name] == first[name]


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_seen_by_both_validators(change):
    paths = ("services?full=true", "services", "organizations?full_service=true", "service_at_locations?full=true")
    before = {path: ask(path) for path in paths}
    CHANGES[change]()
    for path, first in before.items():
        assert len(validators(first)) == 2
        for known in validators(first):
            again = ask(path, known)
            assert again.status_code == 200, (path, known)
            assert again["ETag"] != first["ETag"]


PAST_THE_SIGNALS = {
    "place of a service added": lambda: ServiceAtLocation.objects.bulk_create(
        [ServiceAtLocation(service=service(), location=Location.objects.get(slug="line-national"))]
    ),
    "city of a service taken away": lambda: Service.cities.through.objects.filter(city__slug="oujda").delete(),
}


@pytest.mark.parametrize("change", PAST_THE_SIGNALS)
def test_link_that_leaves_no_date_and_no_history_is_seen_by_the_tag(change):
    first = ask("services?full=true")
    PAST_THE_SIGNALS[change]()
    assert ask("services?full=true", {"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", OF_PROGRAM)
def test_what_is_no_row_has_an_entity_tag_only(path):
    first = ask(path)
    assert "Last-Modified" not in first
    Organization.objects.all().delete()
    assert ask(path, {"If-None-Match": first["ETag"]}).status_code == 304


def test_every_address_has_an_entity_tag_of_its_own():
    assert len({ask(path)["ETag"] for path in PATHS}) == len(PATHS)
    assert ask("services?page=1&per_page=9")["ETag"] == ask("services?per_page=9&page=1")["ETag"]


def test_several_tags_a_weak_one_and_any():
    tag = ask("services")["ETag"]
    for known, status in ((f'"x", {tag}', 304), (f"W/{tag}", 304), ("*", 304), ('"x"', 200), ("x", 200)):
        assert ask("services", {"If-None-Match": known}).status_code == status


def test_tag_wins_over_the_date():
    later = format_datetime(datetime.now(timezone.utc) + timedelta(days=1), usegmt=True)
    assert ask("services", {"If-Modified-Since": later}).status_code == 304
    assert ask("services", {"If-None-Match": '"old"', "If-Modified-Since": later}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("services/nothing", 404), ("services?page=0", 400), ("nothing", 404)])
def test_error_stays_an_error_whatever_the_client_knows(path, status):
    later = format_datetime(datetime.now(timezone.utc) + timedelta(days=1), usegmt=True)
    for known in ({"If-None-Match": "*"}, {"If-Modified-Since": later}):
        assert ask(path, known).status_code == status


def test_date_is_after_every_change_and_never_ahead_of_the_clock():
    told = parsedate_to_datetime(ask("services")["Last-Modified"])
    assert told == datetime(2020, 5, 17, 8, 30, 1, tzinfo=timezone.utc)
    service().save()
    newest = max(Service.history.latest("history_date").history_date, Service.objects.latest("modified").modified)
    response = ask("services")
    if "Last-Modified" in response:  # the second of the change is over by chance
        assert newest < parsedate_to_datetime(response["Last-Modified"]) <= datetime.now(timezone.utc)
    Service.objects.update(modified=datetime.now(timezone.utc) + timedelta(hours=1))
    assert "Last-Modified" not in ask("services")
