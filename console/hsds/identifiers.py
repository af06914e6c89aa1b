"""Ids of HSDS objects: UUIDs made of a kind and a readable key, so that they are the same in every copy of the data."""

import re
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID, uuid5

# Never to be changed: every published id is made of it.
NAMESPACE = UUID("2c42bcad-0b3b-4949-a69e-4e1bb92c9919")
_KEY = re.compile(r"[a-z0-9_-]+(?:@[a-z0-9_-]+)?", re.ASCII)


@lru_cache(maxsize=100_000)
def identifier(kind: str, key: str) -> str:
    """The id of an object: a UUID of version 5 (RFC 9562).

    Args:
        kind: name of its schema in HSDS ("service", "location"…).
        key: what tells it from others of its kind, a slug for most.
    """
    return str(uuid5(NAMESPACE, f"{kind}/{key}"))


def pair(service: str, location: str) -> str:
    """The key of a service at a place, made of their slugs: "legal-help@rabat-office"."""
    return f"{service}@{location}"


def key_of(kind: str, given: str, keys: Iterable[str]) -> str:
    """The key that somebody means who gives either it or its UUID.

    Args:
        kind: name of the schema.
        given: what stands in a request, untrusted.
        keys: all keys of that kind; read only when a UUID is given.

    Returns:
        A key that may exist or not; empty when `given` cannot be one.
    """
    wanted = _uuid(given)
    if wanted:
        found = next((key for key in keys if identifier(kind, key) == wanted), "")
        if found:
            return found
    return given if _KEY.fullmatch(given) else ""


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
