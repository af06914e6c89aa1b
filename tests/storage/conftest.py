"""Databases of conversations on both servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.storage.tracker_store import TrackerStore
from tests import stores
from tests.services import postgres
from tests.storage.talk import DOMAIN
from tests.stores import BOTH


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server; the tests of it share its database."""
    with postgres() as url:
        yield url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database: a new file, or the server's, in which an earlier test may have left tables."""
    return f"sqlite:///{tmp_path}/conversations.db" if request.param == "sqlite" else request.getfixturevalue("server")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    var = tmp_path / "var"
    monkeypatch.setenv("DATABASE_URL", stores.environment(var)["DATABASE_URL"])
    monkeypatch.setenv("VAR_DIR", str(var))
    return var


@pytest.fixture
def store(folder):
    return TrackerStore(DOMAIN)
