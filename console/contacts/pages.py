"""Reading a news page of IOM: its title, its date, and the people it names ("Pour plus d'informations, contacter…")."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email.message import Message
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup
from bs4.element import Tag

from contacts.block import PageError, contacts_of, text_of
from contacts.validators import AS_OF

LARGEST = 2_000_000  # bytes
MOST_TAGS = 50_000  # opening and closing; more of them take minutes to read
TIMEOUT = 15.0  # seconds without a byte
LONGEST = 60.0  # seconds for the whole page
REDIRECTS = 5
LONGEST_ADDRESS = 500  # characters

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
    return Page(url, _title(soup), _date(soup, main), contacts_of(main))


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
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > LONGEST_ADDRESS:
        raise PageError(
            f"{url}: no web address. Give one that begins with https:// and has at most {LONGEST_ADDRESS} characters."
        )


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
    return text_of(str(text))[:300]


def _date(soup: BeautifulSoup, main: Tag) -> str:
    """Date of the page: what it says of itself, else the first date written in it."""
    said = [tag.get("content") for tag in soup.find_all("meta") if _says_date(tag)]
    said += [tag.get("datetime") for tag in main.find_all("time")]
    today = date.today().isoformat()
    for text in [*map(str, filter(None, said)), *_written_dates(main.get_text(" "))]:
        match = re.match(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?!\d)", text)
        if match and AS_OF.regex.fullmatch(match[0]) and "1990" <= match[0] <= today:
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
