"""A PostgreSQL that does not answer: whoever waits for it gives up within seconds, and can serve others."""

import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from assistant.storage.database import POSTGRESQL, checked_url, mend, place, with_open_connections
from chaos.network import Cable, network, why_not
from chaos.parts import Part
from chaos.system import is_up, postgresql
from tests.conftest import free_port

# Seconds; PostgreSQL's client and server, left to themselves, wait for minutes or for ever.
PATIENCE = 40


def opened(address: str) -> sa.engine.Engine:
    return with_open_connections(sa.create_engine(checked_url(address)))


def gives_up(work: Callable[[], object]) -> OperationalError | None:
    """The error of a database that cannot be had with which it ends; None when the test's patience ends before."""
    found: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return next((error for error in found if isinstance(error, OperationalError)), None)


def ends(still: Callable[[], bool]) -> bool:
    """Whether something stops being so before the test's patience is over."""
    deadline = time.monotonic() + PATIENCE
    while still() and time.monotonic() < deadline:
        time.sleep(0.2)
    return not still()


def test_the_address_says_how_long_is_waited_and_what_the_operator_writes_wins() -> None:
    url = checked_url("postgres://dalil:secret@db.example/dalil?connect_timeout=9")
    assert {**url.query} == {**POSTGRESQL, "connect_timeout": "9"}
    assert place(url) == "postgresql://dalil:***@db.example/dalil"
    assert not checked_url("sqlite:////tmp/x.db").query


def test_the_server_takes_it(server: str) -> None:
    with opened(server).connect() as connection:
        told = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "tcp_user_timeout")]
    assert told == ["4s", "3000"]


@pytest.mark.long
def test_what_somebody_else_has_locked_is_not_waited_for_for_ever(server: str) -> None:
    engine, other = opened(server), opened(server)
    with engine.connect() as holder, other.connect() as waiter:
        holder.exec_driver_sql("SELECT pg_advisory_lock(7)")
        error = gives_up(lambda: waiter.exec_driver_sql("SELECT pg_advisory_lock(7)"))
    assert error is not None
    assert "is locked by another connection: find it in pg_stat_activity" in mend(error, "postgresql")


@contextmanager
def own_server(folder: Path, cable: bool) -> Iterator[tuple[str, Part, Cable | None]]:
    """A PostgreSQL that may be stopped, or cut off."""
    port = free_port()
    if not cable:
        yield from _served(folder, *postgresql(folder / "postgresql", None, port), None)
        return
    with network(1) as net:
        yield from _served(folder, *postgresql(folder / "postgresql", net, port), net.cables[0])


def _served(
    folder: Path, addresses: list[str], command: list[str], cable: Cable | None
) -> Iterator[tuple[str, Part, Cable | None]]:
    url = addresses[0]
    part = Part("postgres", command, {}, folder / "log", lambda: is_up(url), ending=signal.SIGINT)
    part.start()
    try:
        part.wait_until_ready()
        yield url, part, cable
    finally:
        part.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL has an account of its own
        yield folder


@pytest.mark.long
def test_a_server_that_hangs_is_left(folder: Path) -> None:
    with own_server(folder, cable=False) as (url, part, _):
        assert part.process is not None
        part.process.send_signal(signal.SIGSTOP)
        try:
            assert gives_up(lambda: opened(url).connect())
        finally:
            part.process.send_signal(signal.SIGCONT)


@pytest.mark.long
def test_a_cut_cable_is_noticed_by_whoever_asks_and_by_the_server(folder: Path) -> None:
    reason = why_not()
    if reason:
        pytest.skip(f"No network namespace: {reason}")
    with own_server(folder, cable=True) as (url, part, cable):
        assert cable is not None
        assert part.process is not None
        engine = opened(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            cable.pull()
            assert gives_up(lambda: connection.exec_driver_sql("SELECT 2"))
        assert gives_up(lambda: engine.connect())
        assert ends(lambda: _has_clients(part))
        cable.plug_in()
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 3").scalar() == 3


def _has_clients(server: Part) -> bool:
    """Whether a process of the server still waits for a client, and keeps what that had locked."""
    assert server.process is not None
    looked = subprocess.run(["pgrep", "-P", str(server.process.pid), "-f", "idle"], capture_output=True, check=False)
    return looked.returncode == 0
