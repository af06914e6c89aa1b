"""The console and its API work on PostgreSQL as on SQLite."""

import os
import subprocess
import sys

import psycopg2
import pytest

from assistant.paths import ROOT
from tests.services import postgres


@pytest.mark.long
def test_console_and_api_pass_on_postgresql():
    folders = [f"tests/{name}" for name in ("console", "hsds") if (ROOT / "tests" / name).is_dir()]
    with postgres() as url:
        call = [sys.executable, "-m", "pytest", *folders, "-m", "not long", "--reuse-db", "-p", "no:cacheprovider"]
        call.append("--ignore=tests/console/browser")  # its consoles are started on a database of their own
        ran = subprocess.run(call, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-5000:]
        with psycopg2.connect(url.replace("/postgres", "/test_postgres")) as database, database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'contacts'")
            assert cursor.fetchone()[0] >= 2  # the tests' tables were there
