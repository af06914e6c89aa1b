"""The words of `words.yml`, and what is known of words by their form: where a name ends and a sentence goes on."""

import re
import unicodedata
from pathlib import Path

from assistant import yaml
from assistant.privacy.shadow import INVISIBLE

_ROWS = yaml.read(Path(__file__).with_name("words.yml"))


def _of(*keys: str) -> frozenset[str]:
    """The words of some rows, in every language."""
    texts: list[str] = []
    for row in map(_ROWS.__getitem__, keys):
        texts += [row] if isinstance(row, str) else row.values()
    return frozenset(" ".join(texts).split())


GRAMMAR = _of("grammar")
SPOKEN = _of("grammar", "matters")
WRITTEN = SPOKEN - _of("names_in_french")
PLACES = _of("places")
PARTICLES = _of("particles")
ORGANISATIONS = _of("organisations")
COUNTED = _of("counted")
THINGS = _of("things")
PEOPLE = _of("people")
_AND_NAMES = _of("and_names")
# Of a name; particles are not counted among its words.
MOST_WORDS = MOST_PARTICLES = 3
# After these a word is a part of the name whatever it is: عبد السلام.
BINDING = frozenset(["عبد", "abd", "abdel", "abdul"])
# These need a name behind them: "de Souza", but "Awa de 25 ans".
LINKING = frozenset(["de", "da", "di", "dos", "van", "von"])

_MARK = "\u0300-\u036f\u064b-\u065f\u0670"  # accents and vowel signs that stand as characters of their own
LETTER = rf"(?:[^\W\d_]|[{_MARK}])"
QUOTE = "'’`´ʼ‘"
# A word has a letter among its first two characters: "3ali", not "25". What is longer is no word.
WORD = re.compile(rf"(?=\d?{LETTER})(?:[^\W_]|[{_MARK}{INVISIBLE}]|[{QUOTE}\-](?=[^\W_])){{1,40}}(?![\w{_MARK}])")

_UNHEARD = re.compile(f"[{INVISIBLE}\u0300-\u036f\u064b-\u0653\u0656-\u065f\u0670]")  # not the hamza of ئ and ؤ
_ALEF = str.maketrans("أإآٱ", "اااا")
_PARTED = re.compile(f"[{QUOTE}-]")
# "j'ai", "l'école", "qu'on"; after n, m and d names can follow as well: N'Diaye, M'Barek, d'Almeida.
_ELIDED, _ELIDED_OR_NAME = frozenset(["c", "j", "l", "s", "t", "qu"]), frozenset(["n", "m", "d"])
# Verbs, and small words in one with the next: "makaynach", "katbqa", "wbghit", ماكاينش, كيتسجلو, فالحي.
_BUILT = re.compile(
    r"ma\w{3,36}(?:ch|sh)|ka[nty](?:[^aeiouyéè\W]{2}|\d)\w{0,36}|w[^aeiouy\W]\w{1,36}|"
    r"ما\w{2,36}ش|كن\w{3,36}|غا?ت\w{2,36}|كي?ت\w{3,36}|(?:بال|فال|كال|لل)\w{3,36}|و\w{2,38}"
)


def plain(word: str) -> str:
    """A word in lower case, without accents, vowel signs and hamza on alef."""
    decomposed = unicodedata.normalize("NFD", word.lower().translate(_ALEF))
    return unicodedata.normalize("NFC", _UNHEARD.sub("", decomposed))


def belongs(word: str, words: frozenset[str]) -> bool:
    """Whether a word stands in a list, as it is or in its plain form; "17ans" counts as "ans"."""
    simple = plain(word)
    return word.lower() in words or simple in words or (word[0].isdigit() and simple.lstrip("0123456789") in words)


def goes_on(word: str, words: frozenset[str]) -> bool:
    """Whether a word is no part of a name, since with it the sentence goes on.

    Args:
        word: as `WORD` finds it.
        words: the list to look in (`SPOKEN`, `WRITTEN`, `GRAMMAR`).
    """
    if belongs(word, words) or belongs(word, ORGANISATIONS):
        return True
    head, *rest = _PARTED.split(plain(word), maxsplit=1)
    if rest and len(head) > 1 and head not in ("qu", "el", "al"):
        return head in words  # "est-ce", "aidez-moi"
    if rest:
        tail = _PARTED.split(rest[0])[0]
        return head in _ELIDED or (head in _ELIDED_OR_NAME and (tail in words or tail in PLACES))
    return False


def ends_a_name(word: str) -> bool:
    """Whether a name, of a person or a street, ends before a word."""
    return goes_on(word, SPOKEN) or built(word) or belongs(word, PLACES)


def built(word: str) -> bool:
    """Whether a word is a verb or holds an "and" or a preposition by its form, in Arabic or Arabizi."""
    simple = plain(word)
    if simple[0] in "لبف" and len(simple) > 4 and simple[1:] in SPOKEN:
        return True  # لولدي
    return simple not in _AND_NAMES and bool(_BUILT.fullmatch(simple))
