"""Pages and streams: the standard's envelope, its borders, and the same objects however they are asked for."""

import json

import pytest
from contacts.models import Service
from django.test import Client

from tests.hsds.directory import LISTS, get, more, slug_of, slugs

pytestmark = pytest.mark.usefixtures("directory")

SERVICES = ["line-listens", "helpers-babies", "helpers-guide", "helpers-papers"]


def envelope(path):
    page = get(path)
    return {name: page[name] for name in page if name != "contents"} | {"slugs": [slug_of(e) for e in page["contents"]]}


def test_envelope_of_the_first_and_the_last_page():
    everything = sorted(slugs("services"))
    assert everything == sorted(SERVICES)
    first, last = envelope("services?per_page=3"), envelope("services?per_page=3&page=2")
    assert first == {
        "total_items": 4,
        "total_pages": 2,
        "page_number": 1,
        "size": 3,
        "first_page": True,
        "last_page": False,
        "empty": False,
        "slugs": slugs("services")[:3],
    }
    assert last == first | {
        "page_number": 2,
        "size": 1,
        "first_page": False,
        "last_page": True,
        "slugs": slugs("services")[3:],
    }


@pytest.mark.parametrize("number", [3, 10**30])
def test_page_after_the_last_is_empty_and_says_that_it_is_the_last(number):
    page = envelope(f"services?per_page=3&page={number}")
    assert (page["size"], page["empty"], page["first_page"], page["last_page"]) == (0, True, False, True)
    assert (page["total_items"], page["page_number"], page["slugs"]) == (4, number, [])


def test_nothing_found_is_one_empty_page():
    assert envelope("services?search=zanzibar") == {
        "total_items": 0,
        "total_pages": 0,
        "page_number": 1,
        "size": 0,
        "first_page": True,
        "last_page": True,
        "empty": True,
        "slugs": [],
    }


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_one_object_are_together_the_whole_list(path):
    whole = get(more(path, "per_page=100"))
    assert whole["total_pages"] == 1
    pages = [get(more(path, f"per_page=1&page={number + 1}")) for number in range(whole["total_items"])]
    assert [each for page in pages for each in page["contents"]] == whole["contents"]
    assert [page["last_page"] for page in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize("path", LISTS)
def test_stream_holds_the_objects_of_all_pages_one_a_line(path):
    response = Client().get(f"/hsds/{more(path, 'format=ndjson&per_page=1')}")
    assert response["Content-Type"] == "application/x-ndjson"
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [json.loads(line) for line in lines] == get(more(path, "per_page=100"))["contents"]


def test_minimal_services_are_all_on_one_page():
    one = Service.objects.get(slug="helpers-papers")
    names = {"organization": one.organization, "need": one.need, "name_fr": "Aide", "name_ar": "مساعدة"}
    Service.objects.bulk_create(Service(slug=f"helpers-{number}", **names) for number in range(60))
    page = get("services?minimal=true")
    assert (page["size"], page["total_pages"]) == (64, 1)
    assert all(set(each) == {"id", "last_modified"} for each in page["contents"])
    assert [each["id"] for each in page["contents"]][:50] == [each["id"] for each in get("services")["contents"]]
    assert get("services?minimal=true&per_page=3")["size"] == 3


def test_full_services_hold_more_than_listed_ones_and_what_the_single_one_holds():
    listed, full = get("services")["contents"], get("services?full=true")["contents"]
    for short, whole in zip(listed, full, strict=True):
        assert not any(isinstance(value, list) for value in short.values())
        assert whole.items() >= short.items()
        assert whole == get(f"services/{whole['id']}")
