"""Phone numbers of Morocco as they are kept (E.164 or a short number) and as people read them."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

COUNTRY = "MA"
_SHORT = re.compile(r"[1-9]\d{1,5}")


class NumberError(ValueError):
    """The text is no phone number."""


def normalise(text: str) -> str:
    """A number in the form in which it is kept.

    Args:
        text: as somebody writes it: "05 37 26 38 04", "+212 537-263804", "141", also in Arabic digits.

    Returns:
        E.164 ("+212537263804"); a short number of two to six digits stays as it is.

    Raises:
        NumberError: no number that can be called in Morocco or abroad.
    """
    compact = "".join(_digit(char) for char in text if not char.isspace() and unicodedata.category(char) != "Cf")
    if _SHORT.fullmatch(compact):
        return compact
    try:
        number = phonenumbers.parse(compact, COUNTRY)
    except NumberParseException as error:
        raise NumberError(text) from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise NumberError(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def same(text: str, number: str) -> bool:
    """Whether a text, however it is written, is the number kept as `number`."""
    try:
        return normalise(text) == number
    except NumberError:
        return False


def display(number: str) -> str:
    """How people read a kept number: "05 37 26 38 04", "+227 20 73 22 14", "141"."""
    if not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number, None)
    if parsed.country_code != phonenumbers.country_code_for_region(COUNTRY):
        return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    national = f"0{parsed.national_number}"
    return " ".join(national[start : start + 2] for start in range(0, len(national), 2))


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char
