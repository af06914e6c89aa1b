"""The scaled system on this machine: PostgreSQL, Redis, nginx, assistant workers, action server, console, projector, and
a stand-in for Meta; each a process of its own, started again when it ends."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from assistant.paths import ROOT
from chaos.network import Cable, Network, network, why_not
from chaos.parts import Keeper, Part, answers
from chaos.people import Place
from tests.conftest import free_port
from tests.services import postgres_account, postgres_programs
from tests.whatsapp.sandbox import SECRETS

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
NAMES = ("redis", "nginx", "actions", "console", "directory", "sandbox", "postgres")


@dataclass
class System:
    """What was started.

    Attributes:
        folder: everything that it writes.
        place: where people write to.
        parts: by name; the assistants are `worker 1`, `worker 2`.
        engine: the conversations' database.
        cable: between the first worker and the database; None where none can be laid, and `no_cable` says why.
    """

    folder: Path
    place: Place
    parts: dict[str, Part]
    engine: sa.engine.Engine
    cable: Cable | None
    no_cable: str
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(list(self.parts.values()))

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
def scaled(workers: int = 2) -> Iterator[System]:
    """Start all of it, and wait until it answers; gone afterwards.

    Args:
        workers: assistants behind nginx.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        folder.chmod(0o755)  # PostgreSQL has an account of its own
        no_cable = why_not()
        net = None if no_cable else stack.enter_context(network(2))
        ports = {name: free_port() for name in NAMES}
        hosts = [cable.address for cable in net.cables] if net else ["127.0.0.1"] * 2
        urls = [f"postgresql://dalil@{host}:{ports['postgres']}/postgres" for host in hosts]
        system = System(
            folder,
            Place(_at(ports["nginx"]), _at(ports["sandbox"]), secrets.token_hex(32).encode()),
            _parts(folder, ports, net, urls, workers),
            sa.create_engine(urls[1], pool_pre_ping=True),
            net.cables[0] if net else None,
            no_cable,
        )
        system.mood("pass")
        system.clock(0)
        stack.callback(_stop, system)
        for part in system.parts.values():
            part.environment = {**_settings(folder, ports, urls[1], system.place.key.decode()), **part.environment}
            if part.name == "console":
                _prepare_console(part)
            part.start()
            part.wait_until_ready()
        system.keeper.start()
        yield system


def _stop(system: System) -> None:
    if system.keeper.is_running:
        system.keeper.stop()
    for part in reversed(system.parts.values()):
        part.stop()


def _settings(folder: Path, ports: Mapping[str, int], database: str, key: str) -> dict[str, str]:
    return {
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
        "SENDER_KEY": key,
        "CONSOLE_KEY": key,
        "CONSOLE_PORT": str(ports["console"]),
        "ACTIONS_PORT": str(ports["actions"]),
        "DIRECTORY_URL": f"{_at(ports['directory'])}/hsds",
        "SANDBOX_PORT": str(ports["sandbox"]),
        "REST_CHANNEL": "off",
        "WEB_PROXIES": "1",
        "WHATSAPP_GRAPH": _at(ports["sandbox"]),
        **SECRETS,
    }


def _parts(
    folder: Path, ports: Mapping[str, int], net: Network | None, urls: Sequence[str], workers: int
) -> dict[str, Part]:
    (folder / "var").mkdir(mode=0o700)
    python = sys.executable
    own = {f"worker {number}": free_port() for number in range(1, workers + 1)}

    def part(name: str, *command: str, health: str = "", port: str = "", **more: Any) -> Part:  # noqa: ANN401
        def ready() -> bool:
            return answers(health) if health else not port or _listens(ports[port])

        more.setdefault("environment", {})
        return Part(name, command, log=folder / f"{name}.log", **{"ready": ready, **more})

    made = [
        part(
            "postgres", *_postgres(folder, net, ports["postgres"]), ready=lambda: _is_up(urls[1]), ending=signal.SIGINT
        ),
        part("redis", *_redis(ports["redis"]), port="redis"),
        part("console", python, "-m", "assistant.server.console", health=f"{_at(ports['console'])}/health"),
        part(
            "directory",
            *(python, "-m", "chaos.slow_directory", str(ports["directory"]), _at(ports["console"])),
            str(folder / "mood"),
            port="directory",
        ),
        part("actions", python, "-m", "assistant.server.actions", health=f"{_at(ports['actions'])}/health"),
    ]
    for number, (name, port) in enumerate(own.items()):
        environment = {"ASSISTANT_PORT": str(port), "DATABASE_URL": urls[0 if number == 0 else 1]}
        health = f"{_at(port)}/webhooks/web/health"
        made.append(part(name, python, "-m", "assistant.server.serve", health=health, environment=environment))
    webhook = f"{_at(ports['nginx'])}/webhooks/whatsapp/webhook"
    made += [
        part("projector", python, "console/manage.py", "project_transcripts"),
        part("nginx", *_nginx(folder, ports["nginx"], list(own.values())), port="nginx"),
        part(
            "sandbox",
            *(python, "-m", "tools.whatsapp_sandbox", "--port", str(ports["sandbox"]), "--webhook", webhook),
            port="sandbox",
        ),
    ]
    return {one.name: one for one in made}


def _postgres(folder: Path, net: Network | None, port: int) -> list[str]:
    """Make a cluster; the command that serves it: in the namespace where there is one, else on loopback."""
    programs, account = postgres_programs(), postgres_account()
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    prefix: list[str] = []
    if account:  # PostgreSQL refuses to run as root
        shutil.chown(data, account)
        prefix = ["setpriv", f"--reuid={account}", f"--regid={pwd.getpwnam(account).pw_gid}", "--clear-groups", "--"]
    make = [
        *prefix,
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "dalil",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(make, check=True, capture_output=True, cwd=data)
    with (data / "pg_hba.conf").open("a", encoding="ascii") as rules:
        rules.write("host all all samenet trust\n")
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data), "-c", "max_connections=200"]
    return [*(net.command if net else ()), *prefix, *serve, "-h", "*" if net else "127.0.0.1"]


def _redis(port: int) -> list[str]:
    return ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


def _nginx(folder: Path, port: int, workers: Sequence[int]) -> list[str]:
    servers = "".join(f"server 127.0.0.1:{worker} max_fails=1 fail_timeout=3s;" for worker in workers)
    (folder / "nginx.conf").write_text(
        f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.error; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/n1; proxy_temp_path {folder}/n2; fastcgi_temp_path {folder}/n3;
  uwsgi_temp_path {folder}/n4; scgi_temp_path {folder}/n5;
  upstream assistants {{ {servers} keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://assistants; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Host $host;
      proxy_connect_timeout 1s; proxy_read_timeout 25s;
      proxy_next_upstream error timeout non_idempotent; proxy_next_upstream_tries 2;
    }}
  }}
}}
""",
        encoding="ascii",
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "nginx.error")]


def _prepare_console(part: Part) -> None:
    command = [sys.executable, "console/manage.py", "first_run"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **part.environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"The console could not be prepared:\n{done.stdout}{done.stderr}")


def _is_up(url: str) -> bool:
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
