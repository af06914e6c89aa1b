"""The checksum of a file."""

import hashlib
from pathlib import Path

BLOCK = 1 << 20  # bytes read at a time


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal, as `sha256sum` writes it.

    Raises:
        OSError: it cannot be read.
    """
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()
