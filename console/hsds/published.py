"""The rows that anybody may read, and with them what their HSDS objects hold.

A row is published when it and all that it belongs to are current. Rows that hang on others are loaded under names of
their own (`public_phones`…): an object built from a row that was loaded otherwise fails, instead of showing a private
number.
"""

from contacts.models import City, Location, Need, Organization, Phone, Schedule, Service, ServiceAtLocation, Status
from django.db.models import DateTimeField, Expression, F, Prefetch, Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce, Greatest

CURRENT = Status.CURRENT


def organizations() -> QuerySet[Organization]:
    """Published organisations, by name."""
    return Organization.objects.filter(status=CURRENT).order_by("name_fr", "slug")


def needs() -> QuerySet[Need]:
    """Published needs, in the order of the console, each with its wider need."""
    return Need.objects.filter(status=CURRENT).select_related("parent")


def cities() -> QuerySet[City]:
    """Published cities, by name."""
    return City.objects.filter(status=CURRENT).order_by("name_fr", "slug")


def locations() -> QuerySet[Location]:
    """Published places, by organisation."""
    in_city = Q(city=None) | Q(city__status=CURRENT)
    return Location.objects.filter(in_city, status=CURRENT, organization__status=CURRENT)


def services() -> QuerySet[Service]:
    """Published services, by organisation."""
    return Service.objects.filter(status=CURRENT, organization__status=CURRENT, need__status=CURRENT)


def service_at_locations() -> QuerySet[ServiceAtLocation]:
    """Published services at published places, by service."""
    rows = ServiceAtLocation.objects.filter(service__in=services(), location__in=locations())
    return rows.order_by("service__organization__name_fr", "service__slug", "location__slug")


def with_last_modified(rows: QuerySet[Service]) -> QuerySet[Service]:
    """Services with `last_modified`: when they or anything nested in them changed last.

    Rows that were hidden or deleted count as well, since their going is a change; of deleted rows only the history
    is left.
    """
    places = {"at_locations__service": OuterRef("pk")}
    at_places = {"location__at_locations__service": OuterRef("pk")}
    nested = [
        _newest(Service.history.filter(id=OuterRef("pk")), "history_date"),
        _newest(ServiceAtLocation.history.filter(service_id=OuterRef("pk")), "history_date"),
        _newest(City.objects.filter(services=OuterRef("pk")), "modified"),
        _newest(City.objects.filter(locations__at_locations__service=OuterRef("pk")), "modified"),
        _newest(Location.objects.filter(**places), "modified"),
        _newest(Phone.objects.filter(**at_places), "modified"),
        _newest(Phone.history.filter(**at_places), "history_date"),
        _newest(Schedule.objects.filter(**at_places), "modified"),
        _newest(Schedule.history.filter(**at_places), "history_date"),
    ]
    return rows.annotate(last_modified=Greatest("modified", "organization__modified", "need__modified", *nested))


def _newest(rows: QuerySet, field: str) -> Expression:
    newest = Subquery(rows.order_by(f"-{field}").values(field)[:1], output_field=DateTimeField())
    return Coalesce(newest, F("modified"))


def listed_services() -> QuerySet[Service]:
    """Services with what stands in a list: no rows that hang on them."""
    return with_last_modified(services()).select_related("organization")


def full_services() -> QuerySet[Service]:
    """Services with everything that an answer nests in them."""
    places = _with_full_location(service_at_locations())
    return _described_services().prefetch_related(Prefetch("at_locations", places, to_attr="public_at_locations"))


def _described_services() -> QuerySet[Service]:
    rows = listed_services().select_related("need__parent")
    return rows.prefetch_related(Prefetch("cities", cities(), to_attr="public_cities"))


def listed_service_at_locations() -> QuerySet[ServiceAtLocation]:
    """Services at places with what stands in a list."""
    rows = service_at_locations().select_related("location__city", "location__organization")
    return rows.prefetch_related(Prefetch("service", listed_services()))


def full_service_at_locations() -> QuerySet[ServiceAtLocation]:
    """Services at places with the whole place and the whole service."""
    return _with_full_location(service_at_locations()).prefetch_related(Prefetch("service", _described_services()))


def full_organizations(*, services_in_full: bool) -> QuerySet[Organization]:
    """Organisations with their places and services.

    Args:
        services_in_full: whether the services come with everything that is nested in them.
    """
    theirs = full_services() if services_in_full else listed_services()
    return organizations().prefetch_related(
        Prefetch("locations", _full_locations(), to_attr="public_locations"),
        Prefetch("services", theirs, to_attr="public_services"),
    )


def _full_locations() -> QuerySet[Location]:
    return locations().select_related("city", "organization").prefetch_related(*_on_location(""))


def _with_full_location(rows: QuerySet[ServiceAtLocation]) -> QuerySet[ServiceAtLocation]:
    related = rows.select_related("location__city", "location__organization")
    return related.prefetch_related(*_on_location("location__"))


def _on_location(path: str) -> list[Prefetch]:
    phones = Phone.objects.filter(status=CURRENT, private=False)
    schedules = Schedule.objects.filter(status=CURRENT)
    return [
        Prefetch(f"{path}phones", phones, to_attr="public_phones"),
        Prefetch(f"{path}schedules", schedules, to_attr="public_schedules"),
    ]
