"""`python -m assistant.server.scaled`: the whole system as it grows, on one machine (`make run-scaled`).

PostgreSQL, Redis and nginx from Debian's packages; several assistants of one process each; console, action server and
transcripts. nginx stands at the addresses at which `make run` has the assistant and the console; all others are on
loopback, on free ports. A database or a Redis that the settings name is used instead of one of its own.
"""

import argparse
import json
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from assistant.server import engines
from assistant.server.run import (
    Part,
    address,
    in_sandbox,
    parts,
    prepare_console,
    supervise,
    until_stopped,
    with_sandbox,
)
from assistant.server.system import StopError, check_port, check_var, load_settings, only_one
from assistant.server.train import ensure_model
from assistant.settings import Settings

WORKERS = 2
STATE = "scaled.json"
NGINX_MEND = "Its lines above say why; if they name an assistant, its own lines do."


def main(arguments: Sequence[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="The whole system with several assistants, on one machine.")
    parser.add_argument("--workers", type=int, default=WORKERS, help="assistants of one process each")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when the calling process (make) ends")
    given = parser.parse_args(arguments)
    return until_stopped(lambda: run(with_sandbox(load_settings()), given.workers), given.stop_with_parent)


def run(settings: Settings, workers: int) -> int:
    """Everything from checks to the end; returns the exit status.

    Raises:
        StopError: something stops the start.
    """
    if workers < 1:
        raise StopError(f"{workers} assistants answer nobody: give --workers a number from 1 on.")
    check_var(settings)
    taken = "This checkout is running already (process {pid}). Stop that first."
    with only_one(settings.var_dir / "run.lock", taken), ExitStack() as running:
        check_port(settings.assistant_host, settings.assistant_port, "ASSISTANT_PORT")
        check_port(settings.console_host, settings.console_port, "CONSOLE_PORT")
        if in_sandbox(settings):
            check_port("127.0.0.1", settings.sandbox_port, "SANDBOX_PORT")
        ensure_model(settings)
        behind = _behind(settings, running)
        os.environ.update({**behind.to_environment(), "ASSISTANT_PORT": str(settings.assistant_port)})
        prepare_console()
        ports = _free_ports(workers)
        _remember(behind, ports)
        return supervise(_parts(settings, behind, ports), _welcome(settings, workers))


def _behind(settings: Settings, running: ExitStack) -> Settings:
    """Settings of what stands behind nginx, with the engines that nobody has named started."""
    if os.geteuid() == 0:  # PostgreSQL and nginx run as accounts of their own, and have to pass through
        settings.var_dir.chmod(0o711)
    for_database, for_redis, for_console, for_actions = _free_ports(4)
    database = settings.database_url or running.enter_context(
        engines.postgresql(settings.var_dir / "postgresql", for_database)
    )
    redis = settings.redis_url or running.enter_context(engines.redis(settings.var_dir / "redis", for_redis))
    return replace(
        settings,
        assistant_host="127.0.0.1",
        console_host="127.0.0.1",
        console_port=for_console,
        actions_port=for_actions,
        database_url=database,
        redis_url=redis,
        web_proxies=1,
        console_proxies=1,
    )


def _parts(settings: Settings, behind: Settings, ports: Sequence[int]) -> list[Part]:
    """The processes behind nginx, each started again when it ends, and nginx."""
    found = []
    for part in parts(behind):
        if part.name != "assistant":
            found.append(_kept_running(part))
            continue
        for number, port in enumerate(ports, 1):
            health = f"http://127.0.0.1:{port}/webhooks/web/health"
            command = f"ASSISTANT_PORT={port} {part.command}"
            found.append(_kept_running(replace(part, name=f"assistant-{number}", command=command, health=health)))
    return [*found, _nginx(settings, behind, ports)]


def _kept_running(part: Part) -> Part:
    again = shlex.join([sys.executable, "-m", "assistant.server.restarting", part.name, part.command])
    return replace(part, command=f"exec {again}")


def _nginx(settings: Settings, behind: Settings, ports: Sequence[int]) -> Part:
    """The door, which opens when the workers have shown that they share their locks."""
    assistant = _listening(settings.assistant_host, settings.assistant_port)
    configuration = engines.nginx_configuration(
        settings.var_dir / "nginx",
        [f"127.0.0.1:{port}" for port in ports],
        f"127.0.0.1:{behind.console_port}",
        (assistant, _listening(settings.console_host, settings.console_port)),
    )
    check = shlex.join([sys.executable, "-m", "assistant.server.workers", *map(str, ports)])
    door = _kept_running(Part("nginx", f"exec {shlex.join(engines.nginx_command(configuration))}", "", ""))
    return Part("nginx", f"{check} && {door.command}", f"http://{assistant}/", NGINX_MEND)


def _listening(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _welcome(settings: Settings, workers: int) -> str:
    assistant = address(settings.assistant_host, settings.assistant_port)
    console = address(settings.console_host, settings.console_port)
    return "\n".join(
        [
            "",
            f"Dalil answers, with {workers} assistants behind nginx.",
            f"  chat:             {assistant}/   (in Arabic: {assistant}/?lang=ar)",
            *([f"  WhatsApp sandbox: {settings.whatsapp_graph}/"] if in_sandbox(settings) else []),
            f"  staff console:    {console}/",
            f"  directory (HSDS): {console}/hsds/",
            f"  what stands where: {settings.var_dir / STATE}",
            "  stop:             Ctrl-C",
            "",
        ]
    )


def _remember(behind: Settings, ports: Sequence[int]) -> None:
    """Write down what stands where behind nginx, for whoever operates or tests it; it holds passwords."""
    file = behind.var_dir / STATE
    file.touch(mode=0o600)
    state = {
        "assistants": list(ports),
        "actions": behind.actions_port,
        "console": behind.console_port,
        "database": behind.database_url,
        "redis": behind.redis_url,
    }
    file.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")


def _free_ports(count: int) -> list[int]:
    """Ports of loopback on which nobody listens."""
    with ExitStack() as probes:
        found = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in found:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
