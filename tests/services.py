"""Real services for tests, on loopback, gone afterwards."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import redis as redis_client

from assistant.server import engines
from assistant.server.system import StopError, answers
from tests.conftest import free_port

START_TIMEOUT = 60  # seconds, on a loaded machine
STOP_TIMEOUT = 30
HASTY = ("-F",)  # PostgreSQL waits for no disk: nobody needs these data after a power cut
Found = TypeVar("Found")


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of its own, in a temporary folder; skips the test when PostgreSQL is not installed.

    Yields:
        Its address, as DATABASE_URL takes it.
    """
    _or_skip(engines.postgresql_programs)
    # Not pytest's own folder: the account that runs PostgreSQL may not enter it.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        Path(name).chmod(0o711)
        with engines.postgresql(Path(name) / "postgresql", free_port(), *HASTY) as url:
            yield url


@dataclass
class Redis:
    """A Redis server; `url` is its address, as REDIS_URL takes it."""

    url: str
    command: list[str]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """As when its machine goes away: what it held is gone."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT)

    def start(self) -> None:
        """Start it again at the same address."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_TIMEOUT
        with redis_client.Redis.from_url(self.url) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                    return
                except redis_client.RedisError:
                    time.sleep(0.05)
        raise AssertionError("Redis did not start")


@contextmanager
def redis() -> Iterator[Redis]:
    """A Redis of its own, which keeps nothing on disk; skips the test when Redis is not installed."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        url, command = _or_skip(lambda: engines.redis_server(Path(folder) / "redis", free_port()))
        started = Redis(url, command, subprocess.Popen(["true"]))
        started.start()
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def nginx(assistants: Sequence[str], console: str = "127.0.0.1:1", tls: str = "") -> Iterator[tuple[int, int, Path]]:
    """The project's nginx; skips the test when it is not installed.

    Args:
        assistants: `host:port` of each.
        console: `host:port`.
        tls: directives that name certificate and key; empty is plain HTTP.

    Yields:
        Ports of the assistant and of the console, and the log.
    """
    _or_skip(lambda: engines.program("nginx", "nginx-light"))
    ports = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        Path(name).chmod(0o711)  # nginx's workers run as an account of their own
        listen = [f"127.0.0.1:{port}{' ssl' if tls else ''}" for port in ports]
        file = engines.nginx_configuration(Path(name) / "nginx", assistants, console, (listen[0], listen[1]), tls)
        process = subprocess.Popen(engines.nginx_command(file))
        try:
            deadline = time.monotonic() + START_TIMEOUT
            while not answers("127.0.0.1", ports[1]):
                assert process.poll() is None and time.monotonic() < deadline, "nginx did not start"
                time.sleep(0.05)
            yield (*ports, file.with_name("access.log"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_TIMEOUT)


def _or_skip(find: Callable[[], Found]) -> Found:
    """What Debian's package brings; skips the test when it is not installed."""
    try:
        return find()
    except StopError as missing:
        pytest.skip(str(missing))
