"""What docs/security.md, privacy.md and advisories.md give as proof exists."""

import re

import pytest

from assistant.paths import ROOT

FILE = re.compile(r"`([\w/.]+\.(?:py|yml|json|tsv)|(?:tests|assistant|console|actions|tools|data)/[\w/]+)`")
FOLDERS = ("tests", "assistant", "console", "actions", "tools", "quality")


@pytest.mark.parametrize("page", ["security", "privacy", "advisories"])
def test_every_file_that_is_named_exists(page: str) -> None:
    named = set(FILE.findall((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")))
    ours = {name for name in named if "/" in name or name.startswith("test_")}
    assert len(ours) >= 3
    missing = [
        name
        for name in sorted(ours)
        if not (ROOT / name).exists() and not any(list((ROOT / folder).rglob(name)) for folder in FOLDERS)
    ]
    assert missing == []
