"""Slips of the thumb, for training: each example is learned a second time as it could have been mistyped."""

import random

from assistant.nlu.normalise import arabic_share

SHORTEST = 4  # letters of a word in which people slip
SLIPPED = 0.45  # share of such words
LETTERS = {"latin": "abeilnorstumcdp", "arabic": "ابتنلميوعهركسدف"}


def slipped(text: str) -> str:
    """A text with slips in its longer words: a letter dropped, doubled, swapped, another. Same text, same slips."""
    dice = random.Random(text)
    return " ".join(
        _slip(word, dice) if len(word) >= SHORTEST and dice.random() < SLIPPED else word for word in text.split()
    )


def _slip(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    kind = dice.choices(["drop", "double", "swap", "other"], [0.3, 0.2, 0.3, 0.2])[0]
    if kind == "drop":
        return before + after
    if kind == "double":
        return before + letter * 2 + after
    if kind == "swap":
        return before + after[0] + letter + after[1:]
    return before + dice.choice(LETTERS["arabic" if arabic_share(word) > 0.5 else "latin"]) + after
