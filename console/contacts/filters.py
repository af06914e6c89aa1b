"""Filters of the console's lists: what is stale, what is missing."""

from datetime import date

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from contacts.models import Location, Phone, Sourced, Status

YEARS = 1  # after which a row has to be verified again
Choices = list[tuple[str, object]]


def stale(rows: QuerySet) -> QuerySet:
    """Rows that nobody has verified for twelve months, or ever."""
    return rows.filter(Q(verified_on__isnull=True) | Q(verified_on__lt=_limit()))


def is_stale(row: Sourced) -> bool:
    """Whether nobody has verified a row for twelve months, or ever."""
    return row.verified_on is None or row.verified_on < _limit()


def _limit() -> date:
    today = timezone.localdate()
    try:
        return today.replace(year=today.year - YEARS)
    except ValueError:  # 29 February
        return today.replace(year=today.year - YEARS, day=28)


def without_phone(places: QuerySet[Location]) -> QuerySet[Location]:
    """Places that have no number to show."""
    public = Phone.objects.filter(location=OuterRef("pk"), private=False, status=Status.CURRENT)
    return places.filter(~Exists(public))


class StaleFilter(DropdownFilter):
    """Not verified for twelve months."""

    title = _("verification")
    parameter_name = "verification"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        """What can be chosen."""
        return [("stale", _("not verified for 12 months"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        """The rows chosen."""
        return stale(queryset) if self.value() == "stale" else queryset


class NoPhoneFilter(DropdownFilter):
    """Places without a number to show."""

    title = _("phone")
    parameter_name = "phone"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        """What can be chosen."""
        return [("none", _("no phone"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Location]) -> QuerySet[Location]:
        """The rows chosen."""
        return without_phone(queryset) if self.value() == "none" else queryset


class CityFilter(DropdownFilter):
    """Places in a city, or lines for the whole country."""

    title = _("city")
    parameter_name = "city"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:
        """The cities that have places."""
        cities = Location.objects.filter(city__isnull=False).order_by("city__name_fr")
        named = cities.values_list("city__slug", "city__name_fr").distinct()
        return [("national", _("whole country")), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Location]) -> QuerySet[Location]:
        """The rows chosen."""
        if self.value() == "national":
            return queryset.filter(city__isnull=True)
        return queryset.filter(city__slug=self.value()) if self.value() else queryset
