"""Phone numbers that answers name by the id of a place (`{phone:hcr-rabat}`), from the seed of the contact directory.

Urgent answers must work when everything else is down: they read the packaged directory, not the live one.
"""

from functools import cache

from assistant import yaml
from assistant.paths import DATA


@cache
def phones() -> dict[str, str]:
    """Location id -> its first number as people read it; places without a number and historical ones are left out."""
    found = {}
    for organisation in yaml.read(DATA / "contacts" / "organizations.yml")["organizations"]:
        for location in organisation["locations"]:
            public = [p for p in location["phones"] if not p.get("private")]
            if public and location.get("status") != "historical":
                found[location["id"]] = public[0].get("display") or public[0]["number"]
    return found
