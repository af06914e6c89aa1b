"""Which language a message is in: script first, words second, langdetect last and only on long enough Latin text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.language import Language
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from assistant.nlu.features import Features
from assistant.nlu.hashed import Hashed
from assistant.nlu.linear import LinearModel
from assistant.nlu.normalise import arabic_share, fold

# langdetect draws random numbers; a fixed seed makes it answer the same every time (its README, "Important note").
DetectorFactory.seed = 0
# langdetect is right about 60 to 78 % of the time on two words; it is asked from this many letters on.
LETTERS_FOR_LANGDETECT = 25
# Those of its languages that are written in Latin letters, as what it is asked is: all 55 take four times the memory.
LATIN = (
    *("af", "ca", "cs", "cy", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl"),
    *("no", "pl", "pt", "ro", "sk", "sl", "so", "sq", "sv", "sw", "tl", "tr", "vi"),
)
SURE_OF_FOREIGN = 0.90
SURE, LIKELY = 0.90, 0.80
# Letters alone, without one known word of Darija, must be as good as certain: gibberish looks like Arabizi.
SURE_BY_LETTERS = 0.995
WORDS_TO_SWITCH = 2
# 3, 7, 9, 5 and 2 stand for Arabic letters inside a word ("3andi", "l7a9"); French writes "9a" at most, and numbers
# with what is counted ("3eme", "7ans").
COUNTED = r"i?[eè]?mes?|ans?|mois?|jours?|semaines?|dhs?|euros?|heures?|fois|pers|enfants?"
_DIGIT_FOR_LETTER = re.compile(rf"[a-z][3579][a-z]|(?!\d+(?:{COUNTED})$)[379][a-z]{{2}}|[a-z]{{2}}[379]$")


@dataclass(frozen=True)
class Guess:
    """Language of one message.

    Attributes:
        language: `fr`, `ar` (any variety, any script), `other`, or None when the message does not tell.
        sure: whether that is enough to change the language of a conversation.
        wish: language in which the person asks to be answered, if they name one.
        ordered: whether the wish is an order ("réponds en arabe"), not only a name ("un cours en arabe").
    """

    language: str | None
    sure: bool = False
    wish: str | None = None
    ordered: bool = False


class LanguageIdentifier:
    """Tells French, Arabic in both scripts, and other languages apart.

    Args:
        lexicon: content of `data/lexicon/languages.yml`: function words of each language, words that tell nothing
            (`neutral`: "ok", greetings), and phrases that wish for a language (`wishes`).
        latin: classifier of Latin-script words into `fr` and `ar`, trained on the project's own examples.
        names: words of places and organisations; they tell nothing about the language.
    """

    def __init__(self, lexicon: Mapping[str, Any], latin: LinearModel, names: Iterable[str] = ()) -> None:
        words = {name: frozenset(map(fold, listed)) for name, listed in lexicon["words"].items()}
        self._french = words.pop("french")
        self._arabizi = words.pop("arabizi")
        at_home = self._french | self._arabizi
        words["english"] |= frozenset(word for word in ENGLISH if len(word) > 2) - at_home
        self._foreign = words
        self._neutral = (frozenset(map(fold, lexicon["neutral"])) | frozenset(names)) - at_home
        # By their last word: few messages have one of these.
        self._wishes: dict[str, list[tuple[str, str]]] = {}
        for language, listed in lexicon["wishes"].items():
            for phrase in map(fold, listed):
                self._wishes.setdefault(phrase.split()[-1], []).append((f" {phrase} ", language))
        self._orders = frozenset(map(fold, lexicon["orders"]))
        self._latin = latin
        _langdetect()  # not with the first foreign message

    def guess(self, words: Sequence[str]) -> Guess:
        """Language of a message.

        Args:
            words: its folded words.
        """
        guess = self._by_words(words)
        text = f" {' '.join(words)} "
        likely = [wish for word in words if word in self._wishes for wish in self._wishes[word]]
        wishes = [(len(phrase), phrase, language) for phrase, language in likely if phrase in text]
        if not wishes:
            return guess
        _, phrase, language = max(wishes)
        before = text[: text.index(phrase)].split()[-2:]  # "réponds-moi | en arabe"
        ordered = not self._orders.isdisjoint([phrase.split()[0], *before, *("-".join(before).split("-"))])
        return replace(guess, wish=language, ordered=ordered)

    def _by_words(self, words: Sequence[str]) -> Guess:
        # Whatever the word, its script tells.
        arabic = [w for w in words if arabic_share(w) > 0.5] if arabic_share(" ".join(words)) else []
        telling = [w for w in words if w in arabic or (w not in self._neutral and has_letter(w))]
        if arabic:
            return self._arabic_script(arabic, telling)
        return self._latin_script(telling)

    def _arabic_script(self, arabic: Sequence[str], telling: Sequence[str]) -> Guess:
        """French with an Arabic name in it stays French; Arabic with many French words is Arabic."""
        latin = [w for w in telling if w not in arabic]
        if len(latin) > 2 * len(arabic) and sum(w in self._french for w in latin) >= 3:
            return self._latin_script(latin)
        return Guess("ar", len(arabic) >= WORDS_TO_SWITCH)

    def _latin_script(self, telling: Sequence[str]) -> Guess:
        if not telling:
            return Guess(None)
        arabizi = sum(w in self._arabizi or bool(_DIGIT_FOR_LETTER.search(w)) for w in telling)
        if arabizi >= WORDS_TO_SWITCH:  # Darija with many French words is Darija
            return Guess("ar", True)
        french = sum(w in self._french for w in telling)
        if not arabizi and french >= max(WORDS_TO_SWITCH, 0.75 * len(telling)):
            return Guess("fr", True)  # whatever the letters look like
        at_home = arabizi + sum(self._frenchness(w) for w in telling)
        foreign = max(sum(w in found for w in telling) for found in self._foreign.values())
        if foreign > at_home and foreign >= min(2, len(telling)):
            return Guess("other", foreign >= WORDS_TO_SWITCH)
        if not at_home and _foreign_by_letters(telling):
            return Guess("other", True)
        language, probability = self._latin.ranking(Features(telling))[0]
        if probability < LIKELY and not at_home:
            return Guess(None)
        certain = SURE if language == "fr" or arabizi else SURE_BY_LETTERS
        return Guess(language, probability >= certain and len(telling) >= WORDS_TO_SWITCH)

    def _frenchness(self, word: str) -> float:
        """1 for a French function word, a half for a word of the examples that is no other language's."""
        if word in self._french:
            return 1.0
        foreign = any(word in found for found in self._foreign.values())
        return 0.5 if self._latin.word(word).known and not foreign else 0.0


def has_letter(word: str) -> bool:
    """Whether a word has a letter, of whatever script."""
    return word.isalpha() or any(c.isalpha() for c in word)


def _foreign_by_letters(words: Sequence[str]) -> bool:
    text = " ".join(words)
    if len(text) < LETTERS_FOR_LANGDETECT:
        return False
    try:
        best = detected(text)
    except LangDetectException:  # no letters that it knows
        return False
    return best.lang != "fr" and best.prob >= SURE_OF_FOREIGN


def detected(text: str) -> Language:
    """What langdetect takes a text in Latin letters for, with its probability.

    Raises:
        LangDetectException: there are no letters in it.
    """
    detector = _langdetect().create()
    detector.append(text)
    return detector.get_probabilities()[0]


@cache
def _langdetect() -> DetectorFactory:
    factory = DetectorFactory()
    profiles = (Path(PROFILES_DIRECTORY) / language for language in LATIN)
    factory.load_json_profile([profile.read_text(encoding="utf-8") for profile in profiles])
    factory.word_lang_prob_map = _Shares(factory.word_lang_prob_map)
    return factory


class _Shares:
    """Share of some letters in each language, as langdetect asks for it; a dict of lists takes four times as much."""

    def __init__(self, shares: Mapping[str, Sequence[float]]) -> None:
        self._letters = Hashed.of([*shares])
        self._shares = np.array([*shares.values()], np.float32)

    def __contains__(self, letters: str) -> bool:
        return letters in self._letters

    def __getitem__(self, letters: str) -> Sequence[float]:
        shares: list[float] = self._shares[self._letters.place(letters)].tolist()
        return shares
