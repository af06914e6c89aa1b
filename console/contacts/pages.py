"""Reading the contact block at the foot of a news page of IOM ("Pour plus d'informations, veuillez contacter…")."""

import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email.message import Message
from urllib.parse import urldefrag, urljoin, urlsplit

import phonenumbers
import requests
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher

from contacts import numbers

LARGEST = 2_000_000  # bytes
MOST_TAGS = 50_000  # opening and closing; more of them take minutes to read
TIMEOUT = 15.0  # seconds without a byte
LONGEST = 60.0  # seconds for the whole page
REDIRECTS = 5
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
_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "section",
        "article",
        "ul",
        "ol",
        "table",
        "hr",
        "header",
        "footer",
    ]
)
_UNSEEN = frozenset(["script", "style", "iframe", "object", "template", "noscript"])
PARAGRAPH, LINE, MARKUP = "\x1e", "\x1f", "\ufffc"

_MONTHS = {
    month: number
    for names in (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "january february march april may june july august september october november december",
        "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    )
    for number, month in enumerate(names.split(), 1)
}
_WRITTEN_DATE = re.compile(rf"(?:\b(\d{{1,2}})(?:er)?\s+)?\b({'|'.join(_MONTHS)})\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_PLAIN_DATE = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)\b")
_DATED = ("article:published_time", "dcterms.date", "dcterms.issued", "date", "datepublished")


class PageError(ValueError):
    """The page gives no contact; the text is one line for the operator."""


@dataclass(frozen=True)
class Page:
    """What was read.

    Attributes:
        url: where, without a fragment.
        title: of the page; may be empty.
        date: ISO 8601, to the year, month or day; empty when the page does not say it.
        contacts: `{name, role, office, email, phone}` each, as far as they are there; phones in E.164.
    """

    url: str
    title: str
    date: str
    contacts: list[dict[str, str]]


def fetch(url: str) -> Page:
    """Read a page from the web.

    Raises:
        PageError: it cannot be had, is too large, is no HTML, or has no contact block that can be trusted.
    """
    url = urldefrag(url.strip()).url
    body, charset = _download(url)
    try:
        return read(body, url, charset)
    except PageError as error:
        raise PageError(f"{url}: {error}") from error


def read(body: bytes, url: str, charset: str | None = None) -> Page:
    """Read a page that was downloaded.

    Args:
        body: HTML.
        url: where it comes from.
        charset: what the server said of its encoding.

    Raises:
        PageError: it has no contact block, or one that holds markup where a name should be.
    """
    if body.count(b"<") > MOST_TAGS:
        raise PageError("has more tags than a news page can have. Enter the contact by hand.")
    soup = BeautifulSoup(body, "html.parser", from_encoding=charset)
    main = soup.find("article") or soup.find("main") or soup.body or soup
    contacts = [contact for person in _people(_block(main)) for contact in _contacts(person)]
    return Page(url, _title(soup), _date(soup, main), contacts)


# --- download ---------------------------------------------------------------------------------------------------------


def _download(url: str) -> tuple[bytes, str | None]:
    """Body and character set of an HTML page; redirects are followed on the same host only."""
    with requests.Session() as session:
        for _ in range(REDIRECTS + 1):
            _check_address(url)
            response = _get(session, url)
            if not response.is_redirect:
                return _body(response, url)
            target = urljoin(url, response.headers["location"])
            response.close()
            if urlsplit(target).hostname != urlsplit(url).hostname:
                raise PageError(f"{url}: leads to another site ({target}). Give that address if you trust it.")
            url = target
    raise PageError(f"{url}: redirects without end.")


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PageError(f"{url}: no web address. Give one that begins with https:// or http://.")


def _get(session: requests.Session, url: str) -> requests.Response:
    try:
        response = session.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False)
        response.raise_for_status()
    except requests.RequestException as error:
        status = error.response.status_code if error.response is not None else type(error).__name__
        raise PageError(
            f"{url}: cannot be read ({status}). Open it in a browser to see whether it is there."
        ) from error
    return response


def _body(response: requests.Response, url: str) -> tuple[bytes, str | None]:
    kind = Message()
    kind["content-type"] = response.headers.get("content-type", "")
    if kind.get_content_type() not in ("text/html", "application/xhtml+xml"):
        raise PageError(f"{url}: is {kind.get_content_type()}, no web page. Give the address of the page itself.")
    body, end = bytearray(), time.monotonic() + LONGEST
    try:
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > LARGEST:
                raise PageError(
                    f"{url}: is larger than {LARGEST // 10**6} MB, as no news page is. Enter the contact by hand."
                )
            if time.monotonic() > end:
                raise PageError(f"{url}: took longer than {LONGEST:.0f} seconds. Try again later.")
    except requests.RequestException as error:
        raise PageError(f"{url}: broke off. Try again later.") from error
    finally:
        response.close()
    return bytes(body), kind.get_content_charset()


# --- title and date ---------------------------------------------------------------------------------------------------


def _title(soup: BeautifulSoup) -> str:
    named = soup.find("meta", property="og:title")
    heading = soup.find("h1") or soup.find("title")
    text = named.get("content", "") if isinstance(named, Tag) else heading.get_text(" ") if heading else ""
    return _clean(str(text))[:300]


def _date(soup: BeautifulSoup, main: Tag) -> str:
    """Date of the page: what it says of itself, else the first date written in it."""
    said = [tag.get("content") for tag in soup.find_all("meta") if _says_date(tag)]
    said += [tag.get("datetime") for tag in main.find_all("time")]
    today = date.today().isoformat()
    for text in [*map(str, filter(None, said)), *_written_dates(main.get_text(" "))]:
        match = re.match(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?!\d)", text)
        if match and "1990" <= match[0] <= today:
            return match[0]
    return ""


def _says_date(tag: Tag) -> bool:
    return str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower() in _DATED


def _written_dates(text: str) -> Iterator[str]:
    found = [(m.start(), m[3], _MONTHS[m[2].lower()], m[1]) for m in _WRITTEN_DATE.finditer(text)]
    found += [(m.start(), m[3], int(m[2]), m[1]) for m in _PLAIN_DATE.finditer(text)]
    for _, year, month, day in sorted(found):
        if 1 <= month <= 12 and (not day or 1 <= int(day) <= 31):
            yield f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")


# --- the block --------------------------------------------------------------------------------------------------------


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
            mark = PARAGRAPH if node.name in _PARAGRAPHS else LINE if node.name == "br" else ""
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
    lines = [_clean(text) for text in paragraph.split(LINE) if len(text) <= LONGEST_LINE]
    return [line for line in lines if line not in ("", MARKUP)]


def _clean(text: str) -> str:
    """Without needless blanks and without characters that nobody sees (direction marks, soft hyphens)."""
    return " ".join("".join(char for char in text if unicodedata.category(char) != "Cf").split(" ")).strip()


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
    return _clean(_LABEL.sub(" ", text)).strip(" ,;:.،/-–")


def _phones(part: str) -> list[str]:
    text = _FAX.sub(" ", part)
    matches = PhoneNumberMatcher(text, numbers.COUNTRY)
    return list(dict.fromkeys(phonenumbers.format_number(m.number, PhoneNumberFormat.E164) for m in matches))


def _has_data(text: str) -> bool:
    return bool(_EMAIL.search(text) or _phones(text))
