"""Dump and return of a PostgreSQL database, by the programs of Debian's `postgresql-client`."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from sqlalchemy.engine import make_url

from assistant.server.system import StopError

LINES_OF_FAILURE = 3
INSTALLED = Path("/usr/lib/postgresql")
# Everything of ours goes first: a table that a later release has added would stay beside the old ones.
_CLEAR = """
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
EXECUTE format('DROP TABLE %I CASCADE', one.tablename);
END LOOP; END $$;
"""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"


def dump(url: str, file: Path) -> None:
    """Write the database as it is at one moment; others go on working.

    Raises:
        StopError: pg_dump is not installed, or fails.
    """
    file.touch(mode=0o600)
    _run(
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", f"--dbname={_open(url)}"], url
    )


def load(url: str, file: Path) -> None:
    """Put what was dumped in the place of what is there, all of it or nothing.

    Raises:
        StopError: a program is not installed, or fails.
    """
    script = file.with_suffix(".sql")
    script.touch(mode=0o600)
    options = ["--no-owner", "--no-privileges", "--clean", "--if-exists"]
    _run(["pg_restore", *options, f"--file={script}", str(file)], url)
    once = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(["psql", *once, f"--command={_CLEAR}", f"--file={script}", f"--dbname={_open(url)}"], url)


def others(url: str) -> int:
    """How many other programs are connected.

    Raises:
        StopError: the database does not answer.
    """
    return _count(url, _OTHERS)


def tables(url: str) -> int:
    """How many tables there are.

    Raises:
        StopError: see `others`.
    """
    return _count(url, _TABLES)


def _count(url: str, query: str) -> int:
    try:
        with closing(psycopg2.connect(_plain(url))) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return int(cursor.fetchone()[0])
    except psycopg2.Error as error:
        raise StopError(
            f"The database does not answer ({_last(str(error))}). See DATABASE_URL in .env.example"
        ) from error


def _plain(url: str) -> str:
    """The address as libpq takes it."""
    return str(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def _open(url: str) -> str:
    """The same without its password: everybody on this machine sees the arguments of a command."""
    address = make_url(url).set(drivername="postgresql")
    return str(address._replace(password=None).render_as_string(hide_password=False))


def _run(command: Sequence[str], url: str) -> None:
    program = _program(command[0])
    env = {**os.environ, "PGPASSWORD": make_url(url).password or os.environ.get("PGPASSWORD", "")}
    done = subprocess.run([program, *command[1:]], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()][:LINES_OF_FAILURE]
        raise StopError(f"{command[0]} failed: {' '.join(lines) or done.returncode}. Nothing was changed.")


def _program(name: str) -> str:
    """The newest one: it must not be older than the server."""
    found = sorted(
        INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0
    )
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise StopError(f"{name} is not installed. Debian: apt-get install postgresql-client")
    return program


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "no reason given"
