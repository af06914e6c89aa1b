"""Sessions of the web channel: made by the server, known again without a table, on any number of workers.

A token is 16 random bytes, the second in which it was made (4 bytes, since 1970), and 13 bytes of an HMAC-SHA256 over
both, in URL-safe Base64: who has no key can neither choose nor guess one. The key that signed a token names its
conversation too, so a new key ends none.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.privacy.senders import pseudonym

MAX_AGE = 24 * 3600  # seconds
_RANDOM, _TIME, _MAC = 16, 4, 13  # bytes: a multiple of three, so that each token is written in one way only
_PURPOSE = b"web session\0"


@dataclass(frozen=True)
class Opened:
    """What a token opens: the id of a conversation, and the key that made it."""

    conversation: str
    key: bytes


def new_session(key: bytes, now: float | None = None) -> str:
    """A token that nobody had before.

    Args:
        key: the server's secret.
        now: seconds since 1970; None is now.
    """
    made = secrets.token_bytes(_RANDOM) + int(time.time() if now is None else now).to_bytes(_TIME, "big")
    return base64.urlsafe_b64encode(made + _mac(made, key)).decode().rstrip("=")


def opened(token: object, keys: Sequence[bytes], now: float | None = None) -> Opened | None:
    """The conversation that a token opens; None when it is not ours or older than `MAX_AGE`.

    Args:
        token: what came with the request.
        keys: the server's secret, and those that it has replaced.
        now: see `new_session`.
    """
    made, mac = _parts(token)
    signed = [key for key in keys if hmac.compare_digest(mac, _mac(made, key))]
    if not signed:
        return None
    age = (time.time() if now is None else now) - int.from_bytes(made[_RANDOM:], "big")
    return Opened(pseudonym(f"web {made.hex()}", signed[0]), signed[0]) if age <= MAX_AGE else None


def _parts(token: object) -> tuple[bytes, bytes]:
    if not isinstance(token, str):
        return b"", b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b"", b""
    return (raw[:-_MAC], raw[-_MAC:]) if len(raw) == _RANDOM + _TIME + _MAC else (b"", b"")


def _mac(made: bytes, key: bytes) -> bytes:
    return hmac.new(key, _PURPOSE + made, hashlib.sha256).digest()[:_MAC]
