"""The client of the directory: what it reads, how long people wait, and what happens when the directory is ill."""

import gzip
import json
import logging
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event, Thread, Timer
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.services.directory import Directory, DirectoryUnavailable, Limits
from actions.services.wire import UnreadableError, redirect_target
from tests.actions.seed import services
from tests.actions.server import Handler, Server, pages, running

OLD = [{"id": "old", "name": "old"}]
NEW = [{"id": "new", "name": "new"}]
# Each question reads the directory again and waits for the end of it.
ALWAYS = Limits(connect=30, read=30, whole=60, wait=120, first_wait=120, keep=0, pause=0)
# The same, but silence ends the reading soon.
NO_SILENCE = Limits(connect=30, read=0.1, whole=0.4, wait=120, first_wait=120, keep=0, pause=0)
# The same, but the reading may not last.
SHORT = Limits(connect=30, read=30, whole=0.4, wait=120, first_wait=120, keep=0, pause=0)
# Each question reads again, and is answered at once.
HASTY = Limits(connect=1, read=5, whole=5, wait=0.01, first_wait=0.01, keep=0, pause=0)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started
    for thread in threading.enumerate():  # a reading that nobody waited for would log into the next test
        if thread.name == "directory":
            thread.join(30)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "var" / "directory.json"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Log lines of the client since the last look."""
    caplog.set_level(logging.DEBUG, "actions.directory")

    def take() -> list[str]:
        found = [record.getMessage() for record in caplog.records if record.name == "actions.directory"]
        caplog.clear()
        return found

    return take


def hang(handler: Handler) -> None:
    """Send nothing until the test is over."""
    handler.server.release.wait(60)
    handler.close_connection = True


def test_all_pages_are_read(server, cache):
    server.respond = pages(services(), size=20)
    reading = Directory(server.url, cache, ALWAYS).services()
    assert reading.services == services()
    assert not reading.stale
    assert [path for path, _ in server.requests] == [
        f"/hsds/services?full=true&per_page=100&page={number}" for number in range(1, 6)
    ]


def test_a_slash_at_the_end_of_the_address_changes_nothing(server, cache):
    server.respond = pages(OLD)
    assert Directory(f"{server.url}/", cache, ALWAYS).services().services == OLD
    assert server.requests[0][0].startswith("/hsds/services?")


def test_a_directory_that_only_counts_its_pages_is_read(server, cache):
    def respond(handler: Handler) -> None:
        handler.answer({"total_pages": 2, "contents": [{"id": str(handler.page)}]})

    server.respond = respond
    assert Directory(server.url, cache, ALWAYS).services().services == [{"id": "1"}, {"id": "2"}]


def test_a_service_that_moves_to_the_next_page_meanwhile_comes_once(server, cache):
    def respond(handler: Handler) -> None:
        contents = [{"id": "a"}, {"id": "b"}] if handler.page == 1 else [{"id": "b"}, {"id": "c"}]
        handler.answer({"last_page": handler.page == 2, "contents": contents})

    server.respond = respond
    assert Directory(server.url, cache, ALWAYS).services().services == [{"id": "a"}, {"id": "b"}, {"id": "c"}]


def test_an_answer_counts_for_a_while(server, cache):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, Limits(keep=3600))
    assert directory.services() == directory.services()
    assert len(server.requests) == 1


def test_what_staff_edit_shows_at_the_next_reading(server, cache):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    directory.services()
    server.respond = pages(NEW)
    assert directory.services().services == NEW


def test_pages_that_did_not_change_are_not_sent_again(server, cache):
    server.respond = pages(services(), size=50)
    directory = Directory(server.url, cache, ALWAYS)
    first, second = directory.services(), directory.services()
    assert second.services is first.services
    assert second.read_at > first.read_at
    asked = [headers.get("If-None-Match") for _, headers in server.requests]
    assert asked[:2] == [None, None]
    assert all(asked[2:])


def test_the_last_good_answer_survives_a_restart_without_directory(server, cache):
    server.respond = pages(OLD)
    before = Directory(server.url, cache, ALWAYS).services()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    server.respond = lambda handler: handler.answer(b"", 500)
    after = Directory(server.url, cache, ALWAYS).services()
    assert (after.services, after.read_at, after.stale) == (OLD, before.read_at, True)


def test_the_file_is_written_only_when_something_changed(server, cache):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    directory.services()
    first = cache.stat().st_ino
    directory.services()
    assert cache.stat().st_ino == first
    server.respond = pages(NEW)
    directory.services()
    assert cache.stat().st_ino != first
    assert list(cache.parent.iterdir()) == [cache]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"url": "URL"}',
        '{"url": "URL", "read_at": "yesterday", "services": [{}]}',
        '{"url": "URL", "read_at": "2026-11-25T10:00:00+00:00", "services": []}',
        '{"url": "URL", "read_at": "2026-11-25T10:00:00+00:00", "services": [1]}',
        '{"url": "URL", "read_at": 3, "services": [{}]}',
        pytest.param("[" * 100_000, id="deep"),
        pytest.param("\udcff", id="not UTF-8"),
    ],
)
def test_a_damaged_file_is_passed_over_with_one_line(server, cache, lines, content):
    cache.parent.mkdir()
    cache.write_bytes(content.replace("URL", server.url).encode("utf-8", "surrogateescape"))
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    assert [str(cache) in line for line in lines()] == [True]
    assert directory.services().services == OLD
    assert json.loads(cache.read_text())["services"] == OLD


def test_the_file_of_another_directory_is_not_used(server, cache):
    server.respond = pages(OLD)
    Directory(server.url, cache, ALWAYS).services()
    server.respond = lambda handler: handler.answer(b"", 404)
    with pytest.raises(DirectoryUnavailable):
        Directory(f"{server.url}/another", cache, ALWAYS).services()


def test_a_file_that_cannot_be_written_costs_one_line_and_no_answer(server, tmp_path, lines):
    (tmp_path / "file").write_text("no folder")
    server.respond = pages(OLD)
    assert Directory(server.url, tmp_path / "file" / "directory.json", ALWAYS).services().services == OLD
    assert sum("cannot be written" in line for line in lines()) == 1


def test_nobody_waits_for_a_slow_directory_when_there_is_an_older_answer(server, cache):
    server.respond = pages(OLD)
    Directory(server.url, cache, ALWAYS).services()

    def wait(handler: Handler) -> None:
        server.release.wait(60)
        pages(NEW)(handler)

    server.respond = wait
    reading = Directory(server.url, cache, HASTY).services()
    assert not server.release.is_set()  # it still waits
    assert (reading.services, reading.stale) == (OLD, True)


def test_nobody_waits_long_for_a_slow_directory_when_there_is_none(server, cache):
    server.respond = hang
    with pytest.raises(DirectoryUnavailable, match=f"{server.url} has not answered yet. Start the console"):
        Directory(server.url, cache, HASTY).services()
    assert not server.release.is_set()


def test_a_slow_answer_is_there_for_the_next_question(server, cache):
    go = Event()

    def wait(handler: Handler) -> None:
        go.wait(60)
        pages(OLD)(handler)

    server.respond = wait
    directory = Directory(server.url, cache, Limits(read=30, whole=30, first_wait=0.01))
    with pytest.raises(DirectoryUnavailable):
        directory.services()
    go.set()
    for _ in range(2000):
        try:
            assert directory.services().services == OLD
            break
        except DirectoryUnavailable:
            continue
    else:
        raise AssertionError("the slow answer never came")
    assert len(server.requests) == 1


def test_only_one_question_reads_and_the_others_take_what_is_there(server, cache):
    server.respond = pages(OLD)
    Directory(server.url, cache, ALWAYS).services()
    asked, go = Event(), Event()

    def wait(handler: Handler) -> None:
        asked.set()
        go.wait(60)
        pages(NEW)(handler)

    server.respond = wait
    server.requests.clear()
    directory = Directory(server.url, cache, Limits(read=30, whole=30, wait=30, keep=60))
    found: list[Any] = []
    first = Thread(target=lambda: found.append(directory.services()))
    first.start()
    assert asked.wait(30)
    others = [directory.services() for _ in range(20)]  # would wait for half a minute each
    assert not found
    go.set()
    first.join()
    assert all(other.services == OLD for other in others)
    assert found[0].services == NEW
    assert len(server.requests) == 1


def test_many_threads_at_once_read_once(server, cache):
    server.respond = pages(services())
    directory = Directory(server.url, cache, Limits(keep=3600))
    barrier, found = Barrier(20), []

    def ask() -> None:
        barrier.wait()
        found.append(directory.services().services)

    threads = [Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [services()] * 20
    assert len(server.requests) == 1


def test_after_a_failure_the_directory_is_left_alone_for_a_while(server, cache, lines):
    server.respond = lambda handler: handler.answer(b"", 404)
    directory = Directory(server.url, cache, Limits(pause=3600))
    for _ in range(5):
        with pytest.raises(DirectoryUnavailable, match="answers 404"):
            directory.services()
    assert len(server.requests) == 1
    assert len(lines()) == 1


def test_a_directory_that_comes_back_is_seen(server, cache):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    directory.services()
    server.respond = lambda handler: handler.answer(b"", 404)
    assert directory.services().stale
    server.respond = pages(NEW)
    reading = directory.services()
    assert (reading.services, reading.stale) == (NEW, False)


def test_a_passing_fault_is_tried_again_at_once(server, cache, lines):
    def respond(handler: Handler) -> None:
        if len(server.requests) < 3:
            handler.answer(b"", 503)
        else:
            pages(OLD)(handler)

    server.respond = respond
    assert Directory(server.url, cache, ALWAYS).services().services == OLD
    assert lines() == []


def test_nobody_listens(cache, lines):
    with running() as server:
        gone = server.url
    directory = Directory(gone.replace("http://", "http://staff:secret@"), cache, ALWAYS)
    with pytest.raises(DirectoryUnavailable, match="does not answer") as caught:
        directory.services()
    written = lines()
    assert len(written) == 1
    assert gone in written[0]
    assert "secret" not in written[0] + str(caught.value)


def trickle(handler: Handler, text: bytes) -> None:
    """One byte after the other until the client goes, then tell so."""
    handler.server.gone = gone = Event()
    handler.wfile.write(text)
    try:
        while not handler.server.release.wait(0.05):
            handler.wfile.write(b" ")
    except ConnectionError:
        gone.set()
        raise


@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 OK\r\nX: ",  # the headers never end
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
    ],
)
def test_bytes_that_trickle_are_cut_off(server, cache, lines, begun):
    server.respond = lambda handler: trickle(handler, begun)
    with pytest.raises(DirectoryUnavailable):
        Directory(server.url, cache, SHORT).services()
    assert server.gone.wait(30)
    assert len(lines()) == 1


def test_silence_ends_the_reading(server, cache, lines):
    server.respond = hang
    with pytest.raises(DirectoryUnavailable, match="does not answer"):
        Directory(server.url, cache, NO_SILENCE).services()
    assert len(lines()) == 1


def huge(handler: Handler) -> None:
    handler.answer(b'{"contents": [' + b'{"id": "a"},' * 200_000 + b'{"id": "b"}], "last_page": true}')


def huge_unpacked(handler: Handler) -> None:
    page = b'{"contents": [{"id": "a"}], "last_page": true' + b" " * 50_000_000 + b"}"
    handler.answer(gzip.compress(page), Content_Encoding="gzip")


def cut(handler: Handler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"contents"')
    handler.close_connection = True


def endless(handler: Handler) -> None:
    handler.answer({"contents": [{"id": str(handler.page)}], "last_page": False})


def too_many(handler: Handler) -> None:
    contents = [{"id": f"{handler.page}-{n}"} for n in range(150)]
    handler.answer({"contents": contents, "last_page": handler.page == 15})


def redirect(target: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(b"", 302, Location=target.format(port=handler.server.server_port))


FAULTS: dict[str, tuple[Callable[[Handler], None], str]] = {
    "500": (lambda h: h.answer(b"", 500), "answers 500"),
    "404": (lambda h: h.answer(b"", 404), "answers 404"),
    "204": (lambda h: h.answer(b"", 204), "answers 204"),
    "304 unasked": (lambda h: h.answer(b"", 304), "answers 304"),
    "no HTTP": (lambda h: h.wfile.write(b"what?\r\n\r\n"), "does not answer"),
    "nothing": (lambda h: setattr(h, "close_connection", True), "does not answer"),
    "HTML": (lambda h: h.answer(b"<html>", kind="text/html; charset=utf-8"), "sends text/html instead of JSON"),
    "odd type": (lambda h: h.answer(b"{}", kind="\x1b[31m/" + "x" * 500), "sends something instead of JSON"),
    "JSON of text": (lambda h: h.answer(b"{}", kind="text/html"), "sends text/html instead of JSON"),
    "broken JSON": (lambda h: h.answer(b'{"contents": ['), "cannot be read"),
    "not UTF-8": (lambda h: h.answer(b'{"contents": [{"id": "\xff\xfe"}]}'), "cannot be read"),
    "deep": (lambda h: h.answer(b"[" * 500_000), "cannot be read"),
    "no gzip": (lambda h: h.answer(b"{}", Content_Encoding="gzip"), "cannot be read"),
    "a list": (lambda h: h.answer([1]), "no page of HSDS services"),
    "a number": (lambda h: h.answer(7), "no page of HSDS services"),
    "no contents": (lambda h: h.answer({"last_page": True}), "no page of HSDS services"),
    "contents of text": (lambda h: h.answer({"contents": "abc", "last_page": True}), "no page of HSDS services"),
    "services of numbers": (lambda h: h.answer({"contents": [1], "last_page": True}), "no page of HSDS services"),
    "services without id": (lambda h: h.answer({"contents": [{}], "last_page": True}), "holds no service"),
    "empty": (lambda h: h.answer({"contents": [], "last_page": True}), "holds no service"),
    "cut": (cut, "does not answer"),
    "huge": (huge, "more than 2 MB"),
    "gzip bomb": (huge_unpacked, "more than 2 MB"),
    "endless": (endless, "more than 20 pages"),
    "a billion pages": (
        lambda h: h.answer({"contents": [{"id": "a"}], "last_page": False, "total_pages": 10**9}),
        "more than 20 pages",
    ),
    "the same page": (
        lambda h: h.answer({"contents": [{"id": "a"}], "last_page": False}),
        "sends page 2 again and again",
    ),
    "too many services": (too_many, "more than 2000 services"),
    "redirect to another host": (redirect("http://localhost:{port}/hsds/services"), "redirects to another host"),
    "redirect to another port": (redirect("http://127.0.0.1:1/"), "redirects elsewhere"),
    "redirect to a file": (redirect("file:///etc/passwd"), "redirects to another host"),
    "redirect to nowhere": (redirect("http://[/"), "cannot be read"),
    "redirect without end": (redirect("/hsds/services"), "redirects more than 3 times"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_ill_directory_is_unavailable_with_one_line_in_the_log(server, cache, lines, fault):
    server.respond, reason = FAULTS[fault]
    with pytest.raises(DirectoryUnavailable, match=reason):
        Directory(server.url, cache, ALWAYS).services()
    written = lines()
    assert len(written) == 1
    assert reason in written[0]
    assert "\n" not in written[0]
    assert not cache.exists()


# To who has the page already, 304 says that nothing changed.
@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"304 unasked"}))
def test_an_ill_directory_leaves_the_last_good_answer(server, cache, lines, fault):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    directory.services()
    kept = cache.read_bytes()
    server.respond, reason = FAULTS[fault]
    reading = directory.services()
    assert (reading.services, reading.stale) == (OLD, True)
    assert [reason in line and "is used" in line for line in lines()] == [True]
    assert cache.read_bytes() == kept


@pytest.mark.parametrize("hops", [1, 3])
def test_a_redirect_on_the_same_server_is_followed(server, cache, hops):
    def respond(handler: Handler) -> None:
        if len(server.requests) <= hops:
            handler.answer(b"", 301, Location=f"/hsds/services/?{handler.path.partition('?')[2]}")
        else:
            pages(OLD)(handler)

    server.respond = respond
    assert Directory(server.url, cache, ALWAYS).services().services == OLD


def test_a_fourth_redirect_is_not_followed(server, cache):
    def respond(handler: Handler) -> None:
        if len(server.requests) <= 4:
            handler.answer(b"", 301, Location=handler.path)
        else:
            pages(OLD)(handler)

    server.respond = respond
    with pytest.raises(DirectoryUnavailable, match="redirects more than 3 times"):
        Directory(server.url, cache, ALWAYS).services()


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("http://a.example/hsds/services?page=1", "/x?page=1", "http://a.example/x?page=1"),
        ("http://a.example/hsds", "http://a.example:80/x", "http://a.example:80/x"),
        ("http://a.example/hsds", "https://a.example/hsds", "https://a.example/hsds"),
        ("https://a.example/hsds", "http://a.example/hsds", None),
        ("https://a.example/hsds", "//b.example/hsds", None),
        ("http://a.example/hsds", "http://a.example.evil.example/", None),
        ("http://a.example/hsds", "http://a.example@evil.example/", None),
        ("http://a.example/hsds", "http://a.example:22/", None),
        ("http://a.example/hsds", "file:///etc/passwd", None),
    ],
)
def test_a_redirect_leads_to_the_same_server_or_from_http_to_https(url, location, target):
    if target:
        assert redirect_target(url, location) == target
    else:
        with pytest.raises(UnreadableError, match="redirects"):
            redirect_target(url, location)


def test_a_packed_answer_is_unpacked(server, cache):
    body = gzip.compress(json.dumps({"contents": OLD, "last_page": True}).encode())
    server.respond = lambda handler: handler.answer(body, Content_Encoding="gzip")
    assert Directory(server.url, cache, ALWAYS).services().services == OLD
    assert server.requests[0][1]["Accept-Encoding"] == "gzip"


def test_proxies_of_the_environment_are_not_asked(server, cache, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.respond = pages(OLD)
    assert Directory(server.url, cache, ALWAYS).services().services == OLD


def test_readings_leave_no_thread_behind(server, cache):
    server.respond = pages(OLD)
    directory = Directory(server.url, cache, ALWAYS)
    for _ in range(20):
        directory.services()
    left = [thread for thread in threading.enumerate() if thread.name == "directory" or isinstance(thread, Timer)]
    for thread in left:
        thread.join(30)
        assert not thread.is_alive()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "contents", "x"]), inner),
    max_leaves=8,
)


@given(page=st.fixed_dictionaries({"contents": JSON}, optional={"last_page": JSON, "total_pages": JSON}) | JSON)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_json_at_all_breaks_it(server, tmp_path_factory, page):
    body = json.dumps(page).encode()
    server.respond = lambda handler: handler.answer(body)
    try:
        found = Directory(server.url, tmp_path_factory.mktemp("var") / "directory.json", ALWAYS).services().services
        assert all(isinstance(service["id"], str) for service in found)
    except DirectoryUnavailable:
        pass
