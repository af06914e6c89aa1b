"""What of a directory's text may reach a person: no markup, no hidden characters, no number that nobody can dial.

A directory is somebody else's data: every function takes whatever JSON holds and returns something safe, or nothing.
"""

import re
import unicodedata
from datetime import date, time
from urllib.parse import urlsplit

import phonenumbers

COUNTRY = "MA"
SHORT_NUMBER = re.compile(r"[0-9]{2,6}")  # 15, 141, 8350
DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
LONGEST_ADDRESS = 500  # characters of a web address

# Embeddings, overrides and isolates can make a text read otherwise than it is written (Unicode TR 36, 2.5). The plain
# marks and joiners stay: Arabic is written with them.
_HIDDEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, ord("<"), ord(">")])


def text(value: object, longest: int) -> str:
    """One line of plain text.

    Args:
        value: anything; what is no text becomes the empty text.
        longest: characters after which it is cut, with an ellipsis.
    """
    if not isinstance(value, str):
        return ""
    visible = "".join(" " if _is_control(c) else c for c in value.translate(_HIDDEN))
    line = " ".join(visible.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")


def web_address(value: object) -> str:
    """An http or https address, or nothing. One with a user name is refused: `https://iom.int@elsewhere` misleads."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or re.search(r"[\s\x00-\x1f<>\"'\\]", value.strip()):
        return ""
    try:
        parts = urlsplit(value.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return value.strip() if usable else ""


def email(value: object) -> str:
    """An e-mail address, or nothing."""
    return value.strip() if isinstance(value, str) and EMAIL.fullmatch(value.strip()) else ""


def day(value: object) -> str | None:
    """A date to the year, month or day (`2014`, `2014-03`, `2014-03-10`), or None."""
    return value if isinstance(value, str) and DATE.fullmatch(value) else None


def whole_day(value: object) -> date | None:
    """A date, or the date of a moment (`2014-03-10T09:00`); None when it is none.

    Raises:
        ValueError: there is something, and it is no date.
    """
    return date.fromisoformat(str(value)[:10]) if value else None


def local_time(value: object) -> time:
    """A time of the day in local time.

    Raises:
        ValueError: it is none, or carries an offset: hours that follow the clock of another country are not ours.
    """
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise ValueError(f"no local time: {value!r}")
    return time.fromisoformat(value)


def number(value: object, low: float, high: float) -> float | None:
    """A finite number within bounds, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return float(value)


def phone(value: object, display: object = None) -> tuple[str, str] | None:
    """A phone number: what to dial (E.164 or a short number) and how people read it; None when it is none.

    What is shown must be what is dialled: a `display` with other digits gives way to the number itself.

    Args:
        value: the number, in international form, in Morocco's national form, or a short number.
        display: how the directory writes it for people.
    """
    written = text(value, 40)
    if SHORT_NUMBER.fullmatch(written):
        return written, text(display, 30) if _digits(display) == written else written
    try:
        parsed = phonenumbers.parse(written, COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    shown = _national(parsed) if parsed.country_code == 212 else _international(parsed)
    same = {_digits(shown), _digits(dialled), "00" + _digits(dialled)}
    return dialled, text(display, 30) if _digits(display) in same else shown


def _national(parsed: phonenumbers.PhoneNumber) -> str:
    """In pairs, as Moroccans write it: 05 37 26 38 04."""
    digits = f"0{parsed.national_number}"
    return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _international(parsed: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _digits(value: object) -> str:
    return re.sub(r"[^0-9]", "", value) if isinstance(value, str) else ""
