"""Copies of SQLite databases that are in use, and their return."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from assistant.server.system import StopError
from assistant.settings import Settings

PATIENCE = 10.0  # seconds to wait for other programs


def files(settings: Settings) -> dict[str, Path]:
    """The databases of an installation, by their names in a backup, in the order in which they are copied.

    The console's comes first: its place in the conversations is then never beyond what was copied of them.
    """
    if settings.database_url:
        return {"dalil.db": Path(str(make_url(settings.database_url).database)).absolute()}
    return {
        "console.sqlite3": settings.var_dir / "console.sqlite3",
        "conversations.db": settings.var_dir / "conversations.db",
    }


def copy(source: Path, target: Path) -> None:
    """Copy a database that others may be writing to, as it is at one moment.

    Raises:
        StopError: it is damaged.
        sqlite3.Error: it cannot be read, or the copy cannot be written.
    """
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")  # one file
        found = written.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise StopError(f"{source} is damaged: {found}. The last backup is better than one of it.")


def close(file: Path) -> None:
    """Make sure that nobody has a database open, and leave it as one file.

    Raises:
        StopError: somebody has.
    """
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # refused while another connection is open
    except sqlite3.OperationalError as error:
        raise StopError(
            f"{file} is in use ({error}). Stop everything (Ctrl-C where make run is), then repeat."
        ) from error
    except sqlite3.DatabaseError:
        pass  # damaged: that is what the backup is for


def put(prepared: Path, target: Path) -> None:
    """Put a database in the place of another; what that had not written out yet goes with it."""
    for beside in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepared.replace(target)
