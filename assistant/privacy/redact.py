"""What is personal out of text, before anything is written.

`redact` puts a typed mark in the place of phone, passport, identity- and residence-card and account numbers, e-mail
addresses, names and addresses of people, in French, Arabic and Arabizi, in digits of any script. Where something could
be a person's or not, privacy wins, as long as what is asked can still be read.

Every quantifier is bounded, so one pass takes time linear in the length. A pass can free what it did not replace
("12345678 dh@mail.com": no price after all), so passes are made until nothing is found, which in practice is one or
two. They come to an end because each takes letters or digits away that stand in no mark, and no rule finds a mark.
"""

import re
from typing import Any

from assistant.privacy import addresses, names, numbers
from assistant.privacy.shadow import shadow

MARKS = {kind: f"<{kind}>" for kind in ("phone", "passport", "id", "account", "email", "name", "address")}

# Most texts hold no digit or sign and no part of a word before a name or an address, and are done here: this runs on
# every string that is stored. The digits are written out, with all rare characters, since Python finds these twice as
# fast as `\d`. A new lead in `names` or `addresses` needs its part here.
_DIGITS = "".join(filter(str.isdecimal, map(chr, range(0x10000))))
_SIGNS = re.compile(f"[@＠﹫{_DIGITS}\U00010000-\U0010ffff]")
_LEADS = re.compile(
    r"a(?: ?p{1,3}[eéèê]{0,2}l|dress|bit)|n(?:om|ame| n(?:on|[nm]|o )| pr[eéè]?n?o)|s(?:uis m|t m[.almor]|m[aeity ])|"
    r"m(?:oi,? (?:m[.almor]|c[' ’e])|iti)|س(?:م(?:[اتهوىي]| دي)|اكن)|ن(?:ا ال|سكن)|عنوان"
)


def redact(text: str) -> str:
    """A text with typed marks in the place of personal numbers, e-mail addresses, names and addresses.

    >>> redact("appelez moi au 06 12 34 56 78 ou a.b@mail.com, CIN AB123456")
    'appelez moi au <phone> ou <email>, CIN <id>'
    >>> redact("je m'appelle Awa Diallo et j'habite 12 rue Ibn Sina à Rabat")
    "je m'appelle <name> et j'habite <address> à Rabat"
    >>> redact("loi 02-03 du 11/11/2003, 1 500 dh, le 141")
    'loi 02-03 du 11/11/2003, 1 500 dh, le 141'

    Idempotent: redact(redact(x)) == redact(x). Linear in the length of the text.

    Args:
        text: anything that people or programs wrote, any length.
    """
    while found := _findings(text):
        parts: list[str] = []
        kept_to = 0
        for start, end, kind in found:
            parts += (text[kept_to:start], MARKS[kind])
            kept_to = end
        text = "".join((*parts, text[kept_to:]))
    return text


def _findings(text: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of what the first reader that finds something finds, from left to right."""
    low = text.lower()
    signs, leads = _SIGNS.search(low), _LEADS.search(low)
    if not signs and not leads:
        return []
    # Numbers first: "je m'appelle awa.diallo@mail.com" holds one e-mail address and no name.
    if signs and numbers.may_hold(low) and (found := numbers.find(shadow(text))):
        return found
    if leads and names.may_hold(low) and (found := names.find(shadow(text))):
        return found
    return addresses.find(shadow(text)) if addresses.may_hold(low) else []


def contains_personal(text: str) -> bool:
    """Whether `redact` would change a text."""
    return bool(_findings(text))


def redact_data(value: Any) -> Any:  # noqa: ANN401 (JSON-like data is of any type)
    """A copy of JSON-like data with every string redacted.

    Args:
        value: dicts, lists, tuples (which become lists) and strings, nested; anything else is kept as it is, and so
            are the keys of dicts.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: redact_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_data(item) for item in value]
    return value
