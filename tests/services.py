"""Real services for tests, on loopback, gone afterwards."""

import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import redis as redis_client

from assistant.server import engines
from assistant.server.system import StopError, answers
from tests.conftest import free_port

START_TIMEOUT = 60  # seconds, on a loaded machine
STOP_TIMEOUT = 30


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of its own, in a temporary folder; skips the test when PostgreSQL is not installed.

    Yields:
        Its address, as DATABASE_URL takes it; there is no password.
    """
    programs = _or_skip(engines.postgresql_programs)
    account = engines.account()
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, account)
        # PostgreSQL refuses to run as root.
        who = {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []} if account else {}
        data, port, log = folder / "data", free_port(), folder / "log"
        make = [programs / "initdb", "-D", data, "-U", "dalil", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **who)
        serve = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F"]
        with log.open("wb") as output:
            process = subprocess.Popen(serve, cwd=folder, stdout=output, stderr=output, **who)
        try:
            _await(process, port, log)
            yield f"postgresql://dalil@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # closes connections that a failed test left open
            process.wait(timeout=STOP_TIMEOUT)


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
    program = str(_or_skip(lambda: Path(engines.program("redis-server", "redis-server"))))
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        started = Redis(f"redis://127.0.0.1:{port}/0", [*command, "--dir", folder], subprocess.Popen(["true"]))
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
    _or_skip(lambda: Path(engines.program("nginx", "nginx-light")))
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


def _or_skip(find: Callable[[], Path]) -> Path:
    """What Debian's package brings; skips the test when it is not installed."""
    try:
        return find()
    except StopError as missing:
        pytest.skip(str(missing))


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="dalil", dbname="postgres").close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise AssertionError(f"PostgreSQL did not start: {log.read_text(encoding='utf-8')}")
