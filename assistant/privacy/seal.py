"""Sealed text: what must lie on disk for a while and be read by nobody who has the disk alone."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_PURPOSE = b"sealed inbox\0"


class Unsealable(ValueError):
    """Sealed with another key, or damaged."""


class Seal:
    """Seals with one key and opens with it and those before it (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: bytes, old: Sequence[bytes] = ()) -> None:
        """Derives its own keys: the secret behind people's names stays apart.

        Args:
            key: the server's secret (`assistant.settings.sender_keys`, the first).
            old: the secrets before it.
        """
        self._fernet = MultiFernet([_fernet(one) for one in (key, *old)])

    def close(self, text: str) -> str:
        """A text, sealed."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            Unsealable: with another key, or something else than was written.
        """
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode("utf-8", "surrogatepass")
        except (InvalidToken, UnicodeError) as error:
            raise Unsealable("sealed with another key, or damaged") from error


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.new(key, _PURPOSE, hashlib.sha256).digest()))
