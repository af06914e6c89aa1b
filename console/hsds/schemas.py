"""What the answers look like, for OpenAPI: the part of HSDS 3.0 that the directory fills, with the profile merged in.

Each schema says exactly what is answered (no other fields, which are always there); `tests/hsds` holds the answers
against them and against the official schemas.
"""

import json
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

PROFILE: dict[str, Schema] = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "profile").glob("*.json"))
}

_TEXT: Schema = {"type": "string"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_URI: Schema = {"type": "string", "format": "uri"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_NUMBER: Schema = {"type": "number"}


def component(name: str) -> Schema:
    """Reference to a schema of OpenAPI's components, such as "ServiceAtLocation"."""
    return {"$ref": f"#/components/schemas/{name}"}


def component_name(name: str) -> str:
    """Name in OpenAPI of an object of HSDS: "ServiceAtLocation" for "service_at_location"."""
    return "".join(word.capitalize() for word in name.split("_"))


def _one(name: str) -> Schema:
    return component(component_name(name))


def _many(name: str) -> Schema:
    return {"type": "array", "items": _one(name)}


STANDARD: dict[str, dict[str, Schema]] = {
    "organization": {
        "id": _UUID,
        "name": _TEXT,
        "alternate_name": _TEXT,
        "description": _TEXT,
        "website": _URI,
        "locations": _many("location"),
        "services": _many("service"),
    },
    "service": {
        "id": _UUID,
        "name": _TEXT,
        "status": {"type": "string", "enum": ["active"]},
        "last_modified": _MOMENT,
        "organization": _one("organization"),
        "attributes": _many("attribute"),
        "service_areas": _many("service_area"),
        "service_at_locations": _many("service_at_location"),
    },
    "service_at_location": {"id": _UUID, "location": _one("location"), "service": _one("service")},
    "service_area": {"id": _UUID, "name": _TEXT},
    "location": {
        "id": _UUID,
        "location_type": {"type": "string", "enum": ["physical", "virtual"]},
        "name": _TEXT,
        "latitude": _NUMBER,
        "longitude": _NUMBER,
        "addresses": _many("address"),
        "phones": _many("phone"),
        "schedules": _many("schedule"),
    },
    "address": {
        "id": _UUID,
        "address_1": _TEXT,
        "city": _TEXT,
        "country": _TEXT,
        "address_type": {"type": "string", "enum": ["physical"]},
    },
    "phone": {"id": _UUID, "number": _TEXT, "type": {"type": "string", "enum": ["voice"]}},
    "schedule": {
        "id": _UUID,
        "freq": {"type": "string", "enum": ["WEEKLY"]},
        "byday": _TEXT,
        "opens_at": _TEXT,
        "closes_at": _TEXT,
        "description": _TEXT,
    },
    "attribute": {
        "id": _UUID,
        "link_id": _UUID,
        "link_entity": {"type": "string", "enum": ["service"]},
        "taxonomy_term_id": _UUID,
        "taxonomy_term": _one("taxonomy_term"),
    },
    "taxonomy_term": {
        "id": _UUID,
        "code": _TEXT,
        "name": _TEXT,
        "description": _TEXT,
        "parent_id": _UUID,
        "taxonomy": _TEXT,
        "taxonomy_detail": _one("taxonomy"),
        "language": {"type": "string", "enum": ["fr", "ar"]},
    },
    "taxonomy": {"id": _UUID, "name": _TEXT, "description": _TEXT},
}

# Not known of every row, or only in full answers.
OPTIONAL = {
    "organization": {"alternate_name", "website", "locations", "services"},
    "service": {"organization", "attributes", "service_areas", "service_at_locations"},
    "service_at_location": {"service"},
    "location": {"latitude", "longitude", "addresses", "phones", "schedules"},
    "schedule": {"description"},
    "taxonomy_term": {"parent_id", "taxonomy_detail"},
}


def merge_patch(target: object, patch: object) -> object:
    """A JSON value with a JSON Merge Patch applied (RFC 7386, section 2)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def components() -> dict[str, Schema]:
    """All schemas of OpenAPI's components."""
    return {
        **{component_name(name): _component(name) for name in STANDARD},
        "ServiceMinimal": _exactly({"id": _UUID, "last_modified": _MOMENT}),
        "Api": _exactly({"version": _TEXT, "profile": _URI, "openapi_url": _URI}),
        "Error": _exactly({"detail": _TEXT}),
    }


def page_of(*names: str) -> Schema:
    """The standard's page envelope.

    Args:
        names: of the components of which one page holds one kind.
    """
    refs = [{"type": "array", "items": component(name)} for name in names]
    number: Schema = {"type": "integer", "minimum": 0}
    switch: Schema = {"type": "boolean"}
    return _exactly(
        {
            "total_items": number,
            "total_pages": number,
            "page_number": number,
            "size": number,
            "first_page": switch,
            "last_page": switch,
            "empty": switch,
            "contents": refs[0] if len(refs) == 1 else {"anyOf": refs},
        }
    )


def _component(name: str) -> Schema:
    # A profile patches more than the directory fills: only additions and what stands here are merged.
    properties = merge_patch(STANDARD[name], PROFILE.get(f"{name}.json", {}).get("properties", {}))
    return _exactly(properties, OPTIONAL.get(name, set()))


def _exactly(properties: Any, optional: frozenset[str] | set[str] = frozenset()) -> Schema:  # noqa: ANN401 - JSON
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
