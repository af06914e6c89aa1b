"""The database of the conversations: its address, how it is opened, and what is said when that fails.

Its address is, in this order: `url` in endpoints.yml; the environment variable `DATABASE_URL`; the SQLite file
`conversations.db` in the folder `VAR_DIR`, default `<project>/var`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from assistant.paths import ROOT

# Milliseconds that a statement waits for other programs.
PATIENCE, SHORT_PATIENCE = "busy_timeout = 5000", "busy_timeout = 250"
# In this order on every new connection. FULL: an answer that was given is on disk when the power fails.
# secure_delete: what is erased is overwritten with zeros, not only unlinked.
PRAGMAS = (PATIENCE, "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON")
# What PostgreSQL's client and server wait for, when DATABASE_URL itself (?connect_timeout=…) says nothing else. Left to
# themselves they wait for minutes when the network between them is cut, and a process that waits answers nobody; the
# server would keep what a process that is gone has locked. Milliseconds where no other unit is meant:
# postgresql.org/docs, "Parameter Key Words" (client) and "Client Connection Defaults" (server).
POSTGRESQL = {
    "connect_timeout": "3",  # seconds
    "tcp_user_timeout": "3000",
    "keepalives_idle": "3",  # seconds
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "options": "-c lock_timeout=4000 -c idle_in_transaction_session_timeout=10000 "
    "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=3000",
}
# Of PostgreSQL, held while tables are made: any number that nothing else in the database takes.
TABLES_LOCK = 20_140_311
WAIT_FOR_TABLES = "60s"  # that another worker makes


class StorageError(SystemExit):
    """Conversations cannot be stored: says in one line which database and what to do.

    It ends the program at start. An ordinary exception would not: Rasa replaces a store that raises `ImportError` or
    `AttributeError` by one in memory, with a warning only.
    """


def default_url() -> str:
    """The address that holds without one in endpoints.yml."""
    return (
        os.environ.get("DATABASE_URL")
        or f"sqlite:///{Path(os.environ.get('VAR_DIR') or ROOT / 'var').absolute() / 'conversations.db'}"
    )


def checked_url(address: str) -> URL:
    """A database address as SQLAlchemy has it, with how long PostgreSQL is waited for.

    Raises:
        StorageError: no address of a database.
    """
    try:
        # "postgres://" is what hosting services hand out; SQLAlchemy has only the long name.
        url = make_url("postgresql" + address[8:] if address.startswith("postgres:") else address)
    except ArgumentError:
        raise StorageError(
            "DATABASE_URL (or url in endpoints.yml) is no address such as sqlite:////path/file.db."
        ) from None
    return url.set(query={**POSTGRESQL, **url.query}) if url.get_backend_name() == "postgresql" else url


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database, None for one in memory and for a database server."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database.removeprefix("file:")).absolute()


def place(url: URL) -> str:
    """Where conversations are, for the log: a path, or an address without its password."""
    return str(file_of(url) or repr(url.set(query={})))


def prepare_file(url: URL) -> None:
    """Makes the folder and the file of an SQLite database, both for the owner only.

    Raises:
        StorageError: not possible.
    """
    file = file_of(url)
    if not file or url.query.get("mode") == "ro":
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(mend(error, str(file))) from None


@contextmanager
def alone(url: URL) -> Iterator[None]:
    """While tables are made no other worker makes them: two that start on an empty PostgreSQL at once would collide.

    SQLite needs no lock of ours: who writes has the file alone.
    """
    if url.get_backend_name() != "postgresql":
        yield
        return
    engine = sa.create_engine(url, hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # closing it gives the lock back
        connection.exec_driver_sql(f"SET lock_timeout = '{WAIT_FOR_TABLES}'")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({TABLES_LOCK})")
        yield


def try_out(url: URL) -> None:
    """Writes nothing, but as one who writes. Rasa's own store logs at start what fails here, and goes on."""
    engine = sa.create_engine(url, hide_parameters=True)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        sa.event.listen(engine, "connect", set_pragmas)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "SELECT 1")
            connection.exec_driver_sql("ROLLBACK")
    finally:
        engine.dispose()


def with_open_connections(engine: Engine) -> Engine:
    """The same database with connections that stay open: SQLAlchemy opens an SQLite file anew for each use, which with
    its pragmas took a quarter of the time under load (docs/decisions.md, "WhatsApp")."""
    if engine.dialect.name != "sqlite":  # a connection that the server has closed is noticed before it is used
        engine.dispose()
        return sa.create_engine(engine.url, pool_pre_ping=True)
    if not file_of(engine.url):
        return engine
    engine.dispose()
    kept = sa.create_engine(engine.url, poolclass=QueuePool, connect_args={"check_same_thread": False})
    sa.event.listen(kept, "connect", set_pragmas)
    return kept


def set_pragmas(connection: Any, _record: Any) -> None:  # noqa: ANN401 (of the database driver)
    """Called with each new connection to SQLite."""
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def empty_log(engine: Engine) -> None:
    """Empty SQLite's log of changes, which holds erased pages as they were before.

    Raises:
        OperationalError: another program is reading; to be tried again. It waits only a moment: turns wait for it.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {SHORT_PATIENCE}")
        try:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()[0]
        finally:  # connections stay open
            connection.exec_driver_sql(f"PRAGMA {PATIENCE}")
    if busy:
        raise OperationalError("wal_checkpoint", None, Exception("database is locked"))


_MENDS = (
    ("readonly", "is read-only: let the user who runs the assistant write the file and its folder (chown, chmod)"),
    ("read-only file", "is on a read-only file system: remount it, or set VAR_DIR to another folder"),
    ("permission denied", "may not be written: let the user who runs the assistant write the folder (chown, chmod)"),
    ("unable to open", "cannot be opened: check that the folder is there and may be written (ls -ld, chown)"),
    ("is full", "has no room: free space on its disk (df -h)"),
    ("no space left", "has no room: free space on its disk (df -h)"),
    ("locked", "is locked: end the other program that writes to it (fuser), then go on"),
    ("lock timeout", "is locked by another connection: find it in pg_stat_activity, and end what it does there"),
    ("not a directory", "is in a path that is no folder: remove the file in its way, or set VAR_DIR to another folder"),
    ("file exists", "is in a path that is no folder: remove the file in its way, or set VAR_DIR to another folder"),
    ("is a directory", "is a folder: remove it, or set VAR_DIR to another folder"),
    ("malformed", "is damaged: stop the assistant, move the file away and put the last backup in its place"),
    ("not a database", "is no SQLite database: move the file away, or set VAR_DIR to another folder"),
    ("disk i/o", "cannot be read or written: check the disk (dmesg), then put the last backup on another"),
    ("no such table", "has lost its table: restart the assistant, which makes it again, or put the last backup there"),
    ("no module named", "needs a database driver that is not installed: use sqlite or postgresql in DATABASE_URL"),
    ("can't load plugin", "is of an unknown kind: use sqlite or postgresql in DATABASE_URL"),
    ("refused", "does not answer: start the database server, or correct DATABASE_URL"),
    ("translate host", "does not answer: correct the host in DATABASE_URL"),
    ("authentication failed", "refuses the password: correct DATABASE_URL"),
)


def mend(error: Exception, place: str, result: str = "Conversations are not stored") -> str:
    """One line: what came of it, which database, what is wrong, what to do.

    The error's own text is not in it, it can quote people.
    """
    words = str(getattr(error, "orig", None) or error).lower()
    mend = next((mend for sign, mend in _MENDS if sign in words), None)
    wrong = mend or f"fails ({type(error).__name__}): check that it is there and can be written"
    return f"{result}. {place} {wrong}."
