"""A text in which the rules of this folder find what is personal.

One character for each of the text, so that what is found here stands at the same place there, with ASCII digits and one
kind of dash, dot and space. The rules are therefore written once, and what is not replaced keeps its own characters.
"""

import unicodedata

INVISIBLE = "\u200b"  # in the place of every character that nobody sees


class _Shadow(dict[int, str]):
    """One plain character for each character of a text, found when it first comes by."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        plain = plain if len(plain) == 1 else character
        kind = unicodedata.category(plain)
        if kind == "Nd":
            plain = str(unicodedata.digit(plain))
        elif kind == "Cf" or plain == "ـ":
            plain = INVISIBLE
        elif kind in ("Pd", "Pc") or plain == "−":
            plain = "-"
        elif kind == "Zs" or plain == "\t":
            plain = " "
        elif plain in "·•‧∙٫":
            plain = "."
        if code < 0x10000:  # What is rarer is not kept: the table stays small whatever people send.
            self[code] = plain
        return plain


_SHADOW = _Shadow()


def shadow(text: str) -> str:
    """A text of the same length, of plain characters."""
    return text.translate(_SHADOW)
