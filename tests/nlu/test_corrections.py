"""What staff corrected is understood: messages that were taken for another topic once, and are examples now."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "corrections/corrections.tsv"
_rows = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, _variety, text in _rows])
def test_it_is_understood_now(parse: Callable[[str], dict[str, Any]], topic: str, text: str) -> None:
    assert parse(text)["topic"] == topic
