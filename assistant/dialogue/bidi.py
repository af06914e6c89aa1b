"""Numbers and addresses that read left to right, kept whole inside Arabic."""

import re

# Left-to-right isolate and its end (Unicode Bidirectional Algorithm, UAX #9, 2.4).
ISOLATE, END_ISOLATE = "\u2066", "\u2069"
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+[a-z]{2,4}\b(?:/[\w./-]*)?")


def isolated(text: str, language: str) -> str:
    """A text that reads left to right (a phone number), marked as such where the sentence around it does not."""
    return f"{ISOLATE}{text}{END_ISOLATE}" if language == "ar" else text


def with_isolated_addresses(text: str, language: str) -> str:
    """A text whose web and e-mail addresses are isolated; what is isolated already stays as it is."""
    if language != "ar":
        return text
    return re.sub(
        rf"{ISOLATE}[^{END_ISOLATE}]*{END_ISOLATE}|{_ADDRESS.pattern}",
        lambda match: match.group() if match.group().startswith(ISOLATE) else isolated(match.group(), language),
        text,
    )
