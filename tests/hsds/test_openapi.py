"""The OpenAPI document is true: whatever it allows or forbids, no answer breaks it, none is an error of the server."""

import pytest
import schemathesis
from config.wsgi import application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from hsds.queries import MAX_PER_PAGE
from hsds.schemas import PROFILE, merge_patch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import positive_data_acceptance

from tests.hsds.directory import KINDS, answers, get

pytestmark = pytest.mark.long

api = schemathesis.openapi.from_wsgi("/hsds/openapi.json", application)
api.config.generation.update(max_examples=30, deterministic=True)

NAMES = {
    "services": "Service",
    "organizations": "Organization",
    "service_at_locations": "ServiceAtLocation",
    "taxonomies": "Taxonomy",
    "taxonomy_terms": "TaxonomyTerm",
}
KEY = st.sampled_from("abc")
JSON = st.recursive(st.none() | st.integers(0, 3) | st.lists(KEY, max_size=1), lambda v: st.dictionaries(KEY, v))


@pytest.fixture
def _open_connection():
    """Django closes the connection after each request, and with it the transaction that holds the rows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("directory", "_open_connection")
@api.parametrize()
@settings(suppress_health_check=list(HealthCheck), database=None)
def test_answers_keep_to_the_document(case):
    # What the document allows may still name nothing in the directory, which is refused as well.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


def test_document_is_made_without_a_warning(capsys):
    GENERATOR_STATS.reset()
    SchemaGenerator(urlconf="hsds.urls").get_schema(request=None, public=True)
    assert capsys.readouterr().err == ""
    assert not GENERATOR_STATS


@pytest.mark.usefixtures("directory")
def test_every_object_is_exactly_as_its_component_says():
    document = get("openapi.json")
    for path, answer in answers():
        name = "ServiceMinimal" if "minimal" in path else NAMES[path.partition("?")[0].rstrip("/")]
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == [], path


def test_document_has_the_standards_paths_operations_and_parameters():
    paths = get("openapi.json")["paths"]
    assert {path: methods["get"]["operationId"] for path, methods in paths.items()} == {
        "/": "getAPIMetaInformation",
        "/services": "getPaginatedListOfServices",
        "/services/{id}": "getFullyNestedServiceById",
        "/organizations": "getPaginatedListOfOrganizations",
        "/organizations/{id}": "getOrganizationById",
        "/service_at_locations": "getPaginatedListOfServiceAtLocation",
        "/service_at_locations/{id}": "getServiceAtLocationWithNestedDataById",
        "/taxonomies": "getPaginatedListOfTaxonomies",
        "/taxonomies/{id}": "getTaxonomyById",
        "/taxonomy_terms": "getPaginatedListOfTaxonomyTerms",
        "/taxonomy_terms/{id}": "getTaxonomyTermById",
    }
    known = {path: {each["name"]: each for each in methods["get"]["parameters"]} for path, methods in paths.items()}
    listed = {"language", "search", "page", "per_page", "format"}
    filters = {"taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full"}
    assert set(known["/services"]) == listed | filters | {"minimal", "city"}
    near = {"city", "lat", "lon", "proximity", "postcode"}
    assert set(known["/service_at_locations"]) == listed | filters | near
    assert set(known["/organizations"]) == listed | {"full", "full_service"}
    assert set(known["/organizations/{id}"]) == {"id", "language", "full_service"}
    assert set(known["/taxonomy_terms"]) == listed | {"taxonomy_id", "top_only", "parent_id"}
    assert set(known["/taxonomies"]) == listed
    assert set(known["/services/{id}"]) == {"id", "language"}
    assert all(each["description"] for path in known.values() for each in path.values())
    assert known["/services"]["per_page"]["schema"] == {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE}
    form = {"type": "string", "enum": ["json", "ndjson"], "default": "json", "minLength": 1}
    assert known["/services"]["format"]["schema"] == form


def test_every_component_is_used_and_refers_to_others_that_are_there():
    document = get("openapi.json")
    used = {part.partition('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert used == set(document["components"]["schemas"])


def test_profile_is_served_whole_and_file_by_file():
    profile = get("profile/")
    assert profile.keys() == {*PROFILE, "openapi.json"}
    assert {name: get(f"profile/{name}") for name in profile} == profile
    assert profile["address.json"] == {"required": ["id", "address_1", "city", "country", "address_type"]}
    assert "timezone" in profile["schedule.json"]["properties"]


def test_patch_of_the_api_names_all_its_parameters():
    official = {"paths": {"/services": {"get": {"parameters": [{"$ref": "#/components/parameters/page"}]}}}}
    merged = merge_patch(official, get("profile/openapi.json"))
    document = get("openapi.json")
    for path, methods in document["paths"].items():
        assert merged["paths"][path]["get"]["parameters"] == methods["get"]["parameters"]


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [  # of RFC 7386, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_is_that_of_the_standard(target, patch, merged):
    assert merge_patch(target, patch) == merged


@given(JSON, JSON)
def test_merging_a_patch_twice_is_merging_it_once(target, patch):
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_typed(kind):
    page = get(f"{kind}?per_page=1")
    assert [type(value) for value in page.values()] == [int, int, int, int, bool, bool, bool, list]
