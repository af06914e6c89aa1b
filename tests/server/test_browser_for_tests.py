"""`make test` gets the browser by itself, and says what to install where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

from assistant.paths import ROOT


def run(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": str(path), "CHROMIUM": "", **environment}
    command = [sys.executable, str(ROOT / "tools" / "browser.py")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_browser_on_the_path_is_enough(tmp_path: Path) -> None:
    program(tmp_path, "chromium", "")
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_is_named_is_enough(tmp_path: Path) -> None:
    named = program(tmp_path, "my-browser", "")
    assert run(tmp_path / "none", CHROMIUM=str(named)).returncode == 0


def test_a_missing_one_is_installed_by_who_may(tmp_path: Path) -> None:
    # Stands for Debian's apt-get: installing is leaving a program on the path.
    program(
        tmp_path,
        "apt-get",
        f'[ "$1" = update ] || {{ echo > {tmp_path}/chromium; /bin/chmod +x {tmp_path}/chromium; }}',
    )
    done = run(tmp_path)
    if os.geteuid() == 0:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1 and "apt-get install chromium" in done.stderr


def test_where_it_cannot_be_installed_the_mend_is_said(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr and "CHROMIUM=" in done.stderr
    assert run(tmp_path, CHROMIUM="/not/there").returncode == 1
