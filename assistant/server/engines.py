"""PostgreSQL, Redis and nginx from Debian's packages, on loopback, for `make run-scaled`, `make chaos` and tests."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template

import psycopg2
import redis as client

from assistant.paths import ROOT
from assistant.server.system import StopError, die_with_parent

TEMPLATE = ROOT / "deploy/nginx/nginx.conf.template"
NGINX_USER = "www-data"
START_TIMEOUT = 60.0  # seconds, on a loaded machine
STOP_TIMEOUT = 30.0
SYSTEM_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def program(name: str, package: str) -> str:
    """Path of an installed program.

    Raises:
        StopError: it is not installed.
    """
    found = shutil.which(name, path=SYSTEM_PATH)
    if not found:
        raise StopError(f"{name} is not installed. Debian: apt-get install {package}")
    return found


def postgresql_programs() -> Path:
    """Folder of PostgreSQL's own programs, which Debian keeps off the PATH.

    Raises:
        StopError: it is not installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise StopError("PostgreSQL is not installed. Debian: apt-get install postgresql")
    return found[-1].parent


def _account() -> str | None:
    """The account that runs PostgreSQL, which refuses to run as root; None is this one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def postgresql(folder: Path, port: int, *options: str) -> Iterator[str]:
    """A cluster of its own, running; see `postgresql_server`.

    Yields:
        Its address.

    Raises:
        StopError: it is not installed, may not enter the folder, or does not start.
    """
    url, serve = postgresql_server(folder, port, *options)
    with _kept_running("PostgreSQL", serve, folder, lambda: psycopg2.connect(url).close(), psycopg2.OperationalError):
        yield url


def postgresql_server(folder: Path, port: int, *options: str) -> tuple[str, list[str]]:
    """A cluster of its own, made when the folder is empty.

    Args:
        folder: of its data, which stay.
        port: of loopback.
        options: further ones of `postgres`.

    Returns:
        Its address, with a password, as DATABASE_URL takes it, and the command that serves it until SIGINT.

    Raises:
        StopError: it is not installed, or may not enter the folder.
    """
    programs, runs_as = postgresql_programs(), _account()
    _own(folder, runs_as)
    kept = folder / "password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    _own(kept, runs_as)
    if not (folder / "data/PG_VERSION").exists():
        make = [programs / "initdb", "-D", folder / "data", "-U", "dalil", "-A", "scram-sha-256", f"--pwfile={kept}"]
        done = subprocess.run(
            [*_as_account(runs_as), *map(str, make), "-E", "UTF8", "--locale=C"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise StopError(f"PostgreSQL's data could not be made in {folder}: {_last(done.stderr)}")
    serve = [
        *(*_as_account(runs_as), str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)),
        *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", *options),
    ]
    return f"postgresql://dalil:{kept.read_text()}@127.0.0.1:{port}/postgres", serve


@contextmanager
def redis(folder: Path, port: int, *settings: str) -> Iterator[str]:
    """A Redis of its own, running; see `redis_server`.

    Yields:
        Its address.

    Raises:
        StopError: it is not installed, or does not start.
    """
    url, serve = redis_server(folder, port, *settings)
    with _kept_running("Redis", serve, folder, lambda: _ping(url), client.RedisError):
        yield url


def redis_server(folder: Path, port: int, *settings: str) -> tuple[str, list[str]]:
    """A Redis that keeps nothing on disk: locks and rates are of the moment.

    Args:
        folder: of its settings and its log.
        port: of loopback.
        settings: further lines of its configuration.

    Returns:
        Its address, with a password, as REDIS_URL takes it, and the command that serves it.

    Raises:
        StopError: it is not installed.
    """
    server, password = program("redis-server", "redis-server"), secrets.token_hex(16)
    _own(folder, None)
    file = folder / "redis.conf"  # not on the command line, which everybody can read
    file.touch(mode=0o600)
    lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', "appendonly no", f"dir {folder}"]
    file.write_text("".join(f"{line}\n" for line in [*lines, *settings]), encoding="utf-8")
    return f"redis://:{password}@127.0.0.1:{port}/0", [server, str(file)]


def nginx_configuration(
    folder: Path,
    assistants: Sequence[str],
    console: str,
    listen: tuple[str, str],
    tls: str = "",
) -> Path:
    """Render nginx's configuration.

    Args:
        folder: where it is written, with what nginx writes.
        assistants: `host:port` of each worker.
        console: `host:port`.
        listen: address of the assistant and of the console, as nginx's `listen` takes them.
        tls: directives that name certificate and key; empty is none.

    Returns:
        The file.
    """
    _own(folder, NGINX_USER if os.geteuid() == 0 else None)
    values = {
        "NGINX_USER": f"user {NGINX_USER};" if os.geteuid() == 0 else "",
        "NGINX_DIR": str(folder),
        "NGINX_TYPES": "/etc/nginx/mime.types",
        "NGINX_LOG": f"{folder}/access.log",
        "ASSISTANTS": " ".join(f"server {one} max_fails=1 fail_timeout=2s;" for one in assistants),
        "CONSOLES": f"server {console};",
        "ASSISTANT_LISTEN": listen[0],
        "ASSISTANT_NAME": "_",
        "CONSOLE_LISTEN": listen[1],
        "CONSOLE_NAME": "_",
        "TLS": tls,
        "REDIRECT": "",
    }
    file = folder / "nginx.conf"
    file.write_text(Template(TEMPLATE.read_text(encoding="utf-8")).safe_substitute(values), encoding="utf-8")
    return file


def nginx_command(configuration: Path) -> list[str]:
    """The command line of nginx in the foreground.

    Raises:
        StopError: it is not installed, or refuses the configuration.
    """
    command = [
        program("nginx", "nginx-light"),
        "-e",
        "stderr",
        "-p",
        str(configuration.parent),
        "-c",
        str(configuration),
    ]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    if tried.returncode != 0:
        raise StopError(f"nginx refuses {configuration}: {_last(tried.stderr, 'emerg')}")
    return [*command, "-g", "daemon off;"]


@contextmanager
def _kept_running(
    name: str, command: Sequence[str], folder: Path, ask: Callable[[], object], not_yet: type[Exception]
) -> Iterator[None]:
    """Run an engine, again when it ends by itself, and wait until it answers."""
    log = folder / "log"
    shell = " ".join(["exec", *(f"'{word}'" for word in command)])
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.server.restarting", name, shell],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGHUP),
        )
    try:
        end = time.monotonic() + START_TIMEOUT
        while True:
            try:
                ask()
                break
            except not_yet as error:
                if time.monotonic() > end or process.poll() is not None:
                    said = _last(log.read_text(encoding="utf-8", errors="replace"))
                    raise StopError(f"{name} does not start: {said} (the whole log is {log})") from error
                time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGINT)  # PostgreSQL's fast way: it waits for no client
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ping(url: str) -> None:
    with client.Redis.from_url(url) as connection:
        connection.ping()


def _own(path: Path, user: str | None) -> None:
    """Make a folder, or take a file, for one account only.

    Raises:
        StopError: the account cannot reach it.
    """
    if not path.exists():
        path.mkdir(mode=0o700, parents=True)
    if not user:
        return
    shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    if subprocess.run([*_as_account(user), "test", "-r", str(path)], capture_output=True).returncode != 0:
        raise StopError(
            f"The account {user} cannot enter {path}: open the folders above it for passing (chmod o+x), set VAR_DIR "
            "to another folder, or start as another account than root."
        )


def _as_account(user: str | None) -> list[str]:
    """What runs a command as another account, and ends it with its parent."""
    if not user:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups", "--pdeathsig=INT"]


def _last(text: str, about: str = "") -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip() and about in line), "no output")
