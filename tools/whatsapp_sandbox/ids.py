"""Identifiers as Meta makes them."""

import base64
import hashlib
import secrets

# Field tags of Meta's own ids, which are a Thrift structure: number, direction, random part.
_START, _DIRECTION, _RANDOM, _END = b"\x1c\x18", b"\x15\x02\x00", b"\x18", b"\x00"
_FROM_PERSON, _FROM_BUSINESS = b"\x12", b"\x11"


def message_id(person: str, by_person: bool) -> str:
    """A new wamid. As with Meta it is only Base64 of bytes that hold the person's number: who logs it, logs the number.

    Args:
        person: number of the person, or their user id where no number is known.
        by_person: whether the person or the business wrote the message.
    """
    random = secrets.token_hex(10).upper().encode()
    direction = _FROM_PERSON if by_person else _FROM_BUSINESS
    parts = [_START, _sized(person.encode()), _DIRECTION, direction, _RANDOM, _sized(random), _END]
    return "wamid." + base64.b64encode(b"".join(parts)).decode()


def user_id(number: str) -> str:
    """The business-scoped user id of a number: always the same one."""
    return f"MA.{int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**17:017d}"


def media_id() -> str:
    """A new id of an uploaded file."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def trace_id() -> str:
    """A new id of a refused call, for Meta's support."""
    return "A" + secrets.token_urlsafe(16)


def _sized(data: bytes) -> bytes:
    return bytes([len(data)]) + data
