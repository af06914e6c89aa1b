"""Choosing without words of one's own: a button's number, "le premier", a misspelt title, a thumb up."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from assistant import yaml
from assistant.dialogue.topics import LANGUAGES, is_target, title, topics
from assistant.nlu import tokens
from assistant.nlu.normalise import fold
from assistant.paths import DATA

# Likeness (0-100) from which a short message is a button's title; below it "carte perdue" would be "carte de séjour".
SAME_TITLE = 84
# What cannot be undone is chosen by its very words: "نعم لا تمحوا" (do not erase) is 85 % "نعم، امحوا".
EXACT = frozenset(["chat.erased"])
LONGEST_CHOICE = 5
# Words before a number that chooses, and words for the last choice; folded.
NUMBERED = frozenset(["numero", "n", "n°", "no", "nr", "option", "choix", "رقم", "الرقم", "ra9m", "le", "la"])
LAST = frozenset(["le dernier", "la derniere", "dernier", "الاخير", "الاخيره", "lekher", "lakher", "اللخر"])


@cache
def _titles() -> dict[str, str]:
    """Title of a button, folded -> its topic; titles that two topics share are left out."""
    found: dict[str, set[str]] = {}
    for name, topic in topics().items():
        for shown in topic.title.values():
            found.setdefault(" ".join(_words(shown)), set()).add(name)
    return {shown: names.pop() for shown, names in found.items() if len(names) == 1}


def titled(typed: Sequence[str]) -> str | None:
    """The topic whose button says just what a message says, offered or not, or None."""
    name = _titles().get(" ".join(typed))
    return name if name and is_target(name) else None


@cache
def _emoji() -> dict[str, str]:
    listed = yaml.read(DATA / "lexicon" / "emoji.yml")["emoji"]
    return {shown: topic for topic, several in listed.items() for shown in several}


def signed(text: str) -> str | None:
    """What a message of nothing but emoji says (`chat.thanks`), or None: of several, only when they agree.

    Args:
        text: the message, cleaned.
    """
    said: set[str] = set()
    for character in text:
        if topic := _emoji().get(character):
            said.add(topic)
        # Skin colours and the mark that asks for a coloured picture change no meaning.
        elif unicodedata.category(character) not in ("Sk", "Mn", "Zs"):
            return None
    return said.pop() if len(said) == 1 else None


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
    if text in LAST:
        return offered[-1]
    number = ordinals().get(text) or (ordinals().get(typed[1]) if len(typed) == 2 and typed[0] in NUMBERED else None)
    if number:
        return offered[number - 1] if number <= len(offered) else None
    likeness, best = max((_likeness(text, target), target) for target in offered)
    return best if likeness >= (100 if best in EXACT else SAME_TITLE) else None


def _likeness(text: str, target: str) -> float:
    """0 to 100; another first letter is another word: "information" is no misspelt "formation"."""
    titles = [" ".join(_words(title(target, language))) for language in LANGUAGES]
    return max(fuzz.ratio(text, shown) if text[0] == shown[0] else 0.0 for shown in titles)


def _words(shown: str) -> list[str]:
    return tokens.words_of(shown)
