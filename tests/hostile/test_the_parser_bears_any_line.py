"""`python -m assistant.parse` and what it rests on: any line is read, as what it is, and in time.

hypothesis puts lines together of what hurts. atheris would look for them by what they reach, but its last release for
Python 3.10 (2.3.0) crashes where it instruments our code (tried).
"""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialogue.topics import topics
from assistant.privacy.redact import redact
from tests.hostile.attacks import STRINGS

DECISIONS = ("answer", "ask", "lost", "out_of_scope")
LINES = st.lists(
    st.sampled_from(STRINGS)
    | st.text(max_size=40)
    | st.text(st.characters(whitelist_categories=("Cf", "Cc", "Co", "Cs", "Mn", "Sk", "Nd", "No")), max_size=40)
    | st.sampled_from(
        ["mon mari me frappe", "كيفاش نجدد لاكارط", "wach kayn chi tbib f tanger", "/regul/card", "06 12"]
    ),
    max_size=5,
).map("".join)


@settings(max_examples=100)
@given(LINES)
def test_any_line_is_read(parse: Callable[[str], dict[str, Any]], line: str) -> None:
    read = parse(line)
    assert read["topic"] in topics() and read["decision"] in DECISIONS
    assert 0 <= read["confidence"] <= 1
    written = json.dumps(read, ensure_ascii=False).encode("utf-8", "backslashreplace")
    assert b"\n" not in written


@settings(max_examples=100)
@given(LINES)
def test_any_line_is_redacted_once_and_for_all(line: str) -> None:
    assert redact(redact(line)) == redact(line)
