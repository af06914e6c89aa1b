"""The directory's seed as HSDS services, as docs/directory.md says that `GET /hsds/services?full=true` gives them."""

from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from assistant import yaml
from assistant.paths import DATA

NATIONAL = "national"
SHOWN = ("current", "pending")


def seed() -> dict[str, Any]:
    return yaml.read(DATA / "contacts" / "organizations.yml")


@cache
def services() -> list[dict[str, Any]]:
    """Every service of the seed."""
    return [_service(s, organization) for organization in seed()["organizations"] for s in organization["services"]]


def parents() -> dict[str, str]:
    """Wider need of each need that has one."""
    return {need["id"]: need["parent"] for need in seed()["needs"] if "parent" in need}


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def _texts(**fields: Any) -> dict[str, Any]:
    return {code: {name: (text or {}).get(code) for name, text in fields.items()} for code in ("fr", "ar")}


def _service(service: dict[str, Any], organization: dict[str, Any]) -> dict[str, Any]:
    locations = {location["id"]: location for location in organization["locations"]}
    return {
        "id": _uuid("service", service["id"]),
        "slug": service["id"],
        "name": service["name"]["fr"],
        "status": "active",
        "national": NATIONAL in service["cities"],
        "translations": _texts(name=service["name"]),
        "organization": {
            "id": _uuid("organization", organization["id"]),
            "slug": organization["id"],
            "name": organization["name"]["fr"],
            "alternate_name": organization["short_name"],
            "website": organization["website"],
            "translations": _texts(name=organization["name"], description=organization["description"]),
        },
        "attributes": [{"link_entity": "service", "taxonomy_term": _term(service["need"])}],
        "service_areas": [{"city": city, "name": city} for city in service["cities"] if city != NATIONAL],
        "service_at_locations": [
            {"id": _uuid(service["id"], name), "location": _location(locations[name])}
            for name in service["locations"]
            if locations[name]["status"] == "current"
        ],
    }


def _term(need_id: str) -> dict[str, Any]:
    need = next(need for need in seed()["needs"] if need["id"] == need_id)
    parent = need.get("parent")
    return {
        "id": _uuid("need", need_id),
        "slug": need_id,
        "code": need_id,
        "name": need["fr"],
        "parent_id": _uuid("need", parent) if parent else None,
        "taxonomy": "needs",
    }


def _location(location: dict[str, Any]) -> dict[str, Any]:
    national = location["city"] == NATIONAL
    address, hours = location["address"], location["hours"]
    return {
        "id": _uuid("location", location["id"]),
        "slug": location["id"],
        "location_type": "virtual" if national else "physical",
        "latitude": location.get("latitude"),
        "longitude": location.get("longitude"),
        "city": None if national else location["city"],
        "addresses": [{"address_1": address["fr"], "country": "MA", "address_type": "physical"}] if address else [],
        "phones": [
            {"number": phone["number"], "display": phone["display"], "type": "voice"}
            for phone in location["phones"]
            if not phone.get("private")
        ],
        "schedules": [
            {
                "freq": "WEEKLY",
                "byday": span["days"],
                "opens_at": span["opens"],
                "closes_at": span["closes"],
                "season": span.get("season", "usual"),
                "phone_only": span.get("phone_only", False),
                "valid_from": None,
                "valid_to": None,
            }
            for span in location["schedules"]
        ],
        "hours": hours["fr"] if hours else None,
        "emails": location["emails"],
        "as_of": location["as_of"],
        "read_on": seed()["read_on"],
        "verified_on": location["verified_on"],
        "sources": location["sources"],
        "translations": _texts(address=address, hours=hours),
    }
