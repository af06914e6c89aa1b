"""The last good answer of a directory, kept on disk: people get it when the directory is down at the start."""

import json
import logging
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

log = logging.getLogger("actions.directory")


@dataclass(frozen=True)
class Good:
    """Services as they were read.

    Attributes:
        services: JSON objects of HSDS services.
        read_at: when (UTC).
    """

    services: list[dict[str, Any]]
    read_at: datetime


def load(path: Path, url: str) -> Good | None:
    """What was kept of the directory at `url`; None when there is nothing, or it is damaged (which is logged)."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["url"] != url:
            return None
        read_at = datetime.fromisoformat(kept["read_at"]).astimezone(timezone.utc)
        services = kept["services"]
        if not services or not all(isinstance(service, dict) for service in services):
            raise ValueError("no services")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("%s cannot be read (%s); it is made anew when the directory answers.", path, type(error).__name__)
        return None
    return Good(services, min(read_at, datetime.now(timezone.utc)))


def store(path: Path, url: str, good: Good) -> None:
    """Keep an answer, whole or not at all. That it cannot be written is logged: the answers of today do not need it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")  # mkstemp makes it 0600
        draft = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(json.dumps({"url": url, "read_at": good.read_at.isoformat(), "services": good.services}))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, RecursionError) as error:
        log.warning(
            "%s cannot be written (%s): after a restart there are no contacts until the directory answers. "
            "Free disk space, or change the folder's owner.",
            path,
            getattr(error, "strerror", None) or type(error).__name__,
        )
