"""tools/bootstrap.py on machines that lack something: stub commands on a PATH of their own, no network."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from assistant.paths import ROOT

LOG = 'echo "$0 $*" >> "$CALLS"\n'
UV = LOG + 'case "$1" in --version) echo "uv 0.9.1";; sync) mkdir -p .venv/bin; cp "$PY310" .venv/bin/python;; esac\n'
PY310 = "echo 3.10\n"
SHIM = 'echo "pyenv: python3.10: command not found" >&2; exit 127\n'


class Machine:
    """A checkout and a PATH on which there is only what a test puts there."""

    def __init__(self, folder):
        self.folder, self.checkout, self.bin = folder, folder / "checkout", folder / "bin"
        (self.checkout / "tools").mkdir(parents=True)
        for name in ("tools/bootstrap.py", "uv.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout / name)
        self.env = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(folder / "home"), "CALLS": str(folder / "calls")}
        self.env |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PY310": str(self.command("stub310", PY310))}
        (folder / "home").mkdir()
        # Real commands of this machine that would be found behind the stubs.
        self.command("python3.10", SHIM)
        self.command("uv", "exit 1\n")
        self.command("pyenv", "exit 1\n")

    def command(self, name, script, folder=None):
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def module(self, name, code):
        path = self.folder / "modules" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)
        self.env["PYTHONPATH"] = str(path.parent)

    def run(self, before=""):
        """Bootstrap with an interpreter that says of itself that it is no 3.10."""
        code = f"import runpy, sys; sys.executable = {str(self.interpreter())!r}; {before}\n"
        code += "runpy.run_path('tools/bootstrap.py', run_name='__main__')"
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, cwd=self.checkout, env=self.env, check=False, capture_output=True, text=True, timeout=120
        )

    def interpreter(self):
        real = f'case "$2" in *version_info*) echo 3.11;; *) exec {sys.executable} "$@";; esac\n'
        return self.command("python-outer", real)

    def calls(self):
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_installs_once_and_again_when_the_lock_changes(machine):
    machine.command("uv", UV)
    python = machine.command("python3.10", PY310)
    assert machine.run().returncode == 0
    assert machine.calls()[-1] == f"{machine.bin}/uv sync --frozen --python {python}"
    made = len(machine.calls())
    second = machine.run()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert len(machine.calls()) == made
    with (machine.checkout / "uv.lock").open("a") as lock:
        lock.write("# changed\n")
    assert machine.run().returncode == 0
    assert len(machine.calls()) > made


def test_environment_whose_python_is_gone_is_made_again(machine):
    machine.command("uv", UV)
    machine.command("python3.10", PY310)
    machine.run()
    (machine.checkout / ".venv/bin/python").unlink()
    assert machine.run().returncode == 0
    assert (machine.checkout / ".venv/bin/python").exists()


def test_inactive_pyenv_shim_leads_to_the_installed_version(machine):
    machine.command("uv", UV)
    root = machine.folder / "pyenv"
    machine.command("pyenv", f"echo {root}\n")
    for version in ("3.10.2", "3.10.13", "3.11.7"):
        machine.command("python3.10", PY310, root / "versions" / version / "bin")
    assert machine.run().returncode == 0
    assert machine.calls()[-1].endswith(f"--python {root}/versions/3.10.13/bin/python3.10")


def test_pyenv_in_the_home_folder_without_its_command(machine):
    machine.command("uv", UV)
    python = machine.command("python3.10", PY310, machine.folder / "home/.pyenv/versions/3.10.13/bin")
    assert machine.run().returncode == 0
    assert machine.calls()[-1].endswith(f"--python {python}")


def test_no_python_is_downloaded_with_uv(machine):
    find = 'case "$1 $2" in "python find") echo /managed/python3.10;; esac\n'
    machine.command("uv", UV + find)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert "No Python 3.10 on this machine" in done.stderr
    assert machine.calls()[-1].endswith("sync --frozen --python /managed/python3.10")


def test_no_python_and_no_network(machine):
    fail = 'case "$1" in python) echo "error sending request for url (x)" >&2; exit 1;; esac\n'
    machine.command("uv", fail + UV)
    done = machine.run()
    assert done.returncode == 1
    assert "STOPPED  No Python 3.10 found, and it could not be downloaded (no network)" in done.stderr
    assert "apt install python3.10" in done.stderr


def test_no_uv_and_no_venv_module(machine):
    machine.module(
        "venv.py", "raise SystemExit('The virtual environment was not created because ensurepip is missing')"
    )
    done = machine.run()
    assert done.returncode == 1
    assert "has no working venv module. Debian, Ubuntu: apt install python3-venv" in done.stderr
    assert not (machine.checkout / ".uv").exists()


@pytest.mark.long
def test_no_uv_and_no_network(machine):
    done = machine.run()
    assert done.returncode == 1
    assert "STOPPED  uv could not be installed: no network." in done.stderr


def test_uv_is_brought_into_a_private_environment(machine):
    uv = machine.command("made-uv", UV)
    pip = f'{LOG}cp {uv} "$(dirname "$0")/uv"\n'
    maker = machine.command("made-python", pip)
    code = "import os, shutil, sys; os.makedirs(sys.argv[1] + '/bin');"
    machine.module("venv.py", code + f"shutil.copy({str(maker)!r}, sys.argv[1] + '/bin/python')")
    machine.command("python3.10", PY310)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    own = machine.checkout / ".uv/bin"
    assert any(call.startswith(f"{own}/python -m pip install") for call in machine.calls())
    assert machine.calls()[-1].startswith(f"{own}/uv sync --frozen")


@pytest.mark.long
def test_too_old_uv_is_not_used(machine):
    machine.command("uv", "echo uv 0.2.1\n")
    assert "uv could not be installed" in machine.run().stderr


@pytest.mark.parametrize(
    ("uv_says", "line"),
    [
        (
            "error: Failed to fetch: https://pypi.org/simple/x/",
            "could not be fetched: no network. Check the connection",
        ),
        ("error: No space left on device (os error 28)", "The disk became full during the installation."),
        ("error: Failed to parse `uv.lock`", "uv.lock cannot be used (error: Failed to parse `uv.lock`)."),
        ("error: something else", "uv sync failed (error: something else). Repeat"),
    ],
)
def test_failed_installation_is_explained_and_not_stamped(machine, uv_says, line):
    machine.command("uv", f'case "$1" in sync) echo "{uv_says}" >&2; exit 2;; esac\n'.replace("`", "\\`") + UV)
    machine.command("python3.10", PY310)
    done = machine.run()
    assert done.returncode == 1
    assert line in done.stderr.splitlines()[-1]
    assert not (machine.checkout / ".venv/dalil-lock.sha256").exists()


def test_full_disk(machine):
    full = "import shutil, collections; shutil.disk_usage = lambda f: collections.namedtuple('U', 'free')(2 * 10**9)"
    done = machine.run(before=full)
    assert done.returncode == 1
    assert "The disk is nearly full: 2.0 GB free in" in done.stderr
    assert machine.calls() == []


def test_lock_of_other_dependencies(machine):
    project = machine.checkout / "pyproject.toml"
    project.write_text(project.read_text().replace('"langdetect==1.0.9"', '"langdetect==1.0.8",\n    "flask>=3"'))
    done = machine.run()
    assert done.returncode == 1
    assert "STOPPED  uv.lock does not match pyproject.toml (flask, langdetect)." in done.stderr


def test_lock_missing(machine):
    (machine.checkout / "uv.lock").unlink()
    done = machine.run()
    assert done.returncode == 1
    assert "uv.lock is missing. Restore it: git checkout -- uv.lock" in done.stderr
