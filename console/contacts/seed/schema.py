"""Shape of the directory's file, as a JSON Schema; what the values may be is checked by the tables themselves."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
OPTIONAL: Schema = {"type": ["string", "null"], "minLength": 1}
NUMBER: Schema = {"type": ["number", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(required: Schema, optional: Schema | None = None) -> Schema:
    """A mapping with exactly these keys."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


NAME = _map({"fr": TEXT, "ar": TEXT})
IN_WORDS = {**_map({"fr": OPTIONAL, "ar": OPTIONAL}), "type": ["object", "null"]}
SOURCES = _list(_map({"url": TEXT, "title": TEXT}))
PROVENANCE: Schema = {
    "sources": SOURCES,
    "as_of": OPTIONAL,
    "read_on": OPTIONAL,
    "confidence": TEXT,
    "status": TEXT,
    "verified_on": {**OPTIONAL, "format": "date"},
    "verified_by": OPTIONAL,
    "notes": OPTIONAL,
}
NEED = _map({"id": TEXT, "fr": TEXT, "ar": TEXT}, {"parent": TEXT, **PROVENANCE})
CITY = _map(
    {"id": TEXT, "fr": TEXT, "ar": TEXT, "at": {**_list({"type": "number"}), "minItems": 2, "maxItems": 2}}, PROVENANCE
)
PHONE = _map(
    {"number": TEXT, "display": TEXT}, {"printed": OPTIONAL, "note": OPTIONAL, "private": YES_OR_NO, **PROVENANCE}
)
SCHEDULE = _map({"days": TEXT, "opens": TIME, "closes": TIME}, {"season": TEXT, "phone_only": YES_OR_NO, **PROVENANCE})
LOCATION = _map(
    {"id": TEXT, "city": TEXT, "phones": _list(PHONE), "status": TEXT, "sources": SOURCES},
    {
        "address": IN_WORDS,
        "emails": _list(TEXT),
        "hours": IN_WORDS,
        "schedules": _list(SCHEDULE),
        "latitude": NUMBER,
        "longitude": NUMBER,
        **PROVENANCE,
    },
)
SERVICE = _map(
    {"id": TEXT, "need": TEXT, "name": NAME, "cities": _list(TEXT), "locations": _list(TEXT)},
    PROVENANCE,
)
ORGANIZATION = _map(
    {"id": TEXT, "name": NAME, "kind": TEXT, "locations": _list(LOCATION), "services": _list(SERVICE)},
    {"short_name": OPTIONAL, "website": OPTIONAL, "description": IN_WORDS, **PROVENANCE},
)
FILE = _map({"read_on": OPTIONAL, "needs": _list(NEED), "cities": _list(CITY), "organizations": _list(ORGANIZATION)})
