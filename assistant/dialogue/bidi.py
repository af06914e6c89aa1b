"""Pieces of a reply that hold together: numbers and addresses, marked while the reply is put together.

Inside Arabic they read left to right and must stay whole, so the marks are Unicode's own isolates (Unicode
Bidirectional Algorithm, UAX #9, 2.4). French needs none; there they only say, until the reply is ready, what can be
tapped.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

# What reads left to right (numbers, web addresses), what reads in the direction of its own script (a postal address).
ISOLATE, ISOLATE_BY_SCRIPT, END_ISOLATE = "\u2066", "\u2068", "\u2069"
MAP = "https://www.openstreetmap.org/search?query="
Piece = str | dict[str, str]
_MARKS = str.maketrans("", "", ISOLATE + ISOLATE_BY_SCRIPT + END_ISOLATE)
_ISOLATED = re.compile(f"([{ISOLATE}{ISOLATE_BY_SCRIPT}])([^{END_ISOLATE}]*){END_ISOLATE}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+[a-z]{2,4}\b(?:/[\w./-]*)?")
_PHONE = re.compile(r"\+?\d[\d ]*")


def isolated(text: str) -> str:
    """A text that reads left to right (a phone number), marked as such."""
    return f"{ISOLATE}{text}{END_ISOLATE}"


def isolated_address(text: str) -> str:
    """A postal address, in whatever script, marked as such."""
    return f"{ISOLATE_BY_SCRIPT}{text}{END_ISOLATE}"


def with_isolated_addresses(text: str) -> str:
    """A text whose web and e-mail addresses are marked; what is marked already stays as it is."""
    return re.sub(
        rf"{_ISOLATED.pattern}|{_ADDRESS.pattern}",
        lambda match: match.group() if match.group(1) else isolated(match.group()),
        text,
    )


def shown(marked: str, language: str) -> str:
    """A marked text as people get it: the marks stay where they order the writing."""
    return marked if language == "ar" else marked.translate(_MARKS)


def pieces(marked: str, language: str, pages: Mapping[str, str] | None = None) -> list[Piece]:
    """A marked text, cut into plain text and what can be tapped.

    Args:
        marked: a text with marks.
        language: of the text.
        pages: address of the page behind a host name, where the text names hosts only.

    Returns:
        Texts and links (`{"text": "05 37 77 03 32", "href": "tel:0537770332"}`), in their order; their texts joined
        are the text.
    """
    return list(_pieces(marked, language, pages or {}))


def _pieces(marked: str, language: str, pages: Mapping[str, str]) -> Iterator[Piece]:
    plain, end = "", 0
    for match in _ISOLATED.finditer(marked):
        plain, end = plain + shown(marked[end : match.start()], language), match.end()
        link = _link(match.group(1), match.group(2), pages)
        if not link:
            plain += shown(match.group(), language)
            continue
        if plain:
            yield plain
        yield {"text": match.group(2), "href": link}
        plain = ""
    if rest := plain + shown(marked[end:], language):
        yield rest


def _link(mark: str, text: str, pages: Mapping[str, str]) -> str | None:
    """What a tap on a marked piece opens; None for a time of day, and for an e-mail address: some are history."""
    if mark == ISOLATE_BY_SCRIPT:
        return MAP + quote(text, safe="")
    if _PHONE.fullmatch(text):
        return "tel:" + text.replace(" ", "")
    if "@" in text or not _ADDRESS.fullmatch(text):
        return None
    return pages.get(text) or f"https://{text}"
