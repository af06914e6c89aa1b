"""Errors: JSON with one clear sentence, in the language of the request, for everything a client can get wrong."""

import pytest
from django.test import Client

from tests.hsds.directory import KINDS, get

pytestmark = pytest.mark.usefixtures("directory")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("services?page=0", "page"),
        ("services?page=-1", "page"),
        ("services?page=two", "page"),
        ("services?per_page=101", "per_page"),
        ("services?per_page=0", "per_page"),
        ("services?format=xml", "format"),
        ("services?full=perhaps", "full"),
        ("services?full=", "full"),
        ("services?city=", "city"),
        ("services?page=", "page"),
        ("services?language=en", "language"),
        ("services?modified_after=yesterday", "modified_after"),
        ("services?modified_after=2024-13-01", "modified_after"),
        ("services?search=%00", "search"),
        ("services?search=" + "x" * 201, "search"),
        ("services?city=atlantis", "city"),
        ("services?city=ville-archivee", "city"),
        ("services?taxonomy_term_id=helth", "taxonomy_term_id"),
        ("services?taxonomy_term_id=old_need", "taxonomy_term_id"),
        ("services?taxonomy_id=airs", "taxonomy_id"),
        ("services?organization_id=pending", "organization_id"),
        ("services?organization_id=00000000-0000-5000-8000-000000000000", "organization_id"),
        *((f"services?{name}=%00", name) for name in ("city", "taxonomy_term_id", "taxonomy_id", "organization_id")),
        ("taxonomy_terms?parent_id=%00", "parent_id"),
        ("services?language=%00", "language"),
        ("services?modified_after=9999-12-31T23:59:59-23:59", "modified_after"),
        ("services?modified_after=0001-01-01T00:00:00%2B23:59", "modified_after"),
        ("services?page=" + "9" * 5000, "page"),
        ("services?per_page=" + "9" * 400, "per_page"),
        ("service_at_locations?lat=1e999&lon=0", "lat"),
        ("services?citty=rabat", "citty"),
        ("services?city=rabat&city=oujda", "city"),
        ("services?proximity=5", "proximity"),
        ("organizations?city=rabat", "city"),
        ("organizations/helpers?full=true", "full"),
        ("services/helpers-papers?full=true", "full"),
        ("service_at_locations?postcode=10000", "postcode"),
        ("service_at_locations?lat=34", "lon"),
        ("service_at_locations?lon=-6", "lat"),
        ("service_at_locations?lat=91&lon=0", "lat"),
        ("service_at_locations?lat=nan&lon=0", "lat"),
        ("service_at_locations?lat=0&lon=inf", "lon"),
        ("service_at_locations?lat=34&lon=-6&proximity=-1", "proximity"),
        ("service_at_locations?lat=34&lon=-6&proximity=nan", "proximity"),
        ("service_at_locations?lat=34&lon=-6&city=rabat", "city"),
        ("service_at_locations?proximity=5000", "proximity"),
        ("taxonomy_terms?parent_id=nothing", "parent_id"),
        ("taxonomy_terms?taxonomy_id=nothing", "taxonomy_id"),
        ("taxonomies?full=true", "full"),
        ("?page=1", "page"),
        ("profile/?page=1", "page"),
        ("openapi.json?lang=fr", "lang"),
    ],
)
def test_wrong_parameter_is_named(path, parameter):
    error = get(path, status=400)
    assert set(error) == {"detail"}
    assert error["detail"].startswith(f"{parameter}: ")
    assert len(error["detail"]) > len(parameter) + 10


def test_every_wrong_parameter_is_named_at_once():
    detail = get("services?page=0&per_page=1000", status=400)["detail"]
    assert "page: " in detail
    assert "per_page: " in detail


def test_unknown_parameter_comes_with_those_that_are_known():
    detail = get("services?citty=rabat", status=400)["detail"]
    for name in ("search", "page", "per_page", "format", "taxonomy_term_id", "taxonomy_id", "organization_id", "city"):
        assert name in detail


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "id", ["nothing", "00000000-0000-5000-8000-000000000000", "a%00b", "%C3%89", "a@b", "@", "a@b@c", "x" * 3000]
)
def test_unknown_id_is_404_with_json(kind, id):
    assert set(get(f"{kind}/{id}", status=404)) == {"detail"}


@pytest.mark.parametrize("path", ["nothing", "services/", "services/a/b", "profile/nothing.json", "profile/service"])
def test_unknown_address_is_404_with_json(path):
    assert set(get(path, status=404)) == {"detail"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("path", ["", *KINDS, "services/helpers-papers", "profile/", "openapi.json"])
def test_directory_is_read_only(method, path):
    response = getattr(Client(enforce_csrf_checks=True), method)(f"/hsds/{path}")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert set(response.json()) == {"detail"}


def test_errors_speak_the_language_of_the_request():
    arabic, french = (get(f"services?page=x&language={language}", status=400) for language in ("ar", "fr"))
    assert arabic != french
    response = Client().get("/hsds/services/nothing", headers={"Accept-Language": "ar"})
    assert response["Content-Language"] == "ar"
    assert "ETag" not in response


@pytest.mark.parametrize("accept", ["text/html", "application/x-ndjson", "image/png", "*/*", "nonsense"])
def test_nobody_is_refused_for_what_he_accepts(accept):
    response = Client().get("/hsds/services", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
