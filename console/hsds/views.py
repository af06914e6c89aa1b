"""Endpoints of the Open Referral HSDS 3.0 API. Each reads the request, finds what it asks for, and has it built."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from hsds import objects, published, queries, selection, versions
from hsds.answers import ask, in_its_language, many, one
from hsds.identifiers import key_of, pair
from hsds.objects import Object
from hsds.schemas import PROFILE, Schema, component, page_of
from hsds.settings import HSDS_VERSION

View = Callable[..., HttpResponse]

_UNCHANGED = OpenApiResponse(description="The client has this version already.")
_LINES: Schema = {"type": "string", "description": "One object a line."}
_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="UUID or slug.")


def _list(operation: str, query: type[queries.Query], *components: str) -> Callable[[View], View]:
    """An endpoint that answers with pages.

    Args:
        operation: the standard's operationId.
        query: its parameters.
        components: what a page may hold, by their names in OpenAPI.
    """
    found = {(200, "application/json"): page_of(*components), (200, "application/x-ndjson"): _LINES}
    return _endpoint(operation, [query], {**found, 304: _UNCHANGED, 400: component("Error")})


def _item(operation: str, query: type[queries.Query], name: str) -> Callable[[View], View]:
    """An endpoint that answers with one object.

    Args:
        operation, query: see `_list`.
        name: of the object in OpenAPI.
    """
    errors = {400: component("Error"), 404: component("Error")}
    return _endpoint(operation, [query, _ID], {200: component(name), 304: _UNCHANGED, **errors})


def _endpoint(operation: str, parameters: list[Any], responses: dict[Any, Any]) -> Callable[[View], View]:
    described = extend_schema(operation_id=operation, parameters=parameters, responses=responses)
    return lambda view: described(_undescribed(view))


def _undescribed(view: View) -> View:
    return in_its_language(api_view(["GET", "HEAD"])(view))


@_endpoint("getAPIMetaInformation", [queries.Query], {200: component("Api"), 304: _UNCHANGED, 400: component("Error")})
def api(request: Request) -> HttpResponse:
    """Version of HSDS, the profile and this document."""
    links = {"profile": reverse("hsds:profile"), "openapi_url": reverse("hsds:openapi")}
    absolute = {name: request.build_absolute_uri(link) for name, link in links.items()}
    return one(ask(request, queries.Query, versions.of_program), lambda: {"version": HSDS_VERSION, **absolute})


@_list("getPaginatedListOfServices", queries.ServicesQuery, "Service", "ServiceMinimal")
def services(request: Request) -> HttpResponse:
    """Services with their organization, by its name; with `full` everything nested in them."""
    asked = ask(request, queries.ServicesQuery)

    def build(keys: Sequence[int]) -> list[Object]:
        if asked.values["minimal"]:
            rows = published.with_last_modified(published.services())
            return [objects.minimal_service(row) for row in _rows(rows, keys)]
        if asked.values["full"]:
            return [objects.full_service(row, asked.language) for row in _rows(published.full_services(), keys)]
        return [objects.listed_service(row, asked.language) for row in _rows(published.listed_services(), keys)]

    return many(asked, selection.services(asked.values), build)


@_item("getFullyNestedServiceById", queries.Query, "Service")
def service(request: Request, id: str) -> HttpResponse:
    """A service with everything nested in it."""
    asked = ask(request, queries.Query)
    rows = _named("service", id, published.full_services())
    return one(asked, lambda: objects.full_service(get_object_or_404(rows), asked.language))


@_list("getPaginatedListOfOrganizations", queries.OrganizationsQuery, "Organization")
def organizations(request: Request) -> HttpResponse:
    """Organizations by name; with `full` or `full_service` their locations and services too."""
    asked = ask(request, queries.OrganizationsQuery)
    in_full = asked.values["full_service"]

    def build(keys: Sequence[int]) -> list[Object]:
        if not (asked.values["full"] or in_full):
            return [objects.listed_organization(row, asked.language) for row in _rows(published.organizations(), keys)]
        rows = _rows(published.full_organizations(services_in_full=in_full), keys)
        return [objects.full_organization(row, asked.language, services_in_full=in_full) for row in rows]

    return many(asked, selection.organizations(asked.values), build)


@_item("getOrganizationById", queries.OrganizationQuery, "Organization")
def organization(request: Request, id: str) -> HttpResponse:
    """An organization with its locations and services."""
    asked = ask(request, queries.OrganizationQuery)
    in_full = asked.values["full_service"]
    rows = _named("organization", id, published.full_organizations(services_in_full=in_full))
    return one(
        asked,
        lambda: objects.full_organization(get_object_or_404(rows), asked.language, services_in_full=in_full),
    )


@_list("getPaginatedListOfServiceAtLocation", queries.ServiceAtLocationsQuery, "ServiceAtLocation")
def service_at_locations(request: Request) -> HttpResponse:
    """Services at places: the endpoint for "near me"."""
    asked = ask(request, queries.ServiceAtLocationsQuery)

    def build(keys: Sequence[int]) -> list[Object]:
        if asked.values["full"]:
            rows = _rows(published.full_service_at_locations(), keys)
            return [objects.full_service_at_location(row, asked.language) for row in rows]
        rows = _rows(published.listed_service_at_locations(), keys)
        return [objects.listed_service_at_location(row, asked.language) for row in rows]

    return many(asked, selection.service_at_locations(asked.values), build)


@_item("getServiceAtLocationWithNestedDataById", queries.Query, "ServiceAtLocation")
def service_at_location(request: Request, id: str) -> HttpResponse:
    """A service at a place. In place of its UUID, its id may be `{slug of the service}@{slug of the location}`."""
    asked = ask(request, queries.Query)
    rows = published.full_service_at_locations()
    slugs = rows.prefetch_related(None).values_list("service__slug", "location__slug")
    service_slug, _at, location_slug = key_of("service_at_location", id, (pair(*each) for each in slugs)).partition("@")
    found = _existing(rows.filter(service__slug=service_slug, location__slug=location_slug), id)
    return one(asked, lambda: objects.full_service_at_location(get_object_or_404(found), asked.language))


@_list("getPaginatedListOfTaxonomies", queries.ListQuery, "Taxonomy")
def taxonomies(request: Request) -> HttpResponse:
    """Taxonomies."""
    asked = ask(request, queries.ListQuery, versions.of_program)
    return many(
        asked,
        selection.taxonomies(asked.values),
        lambda slugs: [objects.taxonomy(slug, asked.language) for slug in slugs],
    )


@_item("getTaxonomyById", queries.Query, "Taxonomy")
def taxonomy(request: Request, id: str) -> HttpResponse:
    """A taxonomy."""
    asked = ask(request, queries.Query, versions.of_program)
    slug = key_of("taxonomy", id, objects.taxonomies())
    if slug not in objects.taxonomies():
        raise _not_found(id)
    return one(asked, lambda: objects.taxonomy(slug, asked.language))


# The standard has the operationIds of these two the wrong way round.
@_list("getPaginatedListOfTaxonomyTerms", queries.TermsQuery, "TaxonomyTerm")
def taxonomy_terms(request: Request) -> HttpResponse:
    """Needs, in the order in which the assistant offers them."""
    asked = ask(request, queries.TermsQuery)
    return many(
        asked,
        selection.terms(asked.values),
        lambda keys: [objects.full_term(row, asked.language) for row in _rows(published.needs(), keys)],
    )


@_item("getTaxonomyTermById", queries.Query, "TaxonomyTerm")
def taxonomy_term(request: Request, id: str) -> HttpResponse:
    """A need."""
    asked = ask(request, queries.Query)
    rows = _named("taxonomy_term", id, published.needs())
    return one(asked, lambda: objects.full_term(get_object_or_404(rows), asked.language))


@extend_schema(exclude=True)
@_undescribed
def profile(request: Request) -> HttpResponse:
    """The profile: JSON Merge Patches (RFC 7386) by name of the standard's file that they change."""
    return one(ask(request, queries.Query, versions.of_program), _patches)


@extend_schema(exclude=True)
@_undescribed
def profile_file(request: Request, name: str) -> HttpResponse:
    """One file of the profile, at the address where tools of HSDS look for it."""
    asked = ask(request, queries.Query, versions.of_program)
    if name not in _patches():
        raise _not_found(name)
    return one(asked, lambda: _patches()[name])


@extend_schema(exclude=True)
@_undescribed
def openapi(request: Request) -> HttpResponse:
    """This API as an OpenAPI 3.1 document."""
    return one(ask(request, queries.Query, versions.of_program), _document)


@extend_schema(exclude=True)
@_undescribed
def missing(request: Request) -> HttpResponse:
    """Every other address below `/hsds/`."""
    raise NotFound(_("The directory has no address “%(path)s”.") % {"path": request.path})


@cache
def _document() -> Object:
    return SchemaGenerator(urlconf="hsds.urls").get_schema(request=None, public=True)


@cache
def _patches() -> dict[str, Object]:
    """The profile's patches. That of the API is made of its own document: a merge patch replaces whole lists."""
    parameters = {
        path: {"get": {"parameters": methods["get"]["parameters"]}} for path, methods in _document()["paths"].items()
    }
    return {**PROFILE, "openapi.json": {"paths": parameters}}


def _rows(rows: QuerySet, keys: Iterable[int]) -> list[Model]:
    """Rows in the order of their keys; one that was deleted meanwhile is left out."""
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _named(kind: str, given: str, rows: QuerySet) -> QuerySet:
    """The row that an address names by slug or UUID.

    Raises:
        NotFound: there is none, or it is not published.
    """
    slug = key_of(kind, given, rows.prefetch_related(None).order_by().values_list("slug", flat=True))
    return _existing(rows.filter(slug=slug), given)


def _existing(rows: QuerySet, given: str) -> QuerySet:
    if not rows.exists():
        raise _not_found(given)
    return rows


def _not_found(given: str) -> NotFound:
    return NotFound(_("Nothing in the directory has the id “%(id)s”.") % {"id": given})
