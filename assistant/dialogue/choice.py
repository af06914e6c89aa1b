"""Choosing a button of the last reply without tapping it: its number, "le premier", a misspelt title."""

from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from assistant import yaml
from assistant.dialogue.topics import LANGUAGES, title
from assistant.nlu.normalise import fold
from assistant.paths import DATA

# Likeness (0-100) from which a short message is a button's title; below it "carte perdue" would be "carte de séjour".
SAME_TITLE = 84
LONGEST_CHOICE = 5


@cache
def ordinals() -> dict[str, int]:
    """Word or digit, folded -> number of the choice, from 1."""
    listed = yaml.read(DATA / "lexicon" / "ordinals.yml")["ordinals"]
    return {fold(str(word)): int(number) for number, words in listed.items() for word in words}


def chosen(typed: Sequence[str], offered: Sequence[str]) -> str | None:
    """The target that a message chooses, or None.

    Args:
        typed: folded words of the message.
        offered: targets of the last reply's buttons, in order.
    """
    if not offered or not typed or len(typed) > LONGEST_CHOICE:
        return None
    text = " ".join(typed)
    number = ordinals().get(text) or ordinals().get(typed[-1] if typed[0] in _BEFORE_NUMBER else text)
    if number:
        return offered[number - 1] if number <= len(offered) else None
    likeness, best = max((_likeness(text, target), target) for target in offered)
    return best if likeness >= SAME_TITLE else None


_BEFORE_NUMBER = frozenset(["numero", "n", "no", "option", "choix", "رقم", "الرقم", "ra9m", "le", "la"])


def _likeness(text: str, target: str) -> float:
    return max(fuzz.ratio(text, " ".join(_words(title(target, language)))) for language in LANGUAGES)


def _words(shown: str) -> list[str]:
    return [word for word in fold(shown).split() if any(c.isalnum() for c in word)]
