"""Row ids of events are given once.

SQLite gives the ids of erased rows at the end of a table again, unless the table says AUTOINCREMENT; Rasa's does not.
Whoever reads on from an id (the transcripts) or erases up to one would then take somebody's new message for an old one.
PostgreSQL's sequences never go back.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

# Ids left out in a table that was made without: nobody knows how many were given above its last row.
LEFT_OUT = 100_000
_MADE_AS = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
_REMEMBER = sa.text("UPDATE sqlite_sequence SET seq = seq + :more WHERE name = :name")


def say_once(table: sa.Table) -> None:
    """Have SQLite make a table so from now on."""
    table.dialect_options["sqlite"]["autoincrement"] = True


def mend(engine: Engine, table: sa.Table) -> None:
    """Make a table anew that an earlier release has made; its rows keep their ids. All of it or nothing.

    Args:
        engine: the database; on PostgreSQL there is nothing to do.
        table: after `say_once`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be written.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        if _is_mended(connection, table):
            return
        with connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not _is_mended(connection, table):  # another process was quicker
                _make_anew(connection, table)


def _is_mended(connection: Connection, table: sa.Table) -> bool:
    return "AUTOINCREMENT" in (connection.execute(_MADE_AS, {"name": table.name}).scalar() or "")


def _make_anew(connection: Connection, table: sa.Table) -> None:
    name, before = table.name, f"{table.name}_before"
    columns = ", ".join(column.name for column in table.columns)
    for index in table.indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
    connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {before}")
    table.create(connection)
    # A first row, of which the sequence is made also where there is no other.
    connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, 0)", (name,))
    connection.exec_driver_sql(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {before} ORDER BY id")
    connection.exec_driver_sql(f"DROP TABLE {before}")
    connection.execute(_REMEMBER, {"name": name, "more": LEFT_OUT})
