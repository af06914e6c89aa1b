"""Who was erased, remembered outside of the databases for the day on which a backup is restored.

A backup knows nothing of what was erased after it was made. So each erasure that is finished everywhere leaves a line
in a file of its own (`ERASED_LOG`): the receipt, times, and a keyed hash of the conversation's id. Whoever has the
file, and an old backup too, learns from them only that somebody was erased, unless they have SENDER_KEY as well.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.privacy.senders import pseudonym


@dataclass(frozen=True)
class Erased:
    """A line of the log; times in seconds since 1970.

    Attributes:
        receipt: what the person holds.
        person: keyed hash of the conversation's id.
        key: tells which key hashed it.
        asked: when the person asked.
        done: when nothing was left in any table.
    """

    receipt: str
    person: str
    key: str
    asked: float
    done: float


@dataclass(frozen=True)
class Log:
    """What stands in the file: its lines, and how many cannot be read (one cut by a crash was written again)."""

    lines: list[Erased]
    unreadable: int


def hashed(sender_id: str, key: bytes) -> str:
    """How a conversation is called in the log."""
    return pseudonym(f"erased {sender_id}", key)


def fingerprint(key: bytes) -> str:
    """Tells keys apart, and nothing else of them."""
    return hmac.new(key, b"fingerprint\0", hashlib.sha256).hexdigest()[:16]


def line(receipt: str, sender_id: str, asked: float, done: float, key: bytes) -> Erased:
    """The line of an erasure."""
    return Erased(receipt, hashed(sender_id, key), fingerprint(key), asked, done)


def note(file: Path, erased: Sequence[Erased]) -> None:
    """Write lines down, so that they are on disk when this returns.

    Raises:
        OSError: the file cannot be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        cut = size and os.pread(handle, 1, size - 1) != b"\n"
        text = "".join(json.dumps(asdict(one)) + "\n" for one in erased)
        os.write(handle, (("\n" if cut else "") + text).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def read(file: Path) -> Log:
    """All lines.

    Raises:
        OSError: the file is not there or cannot be read.
    """
    lines, unreadable = [], 0
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            lines.append(Erased(**json.loads(text)))
        except (ValueError, TypeError):
            unreadable += 1
    return Log(lines, unreadable)
