"""Personal numbers and e-mail addresses in a text.

Phone, passport, identity- and residence-card and account numbers and e-mail addresses, in French, Arabic and Arabizi.
Where a number could be a person's or not, privacy wins; what migrants ask about (laws, dates, years, prices, ages,
hours, emergency numbers) stays.
"""

import re

from assistant.privacy.shadow import INVISIBLE

# Five digits make the shortest number that is looked for; most texts have fewer and are done here.
_ENOUGH_DIGITS = re.compile(r"\d(?:\D{0,4}\d){4}")

_S = rf"[ .\-/(){INVISIBLE}]{{0,3}}"  # between the digits of a phone number
_N = rf"[ .\-/{INVISIBLE}]{{0,3}}"  # the same without brackets: "loi 02-03 (2023-11)" is no number
_G = rf"[ .\-/{INVISIBLE}]"  # between two groups of digits
_NO_LETTER_BEFORE = r"(?<![^\W\d_])"
# A number ends where digits end: that a letter follows must not matter, or replacing what follows would free it.
_END = r"(?!\d)"
_LAST_LETTERS = r"(?:[A-Za-z]{1,2}(?![A-Za-z0-9]))?(?!\d)"
# A number of money or of things is nobody's.
_NOT_COUNTED = (
    r"(?!\s{0,2}(?:[€$]|(?i:dh[ms]?|dr?hm|mad|dirha?ms?|dirhems?|derhems?|draham|eur|euros?|usd|fcfa|cfa|frs?|francs?|"
    r"r[iy]y?als?|personnes?|migrants?|habitants?|demandes?|places?|km|kg|m2)(?![^\W_])|"
    r"درهم|دراهم|ريال|[أا]ورو|يورو|فرنك|شخص|مهاجر|طلب))"
)
# Words of one or two letters before a round number: "de 10000", "b12000", "CP 10000", "fi 20000".
_SMALL_WORD = (
    r"(?i:a|b|c|d|f|h|j|k|l|m|n|o|s|t|w|y|ai|as|au|bi|bp|ce|cp|da|de|du|ds|dh|en|es|et|fi|ha|hi|il|je|ka|ke|ki|la|le|"
    r"li|lo|ma|me|mn|ne|ni|no|nr|on|or|ou|pr|qd|sa|se|si|su|ta|te|tu|un|va|vs|vu|wa|ya)"
)
_DAY = r"(?:/\d{1,2}/|-\d{1,2}-|\.\d{1,2}\.)"
_YEAR = r"(?:19|20)\d\d"
_DATE = rf"(?<!\d)(?:\d{{1,2}}{_DAY}{_YEAR}|{_YEAR}{_DAY}\d{{1,2}}|\d\d[-.]\d\d {_YEAR})(?!\d)"
_HOUR = r"(?:[01]?\d|2[0-3])[.:hH](?:00|15|30|45)"

# Words that may stand between what a number is and the number.
_GAP_SIGN = rf"[\s:=#.,;'’()°º\-{INVISIBLE}]"
_GAP = (
    rf"(?:{_GAP_SIGN}{{1,3}}(?i:"
    r"n|no|nr|num|num[eé]ro|nmra|raqm\w{0,3}|ra9m\w{0,3}|de|du|d|la|le|au|sur|mon|ma|est|c|s[eé]jour|sijour|"
    r"nationale?|t[eé]l|whatsapp|di[ay]al\w{0,3}|dyal\w{0,3}|dial[iy]|howa|hiya|hwa|hya|houwa|safar|"
    r"رقم\w{0,4}|نمر\w{0,3}|ديال\w{0,3}|هو|هي|هوا|هاتف\w{0,3}|السفر|سفر\w{0,2}|التعريف|الوطنية|الإقامة|الاقامة|"
    rf"لي|عندي|على|البنكي)(?!\w)){{0,5}}{_GAP_SIGN}{{0,4}}"
)


def _after(latin: str, arabic: str) -> str:
    """A word that says what the number after it is, and what stands between them."""
    return rf"(?:{_NO_LETTER_BEFORE}(?i:{latin})|(?:{arabic})[^\W\d_]{{0,4}}){_GAP}"


_PHONE_WORD = _after(
    r"t[eé]l(?:[eé]phone)?s?|gsm|portable|fixe|mobile|wh?ats?app?|wtsp?|watsap|num[eé]ros?|num|nmr[aoe]|nmrti|nemra|"
    r"nimiro|telefoun?|tilifoun?|tel[ei]fon|raqm[iy]?|ra9m[iy]?|appel[a-z]{0,4}|joindre",
    "هاتف|رقم|نمر|تيليفون|تلفون|تليفون|واتس|جوال|بورطابل",
)
_PASSPORT_WORD = _after(r"pass?e?ports?|paspor[a-z]{0,2}|basp?or[a-z]{0,2}|jawaz", "باسبور|باصبور|پاسبور|جواز")
_ID_WORD = _after(
    r"cin|cnie?|c\.i\.n|carte|carta|lacarte|lkarta?|bita9a|titre|s[eé]jour|sijour|immatriculation|matricule|"
    r"r[eé]c[eé]piss[eé]|dossier|hcr|unhcr|i9ama|iqama",
    "بطاق|كارط|[إا]قام|ملف|تسجيل|وصل",
)
_BANK_WORD = _after(r"rib|r\.i\.b|iban|compte(?: bancaire)?|7sab|hissab", "حساب|ريب")

# IBAN: two letters and two digits, then 11 to 30 digits, in some countries with letters among them.
_IBAN = rf"[A-Za-z]{{2}}\d\d(?:{_G}?[A-Za-z]{{2}}\d\d)?(?:{_G}?\d){{10,26}}(?:[A-Za-z](?:{_G}?\d){{2,12}})?{_END}"
# Moroccan RIB: bank (3), town (3), account (16), key (2); also written in six fours. Cards: four fours.
_RIB = rf"\d{{3}}{_G}?\d{{3}}{_G}?(?:\d{_G}?){{16}}\d\d|\d{{4}}(?:{_G}\d{{4}}){{5}}|\d{{4}}(?:{_G}\d{{4}}){{3}}"
_UNHCR = r"\d{3}-\d\d[A-Za-z]\d{5}"
_EMAIL = r"[\w.+%\-]{1,64} ?@ ?(?:[^\W_](?:[\w\-]{0,61}[^\W_])?\.){1,5}[^\W\d_]{2,24}(?![^\W\d_])"
_PATH = rf"(?:[^\s<>{INVISIBLE}]|<phone>|<email>){{0,2000}}"
_HEX = r"(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
# Numbers that are written without the 0 or with no country: as people group them at home.
_BARE = (
    rf"[5-7]\d{{8}}|[67]\d\d{_G}\d{{3}}{_G}\d{{3}}|[67]\d{_G}\d{{3}}{_G}\d\d{_G}\d\d|[67]\d\d(?:{_G}\d\d){{3}}|"
    rf"[67](?:{_G}\d\d){{4}}|\d{{10,12}}|(?!\d{{6}}00)[5-9]\d{{7}}"
)

# Tried in this order at each place of the text: what is written with a sign or a word of its own first.
# `skip` and `link` are looked at and kept; (?P<lead>…) is the word that a number follows, and is kept.
_RULES = (
    ("link", rf"(?i:https?://|www\.){_PATH}|(?<![\w.@\-])(?i:[a-z0-9\-]{{1,63}}\.){{1,5}}(?i:[a-z]{{2,6}})/{_PATH}"),
    ("email", _EMAIL),
    # Identifiers that programs make (message, model): they hold a letter of a to f.
    ("skip", rf"(?<![A-Za-z0-9\-])(?=[0-9\-]{{0,36}}[a-f]){_HEX}(?![A-Za-z0-9\-])"),
    ("skip", rf"{_DATE}|(?<!\d){_HOUR} ?-? ?{_HOUR}(?!\d)"),
    ("account", rf"(?P<lead>{_BANK_WORD})(?:{_IBAN}|\d(?:{_S}\d){{9,29}}{_END})"),
    (
        "passport",
        rf"(?P<lead>{_PASSPORT_WORD})(?:[A-Za-z]{{1,3}}{_G}?\d{{5,9}}|\d{{6,9}}|\d\d[A-Za-z]{{2}}\d{{5}}){_END}"
        rf"{_NOT_COUNTED}",
    ),
    (
        "id",
        rf"(?P<lead>{_ID_WORD})(?:[A-Za-z]{{1,3}}{_G}?\d{{4,9}}|\d{{5,9}}|{_UNHCR}){_LAST_LETTERS}{_NOT_COUNTED}",
    ),
    ("phone", rf"(?P<lead>{_PHONE_WORD})(?!{_DATE})\+?\d(?:{_G}{{0,2}}\d){{6,14}}(?!\d){_NOT_COUNTED}"),
    ("account", rf"{_NO_LETTER_BEFORE}{_IBAN}"),
    ("account", rf"(?<!\d)(?:{_RIB})(?!\d)"),
    ("phone", rf"(?:\+|(?<!\d)00){_S}212{_S}(?:0{_S})?[5-8](?:{_S}\d){{8}}(?!\d)"),
    ("phone", rf"(?:\+|(?<!\d)00){_S}[1-9](?:{_S}\d){{8,14}}(?!\d){_NOT_COUNTED}"),
    ("phone", rf"(?<!\d)212{_S}(?:0{_S})?[5-8](?:{_S}\d){{8}}(?!\d)"),
    ("account", r"(?<!\d)\d{13,40}(?!\d)"),
    ("id", rf"(?<!\d){_UNHCR}{_END}"),
    ("passport", rf"(?<!\d)\d\d[A-Za-z]{{2}}\d{{5}}{_END}"),
    (
        "passport",
        rf"{_NO_LETTER_BEFORE}(?!{_SMALL_WORD}{_G}?\d+00(?!\d))(?:[A-Za-z]{{1,2}}\d{{7,9}}|[A-Za-z]{{3}}\d{{6}}){_END}"
        rf"{_NOT_COUNTED}",
    ),
    ("passport", rf"{_NO_LETTER_BEFORE}(?!{_SMALL_WORD}{_G})[A-Za-z]{{2}}{_G}\d{{7}}{_END}{_NOT_COUNTED}"),
    ("id", rf"{_NO_LETTER_BEFORE}[A-Za-z]{{1,2}}\d{{5,7}}[A-Za-z](?![A-Za-z0-9])"),
    (
        "id",
        rf"{_NO_LETTER_BEFORE}(?!{_SMALL_WORD}\d+00(?!\d)|(?i:bp|cp))[A-Za-z]{{1,2}}\d{{5,6}}{_END}{_NOT_COUNTED}",
    ),
    ("id", rf"{_NO_LETTER_BEFORE}(?!{_SMALL_WORD}{_G})[A-Za-z]{{2}}{_G}\d{{5,6}}{_END}{_NOT_COUNTED}"),
    ("id", rf"{_NO_LETTER_BEFORE}(?![A-Z]{_G}\d+00(?!\d))[A-Z]{_G}\d{{5,6}}{_END}{_NOT_COUNTED}"),
    ("phone", rf"(?<!\d)0{_N}(?:[789][01](?:{_N}\d){{8}}|[1-9](?:{_N}\d){{8}})(?!\d)"),
    ("phone", rf"(?<!\d)(?:{_BARE})(?!\d){_NOT_COUNTED}"),
    ("id", rf"(?<!\d)\d{{9}}(?!\d){_NOT_COUNTED}"),
)
_FOUND = re.compile(
    "|".join(f"(?P<r{i}>{rule.replace('?P<lead>', f'?P<lead{i}>')})" for i, (_, rule) in enumerate(_RULES))
)
_KIND = {f"r{i}": kind for i, (kind, _) in enumerate(_RULES)}
_LEADS = {f"r{i}": f"lead{i}" for i, (_, rule) in enumerate(_RULES) if "?P<lead>" in rule}
# In an address of a page only what can be nothing but a person's: page numbers stay.
_IN_LINK = re.compile(
    rf"(?P<email>{_EMAIL})|(?P<phone>(?:\+|%2[bB]|(?<!\d)00)\d{{9,15}}(?!\d)|(?<!\d)(?:212[5-8]|0[5-8])\d{{8}}(?!\d)|"
    r"(?<=wa\.me/)\d{8,15})"
)


def may_hold(low: str) -> bool:
    """Whether it is worth while to look for numbers and e-mail addresses in a text.

    Args:
        low: the text in lower case.
    """
    return bool(_ENOUGH_DIGITS.search(low)) or "@" in low or "＠" in low or "﹫" in low


def find(shadow: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of every personal number and e-mail address, from left to right.

    Args:
        shadow: of a text (`assistant.privacy.shadow`).
    """
    found = []
    for match in _FOUND.finditer(shadow):
        kind = _KIND[match.lastgroup or ""]
        if kind == "link":
            inside = _IN_LINK.finditer(shadow, match.start(), match.end())
            found += [(one.start(), one.end(), one.lastgroup or "") for one in inside]
        elif kind != "skip":
            lead = _LEADS.get(match.lastgroup or "")
            found.append((match.end(lead) if lead else match.start(), match.end(), kind))
    return found
