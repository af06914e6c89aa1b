"""Phone numbers that answers name by the id of a place (`{phone:hcr-rabat}`), from the seed of the contact directory.

Urgent answers must work when everything else is down: they read the packaged directory, not the live one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from assistant import yaml
from assistant.dialogue.bidi import isolated
from assistant.paths import DATA


@cache
def phones() -> dict[str, str]:
    """Location id -> its first number as people read it, of the places that may be shown and have one."""
    found = {}
    for organisation in yaml.read(DATA / "contacts" / "organizations.yml")["organizations"]:
        for location in organisation["locations"]:
            public = [p for p in location["phones"] if is_shown(p) and not p.get("private")]
            if public and is_shown(location):
                found[location["id"]] = public[0].get("display") or public[0]["number"]
    return found


@cache
def numbers() -> dict[str, str]:
    """Variables of texts that name a number (`phone:samu-141`), with the number marked as one (`bidi.isolated`)."""
    return {f"phone:{place}": isolated(number) for place, number in phones().items()}


def is_shown(row: Mapping[str, Any]) -> bool:
    """Whether a row of the directory may be shown to people."""
    return row.get("status", "current") == "current"
