"""Where what tests start keeps what people say: in files below its folder, or, in `make test-scaled`, in a database of
PostgreSQL and with locks in a database of Redis that nobody else has (`tests/scaled.py` starts the two servers).

An installation is known by its folder (VAR_DIR): what is started on the same folder shares the databases.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
import sqlalchemy as sa
from sqlalchemy.engine import Engine

DATABASE, REDIS = "TEST_DATABASE_URL", "TEST_REDIS_URL"
SCALED = bool(os.environ.get(DATABASE))
# What a fixture that is there for both databases takes: in `make test-scaled` there is one.
BOTH = ["postgresql"] if SCALED else ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)]


def about_one_process(reason: str) -> pytest.MarkDecorator:
    """A mark for tests of what only files and locks in one process have: skipped on PostgreSQL and Redis."""
    return pytest.mark.skipif(SCALED, reason=reason)


def environment(var: Path) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of the installation in a folder; both empty when it keeps files."""
    if not SCALED:
        return {"DATABASE_URL": "", "REDIS_URL": ""}
    database, shared = _own(var.absolute())
    return {"DATABASE_URL": database, "REDIS_URL": shared}


def conversations(var: Path) -> str:
    """Address of the database of an installation's conversations."""
    return environment(var)["DATABASE_URL"] or f"sqlite:///{var.absolute() / 'conversations.db'}"


def transcripts(var: Path) -> str:
    """Address of the database of an installation's console."""
    return environment(var)["DATABASE_URL"] or f"sqlite:///{var.absolute() / 'console.sqlite3'}"


def select(var: Path, query: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows of an installation's conversations; `:name` in the query stands for a value."""
    return select_from(conversations(var), query, **values)


def select_from(address: str, query: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows of any database; see `select`."""
    engine = sa.create_engine(address, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query), values)]


def texts(address: str) -> dict[str, str]:
    """Everything that stands in the tables of a database, as text, by table."""
    engine = sa.create_engine(address, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        read = {name: connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {name: "\n".join("\t".join(map(str, row)) for row in rows) for name, rows in read.items()}


def kept(var: Path) -> bytes:
    """All that an installation keeps: its files, and the tables of its conversations where those are in no file."""
    files = b"".join(path.read_bytes() for path in var.rglob("*") if path.is_file())
    return files + ("\n".join(texts(conversations(var)).values()).encode() if SCALED else b"")


# The first makes it fail, the second ends that.
_HELD = {
    "sqlite": (
        ["CREATE TRIGGER hold BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'database is locked'); END"],
        "DROP TRIGGER IF EXISTS hold",
    ),
    "postgresql": (
        [
            "CREATE OR REPLACE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE 'database is locked' USING ERRCODE = 'lock_not_available'; END $$",
            "CREATE TRIGGER hold BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION held()",
        ],
        "DROP TRIGGER IF EXISTS hold ON events",
    ),
}


def hold_deleting(engine: Engine) -> None:
    """No event can be deleted: what is left behind is what a crash before deleting leaves."""
    with engine.begin() as connection:
        for statement in _HELD[engine.dialect.name][0]:
            connection.exec_driver_sql(statement)


def let_delete(engine: Engine) -> None:
    """Events can be deleted again."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_HELD[engine.dialect.name][1])


@cache
def _own(_var: Path) -> tuple[str, str]:
    """Empty databases that nobody has; tests in other processes ask the same servers."""
    server, shared = os.environ[DATABASE], urlsplit(os.environ[REDIS])
    with redis.Redis.from_url(os.environ[REDIS]) as counter:
        number = counter.incr("installations")
    connection = psycopg2.connect(server)
    connection.autocommit = True  # no database is made in a transaction
    try:
        connection.cursor().execute(f"CREATE DATABASE installation_{number}")
    finally:
        connection.close()
    database = urlsplit(server)._replace(path=f"/installation_{number}")
    return database.geturl(), shared._replace(path=f"/{number}").geturl()
