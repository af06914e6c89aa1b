"""docs/advisories.md speaks of the versions that are locked."""

import re

import tomli

from assistant.paths import ROOT

PAGE = (ROOT / "docs" / "advisories.md").read_text(encoding="utf-8")
LOCKED = {
    package["name"]: package["version"]
    for package in tomli.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
}


def test_every_version_that_is_named_is_the_locked_one() -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ") and "package" not in line]
    named = [found for cell in cells for found in re.findall(r"([a-z][a-z0-9.-]*) (\d[\w.]*)", cell)]
    assert len(named) > 40
    assert [(name, version) for name, version in named if LOCKED.get(name) != version] == []


def test_every_package_that_is_named_is_locked() -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| ") and "package" not in line]
    named = {one.split()[0] for cell in cells for one in cell.split(",")}
    assert named - LOCKED.keys() == set()
