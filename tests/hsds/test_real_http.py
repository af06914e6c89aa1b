"""The API as clients see it, over sockets: bodies, headers, HEAD, streams and conditional requests."""

import json

import pytest
import requests
from contacts.models import Phone

from tests.hsds.directory import KINDS, LISTS, backdate, make_directory, more

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("roles_come_back"),
    pytest.mark.long,
]

PATHS = [
    "",
    *LISTS,
    *(f"{kind}?format=ndjson" for kind in KINDS),
    "services/helpers-papers",
    "profile/",
    "openapi.json",
]


@pytest.fixture
def url(live_server):
    """Address of the directory, its rows years old."""
    make_directory()
    backdate()
    return f"{live_server.url}/hsds/"


def test_head_has_the_headers_of_get_and_no_body(url):
    for path in PATHS:
        got, head = requests.get(url + path, timeout=30), requests.head(url + path, timeout=30)
        assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
        for name in ("ETag", "Last-Modified", "Content-Type", "Content-Language", "Vary", "Cache-Control"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)


def test_pages_are_read_with_their_tags_until_something_changes(url):
    def read(known):
        """All pages as a client reads them: those that it holds are not sent again."""
        number, last, sent = 1, False, 0
        while not last:
            address = f"{url}services?full=true&per_page=2&page={number}"
            held = known.get(address)
            response = requests.get(address, headers={"If-None-Match": held["tag"]} if held else {}, timeout=30)
            if response.status_code == 200:
                known[address] = {"tag": response.headers["ETag"], "page": response.json()}
                sent += 1
            last, number = known[address]["page"]["last_page"], number + 1
        return sent

    known = {}
    assert read(known) == 2
    assert read(known) == 0
    Phone.objects.get(number="+212537000000").delete()
    assert read(known) == 2
    assert "+212537000000" not in json.dumps(known)
    assert "+212537000001" in json.dumps(known)


def test_stream_is_one_object_a_line(url):
    for path in LISTS:
        with requests.get(url + more(path, "format=ndjson"), stream=True, timeout=30) as response:
            assert response.headers["Content-Type"] == "application/x-ndjson"
            lines = [json.loads(line) for line in response.iter_lines()]
        assert lines == requests.get(url + more(path, "per_page=100"), timeout=30).json()["contents"]


def test_arabic_is_sent_as_it_is_written(url):
    for path in ("services?language=ar", "services?language=ar&format=ndjson"):
        body = requests.get(url + path, timeout=30).content
        assert "جمعية مساعدة اللاجئين".encode() in body
        assert b"\\u06" not in body


def test_first_address_leads_to_the_profile_and_the_document(url):
    api = requests.get(url, timeout=30).json()
    assert api == {"version": "3.0", "profile": f"{url}profile/", "openapi_url": f"{url}openapi.json"}
    assert "location.json" in requests.get(api["profile"], timeout=30).json()
    assert requests.get(api["openapi_url"], timeout=30).json()["openapi"].startswith("3.1")
