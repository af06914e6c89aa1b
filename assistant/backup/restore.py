"""`python -m assistant.backup.restore <file>` (`make restore FILE=…`): a backup in the place of what is there.

Who was erased after the backup was made stays erased, and what is older than RETENTION_DAYS is gone: both is done
before anything may start. A restore that was interrupted is repeated: until then nothing starts on this machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from assistant.backup import archive, postgresql, sqlite
from assistant.backup.archive import Manifest
from assistant.backup.make import DUMP
from assistant.paths import ROOT
from assistant.privacy import erased
from assistant.server.system import UNFINISHED, StopError, complain, environment, only_one, say
from assistant.settings import Settings, SettingsError, console_key, sender_key, sender_keys
from assistant.storage import erasures

SETTLE = (sys.executable, "console/manage.py", "settle_restored")


def main(arguments: Sequence[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make restore", description="Put a backup in the place of what is there.")
    parser.add_argument("file", help="the backup")
    parser.add_argument("--replace", action="store_true", help="also where there are conversations already")
    parser.add_argument("--without-erased-log", action="store_true", help="nobody was erased since, or it is lost")
    given = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment(environment())
        restore(settings, Path(given.file).expanduser(), given.replace, given.without_erased_log)
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    return 0


def restore(settings: Settings, file: Path, replacing: bool = False, without_log: bool = False) -> None:
    """Put a backup in the place of what is there.

    Args:
        settings: of the system, which is stopped.
        file: the backup.
        replacing: whether conversations that are there may be lost.
        without_log: whether to go on without the log of erasures.

    Raises:
        StopError: it cannot be done; what is there is as it was, unless the text says that a restore is unfinished.
    """
    settings.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    running = "The system is running (process {pid}). Stop it first."
    with (
        only_one(settings.var_dir / "run.lock", running),
        tempfile.TemporaryDirectory(dir=settings.var_dir, prefix=".restore-") as name,
    ):
        folder = Path(name)
        manifest = archive.extract(file, folder)
        _check(settings, manifest, file)
        in_place = _OnPostgreSQL(settings) if manifest.database == "postgresql" else _OnSQLite(settings)
        in_place.check(replacing or (settings.var_dir / UNFINISHED).exists(), file)
        _remember_what_is_open(settings)
        _check_log(settings, manifest, without_log)
        in_place.restore(folder, manifest)
    say(f"Restored: {file}. Staff sign in anew; accounts, passwords and phones are those of the backup.")


class _OnSQLite:
    """Files are made ready beside the old ones, and take their places at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, replacing: bool, file: Path) -> None:
        for path in sqlite.files(self._settings).values():
            if path.exists() and path.stat().st_size and not replacing:
                raise StopError(_in_the_way(str(path), file))
            sqlite.close(path)

    def restore(self, folder: Path, manifest: Manifest) -> None:
        targets = sqlite.files(self._settings)
        url = f"sqlite:///{folder / 'dalil.db'}" if self._settings.database_url else ""
        _settle(replace(self._settings, var_dir=folder, database_url=url), self._settings, manifest)
        mark = self._settings.var_dir / UNFINISHED
        mark.touch(mode=0o600)
        for name in manifest.files:
            sqlite.close(folder / name)
            sqlite.put(folder / name, targets[name])
        mark.unlink()


class _OnPostgreSQL:
    """The database takes the backup in one transaction, and is settled where it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, replacing: bool, file: Path) -> None:
        if others := postgresql.others(self._settings.database_url):
            raise StopError(f"{others} other programs are connected to the database. Stop everything, then repeat.")
        if postgresql.tables(self._settings.database_url) and not replacing:
            raise StopError(_in_the_way("The database of DATABASE_URL", file))

    def restore(self, folder: Path, manifest: Manifest) -> None:
        mark = self._settings.var_dir / UNFINISHED
        interrupted = mark.exists()
        mark.touch(mode=0o600)
        try:
            postgresql.load(self._settings.database_url, folder / DUMP)
        except StopError:  # everything is as it was
            if not interrupted:
                mark.unlink()
            raise
        _settle(self._settings, self._settings, manifest)
        mark.unlink()


def _in_the_way(what: str, file: Path) -> str:
    command = f"make restore FILE='{file}' REPLACE=yes"
    return f"{what} holds conversations already. To lose what came since the backup: {command}"


def _check(settings: Settings, manifest: Manifest, file: Path) -> None:
    url = settings.database_url
    here = "postgresql" if url and not url.startswith("sqlite") else "sqlite"
    if manifest.database != here:
        raise StopError(f"{file} is of {manifest.database}, DATABASE_URL of {here}. Set DATABASE_URL as it was.")
    known = {erased.fingerprint(key) for key in sender_keys(settings)}
    if manifest.key not in known:
        raise StopError(
            f"{file} was made with another SENDER_KEY. Set that one: with another key people on WhatsApp are strangers "
            "to their own conversations, and who was erased would not be found. If the key was replaced since, "
            "name the old one in SENDER_KEY_OLD."
        )


def _remember_what_is_open(settings: Settings) -> None:
    """Who asked to be erased and is not yet, in the database that is about to be replaced, goes into the log."""
    url = settings.database_url or f"sqlite:///{settings.var_dir / 'conversations.db'}"
    if url.startswith("sqlite") and not Path(str(sa.engine.make_url(url).database)).exists():
        return
    engine = sa.create_engine(url, hide_parameters=True)
    try:
        if sa.inspect(engine).has_table("erasures"):
            key = sender_key(settings).encode()
            lines = [
                erased.line(one.receipt, one.sender_id, one.asked, time.time(), key)
                for one in erasures.open_ones(engine)
            ]
            if lines:
                erased.note(settings.erasures_kept, lines)
    except SQLAlchemyError:
        say(
            "The database that is replaced cannot be read: erasures that were asked for and not finished are not known."
        )
    finally:
        engine.dispose()


def _check_log(settings: Settings, manifest: Manifest, without: bool) -> None:
    file = settings.erasures_kept
    made = time.strftime("%Y-%m-%d %H:%M", time.gmtime(manifest.made_at))
    try:
        log = erased.read(file)
    except OSError as error:
        if without:
            return
        raise StopError(
            f"There is no log of erasures at {file} ({error.strerror}): whoever was erased after {made} UTC would be "
            "back. Bring it from where the backup was made (ERASED_LOG). If nobody was erased, or it is lost: "
            "WITHOUT_LOG=yes"
        ) from error
    known = {erased.fingerprint(key) for key in sender_keys(settings)}
    if any(one.key not in known for one in log.lines if one.done >= manifest.made_at - erasures.CLOCKS):
        raise StopError(
            f"{file} was written with a key that is neither SENDER_KEY nor in SENDER_KEY_OLD. Name it there: without "
            "it, who was erased is not found in the backup."
        )
    if log.unreadable:
        say(f"{log.unreadable} lines of {file} cannot be read: cut by a crash, and then written again; or damaged.")


def _settle(there: Settings, settings: Settings, manifest: Manifest) -> None:
    """Erase again who was erased, let old conversations go, sign everybody out.

    Args:
        there: settings with which the restored databases are opened.
        settings: of the system.
        manifest: of the backup.

    Raises:
        StopError: not done; what the command wrote says why.
    """
    apart = replace(
        there,
        production=False,  # nothing of what it asks for is needed here
        erased_log=settings.erasures_kept,
        sender_key=sender_key(settings),
        console_key=console_key(settings),
    )
    command = [*SETTLE, "--made-at", repr(manifest.made_at)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **apart.to_environment()}, check=False)
    if done.returncode != 0:
        raise StopError(
            "The backup could not be settled; the lines above say why. Correct that and repeat the restore."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
