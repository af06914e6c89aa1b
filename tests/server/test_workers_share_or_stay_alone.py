"""Several assistants work on one database only when they share their locks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.paths import ROOT
from assistant.server.system import StopError
from assistant.server.workers import place_among_workers
from assistant.settings import Settings
from tests.services import postgres
from tests.stores import BOTH

ALONE, SHARING = Settings(), Settings(redis_url="redis://127.0.0.1:1/0")
HOLD = """
from assistant.server.workers import place_among_workers
from assistant.settings import Settings
with place_among_workers(Settings()):
    print("held", flush=True)
    input()
"""


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    if request.param == "sqlite":
        monkeypatch.delenv("DATABASE_URL", raising=False)
        yield
        return
    with postgres() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield


@pytest.mark.parametrize(("first", "second"), [(ALONE, ALONE), (ALONE, SHARING), (SHARING, ALONE)])
def test_a_second_one_is_refused_unless_both_share(database: None, first: Settings, second: Settings) -> None:
    with (
        place_among_workers(first),
        pytest.raises(StopError, match=r"share no locks.*set the same REDIS_URL for all"),
        place_among_workers(second),
    ):
        pytest.fail("both work on one database")
    with place_among_workers(second):
        pass


def test_those_that_share_work_side_by_side(database: None) -> None:
    with place_among_workers(SHARING), place_among_workers(SHARING):
        pass


def test_the_place_of_one_that_was_killed_is_free(database: None) -> None:
    command = [sys.executable, "-c", HOLD]
    holder = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.wait()
    with place_among_workers(ALONE):
        pass


def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://dalil:secret@127.0.0.1:1/dalil")
    refused = pytest.raises(StopError, match="does not answer: start the database server")
    with refused as stopped, place_among_workers(ALONE):
        pass
    assert "secret" not in str(stopped.value)
