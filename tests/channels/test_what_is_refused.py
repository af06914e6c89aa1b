"""Requests that are not done: each says why in the person's language, and nothing breaks."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.web import TIMEOUT, Client, error_of, text_of
from tests.conftest import Assistant, start_assistant, stop


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant with narrow limits, behind one proxy."""
    started = start_assistant(
        tmp_path_factory.mktemp("strict"), WEB_RATE_SESSION="3", WEB_RATE_ADDRESS="12", WEB_PROXIES="1"
    )
    yield started
    stop(started)


BODIES = ["", "null", "[]", '"text"', "{", "\x00", "[" * 5000, "é".encode("latin-1")]


@pytest.mark.parametrize("path", ["session", "message", "history", "feedback"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_object(page: Client, path: str, body: str | bytes) -> None:
    raw = body if isinstance(body, bytes) else body.encode()
    assert error_of(page.post(path, raw))[0] in (400, 401)


@pytest.mark.parametrize("text", [None, 7, ["a"], {"a": "b"}])
def test_a_message_that_is_no_text(page: Client, text: object) -> None:
    body = {"session": page.session, "id": "12345678", "text": text}
    assert error_of(page.post("message", body)) == (400, "bad_request")


@pytest.mark.parametrize("client_id", [None, 12345678, "", "short", "a" * 65, "with space 1", "é" * 10, "../../etc1"])
def test_a_message_without_a_usable_id(page: Client, client_id: object) -> None:
    body = {"session": page.session, "id": client_id, "text": "bonjour"}
    assert error_of(page.post("message", body)) == (400, "bad_request")


def test_the_sentence_is_in_the_language_of_the_page(assistant: Assistant) -> None:
    said = [
        Client(assistant.site).post("message", {"language": language}).json()["error"]["message"]
        for language in ("fr", "ar")
    ]
    assert "conversation" in said[0] and "المحادثة" in said[1]


def test_a_body_over_8_kilobytes(page: Client) -> None:
    assert error_of(page.post("message", b"x" * 8193)) == (413, "too_large")


def test_a_body_that_does_not_say_how_long_it_is(page: Client) -> None:
    chunks = (b"x" * 1024 for _ in range(9))
    response = requests.post(f"{page.site}/webhooks/web/message", data=chunks, timeout=60)
    assert error_of(response) == (413, "too_large")


def test_a_text_over_1000_characters_gets_a_kind_reply_with_numbers_and_is_no_turn(page: Client) -> None:
    reply = page.say("a" * 1001)
    assert "1 000" in text_of(reply) and "19" in text_of(reply) and reply["id"] is None
    assert page.history() == []
    assert page.say("é" * 1000)["id"]


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "https://", "//x", "http://[", "https://127.0.0.1:1"]
)
def test_a_page_of_a_site_that_is_not_listed(page: Client, origin: str) -> None:
    response = page.post("session", {}, Origin=origin)
    assert error_of(response) == (403, "origin")
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_listed_site_and_our_own_page_may(page: Client, other_site: str) -> None:
    for origin in (other_site, page.site):
        response = page.post("session", {}, Origin=origin)
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_browsers_first_question_is_answered_for_listed_sites_only(page: Client, other_site: str) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    address = f"{page.site}/webhooks/web/message"
    allowed = requests.options(address, headers={"Origin": other_site, **ask}, timeout=60)
    assert allowed.headers["Access-Control-Allow-Origin"] == other_site
    assert allowed.headers["Access-Control-Allow-Headers"] == "Content-Type"
    refused = requests.options(address, headers={"Origin": "https://elsewhere.example", **ask}, timeout=60)
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_too_many_messages_of_one_session(strict: Assistant) -> None:
    page = Client(strict.site)
    page.session = page.post("session", {}, **{"X-Forwarded-For": "198.51.100.1"}).json()["session"]
    send = lambda n: page.post(  # noqa: E731
        "message",
        {"session": page.session, "id": f"message-{n}", "text": "bonjour"},
        **{"X-Forwarded-For": f"198.51.100.{n + 2}"},
    )
    assert [send(n).status_code for n in range(3)] == [200, 200, 200]
    refused = send(3)
    assert error_of(refused) == (429, "too_many")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["error"]["retry"] is True


def test_too_many_requests_of_one_address_leave_others_alone(strict: Assistant) -> None:
    page = Client(strict.site)
    statuses = [page.post("session", {}, **{"X-Forwarded-For": "203.0.113.7"}).status_code for _ in range(13)]
    assert statuses == [200] * 12 + [429]
    assert page.post("session", {}, **{"X-Forwarded-For": "203.0.113.8"}).status_code == 200


@pytest.mark.long
def test_without_proxies_nobody_names_another_address(tmp_path: Path) -> None:
    started = start_assistant(tmp_path, WEB_RATE_ADDRESS="2")
    try:
        page = Client(started.site)
        named = [page.post("session", {}, **{"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(3)]
        assert named == [200, 200, 429]
    finally:
        stop(started)


def test_feedback_is_for_replies_of_the_same_conversation(page: Client, assistant: Assistant) -> None:
    mine = page.say("comment renouveler ma carte de séjour ?")["id"]
    other = Client(assistant.site).begin()
    for reply in (mine, "x", None, 5):
        body = {"session": other.session, "reply": reply, "verdict": "up"}
        assert error_of(other.post("feedback", body)) == (400, "bad_request")
    body = {"session": page.session, "reply": mine, "verdict": "sideways"}
    assert error_of(page.post("feedback", body)) == (400, "bad_request")


def exchange(site: str, raw: bytes) -> bytes:
    """Send bytes, and give what comes back until the server closes or falls silent."""
    place = urlsplit(site)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=TIMEOUT) as line:
        line.sendall(raw)
        return line.recv(65536)


@pytest.mark.parametrize("length", ["-5", "²", "1_0", "+7", "five", "5, 5"])
@pytest.mark.parametrize("path", ["/", "/webhooks/web/session", "/webhooks/rest/webhook"])
def test_a_length_that_is_none_stops_nobody(page: Client, path: str, length: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert exchange(page.site, head.encode() + b"a body of 17 byte").startswith(b"HTTP/1.1 400")
    assert requests.get(f"{page.site}/webhooks/web/health", timeout=TIMEOUT).status_code == 200


HEADS = {
    "a length of 5,000 digits": "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: " + "9" * 5_000,
    "two lengths": "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 9",
    "a length and chunks": "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
    "a coding that nobody knows": "POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip",
    "chunks in capitals": "POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked",
    "half a host": "POST {path} HTTP/1.1\r\nContent-Length: 2\r\nHost: [",
    "two hosts": "POST {path} HTTP/1.1\r\nContent-Length: 2\r\nHost: x\r\nHost: y",
    "half an address": "GET http://[ HTTP/1.1\r\nHost: x",
    "an address outside ASCII": "GET {path}\xe9 HTTP/1.1\r\nHost: x",
    "no address": "GET\r\nHost: x",
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("path", ["/", "/webhooks/web/session", "/webhooks/rest/webhook"])
def test_a_head_that_sanic_stumbles_over(page: Client, path: str, name: str) -> None:
    head = HEADS[name].format(path=path).encode("latin-1")
    assert exchange(page.site, head + b"\r\n\r\n{}").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("host", ["127.0.0.1:5005", "localhost", "[::1]:5005", "a-b.example.org:", ""])
def test_hosts_that_are_some(page: Client, host: str) -> None:
    head = f"POST /webhooks/web/session HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}"
    assert exchange(page.site, head.encode()).startswith(b"HTTP/1.1 200")


def test_chunks_that_are_none(page: Client) -> None:
    head = b"POST /webhooks/web/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = exchange(page.site, head + b"zz\r\nabc\r\n")
    assert answer.startswith(b"HTTP/1.1 400") and b'"bad_request"' in answer


def test_a_line_that_breaks_in_the_middle_leaves_the_server_well(page: Client) -> None:
    place = urlsplit(page.site)
    with socket.create_connection((str(place.hostname), int(place.port or 0))) as line:
        line.sendall(b"POST /webhooks/web/message HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    assert page.say("bonjour")["parts"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["session", "message", "history", "feedback"]),
    st.dictionaries(st.sampled_from(["id", "text", "language", "reply", "verdict", "session", "x"]), JSON),
)
def test_any_json_gets_an_answer_that_is_no_crash(page: Client, path: str, body: dict[str, object]) -> None:
    body = {"session": page.session, **body}
    response = page.post(path, json.dumps(body).encode())
    assert response.status_code in (200, 400, 401, 413), response.text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_gets_a_reply(page: Client, text: str) -> None:
    assert page.say(text)["parts"]


def test_half_a_character_gets_a_reply(page: Client) -> None:
    raw = json.dumps({"session": page.session, "id": "half-a-character", "text": "\ud83d bonjour"}).encode()
    assert page.post("message", raw).status_code == 200
    assert page.history()
