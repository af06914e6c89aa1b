"""Slips of the thumb: a message as it arrives from a small keyboard, the same every time for the same seed."""

import random

from assistant.nlu.normalise import arabic_share

LETTERS_A_SLIP = 9  # one slip in so many letters, at least one a message
SHORTEST = 4  # letters of a word in which people slip: "oui" and "لا" are typed right
ROWS = {"fr": ["azertyuiop", "qsdfghjklm", "wxcvbn"], "ar": ["ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرلاىةوزظ"]}
# Letters that Arabic writers take for one another.
TAKEN_FOR = {
    "ة": "ه",
    "ه": "ة",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ى": "ي",
    "ي": "ى",
    "ض": "ظ",
    "ظ": "ض",
    "ط": "ت",
    "ص": "س",
}


def misspelt(text: str, seed: int) -> str:
    """A text with slips in its longer words.

    Args:
        text: what somebody meant to type.
        seed: the same seed makes the same slips.
    """
    dice = random.Random(f"{seed} {text}")
    words = text.split(" ")
    able = [i for i, word in enumerate(words) if sum(map(str.isalpha, word)) >= SHORTEST]
    letters = sum(len(words[i]) for i in able)
    for i in dice.sample(able, min(len(able), max(1, letters // LETTERS_A_SLIP))):
        words[i] = _slip(words[i], dice)
    return " ".join(words)


def _slip(word: str, dice: random.Random) -> str:
    at = dice.choice([i for i in range(1, len(word)) if word[i].isalpha()] or [0])  # the first letter is looked at
    letter, rest = word[at], word[at + 1 :]
    kind = dice.choice(["drop", "double", "swap", "neighbour", "taken for"])
    if kind == "drop":
        return word[:at] + rest
    if kind == "swap" and rest:
        return word[:at] + rest[0] + letter + rest[1:]
    if kind == "neighbour":
        return word[:at] + _beside(letter, dice) + rest
    if kind == "taken for" and letter in TAKEN_FOR:
        return word[:at] + TAKEN_FOR[letter] + rest
    return word[:at] + letter * 2 + rest


def _beside(letter: str, dice: random.Random) -> str:
    for row in ROWS["ar" if arabic_share(letter) else "fr"]:
        if letter.lower() in row:
            place = row.index(letter.lower())
            return dice.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return letter * 2
