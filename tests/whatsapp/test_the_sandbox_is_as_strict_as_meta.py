"""The sandbox refuses what Meta refuses, delivers as Meta delivers, and fails as it is told.

Otherwise a channel that passes its tests would fail with real people.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright
from pywa import WhatsApp
from pywa.errors import InvalidParameter
from pywa.types import Button

from tests.conftest import free_port
from tests.whatsapp.sandbox import PATIENCE, SECRETS, Sandbox, run, started, wait_for
from tools.browser import MEND, find
from tools.whatsapp_sandbox.app import PAGE

AWA, OMAR = "212600000001", "212600000002"
HOUR = 3600
Object = dict[str, Any]


class Receiver(ThreadingHTTPServer):
    """A real webhook that keeps what it gets.

    Attributes:
        bodies: raw bodies of all requests, those it did not accept included.
        signatures: their signatures.
        answers: statuses of the next answers; afterwards 200.
        knows_token: whether it passes the verification.
        gate: answers wait while it is closed.
        most_at_once: how many requests waited at the same time.
    """

    daemon_threads = True
    request_queue_size = 200

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.at_once = 0
        self.clear()

    def clear(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        self.knows_token = True
        self.most_at_once = 0
        self.gate.set()

    def take(self, raw: bytes, signature: str) -> int:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.bodies.append(raw)
            self.signatures.append(signature)
            status = self.answers.pop(0) if self.answers else 200
        self.gate.wait(PATIENCE)
        with self.lock:
            self.at_once -= 1
        return status

    def values(self) -> list[Object]:
        """Values of all changes, in the order in which they came."""
        payloads = [json.loads(raw) for raw in self.bodies]
        return [change["value"] for payload in payloads for entry in payload["entry"] for change in entry["changes"]]

    def messages(self) -> list[Object]:
        return [message for value in self.values() for message in value.get("messages", [])]

    def statuses(self) -> list[Object]:
        return [status for value in self.values() for status in value.get("statuses", [])]


class Answer(BaseHTTPRequestHandler):
    """Closes the line after each answer, as HTTP/1.0 does: on one that is kept, the sandbox would still reach a
    receiver that has ended, and the tests after these miss what it is told."""

    server: Receiver

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        right = query["hub.verify_token"] == SECRETS["WHATSAPP_VERIFY_TOKEN"] and query["hub.mode"] == "subscribe"
        self._answer(*((200, query["hub.challenge"]) if right and self.server.knows_token else (403, "")))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(self.server.take(raw, self.headers["X-Hub-Signature-256"]))

    def _answer(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Tests have no use for a log."""


@contextmanager
def listening(address: str) -> Iterator[Receiver]:
    """A webhook at an address of loopback, as long as the block."""
    receiver = Receiver(urlsplit(address).port or 0)
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        receiver.shutdown()
        thread.join()
        receiver.server_close()


@pytest.fixture(scope="module")
def _shared_receiver(_shared_sandbox: Sandbox) -> Iterator[Receiver]:
    with listening(_shared_sandbox.webhook) as receiver:
        yield receiver


@pytest.fixture
def webhook(sandbox: Sandbox, _shared_receiver: Receiver) -> Receiver:
    """A webhook that is verified and got nothing yet."""
    assert sandbox.verify()
    _shared_receiver.clear()
    return _shared_receiver


def post(sandbox: Sandbox, body: object, token: str | None = None, **more: Any) -> requests.Response:
    """Call the Graph side as the channel does."""
    phone_id = more.pop("phone_id", sandbox.phone_id)
    headers = {"Authorization": f"Bearer {token or sandbox.token}"}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"{sandbox.graph}/{phone_id}/messages"
    return requests.post(address, data=raw, headers=headers, timeout=more.pop("timeout", PATIENCE))


def outgoing(kind: str, content: object, **more: Any) -> Object:
    return {"messaging_product": "whatsapp", "to": AWA, "type": kind, kind: content, **more}


def text(body: object = "Bonjour", **more: Any) -> Object:
    return outgoing("text", {"body": body}, **more)


def interactive(kind: str, action: Object, body: str = "?", **more: Any) -> Object:
    return outgoing("interactive", {"type": kind, "body": {"text": body}, "action": action, **more})


def buttons(*replies: tuple[str, str], **more: Any) -> Object:
    """Reply buttons; each is its id and its title."""
    action = {"buttons": [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in replies]}
    return interactive("button", action, **more)


def rows(count: int, **first: str) -> list[Object]:
    found: list[Object] = [{"id": f"row {number}", "title": f"Row {number}"} for number in range(count)]
    found[0] |= first
    return found


def sections(*found: Object, button: str = "Menu") -> Object:
    return interactive("list", {"button": button, "sections": list(found)})


def choices(count: int, **first: str) -> Object:
    return sections({"rows": rows(count, **first)})


def code(answer: requests.Response) -> int:
    assert answer.status_code == 400, answer.text
    return int(answer.json()["error"]["code"])


# What is allowed at its edge, and one step beyond.
LIMITS: dict[str, tuple[Object, Object]] = {
    "text": (text("é" * 4096), text("é" * 4097)),
    "text is there": (text("a"), text("")),
    "body": (buttons(("a", "A"), body="ب" * 1024), buttons(("a", "A"), body="ب" * 1025)),
    "body is there": (buttons(("a", "A"), body="a"), buttons(("a", "A"), body="")),
    "header": (
        buttons(("a", "A"), header={"type": "text", "text": "h" * 60}),
        buttons(("a", "A"), header={"type": "text", "text": "h" * 61}),
    ),
    "footer": (buttons(("a", "A"), footer={"text": "f" * 60}), buttons(("a", "A"), footer={"text": "f" * 61})),
    "buttons": (buttons(*[(n, n) for n in "abc"]), buttons(*[(n, n) for n in "abcd"])),
    "a button at least": (buttons(("a", "A")), buttons()),
    "button title": (buttons(("a", "😀" * 20)), buttons(("a", "😀" * 21))),
    "button title is there": (buttons(("a", "A")), buttons(("a", ""))),
    "button id": (buttons(("i" * 256, "A")), buttons(("i" * 257, "A"))),
    "button id is there": (buttons(("i", "A")), buttons(("", "A"))),
    "button titles differ": (buttons(("a", "A"), ("b", "a")), buttons(("a", "A"), ("b", "A"))),
    "button ids differ": (buttons(("a", "A"), ("b", "B")), buttons(("a", "A"), ("a", "B"))),
    "button id without a space before": (buttons(("a b", "A")), buttons((" a", "A"))),
    "button id without a space after": (buttons(("a b", "A")), buttons(("a ", "A"))),
    "list button": (
        sections({"rows": rows(1)}, button="b" * 20),
        sections({"rows": rows(1)}, button="b" * 21),
    ),
    "rows": (choices(10), choices(11)),
    "rows of all sections": (
        sections({"title": "1", "rows": rows(10)[:5]}, {"title": "2", "rows": rows(10)[5:]}),
        sections({"title": "1", "rows": rows(11)[:5]}, {"title": "2", "rows": rows(11)[5:]}),
    ),
    "a row at least": (choices(1), sections({"rows": []})),
    "sections": (
        sections(*[{"title": str(n), "rows": [row]} for n, row in enumerate(rows(10))]),
        sections(*[{"title": str(n), "rows": [row]} for n, row in enumerate(rows(11))]),
    ),
    "section title": (
        sections({"title": "s" * 24, "rows": rows(1)}),
        sections({"title": "s" * 25, "rows": rows(1)}),
    ),
    "row title": (choices(1, title="t" * 24), choices(1, title="t" * 25)),
    "row description": (choices(1, description="d" * 72), choices(1, description="d" * 73)),
    "row id": (choices(1, id="i" * 200), choices(1, id="i" * 201)),
    "row ids differ": (choices(2, id="row 2"), choices(2, id="row 1")),
    "callback data": (
        text(biz_opaque_callback_data="b" * 512),
        text(biz_opaque_callback_data="b" * 513),
    ),
    "latitude": (
        outgoing("location", {"latitude": 90, "longitude": 0}),
        outgoing("location", {"latitude": 90.001, "longitude": 0}),
    ),
    "longitude": (
        outgoing("location", {"latitude": 0, "longitude": -180}),
        outgoing("location", {"latitude": 0, "longitude": -180.001}),
    ),
    "link": (outgoing("image", {"link": "https://example.org/a"}), outgoing("image", {"link": "example.org/a"})),
    "number": (text(to="+212 600-00 00 01"), text(to="Awa")),
    "user id": (
        {**text(), "to": None, "recipient": "MA.13491208655302741918"},
        {**text(), "to": None, "recipient": "13491208655302741918"},
    ),
    "product": (text(), text(messaging_product="messenger")),
}

MISSING: dict[str, Object] = {
    "product": {key: value for key, value in text().items() if key != "messaging_product"},
    "recipient": {key: value for key, value in text().items() if key != "to"},
    "content": {key: value for key, value in text().items() if key != "text"},
    "text": outgoing("text", {}),
    "action": outgoing("interactive", {"type": "button", "body": {"text": "?"}}),
    "title of one of several sections": sections({"title": "1", "rows": rows(2)[:1]}, {"rows": rows(2)[1:]}),
    "row id": sections({"rows": [{"title": "Row"}]}),
    "longitude": outgoing("location", {"latitude": 33.6}),
    "audio": outgoing("audio", {}),
}

MALFORMED: dict[str, object] = {
    "no JSON": b"{",
    "no end of brackets": b"[" * 100_000,
    "no object": [],
    "text is a number": text(7),
    "content is a text": outgoing("text", "Bonjour"),
    "sections are an object": interactive("list", {"button": "Menu", "sections": {}}),
    "latitude is a word": outgoing("location", {"latitude": "north", "longitude": 0}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_at_the_edge_is_accepted_and_one_step_beyond_is_refused(sandbox: Sandbox, name: str) -> None:
    allowed, beyond = LIMITS[name]
    assert post(sandbox, allowed).status_code == 200
    assert code(post(sandbox, beyond)) == 131009
    assert [sent["message"] for sent in sandbox.sent()] == [allowed]


def test_too_many_sections_are_named_and_not_only_their_rows(sandbox: Sandbox) -> None:
    answer = post(sandbox, LIMITS["sections"][1])
    assert "sections count" in answer.json()["error"]["error_data"]["details"]


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_named(sandbox: Sandbox, name: str) -> None:
    answer = post(sandbox, MISSING[name])
    assert code(answer) == 131008
    assert answer.json()["error"]["error_data"]["details"]


@pytest.mark.parametrize("name", MALFORMED)
def test_what_has_the_wrong_form_is_refused(sandbox: Sandbox, name: str) -> None:
    assert code(post(sandbox, MALFORMED[name])) == 100


def test_an_unknown_type_of_message_is_refused(sandbox: Sandbox) -> None:
    assert code(post(sandbox, outgoing("telegram", {}))) == 131051


def test_a_refusal_has_metas_form(sandbox: Sandbox) -> None:
    error = post(sandbox, text("")).json()["error"]
    trace = error.pop("fbtrace_id")
    assert trace
    assert error == {
        "message": "(#131009) Parameter value is not valid",
        "type": "OAuthException",
        "code": 131009,
        "error_data": {
            "messaging_product": "whatsapp",
            "details": "text['body'] length invalid. Min length: 1, Max length: 4096",
        },
    }
    assert [(call["status"], call["code"], call["injected"]) for call in sandbox.refused()] == [(400, 131009, False)]


def test_a_wrong_token_is_refused_before_all_else(sandbox: Sandbox) -> None:
    answer = post(sandbox, b"{", token="wrong")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    assert sandbox.sent() == []


def test_an_unknown_number_of_the_business_is_refused(sandbox: Sandbox) -> None:
    assert code(post(sandbox, text(), phone_id="100000000000008")) == 100


def test_the_answer_names_the_recipient_and_an_id_that_holds_their_number(sandbox: Sandbox) -> None:
    answer = post(sandbox, text(to=f"+{AWA}")).json()
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": f"+{AWA}", "wa_id": AWA}]
    wamid = answer["messages"][0]["id"]
    assert AWA.encode() in base64.b64decode(wamid.removeprefix("wamid."))
    assert wamid != post(sandbox, text(to=f"+{AWA}")).json()["messages"][0]["id"]


def upload(sandbox: Sandbox, content: bytes, kind: str) -> requests.Response:
    return requests.post(
        f"{sandbox.graph}/{sandbox.phone_id}/media",
        headers={"Authorization": f"Bearer {sandbox.token}"},
        files={"file": ("voice", content, kind), "messaging_product": (None, "whatsapp"), "type": (None, kind)},
        timeout=PATIENCE,
    )


def test_a_sound_is_sent_by_the_id_of_its_upload(sandbox: Sandbox) -> None:
    known = upload(sandbox, b"OggS", "audio/ogg; codecs=opus").json()["id"]
    assert post(sandbox, outgoing("audio", {"id": known})).status_code == 200
    assert code(post(sandbox, outgoing("audio", {"id": "1"}))) == 131009


def test_a_sound_may_have_16_mb_and_no_more(sandbox: Sandbox) -> None:
    assert upload(sandbox, bytes(16 * 1024 * 1024), "audio/mpeg").status_code == 200
    assert code(upload(sandbox, bytes(16 * 1024 * 1024 + 1), "audio/mpeg")) == 100


def test_a_file_of_an_unknown_type_is_refused(sandbox: Sandbox) -> None:
    assert code(upload(sandbox, b"RIFF", "audio/wav")) == 100


def test_reading_and_typing_need_the_id_of_a_persons_message(sandbox: Sandbox, webhook: Receiver) -> None:
    wamid = sandbox.say(AWA, "salam")
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert post(sandbox, read).json() == {"success": True}
    assert post(sandbox, {**read, "typing_indicator": {"type": "text"}}).json() == {"success": True}
    assert [(seen["id"], seen["typing"]) for seen in sandbox.reads()] == [(wamid, False), (wamid, True)]
    own = post(sandbox, text()).json()["messages"][0]["id"]
    for unknown in (own, "wamid.AAAA", 7):
        assert code(post(sandbox, {**read, "message_id": unknown})) == 131009
    assert code(post(sandbox, {**read, "typing_indicator": {"type": "audio"}})) == 100
    assert len(sandbox.reads()) == 2


def test_a_real_client_understands_it(sandbox: Sandbox) -> None:
    with httpx.Client() as session:
        client = WhatsApp(phone_id=sandbox.phone_id, token=sandbox.token, session=session)
        session.base_url = httpx.URL(sandbox.graph)
        sent = client.send_message(to=AWA, text="?", buttons=[Button("Oui", "yes"), Button("Non", "no")])
        assert [found["id"] for found in sandbox.sent(AWA)] == [sent.id]
        with pytest.raises(InvalidParameter, match="Button title length invalid"):
            client.send_message(to=AWA, text="?", buttons=[Button("x" * 21, "yes")])


def test_within_24_hours_a_message_is_sent_delivered_and_read(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam", timestamp=int(time.time()) - 23 * HOUR)
    wamid = post(sandbox, text(biz_opaque_callback_data="turn 7")).json()["messages"][0]["id"]
    sandbox.wait_until_delivered()
    found = webhook.statuses()
    assert [status["status"] for status in found] == ["sent", "delivered", "read"]
    assert {(status["id"], status["recipient_id"]) for status in found} == {(wamid, AWA)}
    assert {status["biz_opaque_callback_data"] for status in found} == {"turn 7"}


@pytest.mark.parametrize("ago", [25 * HOUR, None])
def test_after_24_hours_or_without_a_message_it_is_accepted_and_fails(
    sandbox: Sandbox, webhook: Receiver, ago: int | None
) -> None:
    if ago:
        sandbox.say(AWA, "salam", timestamp=int(time.time()) - ago)
    answer = post(sandbox, text())
    assert answer.status_code == 200
    sandbox.wait_until_delivered()
    (status,) = webhook.statuses()
    assert (status["id"], status["status"]) == (answer.json()["messages"][0]["id"], "failed")
    assert status["errors"][0]["code"] == 131047


def test_a_clock_ahead_closes_the_window(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam")
    sandbox.set_faults(clock_ahead=25 * HOUR)
    post(sandbox, text())
    sandbox.wait_until_delivered()
    assert [status["status"] for status in webhook.statuses()] == ["failed"]


def test_a_message_of_a_person_comes_as_metas_payload(sandbox: Sandbox, webhook: Receiver) -> None:
    wamid = sandbox.say(AWA, "salam", name="Awa", timestamp=1_700_000_000)
    sandbox.wait_until_delivered()
    (payload,) = [json.loads(raw) for raw in webhook.bodies]
    assert payload["object"] == "whatsapp_business_account"
    (change,) = payload["entry"][0]["changes"]
    value = change["value"]
    assert change["field"] == "messages"
    assert value["metadata"]["phone_number_id"] == sandbox.phone_id
    (contact,) = value["contacts"]
    assert (contact["profile"]["name"], contact["wa_id"]) == ("Awa", AWA)
    assert value["messages"] == [
        {
            "from": AWA,
            "from_user_id": contact["user_id"],
            "id": wamid,
            "timestamp": "1700000000",
            "type": "text",
            "text": {"body": "salam"},
        }
    ]


def test_the_signature_is_that_of_the_raw_body_which_is_escaped(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "Café / قهوة 😀")
    sandbox.wait_until_delivered()
    (raw,) = webhook.bodies
    assert rb"Caf\u00e9 \/ \u0642" in raw and raw.isascii()
    assert webhook.messages()[0]["text"]["body"] == "Café / قهوة 😀"

    def signed(body: bytes) -> str:
        return "sha256=" + hmac.new(sandbox.app_secret.encode(), body, hashlib.sha256).hexdigest()

    assert webhook.signatures == [signed(raw)]
    assert signed(json.dumps(json.loads(raw)).encode()) != webhook.signatures[0]


def test_any_message_is_passed_on_with_what_it_quotes(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam")
    asked = post(sandbox, buttons(("yes", "Oui"))).json()["messages"][0]["id"]
    pressed = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "yes"}}}
    sandbox.send(AWA, pressed, context={"id": asked})
    sandbox.say(AWA, "vu", context={"forwarded": True})
    sandbox.wait_until_delivered()
    by_type = {message["type"]: message for message in webhook.messages()}
    assert by_type["interactive"]["interactive"] == pressed["interactive"]
    assert by_type["interactive"]["context"]["id"] == asked
    assert by_type["interactive"]["context"]["from"] == webhook.values()[0]["metadata"]["display_phone_number"]
    assert [message.get("context") for message in webhook.messages()].count({"forwarded": True}) == 1


def test_who_hides_their_number_is_known_and_answered_by_user_id(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam", only_user_id=True)
    sandbox.wait_until_delivered()
    assert AWA.encode() not in webhook.bodies[0]
    user = webhook.messages()[0]["from_user_id"]
    assert re.fullmatch(r"MA\.\d+", user)
    answer = post(sandbox, {**text(), "to": None, "recipient": user}).json()
    assert answer["contacts"] == [{"input": user, "user_id": user}]
    sandbox.wait_until_delivered()
    assert {status["recipient_user_id"] for status in webhook.statuses()} == {user}
    assert not any("recipient_id" in status for status in webhook.statuses())
    assert len(sandbox.sent(user)) == len(sandbox.sent(AWA)) == 1
    assert sandbox.sent(OMAR) == []


def test_who_is_only_known_by_user_id_stays_so(sandbox: Sandbox, webhook: Receiver) -> None:
    answer = post(sandbox, {**text(), "to": None, "recipient": "MA.13491208655302741918"}).json()
    assert answer["contacts"] == [{"input": "MA.13491208655302741918", "user_id": "MA.13491208655302741918"}]
    sandbox.wait_until_delivered()
    (status,) = webhook.statuses()
    assert status["recipient_user_id"] == "MA.13491208655302741918" and "recipient_id" not in status


def test_a_webhook_is_tried_again_until_it_says_200(sandbox: Sandbox, webhook: Receiver) -> None:
    webhook.answers = [500, 202]
    sandbox.say(AWA, "salam")
    found = sandbox.wait_until_delivered()
    assert (found["acknowledged"], found["refused"], len(found["seconds"])) == (1, 2, 1)
    assert len(webhook.bodies) == 3 and len(set(webhook.bodies)) == 1


def test_a_webhook_that_comes_late_is_verified_and_gets_what_waited() -> None:
    address = f"http://127.0.0.1:{free_port()}/webhook"
    with started(address) as sandbox:
        sandbox.say(AWA, "salam")
        wait_for(lambda: sandbox.log.read_text(encoding="utf-8"), lambda log: "No answer from the webhook" in log)
        assert sandbox.deliveries()["verified"] is False
        with listening(address) as webhook:
            sandbox.wait_until_delivered()
            assert sandbox.deliveries()["verified"] is True
            assert [message["text"]["body"] for message in webhook.messages()] == ["salam"]


def test_a_webhook_that_fails_its_verification_gets_nothing() -> None:
    address = f"http://127.0.0.1:{free_port()}/webhook"
    with listening(address) as webhook:
        webhook.knows_token = False
        with started(address) as sandbox:
            sandbox.say(AWA, "salam")
            wait_for(lambda: sandbox.log.read_text(encoding="utf-8"), lambda log: "WHATSAPP_VERIFY_TOKEN" in log)
            assert sandbox.verify() is False
            assert sandbox.deliveries()["undelivered"] == 1 and webhook.bodies == []
            webhook.knows_token = True
            assert sandbox.verify() is True
            sandbox.wait_until_delivered()
            assert len(webhook.bodies) == 1


def test_at_most_a_hundred_requests_are_in_flight(sandbox: Sandbox, webhook: Receiver) -> None:
    webhook.gate.clear()
    for number in range(120):
        sandbox.say(AWA, str(number))
    wait_for(lambda: webhook.at_once, lambda count: count >= 100)
    assert sandbox.deliveries()["undelivered"] == 120
    webhook.gate.set()
    sandbox.wait_until_delivered()
    assert webhook.most_at_once == 100
    assert {message["text"]["body"] for message in webhook.messages()} == {str(number) for number in range(120)}


def test_a_raw_payload_is_signed_and_sent_once_as_it_is(sandbox: Sandbox, webhook: Receiver) -> None:
    webhook.answers = [500]
    assert sandbox.post_webhook('{ "é": [] }'.encode())["status"] == 500
    assert sandbox.post_webhook({"object": "page"})["status"] == 200
    assert webhook.bodies == ['{ "é": [] }'.encode(), b'{"object": "page"}']
    expected = hmac.new(sandbox.app_secret.encode(), webhook.bodies[0], hashlib.sha256).hexdigest()
    assert webhook.signatures[0] == f"sha256={expected}"


def test_duplicates_come_only_when_asked_for(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "once")
    sandbox.wait_until_delivered()
    sandbox.set_faults(duplicates=1, duplicate_delay=[0, 0.2])
    sandbox.say(AWA, "twice")
    sandbox.wait_until_delivered()
    assert [message["text"]["body"] for message in webhook.messages()] == ["once", "twice", "twice"]
    assert webhook.bodies[1] == webhook.bodies[2]


def test_messages_are_shuffled_when_asked_for(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.set_faults(delay=[0, 0.5], seed=1)
    said = [str(number) for number in range(20)]
    for number in said:
        sandbox.say(AWA, number)
    sandbox.wait_until_delivered()
    found = [message["text"]["body"] for message in webhook.messages()]
    assert sorted(found, key=int) == said and found != said


@pytest.mark.parametrize(
    "form, entries, changes", [("messages", 1, [1]), ("changes", 1, [3]), ("entries", 3, [1, 1, 1])]
)
def test_several_messages_come_in_one_payload_when_asked_for(
    sandbox: Sandbox, webhook: Receiver, form: str, entries: int, changes: list[int]
) -> None:
    sandbox.set_faults(batch_size=3, batch_form=form, batch_wait=PATIENCE)
    for number, said in ((AWA, "1"), (OMAR, "2"), (AWA, "3")):
        sandbox.say(number, said)
    sandbox.wait_until_delivered()
    (payload,) = [json.loads(raw) for raw in webhook.bodies]
    assert len(payload["entry"]) == entries
    assert [len(entry["changes"]) for entry in payload["entry"]] == changes
    assert [(message["from"], message["text"]["body"]) for message in webhook.messages()] == [
        (AWA, "1"),
        (OMAR, "2"),
        (AWA, "3"),
    ]
    if form == "messages":
        assert [contact["wa_id"] for contact in webhook.values()[0]["contacts"]] == [AWA, OMAR]


def test_an_incomplete_batch_does_not_wait_for_ever(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.set_faults(batch_size=3, batch_wait=0.1)
    sandbox.say(AWA, "1")
    sandbox.say(AWA, "2")
    sandbox.wait_until_delivered()
    assert [message["text"]["body"] for message in webhook.messages()] == ["1", "2"]


@pytest.mark.parametrize("retry_after", [None, 2])
@pytest.mark.parametrize("rate_code", [130429, 131056])
def test_the_channel_is_throttled_when_asked_for(sandbox: Sandbox, rate_code: int, retry_after: int | None) -> None:
    sandbox.set_faults(throttled=1, throttle_code=rate_code, retry_after=retry_after)
    answer = post(sandbox, text())
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, rate_code)
    assert answer.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert sandbox.sent() == []
    assert [(call["code"], call["injected"]) for call in sandbox.refused()] == [(rate_code, True)]


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("form, kind", [("json", "application/json"), ("html", "text/html")])
def test_the_graph_side_breaks_when_asked_for(sandbox: Sandbox, status: int, form: str, kind: str) -> None:
    sandbox.set_faults(broken=1, broken_status=status, broken_body=form)
    answer = post(sandbox, text())
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(kind)
    assert sandbox.sent() == []
    sandbox.set_faults()
    assert post(sandbox, text()).status_code == 200


def test_a_share_of_the_calls_fails_and_the_same_seed_draws_the_same(sandbox: Sandbox) -> None:
    def statuses() -> list[int]:
        sandbox.set_faults(throttled=0.5, seed=3)
        return [post(sandbox, text()).status_code for _ in range(20)]

    found = statuses()
    assert {200, 429} == set(found)
    assert statuses() == found


def test_a_slow_answer_comes_after_the_message_was_accepted(sandbox: Sandbox) -> None:
    sandbox.set_faults(slow=[PATIENCE, PATIENCE])
    with pytest.raises(requests.ReadTimeout):
        post(sandbox, text(), timeout=0.5)
    assert len(sandbox.sent(AWA)) == 1


def test_messages_fail_and_statuses_get_lost_when_asked_for(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam")
    sandbox.set_faults(failed=1, failed_code=131026)
    post(sandbox, text())
    sandbox.set_faults(lost_statuses=1)
    post(sandbox, text())
    sandbox.wait_until_delivered()
    assert [(status["status"], status["errors"][0]["code"]) for status in webhook.statuses()] == [("failed", 131026)]
    lost = [status["status"] for status in sandbox.statuses() if status["lost"]]
    assert lost == ["sent", "delivered", "read"]


@pytest.mark.parametrize(
    "faults, named",
    [
        ({"duplicate": 1}, "duplicates"),
        ({"duplicates": 2}, "0 to 1"),
        ({"delay": [2, 1]}, "two numbers"),
        ({"batch_form": "heap"}, "entries"),
        ([], "object"),
    ],
)
def test_impossible_faults_are_refused_with_what_is_allowed(sandbox: Sandbox, faults: object, named: str) -> None:
    answer = requests.put(f"{sandbox.url}/sandbox/faults", json=faults, timeout=PATIENCE)
    assert answer.status_code == 400 and named in answer.json()["error"]


@pytest.mark.parametrize(
    "body, named",
    [
        ({"message": {"type": "text"}}, "from"),
        ({"from": AWA, "message": "salam"}, "message"),
        ({"from": AWA, "message": {"type": "text"}, "timestamp": "now"}, "timestamp"),
        ({"from": AWA, "message": {"type": "text"}, "quote": {}}, "quote"),
    ],
)
def test_an_impossible_message_of_a_person_is_refused_with_what_is_needed(
    sandbox: Sandbox, body: object, named: str
) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/messages", json=body, timeout=PATIENCE)
    assert answer.status_code == 400 and named in answer.json()["error"]


def test_forgetting_leaves_nothing(sandbox: Sandbox, webhook: Receiver) -> None:
    sandbox.say(AWA, "salam")
    post(sandbox, text())
    post(sandbox, text(""))
    sandbox.wait_until_delivered()
    webhook.answers = [500] * 1000
    sandbox.set_faults(delay=[0, 0], slow=[0, 0.01])
    sandbox.say(AWA, "lost")
    sandbox.forget()
    assert sandbox.sent() == sandbox.reads() == sandbox.refused() == sandbox.statuses() == []
    counts = sandbox.deliveries()
    assert (counts["acknowledged"], counts["refused"], counts["undelivered"]) == (0, 0, 0)
    assert sandbox.call("GET", "/sandbox/faults")["slow"] == [0, 0]


def test_missing_settings_are_named_in_one_line() -> None:
    done = run("--webhook", "http://127.0.0.1:1/", WHATSAPP_PHONE_ID="1", WHATSAPP_TOKEN="x")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN" in done.stderr and "WHATSAPP_TOKEN" not in done.stderr


@pytest.mark.parametrize("port, webhook", [(None, "http://127.0.0.1:1/"), ("0", "webhook")])
def test_a_taken_port_and_a_wrong_address_are_said_in_one_line(
    sandbox: Sandbox, port: str | None, webhook: str
) -> None:
    taken = str(urlsplit(sandbox.url).port)
    done = run("--port", port or taken, "--webhook", webhook, **SECRETS)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert (webhook if port else taken) in done.stderr


def test_nothing_that_people_say_stands_in_its_log(sandbox: Sandbox, webhook: Receiver) -> None:
    webhook.answers = [500]
    sandbox.say(AWA, "secret-word")
    post(sandbox, text("secret-word"))
    post(sandbox, outgoing("telegram", "secret-word"))
    requests.get(f"{sandbox.url}/sandbox/nowhere?to={AWA}", timeout=PATIENCE)
    sandbox.wait_until_delivered()
    log = sandbox.log.read_text(encoding="utf-8")
    assert "HTTP 500" in log
    assert not [word for word in ("secret-word", AWA, *SECRETS.values()) if word in log]


def test_the_page_has_the_same_words_in_both_languages() -> None:
    french, arabic = (json.loads((PAGE / f"{language}.json").read_text(encoding="utf-8")) for language in ("fr", "ar"))
    assert list(french) == list(arabic)
    assert all(french.values()) and all(arabic.values())


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser's page; an error in its scripts fails the test."""
    path = find()
    if path is None:
        pytest.fail(MEND, pytrace=False)
    errors: list[str] = []
    # Started within one test: other tests need the event loop that Playwright holds on to.
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs a kernel feature that containers lack; the page is ours.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 320, "height": 640})
        context.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        yield context.new_page()
        browser.close()
    assert not errors


def test_a_person_writes_by_hand_and_presses_a_button_of_the_answer(
    sandbox: Sandbox, webhook: Receiver, page: Page
) -> None:
    page.goto(f"{sandbox.url}/?lang=fr")
    page.get_by_role("textbox").fill("Comment renouveler <b>ma carte</b> ?")
    page.keyboard.press("Enter")
    (message,) = wait_for(webhook.messages, lambda found: len(found) == 1)
    assert message["text"]["body"] == "Comment renouveler <b>ma carte</b> ?"
    person = message["from"]

    read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
    post(sandbox, {**read, "typing_indicator": {"type": "text"}})
    own = page.locator(".line.own")
    expect(own).to_have_attribute("data-status", "read")
    expect(own).to_contain_text("<b>ma carte</b>")
    expect(page.locator(".typing")).to_be_visible()

    answer = buttons(
        ("fee", "Prix de la carte"), ("help", "Aide juridique"), body="*Demandez* le <i>renouvellement</i>."
    )
    asked = post(sandbox, {**answer, "to": person}).json()["messages"][0]["id"]
    expect(page.locator(".line:not(.own) strong")).to_have_text("Demandez")
    expect(page.locator(".line:not(.own)")).to_contain_text("<i>renouvellement</i>")
    expect(page.locator(".typing")).to_be_hidden()
    page.get_by_role("button", name="Aide juridique").click()
    pressed = wait_for(webhook.messages, lambda found: len(found) == 2)[1]
    assert pressed["interactive"]["button_reply"] == {"id": "help", "title": "Aide juridique"}
    assert pressed["context"]["id"] == asked
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_in_arabic_the_page_is_read_from_the_right(sandbox: Sandbox, webhook: Receiver, page: Page) -> None:
    page.goto(f"{sandbox.url}/?lang=fr")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
    page.get_by_role("textbox").fill("كيفاش نجدد لاكارط")
    page.keyboard.press("Enter")
    expect(page.locator(".line.own .text")).to_have_css("direction", "rtl")
    choice = sections({"rows": [{"id": "fee", "title": "ثمن البطاقة", "description": "بالدرهم"}]}, button="القائمة")
    (message,) = wait_for(webhook.messages, lambda found: len(found) == 1)
    post(sandbox, {**choice, "to": message["from"]})
    page.get_by_role("button", name="القائمة").click()
    page.get_by_role("dialog").get_by_role("button", name="ثمن البطاقة").click()
    chosen = wait_for(webhook.messages, lambda found: len(found) == 2)[1]
    assert chosen["interactive"]["list_reply"] == {"id": "fee", "title": "ثمن البطاقة", "description": "بالدرهم"}
    assert page.evaluate("document.documentElement.scrollWidth") == 320
