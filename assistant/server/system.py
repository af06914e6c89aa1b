"""What the start scripts ask the operating system: settings file, locks, ports, free disk, parent process."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from honcho.environ import parse as parse_env

from assistant.operation import json_lines
from assistant.paths import ROOT
from assistant.server.production import refuse_unsafe
from assistant.settings import Settings, SettingsError

UNFINISHED = "restore.unfinished"  # in VAR_DIR while a restore is not done
ENOUGH_TO_RUN = 300_000_000  # bytes
RASA_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_WORKERS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}
"""For every process that loads Rasa or its SDK."""

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded here: between fork and exec nothing may be imported


class StopError(Exception):
    """Something stops the start; the text is one line for the operator and says how to mend it."""


def say(text: str) -> None:
    """A line for the operator."""
    sys.stdout.write((json_lines.line("info", __name__, text) if json_lines.used() else text) + "\n")
    sys.stdout.flush()


def complain(text: str | Exception) -> None:
    """What stopped the start."""
    plain = f"\nSTOPPED  {text}"
    sys.stderr.write((json_lines.line("critical", __name__, str(text)) if json_lines.used() else plain) + "\n")
    sys.stderr.flush()


def hush_libraries() -> None:
    """Keep libraries' warnings to their own developers out of the output: fifty lines a start.

    Filters do not do it: Sanic and pyparsing put theirs in front when they are imported.
    """
    show = warnings.showwarning

    def show_others(message: Warning | str, category: type[Warning], *place: Any) -> None:  # noqa: ANN401
        if not issubclass(category, DeprecationWarning):
            show(message, category, *place)

    warnings.showwarning = show_others  # type: ignore[assignment]


def environment(file: Path = ROOT / ".env", shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables of the settings file, when there is one, and of the shell, which wins.

    Raises:
        SettingsError: a line of the file cannot be read.
    """
    values: dict[str, str] = {}
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        try:
            values.update(parse_env(line))
        except ValueError as error:  # the line itself may hold a password
            raise SettingsError(f"{file}, line {number}: {error}. Put the value into double quotes.") from error
    return {**values, **shell}


def load_settings() -> Settings:
    """Settings of this process; its environment gets all of them, for the child processes and Rasa's YAML files.

    Raises:
        SettingsError: see `Settings.from_environment`, `refuse_unsafe`.
    """
    env = environment()
    settings = Settings.from_environment(env)
    refuse_unsafe(settings)
    os.environ.update({**env, **settings.to_environment(), **RASA_ENVIRONMENT})
    return settings


def check_var(settings: Settings) -> None:
    """Make sure that VAR_DIR is there, writable, private to this account and on a disk with some room.

    Raises:
        StopError: it is not.
    """
    folder = settings.var_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StopError(
            f"VAR_DIR {folder} cannot be made ({error.strerror}). Set VAR_DIR to another folder."
        ) from error
    if not os.access(folder, os.W_OK):
        raise StopError(f"VAR_DIR {folder} is not writable. Change its owner, or set VAR_DIR to another folder.")
    if (folder / UNFINISHED).exists():
        raise StopError(
            "A restore was interrupted, and people who were erased may be back. Repeat it: make restore FILE=… "
            "REPLACE=yes"
        )
    free = shutil.disk_usage(folder).free
    if free < ENOUGH_TO_RUN:
        raise StopError(
            f"The disk is nearly full: {free // 10**6} MB free in {folder}, {ENOUGH_TO_RUN // 10**6} MB needed. "
            "Free some, or set VAR_DIR to a folder on another disk."
        )


@contextmanager
def only_one(path: Path, taken: str, shared: bool = False) -> Iterator[None]:
    """Hold a lock file; the system itself lets go of it when the process ends in whatever way.

    Args:
        path: the lock file; its content (the holder's process number) is for people, only the lock counts.
        taken: what to say when another process holds it, with `{pid}`.
        shared: whether others may hold it too who say so.

    Raises:
        StopError: another process holds it.
    """
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise StopError(taken.format(pid=file.read().strip() or "unknown")) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def check_port(host: str, port: int, variable: str, host_variable: str = "ASSISTANT_HOST") -> None:
    """Make sure that a server can listen.

    Args:
        host: the address.
        port: the port.
        variable: the setting that changes the port.
        host_variable: the setting that changes the address.

    Raises:
        StopError: the port is taken or not allowed, or the address is not one of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
            attempt.listen()
    except PermissionError as error:
        raise StopError(f"Port {port} needs more rights than this account has. Set {variable} above 1023.") from error
    except socket.gaierror as error:
        raise StopError(f"{host} is no address of this machine ({error.strerror}). Set {host_variable}.") from error
    except OSError as error:
        if not answers(host, port) and port_holder(port) is None and "in use" not in str(error):
            raise StopError(f"Cannot listen on {host}:{port} ({error.strerror}). Set {host_variable}.") from error
        raise StopError(_taken(port, variable)) from error
    if answers(host, port):  # macOS lets two listen when one of them does so on every address
        raise StopError(_taken(port, variable))


def _taken(port: int, variable: str) -> str:
    holder = port_holder(port) or f"another process (see: lsof -i :{port})"
    return f"Port {port} is taken by {holder}. Stop it, or set {variable} to another port."


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((reachable(host), port), timeout=0.5):
            return True
    except OSError:
        return False


def reachable(host: str) -> str:
    """The address at which a server that listens on `host` is reached from the same machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def port_holder(port: int, proc: Path = Path("/proc")) -> str | None:
    """The process that listens on a TCP port, as far as this account may see it (Linux only)."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port, proc)}
    for folder in proc.glob("[0-9]*") if sockets else ():
        try:
            if any(str(fd.readlink()) in sockets for fd in (folder / "fd").iterdir()):
                return f"process {folder.name} ({(folder / 'comm').read_text().strip()})"
        except OSError:  # ended, or another account's
            continue
    return None


def _listening(port: int, proc: Path) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        path = proc / "net" / table
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Let the kernel send this process a signal when its parent ends. Linux only; elsewhere nothing happens."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signum)
