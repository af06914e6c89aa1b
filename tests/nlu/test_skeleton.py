"""Sound skeletons bring spellings of one word together across scripts, and keep other words apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.normalise import fold
from assistant.nlu.skeleton import skeleton

SAME = [
    ("kifach", "كيفاش"),
    ("kifesh", "كيفاش"),
    ("wach", "واش"),
    ("3andi", "عندي"),
    ("l7a9", "الحق"),
    ("lwra9", "الوراق"),
    ("carte", "كارط"),
    ("sejour", "سيجور"),
    ("koman", "comment"),
    ("police", "bolis"),
    ("bghit", "بغيت"),
    ("njedded", "نجدد"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_word_has_one_key(one: str, other: str) -> None:
    assert skeleton(fold(one)) == skeleton(fold(other)) != ""


@pytest.mark.parametrize(("one", "other"), [("carte", "cours"), ("wach", "chno"), ("كراء", "وراق"), ("mer", "mort")])
def test_other_words_have_other_keys(one: str, other: str) -> None:
    assert skeleton(fold(one)) != skeleton(fold(other))


@given(st.text(min_size=1).map(fold).filter(bool))
def test_any_word_has_a_key(word: str) -> None:
    assert isinstance(skeleton(word), str)
