"""`python -m assistant.parse`: one JSON object a line of input and nothing else."""

import json
import subprocess
import sys
from typing import Any

import pytest

from assistant.dialogue.topics import topics
from assistant.paths import ROOT

FIELDS = ["text", "language", "topic", "confidence", "ranking", "decision", "offered", "entities", "urgent", "fallback"]
LINES = [
    "koman fer pr avoir la carte sejour",
    "",
    "كيفاش نجدد لاكارط",
    "mon mari me frappe",
    "qui va gagner le match ce soir ?",
    "a\rb\u2028c",
    "/restart",
    "et c'est gratuit ?",
    "how can I renew my residence card please",
    "مرحبا " * 3_000,
    "😀",
]


@pytest.fixture(scope="module")
def run() -> subprocess.CompletedProcess[bytes]:
    text = "\n".join(LINES).encode() + b"\nbad \xff byte\n"
    command = [sys.executable, "-m", "assistant.parse"]
    return subprocess.run(command, input=text, capture_output=True, cwd=ROOT, timeout=240, check=True)


@pytest.fixture(scope="module")
def parsed(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.decode().split("\n")[:-1]]


def test_one_object_a_line(parsed: list[dict[str, Any]]) -> None:
    assert [row["text"] for row in parsed[:-1]] == LINES
    assert len(parsed) == len(LINES) + 1


def test_every_object_has_the_same_fields(parsed: list[dict[str, Any]]) -> None:
    for row in parsed:
        assert list(row) == FIELDS
        assert row["language"] in ("fr", "ar", "other")
        assert row["topic"] in topics()
        assert not row["topic"].startswith(("follow.", "language."))
        assert 0 <= row["confidence"] <= 1
        assert len(row["ranking"]) <= 5
        assert row["decision"] in ("answer", "ask", "lost", "out_of_scope")
        assert row["fallback"] == (row["decision"] != "answer")


def test_what_is_understood(parsed: list[dict[str, Any]]) -> None:
    by_text = dict(zip(LINES, parsed, strict=False))
    assert by_text[LINES[0]]["topic"] == "regul.card"
    assert by_text[LINES[2]]["topic"] == "regul.card_renew"
    assert (by_text[LINES[3]]["topic"], by_text[LINES[3]]["urgent"]) == ("urgent.violence", True)
    assert by_text[LINES[4]]["decision"] == "out_of_scope"
    assert by_text[LINES[8]]["language"] == "other"
    assert by_text[""]["decision"] == "lost"
