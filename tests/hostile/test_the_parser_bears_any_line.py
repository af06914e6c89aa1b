"""`python -m assistant.parse` and what it rests on: any line is read, as what it is, and in time.

hypothesis puts lines together of what hurts; atheris, where it is installed, looks for others by what they reach.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialogue.topics import topics
from assistant.paths import ROOT
from assistant.privacy.redact import redact
from tests.hostile.attacks import STRINGS

DECISIONS = ("answer", "ask", "lost", "out_of_scope")
RUNS = 3_000
LINES = st.lists(
    st.sampled_from(STRINGS)
    | st.text(max_size=40)
    | st.text(st.characters(whitelist_categories=("Cf", "Cc", "Co", "Cs", "Mn", "Sk", "Nd", "No")), max_size=40)
    | st.sampled_from(
        ["mon mari me frappe", "كيفاش نجدد لاكارط", "wach kayn chi tbib f tanger", "/regul/card", "06 12"]
    ),
    max_size=5,
).map("".join)


@settings(max_examples=250, deadline=None)
@given(LINES)
def test_any_line_is_read(parse: Callable[[str], dict[str, Any]], line: str) -> None:
    read = parse(line)
    assert read["topic"] in topics() and read["decision"] in DECISIONS
    assert 0 <= read["confidence"] <= 1
    written = json.dumps(read, ensure_ascii=False).encode("utf-8", "backslashreplace")
    assert b"\n" not in written


@settings(max_examples=250, deadline=None)
@given(LINES)
def test_any_line_is_redacted_once_and_for_all(line: str) -> None:
    assert redact(redact(line)) == redact(line)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Path]:
    for number, line in enumerate(STRINGS):
        (tmp_path / str(number)).write_bytes(line.encode("utf-8", "surrogatepass"))
    yield tmp_path


@pytest.mark.long
def test_what_atheris_finds_is_read_within_two_seconds(corpus: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: it has no wheel for this machine")
    call = [sys.executable, "-m", "tests.hostile.fuzz_parser", str(corpus)]
    limits = [
        f"-runs={RUNS}",
        "-max_len=1000",
        "-timeout=2",
        "-seed=9",
        "-rss_limit_mb=3000",
        "-artifact_prefix=/dev/null",
    ]
    ran = subprocess.run([*call, *limits], cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    assert ran.returncode == 0, ran.stderr[-5_000:]
    assert f"Done {RUNS} runs" in ran.stderr
