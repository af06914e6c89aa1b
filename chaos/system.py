"""The systems under test on this machine, scaled (PostgreSQL, Redis, nginx, several assistants) and single (SQLite),
with a stand-in for Meta; each part a process of its own, started again when it ends."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from assistant.paths import ROOT
from assistant.server import engines
from chaos.network import Cable, Network, network, why_not
from chaos.parts import START_TIMEOUT, Keeper, Part, answers
from chaos.people import Place
from tests.conftest import free_port
from tests.whatsapp.sandbox import SECRETS

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
NAMES = ("redis", "nginx", "nginx console", "actions", "console", "directory", "sandbox", "postgres")


class System:
    """What was started.

    Attributes:
        folder: logs, and what is here to break things with.
        var: VAR_DIR of the parts.
        place: where people write to.
        parts: by name; the assistants are `worker 1`, `worker 2`.
        engine: the conversations' database; `console` is that of the transcripts.
        cable: between the first worker and the database; None where none can be laid, and `no_cable` says why.
    """

    def __init__(
        self, folder: Path, place: Place, parts: Sequence[Part], database: str, cable: Cable | None, no_cable: str
    ) -> None:
        self.folder, self.var, self.place = folder, Path(parts[-1].environment["VAR_DIR"]), place
        self.parts = {part.name: part for part in parts}
        self.engine = self.console = sa.create_engine(database, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            self.console = sa.create_engine(f"sqlite:///{self.var / 'console.sqlite3'}")
        self.cable, self.no_cable = cable, no_cable
        self.keeper = Keeper(parts)

    def workers(self) -> list[Part]:
        """The assistants."""
        return [part for name, part in self.parts.items() if name.startswith("worker")]

    def sent(self) -> list[dict[str, Any]]:
        """What Meta's stand-in was given, in order."""
        found: list[dict[str, Any]] = requests.get(f"{self.place.sandbox}/sandbox/sent", timeout=60).json()
        return found

    def owed(self) -> int:
        """Messages on WhatsApp that are not delivered yet, or wait for their reply."""
        undelivered = requests.get(f"{self.place.sandbox}/sandbox/deliveries", timeout=60).json()["undelivered"]
        with self.engine.connect() as connection:
            waiting = connection.execute(sa.text("SELECT count(*) FROM inbox WHERE sealed IS NOT NULL")).scalar_one()
        return int(undelivered) + int(waiting)

    def mood(self, mood: str) -> None:
        """Let the directory `pass`, be `slow` or `down`."""
        (self.folder / "mood").write_text(mood, encoding="ascii")

    def clock(self, step: int) -> None:
        """Let the clock of a worker that runs with libfaketime be so many seconds off."""
        (self.folder / "clock").write_text(f"{step:+d}\n", encoding="ascii")


@contextmanager
def scaled(workers: int = 2, **settings: str) -> Iterator[System]:
    """Start the scaled system, and wait until all of it answers; gone afterwards.

    Args:
        workers: assistants behind nginx.
        settings: of all parts, beside those that they need.

    Raises:
        StopError: PostgreSQL, Redis or nginx is not installed.
    """
    with ExitStack() as stack:
        folder = _folder(stack)
        no_cable = why_not()
        net = None if no_cable else stack.enter_context(network(2))
        ports = {name: free_port() for name in (*NAMES, *(f"worker {number + 1}" for number in range(workers)))}
        databases, serve_database = postgresql(folder / "postgresql", net, ports["postgres"])
        near, others = databases[0], databases[-1]
        redis, serve_redis = engines.redis_server(folder / "redis", ports["redis"])
        shared = {"DATABASE_URL": others, "REDIS_URL": redis, "WEB_PROXIES": "1"}
        made = _Maker(folder, ports, {**_settings(folder, ports), **shared, **settings}, "nginx")
        assistants = [made.assistant(number + 1, *([near] if number == 0 else [])) for number in range(workers)]
        parts = [
            made.part("postgres", serve_database, lambda: is_up(others), signal.SIGINT),
            made.part("redis", serve_redis),
            *made.always(),
            *assistants,
            made.part("nginx", _nginx(folder, ports, [ports[one.name] for one in assistants])),
        ]
        yield from _run(stack, System(folder, made.place(), parts, others, net.cables[0] if net else None, no_cable))


@contextmanager
def single(var: Path, **settings: str) -> Iterator[System]:
    """Start the system of one machine, on SQLite; see `scaled`.

    Args:
        var: where it writes.
        settings: see `scaled`.
    """
    with ExitStack() as stack:
        folder = _folder(stack)
        ports = {name: free_port() for name in (*NAMES, "worker 1")}
        made = _Maker(folder, ports, {**_settings(folder, ports), "VAR_DIR": str(var), **settings}, "worker 1")
        database = f"sqlite:///{var / 'conversations.db'}"
        parts = [*made.always(), made.assistant(1)]
        yield from _run(stack, System(folder, made.place(), parts, database, None, "one process"))


def _run(stack: ExitStack, system: System) -> Iterator[System]:
    """Databases first, then the console with its tables, then everything at once."""
    stack.callback(_stop, system)
    system.mood("pass")
    system.clock(0)
    waves = (("postgres", "redis"), ("console", "directory"), tuple(system.parts))
    for wave in waves:
        if "console" in wave:
            _prepare_console(system.parts["console"])
        parts = [part for name, part in system.parts.items() if name in wave and part.process is None]
        for part in parts:
            part.start()
        for part in parts:
            part.wait_until_ready()
        if "console" in wave:
            _warm(system.parts["directory"])
    _await_directory(system)
    system.keeper.start()
    yield system


def _warm(directory: Part) -> None:
    """Read the directory once: the console's first page takes longer than the action server waits for any."""
    address = f"{directory.environment['DIRECTORY_URL']}/services?full=true&per_page=100"
    for _worker_of_the_console in range(4):
        requests.get(address, timeout=START_TIMEOUT).raise_for_status()


def _await_directory(system: System) -> None:
    """Wait until the action server has read the contacts: as usual is with them."""
    deadline = time.monotonic() + START_TIMEOUT
    while not (system.var / "directory.json").exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"The directory was not read:\n{system.parts['actions'].log.read_text()[-3000:]}")
        time.sleep(0.2)


def _folder(stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
    folder.chmod(0o755)  # PostgreSQL has an account of its own
    (folder / "var").mkdir(mode=0o700)
    return folder


def _stop(system: System) -> None:
    if system.keeper.is_running:
        system.keeper.stop()
    for part in reversed(system.parts.values()):
        part.stop()


def _settings(folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Of every part."""
    return {
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": "",
        "SENDER_KEY": secrets.token_hex(32),
        "CONSOLE_KEY": secrets.token_hex(32),
        "CONSOLE_PORT": str(ports["console"]),
        "ACTIONS_PORT": str(ports["actions"]),
        "DIRECTORY_URL": f"{_at(ports['directory'])}/hsds",
        "SANDBOX_PORT": str(ports["sandbox"]),
        "REST_CHANNEL": "off",
        "WHATSAPP_GRAPH": _at(ports["sandbox"]),
        **SECRETS,
    }


@dataclass(frozen=True)
class _Maker:
    """Makes parts.

    Attributes:
        folder: of their logs.
        ports: by the part's name.
        settings: of every part.
        entry: the part that people and Meta's stand-in reach.
    """

    folder: Path
    ports: Mapping[str, int]
    settings: Mapping[str, str]
    entry: str

    def place(self) -> Place:
        """Where people write to."""
        return Place(_at(self.ports[self.entry]), _at(self.ports["sandbox"]), self.settings["SENDER_KEY"].encode())

    def part(
        self,
        name: str,
        command: Sequence[str],
        ready: Callable[[], bool] | None = None,
        ending: signal.Signals = signal.SIGTERM,
        environment: Mapping[str, str] | None = None,
    ) -> Part:
        """A part that is ready when it listens on its port, where it has one and nothing else is said."""
        port = self.ports.get(name)
        looks = ready or (lambda: port is None or _listens(port))
        return Part(
            name, command, {**self.settings, **(environment or {})}, self.folder / f"{name}.log", looks, ending=ending
        )

    def always(self) -> list[Part]:
        """The parts that every installation has, but for the assistants."""
        python, ports = sys.executable, self.ports
        webhook = f"{_at(self.ports[self.entry])}/webhooks/whatsapp/webhook"
        sandbox = ["-m", "tools.whatsapp_sandbox", "--port", str(ports["sandbox"]), "--webhook", webhook]
        directory = ["-m", "chaos.slow_directory", str(ports["directory"]), _at(ports["console"])]
        return [
            self.part("console", [python, "-m", "assistant.server.console"]),
            self.part("directory", [python, *directory, str(self.folder / "mood")]),
            self.part("actions", [python, "-m", "assistant.server.actions"]),
            self.part("projector", [python, "console/manage.py", "project_transcripts"]),
            self.part("sandbox", [python, *sandbox]),
        ]

    def assistant(self, number: int, database: str = "") -> Part:
        """A worker; `database` where it has a way of its own to it."""
        name = f"worker {number}"
        own = {"ASSISTANT_PORT": str(self.ports[name]), **({"DATABASE_URL": database} if database else {})}
        health = f"{_at(self.ports[name])}/webhooks/web/health"
        return self.part(
            name, [sys.executable, "-m", "assistant.server.serve"], lambda: answers(health), environment=own
        )


def postgresql(folder: Path, net: Network | None, port: int) -> tuple[list[str], list[str]]:
    """Make a cluster.

    Args:
        folder: of its data; the account that runs PostgreSQL can pass through the folders above it.
        net: in whose namespace it is served; on loopback without one.
        port: where it listens.

    Returns:
        Its address by way of each cable, one without a network; and the command that serves it.
    """
    url, serve = engines.postgresql_server(folder, port, "-c", "max_connections=200")
    if not net:
        return [url], serve
    with (folder / "data/pg_hba.conf").open("a", encoding="ascii") as rules:
        rules.write("host all all samenet scram-sha-256\n")
    return [url.replace("127.0.0.1", cable.address) for cable in net.cables], [*net.command, *serve, "-h", "*"]


def _nginx(folder: Path, ports: Mapping[str, int], workers: Sequence[int]) -> list[str]:
    """nginx as it is deployed; the console is reached past it here."""
    assistants = [f"127.0.0.1:{worker}" for worker in workers]
    listen = (f"127.0.0.1:{ports['nginx']}", f"127.0.0.1:{ports['nginx console']}")
    configuration = engines.nginx_configuration(folder / "nginx", assistants, f"127.0.0.1:{ports['console']}", listen)
    return engines.nginx_command(configuration)


def _prepare_console(part: Part) -> None:
    command = [sys.executable, "console/manage.py", "first_run"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **part.environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"The console could not be prepared:\n{done.stdout}{done.stderr}")


def is_up(url: str) -> bool:
    """Whether a database answers."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _at(port: int) -> str:
    return f"http://127.0.0.1:{port}"
