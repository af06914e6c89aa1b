"""Only Meta is listened to: what is not signed with the app's secret is refused; what is signed crashes nothing."""

import hashlib
import hmac
import json
import socket
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.whatsapp.channel.conftest import Channel, Person
from tests.whatsapp.payloads import BODIES, body, change, of, tap, wired
from tests.whatsapp.sandbox import SECRETS, wait_for

TIMEOUT = 30
MEGABYTE = 1024 * 1024
SIGNATURE = "X-Hub-Signature-256"


def signature(raw: bytes, secret: str = SECRETS["WHATSAPP_APP_SECRET"]) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post(channel: Channel, raw: bytes, signed: str | bytes | None) -> int:
    """Post a body as anybody could; the status of the answer."""
    headers = {"Content-Type": "application/json", **({} if signed is None else {SIGNATURE: signed})}
    return requests.post(channel.sandbox.webhook, data=raw, headers=headers, timeout=TIMEOUT).status_code


def kept(channel: Channel) -> int:
    """How many messages ever came in."""
    return int(channel.rows("SELECT count(*) FROM inbox")[0][0])


MESSAGE = json.dumps(of(wired(tap("/menu/main"), "wamid.stranger"))).encode()
DIGEST = signature(MESSAGE).partition("=")[2]
WRONG: dict[str, str | bytes | None] = {
    "missing": None,
    "empty": "",
    "of another secret": signature(MESSAGE, "another"),
    "of an empty secret": signature(MESSAGE, ""),
    "of another body": signature(MESSAGE + b" "),
    "of an algorithm that is broken": "sha1=" + hmac.new(b"invented-app-secret", MESSAGE, hashlib.sha1).hexdigest(),
    "algorithm without a signature": "sha256=",
    "shortened": f"sha256={DIGEST[:-1]}",
    "lengthened": f"sha256={DIGEST}0",
    "in capitals": f"SHA256={DIGEST.upper()}",
    "twice": f"sha256={DIGEST},sha256={DIGEST}",
    "outside ASCII": "sha256=é".encode(),
    "not even text": b"sha256=\xff\xfe",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_signed_is_refused_and_not_kept(channel: Channel, name: str) -> None:
    before = kept(channel)
    assert post(channel, MESSAGE, WRONG[name]) == 403
    assert kept(channel) == before


def test_what_is_signed_is_kept(channel: Channel) -> None:
    """The other side of the test above: the same message, with the right signature."""
    before = kept(channel)
    assert post(channel, MESSAGE, signature(MESSAGE)) == 200
    assert kept(channel) == before + 1
    channel.settle()


def test_what_was_changed_on_the_way_is_refused(channel: Channel) -> None:
    same = json.dumps(json.loads(MESSAGE), indent=1).encode()
    assert post(channel, same, signature(MESSAGE)) == 403


def verified(channel: Channel, **query: str) -> requests.Response:
    named = {f"hub.{name}": value for name, value in query.items()}
    return requests.get(channel.sandbox.webhook, params=named, timeout=TIMEOUT)


def test_the_address_is_verified_with_our_word(channel: Channel) -> None:
    right = {"mode": "subscribe", "verify_token": SECRETS["WHATSAPP_VERIFY_TOKEN"]}
    answer = verified(channel, **right, challenge="<b>1158201444</b>")
    assert (answer.status_code, answer.text) == (200, "<b>1158201444</b>")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe"},
        {"mode": "subscribe", "verify_token": "another"},
        {"mode": "subscribe", "verify_token": "é"},
        {"mode": "unsubscribe", "verify_token": SECRETS["WHATSAPP_VERIFY_TOKEN"]},
        {"verify_token": SECRETS["WHATSAPP_VERIFY_TOKEN"]},
    ],
)
def test_the_address_is_not_verified_for_others(channel: Channel, query: dict[str, str]) -> None:
    answer = verified(channel, **query, challenge="1158201444")
    assert answer.status_code == 403
    assert "1158201444" not in answer.text
    assert "WHATSAPP_VERIFY_TOKEN" in answer.text, "it says what the operator has to mend"


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe\xff", b"[" * 100_000, b'{"entry": 9' + b"9" * 5_000 + b"}"])
def test_what_is_no_json_is_refused(channel: Channel, raw: bytes) -> None:
    assert post(channel, raw, signature(raw)) == 400


def test_what_is_too_large_is_refused(channel: Channel) -> None:
    most, more = (json.dumps("x" * (3 * MEGABYTE - 2 + extra)).encode() for extra in (0, 1))
    assert post(channel, most, signature(most)) == 200
    assert post(channel, more, signature(more)) == 413


def test_what_is_too_large_is_refused_in_chunks_too(channel: Channel) -> None:
    chunk = b"x" * MEGABYTE
    answer = requests.post(channel.sandbox.webhook, data=iter([chunk] * 4), timeout=TIMEOUT)
    assert answer.status_code == 413


def exchange(channel: Channel, head: str, content: bytes) -> bytes:
    """Send a request whose head says what it likes; what comes back."""
    place = urlsplit(channel.sandbox.webhook)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=TIMEOUT) as line:
        line.sendall(f"POST {place.path} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + content)
        return line.recv(65536)


@pytest.mark.parametrize("length", ["-5", "²", "1_0", "+7", "five", "5, 5"])
def test_a_length_that_is_none_stops_nobody(channel: Channel, length: str) -> None:
    assert exchange(channel, f"Content-Length: {length}", b"a body of 17 byte").startswith(b"HTTP/1.1 400")
    assert verified(channel).status_code == 403


def test_a_length_that_is_too_short_cuts_the_signed_body(channel: Channel) -> None:
    head = f"Content-Length: {len(MESSAGE) - 5}\r\nConnection: close\r\n{SIGNATURE}: {signature(MESSAGE)}"
    assert exchange(channel, head, MESSAGE).startswith(b"HTTP/1.1 403")


def test_chunks_that_are_none(channel: Channel) -> None:
    assert exchange(channel, "Transfer-Encoding: chunked", b"zz\r\nabc\r\n").startswith(b"HTTP/1.1 400")


def test_a_line_that_breaks_in_the_middle_leaves_the_channel_well(channel: Channel) -> None:
    place = urlsplit(channel.sandbox.webhook)
    with socket.create_connection((str(place.hostname), int(place.port or 0))) as line:
        line.sendall(f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{".encode())
    assert verified(channel).status_code == 403


STATUSES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["sent", "read", "failed", "refused", "sending"]) | st.text(max_size=5),
        "biz_opaque_callback_data": st.sampled_from(
            [f"{'a' * 32}.0", f"{'a' * 32}.999999", "\ud800.1", "\x00.1", ".0"]
        ),
    },
    optional={"errors": st.lists(st.fixed_dictionaries({"code": st.integers() | st.text(max_size=3)}), max_size=2)},
)


@settings(max_examples=70, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES)
def test_any_signed_json_is_taken(channel: Channel, payload: object) -> None:
    raw = json.dumps(payload).encode()
    assert post(channel, raw, signature(raw)) == 200


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STATUSES, min_size=1, max_size=3))
def test_any_signed_status_is_taken(channel: Channel, statuses: list[dict[str, object]]) -> None:
    raw = json.dumps(body([change(statuses=statuses)])).encode()
    assert post(channel, raw, signature(raw)) == 200


def test_the_channel_is_well_afterwards(channel: Channel, person: Person) -> None:
    """Nothing of the above is owed for ever, or keeps what comes after it from being written."""
    person.send(tap("/menu/main"))
    channel.settle()
    states = "SELECT DISTINCT state FROM deliveries WHERE sender_id = :sender"
    wait_for(lambda: channel.rows(states, sender=channel.sender_id(person)), lambda rows: rows == [("read",)])
    assert "Traceback" not in channel.assistant.log.read_text(encoding="utf-8")
