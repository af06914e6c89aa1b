"""Who is named in the contact block at the foot of a news page, and how to reach them."""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from bs4.element import NavigableString, PageElement, Tag
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher

from contacts import numbers

LEAD = 4  # paragraphs between the words that open the block and the first address or number
LONGEST_LINE = 2000  # characters; what is longer is no contact
LONGEST_BLOCK = 20  # lines
LONGEST_PART = 120  # characters of a name, role or office

_OPENING = re.compile(
    r"(?:pour\s+(?:de\s+)?(?:plus|davantage|toute)\b[^,:\n]{0,25}\binformations?\b[^:\n]{0,40}?"
    r"(?:contacter|adresser à|contact avec|joindre|:)"
    r"|for\s+(?:more|further|additional|any)\b[^,:\n]{0,25}\binformation\b[^:\n]{0,40}?(?:contact|call|write to|:)"
    r"|contacts?\s+(?:presse|m[ée]dias?)|(?:press|media)\s+contacts?"
    r"|لل?مزيد\s+من\s+(?:ال)?معلومات[^:\n]{0,30}?(?:(?:الاتصال|الإتصال|التواصل)\s+(?:مع|بـ?)|:))"
    r"\s*:?\s*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FAX = re.compile(r"\b(?:fax|télécopie|الفاكس)\b\.?\s*:?\s*[+(]?\d[\d ().-]*", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:\b(?:t[ée]l(?:[ée]phone)?|phone|mobile|mob|gsm|portable|cell|e-?mail|courriel|adresse électronique)\b\.?"
    r"|البريد الإلكتروني|الهاتف المحمول|الهاتف النقال|الهاتف|هاتف)\s*:?",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"\b(?:OIM|IOM|ONU Migration|UN Migration)\b|المنظمة الدولية للهجرة")
_COMMA = re.compile(r"\s*[,،|()]\s*|\s+[–—-]\s+|\s+(?:à l['’]|de l['’]|at |of )(?=OIM|IOM|ONU|UN)|\s+في\s+(?=المنظمة)")
_AND = re.compile(r"(\s*(?:;|\b(?:ou|et|or|and)\b|\bأو\b)\s*)")
_PARAGRAPH = re.compile(r"p|div|li|h[1-6]|tr|section|article|[uo]l|table|hr|header|footer")
_UNSEEN = frozenset(["script", "style", "iframe", "object", "template", "noscript"])
PARAGRAPH, LINE, MARKUP = "\x1e", "\x1f", "\ufffc"


class PageError(ValueError):
    """The page gives no contact; the text is one line for the operator."""


def contacts_of(main: Tag) -> list[dict[str, str]]:
    """Contacts of a page: `{name, role, office, email, phone}` each, as far as they are there; phones in E.164.

    Raises:
        PageError: there is no contact block, or one with markup where a name should be.
    """
    return [contact for person in _people(_block(main)) for contact in _contacts(person)]


def text_of(text: str) -> str:
    """Without needless blanks and without characters that nobody sees (direction marks, soft hyphens)."""
    return " ".join("".join(char for char in text if unicodedata.category(char) != "Cf").split())


def _block(main: Tag) -> list[str]:
    """Lines of the contact block.

    Raises:
        PageError: there is none.
    """
    paragraphs = [lines for text in "".join(_pieces(main)).split(PARAGRAPH) if (lines := _lines(text))]
    for number, lines in enumerate(paragraphs):
        opening = next((n for n, line in enumerate(lines) if _OPENING.search(line)), None)
        if opening is not None:
            first = [_OPENING.split(lines[opening], 1)[-1], *lines[opening + 1 :]]
            block = _with_data([first, *paragraphs[number + 1 :]])
            if block:
                return block
    raise PageError(
        "no contact block with an e-mail address or a phone number (“Pour plus d'informations, veuillez contacter…”, "
        "“For more information, please contact…”, “لمزيد من المعلومات…”). Enter the contact by hand."
    )


def _with_data(paragraphs: list[list[str]]) -> list[str]:
    """Lines that belong together: a lead without addresses or numbers, then all paragraphs that have some."""
    data = [n for n, lines in enumerate(paragraphs[: LEAD + LONGEST_BLOCK]) if _has_data("\n".join(lines))]
    if not data or data[0] > LEAD:
        return []
    end = next(n for n in range(data[0], len(paragraphs) + 1) if n not in data)
    return [line for lines in paragraphs[:end] for line in lines][:LONGEST_BLOCK]


def _pieces(root: Tag) -> Iterator[str]:
    """Text with marks where a paragraph or line ends; a stack instead of recursion, for pages nested without end."""
    stack: list[PageElement | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            mark = PARAGRAPH if _PARAGRAPH.fullmatch(node.name) else LINE if node.name == "br" else ""
            yield MARKUP if node.name in _UNSEEN else mark
            stack.append(mark + _mail_address(node))
            stack.extend([] if node.name in _UNSEEN else reversed(node.contents))
        elif isinstance(node, NavigableString):
            yield re.sub(r"\s+", " ", node) if type(node) is NavigableString else ""  # no comments
        else:
            yield str(node)


def _mail_address(link: Tag) -> str:
    """The address behind a link that shows a name."""
    target = str(link.get("href") or "") if link.name == "a" else ""
    address = _EMAIL.search(target.removeprefix("mailto:")) if target.startswith("mailto:") else None
    return f" {address[0]} " if address and address[0] not in link.get_text() else ""


def _lines(paragraph: str) -> list[str]:
    lines = [text_of(text) for text in paragraph.split(LINE) if len(text) <= LONGEST_LINE]
    return [line for line in lines if line not in ("", MARKUP)]


# --- people -----------------------------------------------------------------------------------------------------------


def _people(lines: list[str]) -> Iterator[str]:
    """What is said of each person: somebody new is named after an address or a number of the one before."""
    person = ""
    for part in (part for line in lines for part in _split(line)):
        labelled = _LABEL.match(part)
        if _has_data(person) and _said(part) and not labelled:
            yield person
            person = ""
        if labelled and _said(person):  # "E-mail: write to us"
            part = _LABEL.sub(" ", part).replace(_said(part), " ")
        person = f"{person}, {part}"
    yield person


def _split(line: str) -> list[str]:
    """Parts of "Anna, tel. 1, or Omar, tel. 2"; an "and" inside a title joins."""
    first, *rest = _AND.split(line)
    parts = [first]
    for joint, part in zip(rest[::2], rest[1::2], strict=True):
        if _has_data(parts[-1]):
            parts.append(part)
        else:
            parts[-1] += joint + part
    return parts


def _contacts(person: str) -> Iterator[dict[str, str]]:
    """One contact a number; the first has the e-mail address."""
    phones, emails = _phones(person), _EMAIL.findall(person)
    name, role, office = _who(_said(person))
    for number in range(max(len(phones), len(emails))):
        found = {
            "name": name,
            "role": role,
            "office": office,
            "email": emails[number] if number < len(emails) else "",
            "phone": phones[number] if number < len(phones) else "",
        }
        yield {key: value for key, value in found.items() if value}


def _who(said: str) -> tuple[str, str, str]:
    """Name, role and office of "Anke Strauss, cheffe de mission, OIM Rabat".

    Raises:
        PageError: there is markup in it, or more than a name is long.
    """
    if any(char in said for char in f"<>{MARKUP}"):
        raise PageError("there is markup or a script where the name should be. Look at the page; enter it by hand.")
    parts = [part for part in _COMMA.split(said) if any(map(str.isalpha, part))]
    if any(len(part) > LONGEST_PART for part in parts):
        raise PageError("the contact block reads like running text. Look at the page; enter the contact by hand.")
    offices = [part for part in parts if _OFFICE.search(part)]
    others = [part for part in parts if part not in offices]
    return (others or [""])[0], ", ".join(others[1:]), ", ".join(offices)


def _said(part: str) -> str:
    """Without addresses, numbers and the words before them."""
    text = _FAX.sub(" ", re.sub(rf"<?{_EMAIL.pattern}>?", " ", part))
    for match in reversed(list(PhoneNumberMatcher(text, numbers.COUNTRY))):
        text = text[: match.start] + " " + text[match.end :]
    return text_of(_LABEL.sub(" ", text)).strip(" ,;:.،/-–")


def _phones(part: str) -> list[str]:
    text = _FAX.sub(" ", part)
    matches = PhoneNumberMatcher(text, numbers.COUNTRY)
    return list(dict.fromkeys(phonenumbers.format_number(m.number, PhoneNumberFormat.E164) for m in matches))


def _has_data(text: str) -> bool:
    return bool(_EMAIL.search(text) or _phones(text))
