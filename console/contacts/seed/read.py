"""Reading the directory's file: every problem with its line, all of them at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError as SchemaError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from contacts.models import (
    City,
    Confidence,
    Location,
    Need,
    Organization,
    Phone,
    Schedule,
    Season,
    Service,
    ServiceAtLocation,
    Status,
)
from contacts.seed import schema

NATIONAL = "national"  # in place of a city: the whole country
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """What the file says of one row of a table.

    Attributes:
        model: the table.
        line: line of the file, from 1.
        key: the fields that tell the row from others; a row of another table is named by its slug.
        values: the other fields.
        cities: slugs of the cities that a service serves.
    """

    model: type[models.Model]
    line: int
    key: dict[str, Any]
    values: dict[str, Any]
    cities: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name} {' '.join(map(str, self.key.values()))}"

    @property
    def links(self) -> dict[str, tuple[type[models.Model], str]]:
        """Field -> table and slug of the row that it names."""
        fields = {f.name: f.remote_field.model for f in self.model._meta.fields if f.remote_field}
        named = {**self.key, **self.values}
        return {name: (model, named[name]) for name, model in fields.items() if named.get(name)}


class FileError(ValueError):
    """The file cannot be read in; the text has one line a problem."""


def read(path: Path) -> list[Row]:
    """Rows of the file, each after those that it names.

    Args:
        path: a YAML file (see the comments at the top of data/contacts/organizations.yml).

    Raises:
        FileError: all that is wrong with it, each with its line.
    """
    tree = _tree(path)
    problems = list(_shape(tree))
    if not problems:
        rows = list(_rows(tree))
        problems = [*_refused(rows), *_unknown(rows), *_twice(rows), *_circles(tree, rows)]
    if problems:
        raise FileError("\n".join(f"{path}, line {line}: {what}" for line, what in sorted(problems)))
    return rows


def _tree(path: Path) -> Any:  # noqa: ANN401 - as free as YAML
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}. Name another file.") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: not in UTF-8. Save it in UTF-8.") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join((error.problem or "no YAML").split())
        raise FileError(f"{path}, line {mark.line + 1 if mark else 1}: {what}") from error
    except YAMLError as error:
        raise FileError(f"{path}: no YAML. {error}") from error
    except (RecursionError, ValueError, AttributeError) as error:  # ruamel's own, with a part of the file as it is
        raise FileError(f"{path}: lists in lists without end, or a number that is none ({error})") from error


# --- shape ------------------------------------------------------------------------------------------------------------


def _shape(tree: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401
    for error in Draft202012Validator(schema.FILE, format_checker=FormatChecker(["date"])).iter_errors(tree):
        path = list(error.absolute_path)
        yield _line(tree, path), f"{_place(tree, path)}{_said(error)}"


def _line(tree: Any, path: Sequence[str | int]) -> int:  # noqa: ANN401
    line = 0
    for step in path:
        line = (tree.lc.data or {}).get(step, [line])[0]
        tree = tree[step]
    return line + 1


def _place(tree: Any, path: Sequence[str | int]) -> str:  # noqa: ANN401
    """The id next above, and the keys below it: "iom-rabat: phones 1 number: "."""
    named, below = "", []
    for step in path:
        tree = tree[step]
        below.append(str(step + 1) if isinstance(step, int) else step)
        if isinstance(tree, dict) and isinstance(tree.get("id"), str):
            named, below = tree["id"], []
    return "".join(f"{part}: " for part in (named, " ".join(below)) if part)


def _said(error: SchemaError) -> str:
    if error.validator == "additionalProperties":
        unknown = sorted(map(str, set(error.instance) - set(error.schema["properties"])))
        return f"unknown key {', '.join(unknown)}; known: {', '.join(error.schema['properties'])}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"lacks {', '.join(missing)}"
    if error.validator == "type" and "string" in error.validator_value and not isinstance(error.instance, list | dict):
        return f"{error.instance} must be text: put it into quotes"
    return str(error.message)


# --- rows -------------------------------------------------------------------------------------------------------------


def _rows(tree: Node) -> Iterator[Row]:
    read_on = tree["read_on"]
    for position, need in _widest_first(tree["needs"]):
        values = {"name_fr": need["fr"], "name_ar": need["ar"], "parent": need.get("parent"), "position": position}
        yield _row(Need, need, {"slug": need["id"]}, values, read_on)
    for city in tree["cities"]:
        latitude, longitude = map(float, city["at"])
        values = {"name_fr": city["fr"], "name_ar": city["ar"], "latitude": latitude, "longitude": longitude}
        yield _row(City, city, {"slug": city["id"]}, values, read_on)
    for organization in tree["organizations"]:
        yield _organization(organization, read_on)
        for location in organization["locations"]:
            yield _location(location, organization["id"], read_on)
            yield from _phones(location)
            yield from _schedules(location)
        for service in organization["services"]:
            yield _service(service, organization["id"], read_on)
            yield from _places(service)


def _widest_first(needs: Sequence[Node]) -> list[tuple[int, Node]]:
    """Needs with their positions in the file, each after its wider one; those in a circle are left out."""
    ordered: list[tuple[int, Node]] = []
    waiting = list(enumerate(needs))
    ids = {need["id"] for need in needs}
    while waiting:
        placed = {need["id"] for _, need in ordered}
        ready = [(n, need) for n, need in waiting if need.get("parent") not in ids - placed]
        if not ready:
            break
        ordered += ready
        waiting = [numbered for numbered in waiting if numbered not in ready]
    return ordered


def _row(model: type[models.Model], node: Any, key: Node, values: Node, read_on: str | None) -> Row:  # noqa: ANN401
    return Row(model, node.lc.line + 1, dict(key), {**values, **_provenance(node, read_on)})


def _provenance(node: Node, read_on: str | None) -> dict[str, Any]:
    verified_on = node.get("verified_on")
    return {
        "sources": [dict(source) for source in node.get("sources", ())],
        "as_of": node.get("as_of") or "",
        "read_on": node.get("read_on", read_on) or "",
        "confidence": node.get("confidence", str(Confidence.MEDIUM)),
        "status": node.get("status", str(Status.CURRENT)),
        "verified_on": date.fromisoformat(verified_on) if verified_on else None,
        "verified_by": node.get("verified_by") or "",
        "notes": node.get("notes") or "",
    }


def _both(name: str, texts: Node | None) -> dict[str, str]:
    """A text in both languages as two fields."""
    return {f"{name}_{language}": (texts or {}).get(language) or "" for language in ("fr", "ar")}


def _organization(node: Node, read_on: str | None) -> Row:
    values = {
        **_both("name", node["name"]),
        "short_name": node.get("short_name") or "",
        "kind": node["kind"],
        "website": node.get("website") or "",
        **_both("description", node.get("description")),
    }
    return _row(Organization, node, {"slug": node["id"]}, values, read_on)


def _location(node: Node, organization: str, read_on: str | None) -> Row:
    latitude, longitude = node.get("latitude"), node.get("longitude")
    values = {
        "organization": organization,
        "city": None if node["city"] == NATIONAL else node["city"],
        **_both("address", node.get("address")),
        "emails": list(node.get("emails", ())),
        **_both("hours", node.get("hours")),
        "latitude": None if latitude is None else float(latitude),
        "longitude": None if longitude is None else float(longitude),
    }
    return _row(Location, node, {"slug": node["id"]}, values, read_on)


def _phones(location: Node) -> Iterator[Row]:
    for position, node in enumerate(location["phones"]):
        values = {
            "display": node["display"],
            "printed": node.get("printed") or "",
            "note": node.get("note") or "",
            "private": node.get("private", False),
            "position": position,
        }
        yield _row(Phone, node, {"location": location["id"], "number": node["number"]}, values, None)


def _schedules(location: Node) -> Iterator[Row]:
    for node in location.get("schedules", ()):
        key = {
            "location": location["id"],
            "days": node["days"],
            "opens": time.fromisoformat(node["opens"]),
            "closes": time.fromisoformat(node["closes"]),
            "season": node.get("season", str(Season.USUAL)),
        }
        yield _row(Schedule, node, key, {"phone_only": node.get("phone_only", False)}, None)


def _service(node: Node, organization: str, read_on: str | None) -> Row:
    values = {
        "organization": organization,
        "need": node["need"],
        **_both("name", node["name"]),
        "national": NATIONAL in node["cities"],
    }
    row = _row(Service, node, {"slug": node["id"]}, values, read_on)
    return Row(row.model, row.line, row.key, row.values, tuple(city for city in node["cities"] if city != NATIONAL))


def _places(service: Any) -> Iterator[Row]:  # noqa: ANN401
    for index, location in enumerate(service["locations"]):
        line = service["locations"].lc.data[index][0] + 1
        yield Row(ServiceAtLocation, line, {"service": service["id"], "location": location}, {})


# --- values -----------------------------------------------------------------------------------------------------------


def _refused(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """What the tables themselves refuse: choices, lengths, dates, addresses, numbers."""
    return [(row.line, f"{row}: {what}") for row in rows for what in _wrong(row)]


def _wrong(row: Row) -> Iterator[str]:
    fields = {**row.key, **row.values}
    plain = {name: value for name, value in fields.items() if name not in row.links}
    try:
        row.model(**plain).full_clean(exclude=set(row.links), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            shown = "" if name == NON_FIELD_ERRORS else f"{name} “{fields.get(name)}”: "
            yield from (f"{shown}{message}" for message in messages)


def _unknown(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """Rows that name one that the file lacks."""
    known = {(row.model, row.key.get("slug")) for row in rows}
    wanted = [(row, link) for row in rows for link in row.links.values()]
    wanted += [(row, (City, city)) for row in rows for city in row.cities]
    return [
        (row.line, f"{row}: no {model._meta.verbose_name} {slug} in the file")
        for row, (model, slug) in wanted
        if (model, slug) not in known
    ]


def _twice(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """Rows that stand there a second time."""
    first: dict[tuple[object, ...], Row] = {}
    problems = []
    for row in rows:
        other = first.setdefault((row.model, *row.key.values()), row)
        if other is not row:
            problems.append((row.line, f"{row}: stands in line {other.line} too"))
    return problems


def _circles(tree: Any, rows: Sequence[Row]) -> list[tuple[int, str]]:  # noqa: ANN401
    """Needs that are their own wider need, however far up."""
    placed = {row.key["slug"] for row in rows if row.model is Need}
    return [
        (need.lc.line + 1, f"need {need['id']} is its own wider need")
        for need in tree["needs"]
        if need["id"] not in placed
    ]
