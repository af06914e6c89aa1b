"""French tokens are those of spaCy's own French: the pattern that was put together reads the same words."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.lang.fr.tokenizer_exceptions import _regular_exp as alternatives

from assistant.nlu.french import blank, shared
from assistant.nlu.normalise import fold
from assistant.paths import DATA

ONE_BY_ONE = [re.compile(f"(?iu){one}") for one in alternatives]
TOGETHER = re.compile("(?iu)" + shared(alternatives))

beginnings = st.sampled_from(
    ["sans", "Rendez", "après", "aéro", "entr", "prud", "yo", "zig", "droits-de-l'homm", "états", "pet", "x", "ſans"]
)
pieces = st.sampled_from(
    ["-", "‐", "–", "'", "’", "papier", "vous", "en-l'air", "sur", "de", "la", "uni", "É", "ß", "1", "ة", "\n"]
)
words = st.builds(lambda first, rest: first + "".join(rest), beginnings, st.lists(pieces, max_size=5))


def original(word: str) -> bool:
    return any(one.match(word) for one in ONE_BY_ONE)


@given(words)
@settings(max_examples=3000)
def test_any_word_is_one_token_or_not_as_before(word: str) -> None:
    assert bool(TOGETHER.match(word)) == original(word), word


def test_so_are_all_hyphens_of_the_examples() -> None:
    lines = [line for path in (DATA / "nlu").rglob("*.yml") for line in path.read_text(encoding="utf-8").splitlines()]
    found = {
        word for line in lines if re.search("[-'’]", line) for word in fold(line).split() if re.search("[-']", word)
    }
    assert len(found) > 500
    match = blank().tokenizer.token_match
    assert [word for word in found if bool(match(word)) != original(word)] == []
