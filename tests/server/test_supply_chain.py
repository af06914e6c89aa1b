"""What is installed is what was locked, by checksum, and can be listed; an audit without an answer is no good news."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from assistant.paths import ROOT

PROGRAM = [sys.executable, "tools/supply_chain.py"]
LOCKED = tomli.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]


def test_every_file_of_every_package_is_locked_by_its_checksum() -> None:
    """`uv sync --frozen` refuses a file with another checksum (tried: docs/decisions.md)."""
    assert sum("wheels" in package for package in LOCKED) > 200
    for package in LOCKED:
        if package["name"] == "dalil":
            continue
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), package["name"]


def test_the_installation_goes_by_the_lock() -> None:
    assert '"sync", "--frozen"' in (ROOT / "tools" / "bootstrap.py").read_text(encoding="utf-8")


def uv_that(folder: Path, script: str) -> dict[str, str]:
    """An environment in which uv is a script."""
    program = folder / "uv"
    program.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo "uv 0.13.9"; exit 0; fi\n{script}\n')
    program.chmod(stat.S_IRWXU)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            '[ "$1" = export ] || { echo "requests: not found on PyPI and could not be audited"; exit 1; }',
            "not be asked",
        ),
        ('[ "$1" = export ] || { echo "error sending request for url"; exit 2; }', "not be asked"),
        (
            '[ "$1" = export ] || { echo "Found 3 known vulnerabilities in 2 packages"; exit 1; }',
            "Weaknesses are known",
        ),
        ('echo "error: no lock" >&2; exit 2', "uv export failed: error: no lock"),
    ],
)
def test_an_audit_says_plainly_what_it_does_not_know(tmp_path: Path, script: str, says: str) -> None:
    env = uv_that(tmp_path, script)
    done = subprocess.run([*PROGRAM, "audit"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert says in done.stderr


def test_an_old_uv_is_named_with_the_mend(tmp_path: Path) -> None:
    env = uv_that(tmp_path, "")
    (tmp_path / "uv").write_text('#!/bin/sh\necho "uv 0.8.0"\n')
    done = subprocess.run([*PROGRAM, "sbom"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "uv 0.9.11 or newer is needed" in done.stderr


def test_what_is_served_is_listed_with_versions_and_checksums() -> None:
    done = subprocess.run([*PROGRAM, "sbom"], cwd=ROOT, capture_output=True, text=True, check=False)
    if "or newer is needed" in done.stderr:
        pytest.skip("this machine's uv is older than the SBOM needs")
    assert done.returncode == 0, done.stderr
    listed = json.loads((ROOT / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert listed["bomFormat"] == "CycloneDX"
    parts = {one["name"]: one for one in listed["components"]}
    versions = {package["name"]: package.get("version") for package in LOCKED}
    assert parts["rasa"]["version"] == "3.6.21"
    assert {name: one["version"] for name, one in parts.items()} == {name: versions[name] for name in parts}
    assert "pytest" not in parts
    assert all(file["hashes"] for one in parts.values() for file in one.get("externalReferences", []))
