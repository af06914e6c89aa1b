"""`make test` gets PostgreSQL, Redis and nginx by itself where it may, and says what is missing where it may not."""

import os
import subprocess
import sys
from pathlib import Path

from assistant.paths import ROOT
from tests.server.test_browser_for_tests import program

# Redis stands for all here: PostgreSQL and nginx are also looked for off the PATH.


def run(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/servers.py")]
    return subprocess.run(command, env={**os.environ, "PATH": str(path)}, capture_output=True, text=True, check=False)


def test_a_missing_one_is_installed_by_who_may(tmp_path: Path) -> None:
    arrived = tmp_path / "redis-server"
    program(tmp_path, "apt-get", f'[ "$1" = update ] || {{ echo > {arrived}; /bin/chmod +x {arrived}; }}')
    done = run(tmp_path)
    assert done.returncode == 0
    assert arrived.exists() == (os.geteuid() == 0)
    assert ("redis-server" in done.stderr.splitlines()[-1]) and done.stderr.startswith(
        "Installing " if os.geteuid() == 0 else "Not installed: "
    )


def test_where_it_cannot_be_installed_the_mend_is_said_and_nothing_fails(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    assert "Not installed: " in done.stderr and "redis-server" in done.stderr.partition("apt-get install ")[2]
