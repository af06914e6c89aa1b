"""Language identification by others: langdetect alone, and lingua."""

from functools import cache
from typing import Any


def langdetect_alone(text: str) -> str:
    """What langdetect says of a text, whatever its length: fr, ar, en or other."""
    from langdetect import LangDetectException, detect

    try:
        return _of_four(detect(text))
    except LangDetectException:  # no letters
        return "other"


def lingua(text: str) -> str:
    """What lingua says of a text, among the 75 languages that it knows: fr, ar, en or other."""
    guessed = _lingua().detect_language_of(text)
    return _of_four(guessed.iso_code_639_1.name.lower()) if guessed else "other"


@cache
def _lingua() -> Any:  # noqa: ANN401 - lingua has no types here
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().build()


def _of_four(code: str) -> str:
    return code if code in ("fr", "ar", "en") else "other"
