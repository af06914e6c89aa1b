"""Slips of the thumb that training makes up: some, in longer words, and the same each time."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.slips import SHORTEST, slipped
from quality.data import examples

TEXTS = st.lists(st.text(alphabet="abcdeéلكتابة'", min_size=1, max_size=12), max_size=20).map(" ".join)


@given(TEXTS)
def test_the_same_text_slips_the_same_way_and_keeps_its_words(text: str) -> None:
    once = slipped(text)
    assert once == slipped(text)
    for before, after in zip(text.split(), once.split(), strict=True):
        assert abs(len(before) - len(after)) <= 1
        assert before[0] == after[0]  # it is looked at while typing
        if len(before) < SHORTEST:
            assert before == after


def test_about_half_of_the_longer_words_slip() -> None:
    pairs = [
        pair
        for one in list(examples())[:2000]
        for pair in zip(one.text.split(), slipped(one.text).split(), strict=True)
    ]
    longer = [(before, after) for before, after in pairs if len(before) >= SHORTEST]
    assert 0.35 < sum(before != after for before, after in longer) / len(longer) < 0.5
