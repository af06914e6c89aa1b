"""Every object of every endpoint is valid HSDS 3.0, with exactly the differences that the profile names.

Without the official schemas these tests are skipped; those of `test_contract.py` are not.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hsds.schemas import PROFILE, merge_patch
from jsonschema import Draft202012Validator

from tests.conftest import REPORT
from tests.hsds.directory import answers
from tests.hsds.official import SCHEMAS, needs_schemas, official, validator

pytestmark = [pytest.mark.usefixtures("directory"), needs_schemas]

# The standard's schema of what an address answers: of items where it answers with lists, which its "_list" schemas are.
OFFICIAL = {
    "services": "compiled/service_list.json",
    "services?full=true": "compiled/service.json",
    "services?language=ar&full=true": "compiled/service.json",
    "services/": "compiled/service.json",
    "organizations": "compiled/organization_list.json",
    "organizations?full=true": "compiled/organization.json",
    "organizations?full_service=true": "compiled/organization.json",
    "organizations/": "compiled/organization.json",
    "service_at_locations": "compiled/service_at_location_list.json",
    "service_at_locations?lat=34&lon=-6.8": "compiled/service_at_location_list.json",
    "service_at_locations?full=true": "compiled/service_at_location.json",
    "service_at_locations/": "compiled/service_at_location.json",
    "taxonomies": "taxonomy.json",
    "taxonomies/": "taxonomy.json",
    "taxonomy_terms": "taxonomy_term.json",
    "taxonomy_terms/": "taxonomy_term.json",
}
# Only id and last_modified, as the standard describes in words; no schema of it has only these.
WITHOUT_SCHEMA = {"services?minimal=true"}


def errors(*, patched: bool, closed: bool) -> Iterator[tuple[str, Any]]:
    validators = {path: validator(name, patched=patched, closed=closed) for path, name in OFFICIAL.items()}
    for path, answer in answers():
        if path not in WITHOUT_SCHEMA:
            yield from ((path, error) for error in validators[path].iter_errors(answer))


def name_of(error: Any) -> str:
    return error.schema["name"] if error.schema.get("name") in kinds() else "?"


@cache
def kinds() -> set[str]:
    return {path.stem for path in SCHEMAS.glob("*.json")}


def test_every_object_is_valid_with_the_profile_and_holds_nothing_else():
    checked = [path for path, _answer in answers() if path not in WITHOUT_SCHEMA]
    assert set(checked) == set(OFFICIAL)
    assert len(checked) > 50
    assert [(path, error.json_path, error.message) for path, error in errors(patched=True, closed=True)] == []


@pytest.mark.long
def test_differences_from_the_standard_are_exactly_those_of_the_profile(request):
    relaxed, added = set(), set()
    for path, error in errors(patched=False, closed=False):
        assert error.validator == "required", (path, error.json_path, error.message)
        relaxed |= {(name_of(error), field) for field in error.validator_value if field not in error.instance}
    for _path, error in errors(patched=False, closed=True):
        if error.validator == "additionalProperties":
            added |= {(name_of(error), field) for field in error.instance if field not in error.schema["properties"]}
    report = request.config.stash.setdefault(REPORT, [])
    report.append(f"HSDS 3.0: not required here {sorted(relaxed)}; added {len(added)} fields")
    assert relaxed == {("address", "postal_code"), ("address", "state_province")}
    assert (relaxed, added) == (profile_relaxes(), profile_adds())


def profile_relaxes() -> set[tuple[str, str]]:
    patches = {Path(name).stem: patch for name, patch in PROFILE.items() if "required" in patch}
    return {(kind, field) for kind, patch in patches.items() for field in left_out(kind, patch)}


def left_out(kind: str, patch: dict[str, Any]) -> set[str]:
    required = set(official(f"{kind}.json")["required"])
    assert set(patch["required"]) <= required
    return required - set(patch["required"])


def profile_adds() -> set[tuple[str, str]]:
    patches = {Path(name).stem: patch.get("properties", {}) for name, patch in PROFILE.items()}
    return {
        (kind, field)
        for kind, properties in patches.items()
        for field in properties
        if field not in official(f"{kind}.json")["properties"]
    }


@pytest.mark.parametrize("name", PROFILE)
def test_patch_makes_a_valid_schema_of_an_official_one(name):
    Draft202012Validator.check_schema(merge_patch(official(name), PROFILE[name]))


def test_timezone_is_the_only_field_that_the_profile_takes_away():
    gone = {
        (name, field)
        for name, patch in PROFILE.items()
        for field, value in patch.get("properties", {}).items()
        if value is None
    }
    assert gone == {("schedule.json", "timezone")}


def test_checks_see_a_wrong_format_and_a_wrong_field():
    strict = validator("compiled/service.json", patched=True, closed=True)
    wrong = {
        "id": "1",
        "name": "x",
        "status": "active",
        "last_modified": "yesterday",
        "organization": {"id": "1", "name": "x", "description": "", "website": "no uri", "x": 1},
    }
    found = {(error.json_path, error.validator) for error in strict.iter_errors(wrong)}
    assert found == {
        ("$.id", "format"),
        ("$.last_modified", "format"),
        ("$.organization", "additionalProperties"),
        ("$.organization.id", "format"),
        ("$.organization.website", "format"),
    }
