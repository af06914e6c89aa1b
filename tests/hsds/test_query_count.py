"""A page costs the same number of queries, however many rows it holds."""

import pytest
from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.hsds.directory import LISTS, get, more

pytestmark = pytest.mark.usefixtures("directory")

MOST = 32


def queries(path):
    with CaptureQueriesContext(connection) as captured:
        get(path)
    return len(captured)


def add_rows():
    """Thirty organisations, each with a need, a city, a place, phones, hours and a service of their own."""
    for number in range(30):
        names = {"slug": f"more-{number}", "name_fr": f"Encore {number}", "name_ar": f"أخرى {number}"}
        city = City.objects.create(**names, latitude=30, longitude=-8)
        need = Need.objects.create(**names, parent=Need.objects.get(slug="health"))
        organization = Organization.objects.create(**names)
        place = Location.objects.create(slug=f"more-{number}", organization=organization, city=city, address_fr="Rue")
        for digit in range(3):
            Phone.objects.create(location=place, number=f"+21253700{number:02}0{digit}")
            Schedule.objects.create(location=place, days="MO", opens=f"0{digit}:00", closes="12:00")
        service = Service.objects.create(**names, organization=organization, need=need)
        service.cities.add(city)
        ServiceAtLocation.objects.create(service=service, location=place)


PATHS = [
    *LISTS,
    "services?city=rabat&search=aide&taxonomy_term_id=health&modified_after=2020-01-01",
    "services?search=e&full=true",
    "service_at_locations?lat=30&lon=-8&proximity=2000000&full=true",
    "organizations/helpers?full_service=true",
    "services/helpers-papers",
]


@pytest.mark.long
def test_more_rows_cost_no_more_queries():
    paths = [more(path, "per_page=100") if "/" not in path else path for path in PATHS]
    before = {path: queries(path) for path in paths}
    sizes = {path: len(get(path)["contents"]) for path in paths if "/" not in path}
    add_rows()
    assert {path: queries(path) for path in paths} == before
    assert max(before.values()) <= MOST
    grown = [path for path in sizes if len(get(path)["contents"]) > sizes[path]]
    assert len(grown) >= len(sizes) - 2  # all but the taxonomies and what is asked for in Rabat
