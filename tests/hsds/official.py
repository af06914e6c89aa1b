"""The official schemas of HSDS 3.0.1, which are no part of the project, with or without the profile's patches."""

import json
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from hsds.schemas import PROFILE, merge_patch
from jsonschema import Draft202012Validator, FormatChecker

from assistant.paths import ROOT

SCHEMAS = ROOT.parent / "shared" / "hsds" / "3.0.1" / "schema"

needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas of HSDS 3.0.1 are not here")

FORMATS = FormatChecker()


@FORMATS.checks("date-time", raises=ValueError)
def _moment(value: object) -> bool:
    return datetime.fromisoformat(str(value).replace("Z", "+00:00")).tzinfo is not None


@FORMATS.checks("uri", raises=ValueError)
def _uri(value: object) -> bool:
    return str(value).isascii() and bool(urlsplit(str(value)).scheme) and not any(c.isspace() for c in str(value))


@cache
def official(name: str) -> dict[str, Any]:
    """A schema of the standard, with the files in it that it refers to."""
    return with_files(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


def with_files(schema: Any) -> Any:
    # The directory does not publish its history, the standard's "metadata".
    if isinstance(schema, dict):
        if "$ref" in schema and "metadata" not in schema["$ref"]:
            return official(schema["$ref"])
        return {key: with_files(value) for key, value in schema.items() if key != "$ref"}
    return [with_files(each) for each in schema] if isinstance(schema, list) else schema


def changed(schema: Any, *, patched: bool, closed: bool) -> Any:
    """A schema in which every object of HSDS, known by its `name`, has the profile's patch, or allows nothing else.

    Args:
        schema: compiled.
        patched: whether the profile's patches are applied.
        closed: whether fields that the schema does not know are errors, as in the standard's own checks.
    """
    if isinstance(schema, list):
        return [changed(each, patched=patched, closed=closed) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: changed(value, patched=patched, closed=closed) for key, value in schema.items()}
    if schema.get("type") != "object" or "properties" not in schema:
        return inner
    if patched:
        inner = merge_patch(inner, patch_for(schema))
    return inner | {"additionalProperties": False} if closed else inner


def patch_for(schema: dict[str, Any]) -> dict[str, Any]:
    return PROFILE.get(f"{schema.get('name')}.json", {})


def validator(name: str, *, patched: bool, closed: bool) -> Draft202012Validator:
    """Validator of a schema of the standard, formats included; for the arguments see `changed`."""
    return Draft202012Validator(changed(official(name), patched=patched, closed=closed), format_checker=FORMATS)
