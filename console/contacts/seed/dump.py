"""Writing the directory as a file, so that one that was read into empty tables comes back byte for byte."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from contacts.models import City, Location, Need, Organization, Phone, Schedule, Season, Service, Sourced
from contacts.seed.read import NATIONAL

WIDTH = 120  # characters a line
HEAD = Path(__file__).with_name("head.yml")  # the comments that explain the file
_LIKE_A_NUMBER = re.compile(r"[\d+][\d +:()./-]*")


def dump(file: TextIO) -> None:
    """Write the whole directory, archived rows, private numbers and notes for staff included."""
    read_on = _usual_read_on()
    content = {
        "read_on": read_on,
        "needs": [_flow(_need(need, read_on)) for need in Need.objects.order_by("position", "id")],
        "cities": [_flow(_city(city, read_on)) for city in City.objects.order_by("id")],
        "organizations": [_organization(row, read_on) for row in Organization.objects.order_by("id")],
    }
    file.write(HEAD.read_text(encoding="utf-8"))
    _yaml().dump(_styled(content), file)


def _usual_read_on() -> str | None:
    """The month in which most places were read: the file says it once, and only exceptions beside their rows."""
    counted = Counter(Location.objects.order_by("id").values_list("read_on", flat=True))
    return max(counted, key=lambda month: (counted[month], month), default="") or None


# --- rows -------------------------------------------------------------------------------------------------------------


def _need(need: Need, read_on: str | None) -> dict[str, Any]:
    parent = {"parent": need.parent.slug} if need.parent else {}
    return {"id": need.slug, "fr": need.name_fr, "ar": need.name_ar, **parent, **_exceptions(need, read_on)}


def _city(city: City, read_on: str | None) -> dict[str, Any]:
    names = {"id": city.slug, "fr": city.name_fr, "ar": city.name_ar}
    return {**names, "at": [city.latitude, city.longitude], **_exceptions(city, read_on)}


def _organization(row: Organization, read_on: str | None) -> dict[str, Any]:
    return {
        "id": row.slug,
        "name": {"fr": row.name_fr, "ar": row.name_ar},
        "short_name": row.short_name or None,
        "kind": row.kind,
        "website": row.website or None,
        "description": _both(row.description_fr, row.description_ar),
        **_exceptions(row, read_on),
        "locations": [_location(location, read_on) for location in row.locations.order_by("id")],
        "services": [_service(service, read_on) for service in row.services.order_by("id")],
    }


def _location(row: Location, read_on: str | None) -> dict[str, Any]:
    position = {"latitude": row.latitude, "longitude": row.longitude} if row.latitude is not None else {}
    return {
        "id": row.slug,
        "city": row.city.slug if row.city else NATIONAL,
        "address": _both(row.address_fr, row.address_ar),
        "phones": [_phone(phone) for phone in row.phones.all()],
        "emails": row.emails,
        "hours": _both(row.hours_fr, row.hours_ar),
        "schedules": [_flow(_schedule(schedule)) for schedule in row.schedules.order_by("id")],
        **position,
        **_provenance(row, read_on),
    }


def _phone(row: Phone) -> dict[str, Any]:
    said = {"printed": row.printed, "note": row.note, "private": row.private}
    return {"number": row.number, "display": row.display, **_without_empty(said), **_exceptions(row, None)}


def _schedule(row: Schedule) -> dict[str, Any]:
    season = {"season": row.season} if row.season != Season.USUAL else {}
    span = {"days": row.days, "opens": f"{row.opens:%H:%M}", "closes": f"{row.closes:%H:%M}", **season}
    return {**span, **_without_empty({"phone_only": row.phone_only}), **_exceptions(row, None)}


def _service(row: Service, read_on: str | None) -> dict[str, Any]:
    cities = list(row.cities.order_by("id").values_list("slug", flat=True))
    exceptions = _exceptions(row, read_on)
    return {
        "id": row.slug,
        "need": row.need.slug,
        "name": {"fr": row.name_fr, "ar": row.name_ar},
        "cities": [NATIONAL, *cities] if row.national else cities,
        "locations": list(row.at_locations.order_by("id").values_list("location__slug", flat=True)),
        "sources": exceptions.pop("sources", []),
        **exceptions,
    }


def _both(french: str, arabic: str) -> dict[str, str | None] | None:
    return {"fr": french or None, "ar": arabic or None} if french or arabic else None


def _provenance(row: Sourced, read_on: str | None) -> dict[str, Any]:
    """Everything that says how far the row is to be trusted; `read_on` only where it is not the file's."""
    month = {"read_on": row.read_on or None} if (row.read_on or None) != read_on else {}
    return {
        "as_of": row.as_of or None,
        **month,
        "confidence": row.confidence,
        "status": row.status,
        "verified_on": row.verified_on.isoformat() if row.verified_on else None,
        "verified_by": row.verified_by or None,
        "notes": row.notes or None,
        "sources": row.sources,
    }


def _exceptions(row: Sourced, read_on: str | None) -> dict[str, Any]:
    """The same, as far as it is not what a reader takes for granted."""
    granted = _provenance(type(row)(read_on=read_on or ""), read_on)
    return {name: value for name, value in _provenance(row, read_on).items() if granted.get(name, "") != value}


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


# --- looks ------------------------------------------------------------------------------------------------------------


class _Emitter(Emitter):
    """Quotes text with ' where it must be quoted: long lines are then folded without a backslash at each end."""

    def choose_scalar_style(self) -> Any:  # noqa: ANN401 - as free as the library
        chosen = super().choose_scalar_style()
        text = self.event.value
        wanted = self.event.style == '"' or "\n" in text or not self.analysis.allow_single_quoted
        return "'" if chosen == '"' and not wanted else chosen


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Emitter = _Emitter
    yaml.width = WIDTH  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda made, _: made.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _flow(mapping: Mapping[str, Any]) -> CommentedMap:
    """A mapping on one line."""
    node = CommentedMap((key, _styled(value)) for key, value in mapping.items())
    node.fa.set_flow_style()
    return node


def _styled(value: Any) -> Any:  # noqa: ANN401
    """Plain data with its looks: digits in double quotes, lists of words on one line."""
    if isinstance(value, CommentedMap):
        return value
    if isinstance(value, Mapping):
        return CommentedMap((key, _styled(item)) for key, item in value.items())
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, str) and _LIKE_A_NUMBER.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value


def _list(values: Iterable[Any]) -> CommentedSeq:
    node = CommentedSeq(_styled(value) for value in values)
    if not any(isinstance(value, Mapping) for value in node):
        node.fa.set_flow_style()
    return node
