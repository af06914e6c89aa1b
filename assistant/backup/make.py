"""`python -m assistant.backup.make [folder or file]` (`make backup`): all that people and staff wrote, in a file.

The keys are not in it: with them, whoever finds the file could try all phone numbers and learn whose conversations
these are. Nor are caches, logs and models, which are made anew.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.backup import archive, postgresql, sqlite
from assistant.privacy import erased
from assistant.server.system import StopError, complain, environment, say
from assistant.settings import Settings, SettingsError, sender_key

DUMP = "database.dump"
NAME = "dalil-%Y%m%dT%H%M%SZ.tar"
DAY = 24 * 3600  # seconds
KEPT_APART = (
    "SENDER_KEY, SENDER_KEY_OLD, CONSOLE_KEY, ACTIONS_TOKEN, Meta's credentials (.env), and those in VAR_DIR/*.key"
)


def main(arguments: Sequence[str]) -> int:
    """Command line."""
    try:
        settings = Settings.from_environment(environment())
        target = Path(arguments[0]).expanduser() if arguments and arguments[0] else settings.var_dir / "backups"
        file = back_up(settings, target)
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    say(f"Backup: {file}")
    say(f"Not in it, to be kept elsewhere: {KEPT_APART}; and {settings.erasures_kept}, which a restore needs.")
    for old in _too_old(file, settings.retention_days):
        say(f"Older than RETENTION_DAYS, with conversations that should be gone: rm '{old}'")
    return 0


def back_up(settings: Settings, target: Path) -> Path:
    """Write a backup while everything runs.

    Args:
        settings: of the running system.
        target: a folder, or a file that is not there yet (`*.tar`).

    Returns:
        The file.

    Raises:
        StopError: there is nothing to copy, it cannot be copied, or the file is there already.
    """
    file = target if target.suffix == ".tar" else target / time.strftime(NAME, time.gmtime())
    if file.exists():
        raise StopError(f"{file} is there already. Name another one, or delete it.")
    made_at = time.time()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        erased.note(
            settings.erasures_kept, []
        )  # from now on it is there: a restore that misses it knows that it is lost
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as name:
            kind, members = _copied(settings, Path(name))
            archive.write(file, made_at, kind, erased.fingerprint(sender_key(settings).encode()), members)
    except (OSError, sqlite3.Error) as error:
        raise StopError(
            f"The backup could not be made ({error}). See that {file.parent} may be written and has room."
        ) from error
    return file


def _copied(settings: Settings, folder: Path) -> tuple[str, dict[str, Path]]:
    """Copies of the databases: their kind, and the files by name."""
    if settings.database_url and not settings.database_url.startswith("sqlite"):
        postgresql.dump(settings.database_url, folder / DUMP)
        return "postgresql", {DUMP: folder / DUMP}
    there = {name: path for name, path in sqlite.files(settings).items() if path.exists()}
    if not there:
        raise StopError(f"There is nothing in {settings.var_dir} yet: start once (make run).")
    for name, path in there.items():
        sqlite.copy(path, folder / name)
    return "sqlite", {name: folder / name for name in there}


def _too_old(file: Path, days: int) -> list[Path]:
    """Backups beside this one that hold conversations which have left."""
    before = time.time() - days * DAY
    return sorted(old for old in file.parent.glob("dalil-*.tar") if old.stat().st_mtime < before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
