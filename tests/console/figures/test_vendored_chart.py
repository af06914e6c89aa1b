"""Chart.js is the file of the npm registry, with its licence beside it."""

import base64
import hashlib

from assistant.paths import ROOT

FOLDER = ROOT / "console/static/vendor"


def test_the_file_has_the_hash_that_is_noted() -> None:
    digest = hashlib.sha512((FOLDER / "chart.js/chart.umd.min.js").read_bytes()).digest()
    assert f"the file: `sha512-{base64.b64encode(digest).decode()}`" in (FOLDER / "README.md").read_text(
        encoding="utf-8"
    )


def test_version_and_licence_are_those_of_the_file() -> None:
    begin = (FOLDER / "chart.js/chart.umd.min.js").read_text(encoding="utf-8")[:200]
    assert "Chart.js v4.6.1" in begin
    assert "Chart.js 4.6.1, MIT licence" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "Permission is hereby granted" in (FOLDER / "chart.js/LICENSE.md").read_text(encoding="utf-8")
