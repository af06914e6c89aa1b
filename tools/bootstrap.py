"""Make the environment in .venv: finds or brings uv and Python 3.10, installs what uv.lock says.

Runs on any Python from 3.8 on, without packages. Does nothing, without network, when uv.lock has not changed since.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "dalil-lock.sha256"
OWN_UV = ROOT / ".uv"
NEEDED = 3_000_000_000  # bytes
OLDEST_UV = (0, 5)
# What a Python built without some system library would lack in the middle of the installation or later.
PROBE = "import ctypes, sqlite3, ssl, sys, zlib; print('%d.%d' % sys.version_info[:2])"
OFFLINE = re.compile(
    r"error sending request|dns error|failed to lookup|temporary failure in name|network is unreachable|timed out"
    r"|connection (refused|reset|aborted)|tcp connect|newconnectionerror|failed to fetch|request failed"
    r"|could not connect|no matching distribution|failed to download",
    re.IGNORECASE,
)
FULL = re.compile(r"no space left|disk quota", re.IGNORECASE)
LOCK = re.compile(r"failed to parse `?uv\.lock|lockfile|uv\.lock|hash mismatch", re.IGNORECASE)
NO_NETWORK = "Check the connection (behind a proxy: set HTTPS_PROXY) and repeat; what has arrived is kept."


class StopError(Exception):
    """What stops the installation; the text is one line with the mend."""


def main() -> int:
    """Command line."""
    try:
        if not up_to_date():
            install()
    except StopError as error:
        sys.stderr.write(f"\nSTOPPED  {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nSTOPPED  Interrupted. What has arrived is kept; repeat the command to go on.\n")
        return 130
    return 0


def up_to_date() -> bool:
    """Whether the environment is that of the lock file."""
    wanted = lock_hash()
    return STAMP.is_file() and STAMP.read_text().strip() == wanted and works(VENV / "bin" / "python")


def lock_hash() -> str:
    """Hash of the lock file.

    Raises:
        StopError: there is none.
    """
    lock = ROOT / "uv.lock"
    if not lock.is_file():
        raise StopError("uv.lock is missing. Restore it: git checkout -- uv.lock")
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def install() -> None:
    """Install everything.

    Raises:
        StopError: it could not be.
    """
    check_lock()
    check_disk()
    uv = find_uv() or bring_uv()
    python = find_python() or bring_python(uv)
    say("Installing the packages of uv.lock into .venv (about 2 GB, once; some minutes)")
    if STAMP.exists():
        STAMP.unlink()
    code, output = run([uv, "sync", "--frozen", "--python", python])
    if code != 0:
        raise StopError(explain(output))
    STAMP.write_text(lock_hash() + "\n")
    say("The environment is ready.")


def check_lock() -> None:
    """Make sure that the lock file has the project's dependencies; `uv sync --frozen` would not notice.

    Raises:
        StopError: one is missing or has another version range.
    """
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    wanted = dict(requirements(project))
    locked = {
        name: specifier
        for block in re.findall(r"^\[package\.metadata.*?(?=^\[\[package\]\])", lock, re.DOTALL | re.MULTILINE)
        for name, specifier in re.findall(r'\{ name = "([^"]+)"(?:[^{}]*?specifier = "([^"]*)")?', block)
    }
    other = sorted(name for name, specifier in wanted.items() if parts(locked.get(name, "missing")) != parts(specifier))
    if other:
        raise StopError(
            f"uv.lock does not match pyproject.toml ({', '.join(other)}). "
            "Restore both: git checkout -- uv.lock pyproject.toml   (or, after changing dependencies: uv lock)"
        )


def requirements(project: str) -> Iterator[tuple[str, str]]:
    """Names and version ranges of the dependencies in the text of a pyproject.toml."""
    dependencies = re.search(r"^dependencies = \[$(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    groups = re.search(r"^\[dependency-groups\]$(.*?)(?=^\[|\Z)", project, re.DOTALL | re.MULTILINE)
    for block in (dependencies, groups):
        for text in re.findall(r'^\s+"([^"]+)",?$', block.group(1) if block else "", re.MULTILINE):
            match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?([^;]*)", text)
            if match:
                yield re.sub(r"[-_.]+", "-", match.group(1)).lower(), match.group(2)


def parts(specifier: str) -> list[str]:
    """A version range without regard to order and spaces."""
    return sorted(specifier.replace(" ", "").split(","))


def check_disk() -> None:
    """Make sure that the packages fit.

    Raises:
        StopError: they do not.
    """
    cache = Path(os.environ.get("UV_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home())
    for folder in (ROOT, cache):
        free = shutil.disk_usage(folder).free if folder.exists() else NEEDED
        if free < NEEDED:
            raise StopError(
                f"The disk is nearly full: {free / 1e9:.1f} GB free in {folder}, {NEEDED / 1e9:.0f} GB needed "
                "for the installation. Free some and repeat (UV_CACHE_DIR moves the package cache elsewhere)."
            )


def find_uv() -> str:
    """A uv that works and is new enough, or an empty string."""
    for candidate in [*on_path("uv"), Path.home() / ".local/bin/uv", OWN_UV / "bin/uv"]:
        version = re.match(r"uv (\d+)\.(\d+)", output_of([str(candidate), "--version"]))
        if version and tuple(map(int, version.groups())) >= OLDEST_UV:
            return str(candidate)
    return ""


def bring_uv() -> str:
    """Install uv into a virtual environment of its own: many systems refuse a global pip (PEP 668).

    Raises:
        StopError: no venv module, or no network.
    """
    say("Bringing uv, the installer, into .uv")
    shutil.rmtree(OWN_UV, ignore_errors=True)
    code, output = run([sys.executable, "-m", "venv", str(OWN_UV)], quiet=True)
    if code != 0:
        shutil.rmtree(OWN_UV, ignore_errors=True)
        if re.search(r"ensurepip|No module named '?(venv|pip)", output):
            raise StopError(
                f"{sys.executable} has no working venv module. Debian, Ubuntu: apt install python3-venv   "
                "(or install uv itself: https://docs.astral.sh/uv)"
            )
        raise StopError(f"'{sys.executable} -m venv .uv' failed: {last_line(output)}")
    pip = [str(OWN_UV / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.5"]
    code, output = run(pip, quiet=True)
    if code != 0:
        why = "no network" if OFFLINE.search(output) else last_line(output)
        raise StopError(f"uv could not be installed: {why}. {NO_NETWORK}")
    return str(OWN_UV / "bin/uv")


def find_python() -> str:
    """A Python 3.10 that works, or an empty string. Python 3.11 and later cannot run Rasa 3.6."""
    candidates = [Path(sys.executable), *on_path("python3.10"), *in_pyenv(), *on_path("python3")]
    return next((str(path) for path in candidates if works(path)), "")


def on_path(name: str) -> list[Path]:
    """All commands of a name on the PATH: the first may be an inactive shim."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    return [folder / name for folder in folders if os.access(str(folder / name), os.X_OK)]


def in_pyenv() -> list[Path]:
    """Pythons 3.10 that pyenv has installed, newest first, active or not."""
    told = [os.environ.get("PYENV_ROOT", ""), output_of(["pyenv", "root"]).strip(), str(Path.home() / ".pyenv")]
    found = {path for root in told if root for path in Path(root).glob("versions/3.10*/bin/python3.10")}
    return sorted(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parts[-3])], reverse=True)


def works(python: Path) -> bool:
    """Whether this is a complete Python 3.10; a pyenv shim exists even when it cannot run."""
    return python.exists() and output_of([str(python), "-c", PROBE]).strip() == "3.10"


def bring_python(uv: str) -> str:
    """Let uv download Python 3.10.

    Raises:
        StopError: it could not.
    """
    say("No Python 3.10 on this machine: downloading it with uv")
    code, output = run([uv, "python", "install", "3.10"])
    path = output_of([uv, "python", "find", "--python-preference", "only-managed", "3.10"]).strip() if code == 0 else ""
    if not path:
        why = "no network" if OFFLINE.search(output) else last_line(output)
        raise StopError(
            f"No Python 3.10 found, and it could not be downloaded ({why}). Connect to the network and repeat, or "
            "install it: apt install python3.10 · brew install python@3.10 · pyenv install 3.10"
        )
    return path


def explain(output: str) -> str:
    """One line on why `uv sync` failed, with the mend."""
    if FULL.search(output):
        return "The disk became full during the installation. Free 3 GB and repeat."
    if OFFLINE.search(output):
        return f"The packages could not be fetched: no network. {NO_NETWORK}"
    if LOCK.search(output):
        return f"uv.lock cannot be used ({last_line(output)}). Restore it: git checkout -- uv.lock"
    return f"uv sync failed ({last_line(output)}). Repeat; if it stays: rm -rf .venv"


def run(command: list[str], quiet: bool = False) -> tuple[int, str]:
    """Exit code and output of a command; the output is shown while it comes, unless quiet."""
    env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME", "CONDA_PREFIX")}
    env["UV_PROJECT_ENVIRONMENT"] = str(VENV)
    env.setdefault("UV_HTTP_TIMEOUT", "120")
    try:
        child = subprocess.Popen(
            command, cwd=str(ROOT), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace"
        )
    except OSError as error:
        return 127, str(error)
    lines = []
    with child:
        for line in child.stdout or ():
            lines.append(line)
            if not quiet and not line.startswith((" + ", " - ")):  # one line a package says nothing
                sys.stderr.write(line)
                sys.stderr.flush()
    return child.returncode, "".join(lines)


def output_of(command: list[str]) -> str:
    """What a command writes to standard output; empty when it fails or does not exist."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def last_line(output: str) -> str:
    """The last line of an output that says something."""
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
