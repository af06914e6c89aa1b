"""A table of hashes finds the strings that a dict finds, each at its place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.hashed import UNKNOWN, Hashed

strings = st.text(max_size=6)


@given(st.lists(strings, unique=True, max_size=60), st.lists(strings, max_size=60))
def test_it_finds_what_a_dict_finds(table: list[str], asked: list[str]) -> None:
    hashed, places = Hashed.of(table), {string: place for place, string in enumerate(table)}
    every = [*asked, *table, *asked]
    assert hashed.find(every).tolist() == [places.get(string, UNKNOWN) for string in every]
    assert [string in hashed for string in every] == [string in places for string in every]
    assert len(hashed) == len(table)


@given(st.lists(strings, unique=True, max_size=60))
def test_it_is_the_same_when_its_arrays_are_read_again(table: list[str]) -> None:
    made = Hashed.of(table)
    again = Hashed(made.hashes.view(np.int64).view(np.uint64), made.places)
    assert again.find(table).tolist() == [*range(len(table))]


def test_without_places_the_order_of_the_hashes_is_the_place() -> None:
    made = Hashed.of(["un", "deux", "trois"])
    assert sorted(Hashed(made.hashes).find(["un", "deux", "trois"]).tolist()) == [0, 1, 2]
    assert Hashed(made.hashes).find(["quatre"]).tolist() == [UNKNOWN]
