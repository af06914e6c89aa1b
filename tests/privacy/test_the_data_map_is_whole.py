"""docs/privacy.md names every table and every file that a running system writes."""

import re
from fnmatch import fnmatch

import pytest
import sqlalchemy as sa

from assistant.paths import ROOT
from tests import stores
from tests.channels.web import Client
from tests.conftest import Assistant, Part

PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
# What tests themselves put beside.
OF_THE_TESTS = ("*.log",)


def named(first: str, last: str) -> set[str]:
    """What stands in the first column of the tables between two headings."""
    part = PAGE.partition(f"## {first}\n")[2].partition(f"## {last}\n")[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


TABLES = named("Tables of the conversations", "Tables of the console") | named("Tables of the console", "Files")
OF_SQLITE = {table for table in TABLES if table.startswith(("sqlite_", "transcripts_words"))}
FILES = named("Files", "In memory only")


def tables(address: str) -> set[str]:
    engine = sa.create_engine(address, poolclass=sa.pool.NullPool)
    return set(sa.inspect(engine).get_table_names())


def test_every_table_stands_in_it_and_no_other(assistant: Assistant, console: Part) -> None:
    Client(assistant.site).begin().say("bonjour")
    found = tables(stores.conversations(assistant.var)) | tables(stores.transcripts(console.log.parent))
    assert found == (TABLES - OF_SQLITE if stores.SCALED else TABLES)


def test_every_file_stands_in_it(assistant: Assistant, console: Part) -> None:
    for var in (assistant.var, console.log.parent):
        files = [str(path.relative_to(var)) for path in var.rglob("*") if path.is_file()]
        assert len(files) > 2
        assert [file for file in files if not any(fnmatch(file, name) for name in (*FILES, *OF_THE_TESTS))] == []


@pytest.mark.parametrize("folder", ["assistant", "actions", "console", "tools"])
def test_every_file_that_the_code_writes_stands_in_it(folder: str) -> None:
    """Also what only some systems write: reports of teaching, backups."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    written = set(re.findall(r'var_dir / "([^"]+)"', code))
    assert [name for name in written if not any(fnmatch(name, f) or fnmatch(f"{name}/x", f) for f in FILES)] == []
