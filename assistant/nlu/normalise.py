"""One spelling for every way of typing the same word, in French, Arabic and Arabizi.

Everything that compares text (lexicon, classifier, safeguard) compares *normalised* text; what a person typed
is never changed where it is shown or stored.
"""

import re
import unicodedata
from functools import lru_cache

# A message longer than this is cut before any work; WhatsApp lets people write no more.
MAX_CHARACTERS = 4_096
# What is longer is no word of anybody's; read as its first letters, so that what is kept of words stays small.
LONGEST_WORD = 48
# Each part of the pipeline asks for the same text of the same message.
AT_ONCE = 64

_ARABIC_FOLDS = str.maketrans(
    {
        # Hamza carriers and alef forms: people type them interchangeably (أ إ آ ٱ).
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي",
        # Final forms that phones and habits mix up.
        "ى": "ي", "ة": "ه",
        # Moroccan and Persian letters for sounds that Arabic has no letter for.
        "گ": "ك", "ڭ": "ك", "ڨ": "ك", "ک": "ك", "ݣ": "ك", "ی": "ي", "ڤ": "ف", "پ": "ب", "چ": "ش", "ہ": "ه",
        # Punctuation.
        "؟": "?", "،": ",", "؛": ";",
    }
)  # fmt: skip
_TATWEEL = "ـ"
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'"))
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SPACE = re.compile(r"\s+")
_ARABIC_LETTER = re.compile(r"[\u0621-\u064a\u066e-\u06d3\u0750-\u077f]")
_LATIN_LETTER = re.compile(r"[a-z\u00c0-\u024f]", re.IGNORECASE)


@lru_cache(AT_ONCE)
def clean(text: str) -> str:
    """Text without what people cannot see, in one Unicode form (NFKC), on one line.

    Control, format (bidi marks, zero-width joiners), private-use and surrogate characters go; digits of every
    script become ASCII digits; case, accents and letters stay.

    Args:
        text: what a person typed, any length; cut at MAX_CHARACTERS.
    """
    composed = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    return _SPACE.sub(" ", "".join(map(_visible, composed))).strip()


@lru_cache(MAX_CHARACTERS)
def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return character


@lru_cache(MAX_CHARACTERS)
def _unmarked(character: str) -> str:
    """Nothing in the place of an accent or a vowel mark."""
    return "" if unicodedata.category(character) == "Mn" else character


@lru_cache(AT_ONCE)
def fold(text: str) -> str:
    """Matching form of one message: lower case, no accents or tashkeel, one form a letter, no stretched letters.

    >>> fold("Bonjouuur, où est l’AÉROPORT ?")
    "bonjour, ou est l'aeroport ?"
    >>> fold("السَّلااام عليكم ٣ أيام")
    'السلام عليكم 3 ايام'

    Idempotent: fold(fold(x)) == fold(x).
    """
    lowered = clean(text).lower().translate(_APOSTROPHES).translate(_ARABIC_FOLDS).replace(_TATWEEL, "")
    decomposed = unicodedata.normalize("NFD", lowered)
    bare = "".join(map(_unmarked, decomposed))
    ligatures = bare.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss").translate(_ARABIC_FOLDS)
    return clean(_STRETCHED.sub(r"\1", ligatures))


def arabic_share(text: str) -> float:
    """Share of Arabic letters among the Arabic and Latin letters of a text, 0.0 to 1.0; 0.0 without letters."""
    arabic, latin = len(_ARABIC_LETTER.findall(text)), len(_LATIN_LETTER.findall(text))
    return arabic / (arabic + latin) if arabic + latin else 0.0


def has_letters(text: str) -> bool:
    """Whether a text holds at least one Arabic or Latin letter."""
    return bool(_ARABIC_LETTER.search(text) or _LATIN_LETTER.search(text))
