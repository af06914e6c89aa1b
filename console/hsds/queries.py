"""Query parameters of each endpoint: what is allowed, and what OpenAPI says of them.

The standard's parameters are those of HSDS 3.0's `openapi.json`; `city`, `lat`, `lon` and `language` are the profile's.
"""

from collections.abc import Sequence
from datetime import timezone
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from hsds.objects import LANGUAGES

MAX_PER_PAGE = 100
NAME_HELP = "UUID or slug."


def _name(help_text: str) -> serializers.CharField:
    return serializers.CharField(required=False, max_length=200, help_text=help_text)


def _switch(help_text: str) -> serializers.BooleanField:
    return serializers.BooleanField(required=False, default=False, help_text=help_text)


def _number(smallest: float, largest: float, help_text: str) -> serializers.FloatField:
    return serializers.FloatField(required=False, min_value=smallest, max_value=largest, help_text=help_text)


class Query(serializers.Serializer):
    """What every endpoint takes."""

    language = serializers.ChoiceField(
        choices=LANGUAGES,
        required=False,
        help_text="Language of the standard's own text fields. Without it Accept-Language decides, at last French.",
    )


class ListQuery(Query):
    """What every list takes."""

    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="Words that must all occur, in French or Arabic; accents, hamza and case do not matter.",
    )
    page = serializers.IntegerField(required=False, default=1, min_value=1, help_text="Page number, from 1.")
    per_page = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PER_PAGE, help_text="Objects a page; 50 without it."
    )
    format = serializers.ChoiceField(
        choices=("json", "ndjson"),
        required=False,
        default="json",
        help_text="`ndjson` streams all results, one object a line, without pages.",
    )


class ServiceQuery(ListQuery):
    """What lists of services and of services at places take."""

    taxonomy_term_id = _name(f"Need of the service, narrower needs included. {NAME_HELP}")
    taxonomy_id = _name(f"Taxonomy of which the service has a term. {NAME_HELP}")
    organization_id = _name(f"Organization that provides the service. {NAME_HELP}")
    modified_after = serializers.DateTimeField(
        required=False,
        default_timezone=timezone.utc,
        help_text="Services that changed, with anything nested in them, at or after this moment (ISO 8601, else UTC).",
    )
    full = _switch("Whole objects with everything nested in them.")


class ServicesQuery(ServiceQuery):
    """What `/services` takes."""

    minimal = _switch("Only `id` and `last_modified`; all on one page unless `per_page` is given. Wins over `full`.")
    city = _name("Slug of a city: services that serve it, have a place in it or are open to the whole country.")


class ServiceAtLocationsQuery(ServiceQuery):
    """What `/service_at_locations` takes."""

    city = _name("Slug of a city: places in it; with `proximity`, places around its centre.")
    lat = _number(-90, 90, "Latitude of a point in degrees (WGS 84), with `lon`: nearest places first.")
    lon = _number(-180, 180, "Longitude of a point in degrees (WGS 84), with `lat`: nearest places first.")
    proximity = _number(
        0, 20_100_000, "Metres around the point or the city, nearest places first. Needs `city`, or `lat` and `lon`."
    )
    postcode = serializers.CharField(
        required=False, help_text="Of the standard, refused: the directory has no postal codes. Use `city`."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a point, two points at once, a distance from nowhere and postal codes."""
        if "postcode" in attrs:
            message = _("The directory has no postal codes: use city, or lat and lon.")
            raise serializers.ValidationError({"postcode": [message]})
        if ("lat" in attrs) != ("lon" in attrs):
            missing = "lon" if "lat" in attrs else "lat"
            raise serializers.ValidationError({missing: [_("lat and lon go together: give both or none.")]})
        if "lat" in attrs and "city" in attrs:
            raise serializers.ValidationError({"city": [_("Give either a city or lat and lon.")]})
        if "proximity" in attrs and not {"lat", "city"} & attrs.keys():
            raise serializers.ValidationError({"proximity": [_("Distance from where? Give city, or lat and lon.")]})
        return attrs


class OrganizationQuery(Query):
    """What `/organizations/{id}` takes."""

    full_service = _switch("Services with everything nested in them.")


class OrganizationsQuery(ListQuery, OrganizationQuery):
    """What `/organizations` takes."""

    full = _switch("Whole organizations, with their locations and services.")


class TermsQuery(ListQuery):
    """What `/taxonomy_terms` takes."""

    taxonomy_id = _name(f"Taxonomy of the terms. {NAME_HELP}")
    top_only = _switch("Only terms without a wider term.")
    parent_id = _name(f"Only terms right below this one. {NAME_HELP}")


def read(kind: type[Query], given: QueryDict) -> dict[str, Any]:
    """The checked parameters of a request; those with a default are always there.

    Raises:
        rest_framework.serializers.ValidationError: a parameter is unknown, given twice, empty or wrong. A filter that
            is misspelt or has lost its value must not answer with everything.
    """
    query = kind(data=given)
    message = _("Unknown parameter. Known here: %(names)s.") % {"names": ", ".join(query.fields)}
    _refuse(sorted(set(given) - set(query.fields)), message)
    _refuse([name for name, values in given.lists() if len(values) > 1], _("Given more than once."))
    _refuse([name for name, value in given.items() if not value and name != "search"], _("Given without a value."))
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def _refuse(names: Sequence[str], message: str) -> None:
    if names:
        raise serializers.ValidationError({name: [message] for name in names})
