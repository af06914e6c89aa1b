"""The page at `/` and the widget's files: in the person's language, small, kept by browsers, under a strict policy."""

import gzip
import re

import pytest
import requests

from tests.channels.web import TIMEOUT
from tests.conftest import Assistant


def get(assistant: Assistant, path: str, **headers: str) -> requests.Response:
    return requests.get(assistant.site + path, headers=headers, timeout=TIMEOUT)


@pytest.mark.parametrize(
    ("path", "accepts", "language"),
    [
        ("/", "", "fr"),
        ("/", "ar-MA,ar;q=0.9,en;q=0.5", "ar"),
        ("/", "en-US,fr;q=0.5", "fr"),
        ("/", "de", "fr"),
        ("/?lang=ar", "fr", "ar"),
        ("/?lang=xx", "ar", "ar"),
    ],
)
def test_the_page_is_in_the_persons_language(assistant: Assistant, path: str, accepts: str, language: str) -> None:
    page = get(assistant, path, **{"Accept-Language": accepts})
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    assert page.headers["Content-Language"] == language


def test_the_page_allows_itself_only_and_holds_nothing_inline(assistant: Assistant) -> None:
    page = get(assistant, "/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", page.text)


def test_no_cookie_is_set(assistant: Assistant) -> None:
    for path in ("/", "/webhooks/web/widget/widget.js", "/webhooks/web/health"):
        assert "Set-Cookie" not in get(assistant, path).headers


def test_the_head_of_the_page_can_be_asked_for(assistant: Assistant) -> None:
    head = requests.head(assistant.site + "/", timeout=TIMEOUT)
    assert (head.status_code, head.content) == (200, b"")


def test_files_are_compressed_for_who_takes_it_and_the_same_for_who_does_not(assistant: Assistant) -> None:
    path = "/webhooks/web/widget/chat.js"
    packed, plain = get(assistant, path, **{"Accept-Encoding": "gzip"}), get(assistant, path, **{"Accept-Encoding": ""})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < len(gzip.compress(plain.content, 1))


def test_a_file_that_has_not_changed_is_not_sent_again(assistant: Assistant) -> None:
    path = "/webhooks/web/widget/chat.css"
    first = get(assistant, path)
    again = get(assistant, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_of_a_version_are_kept_for_good_others_for_a_day(assistant: Assistant) -> None:
    found = re.findall(r'"(/webhooks/web/widget/[^"]+)"', get(assistant, "/").text)
    assert len(found) >= 8 and all("?v=" in address for address in found)
    assert "immutable" in get(assistant, found[0]).headers["Cache-Control"]
    assert get(assistant, found[0].partition("?")[0]).headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "name", ["page.html", "none.js", "..%2fpage.html", "%2e%2e/%2e%2e/sender.key", "chat.js/x", ""]
)
def test_nothing_else_is_served(assistant: Assistant, name: str) -> None:
    assert get(assistant, f"/webhooks/web/widget/{name}").status_code == 404


def test_any_site_may_load_the_files(assistant: Assistant) -> None:
    found = get(assistant, "/webhooks/web/widget/widget.js", Origin="https://example.org")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in found.headers
