"""nginx lets through what is for people and staff, and nothing else, in whatever form it is asked for."""

import http.client
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.server import Handler, Server, running
from tests.conftest import free_port
from tests.services import nginx

PATIENCE = 60  # seconds
MESSAGE, WHATSAPP = "/webhooks/web/message", "/webhooks/whatsapp/webhook"
# What the assistants may ever be asked for.
ALLOWED = re.compile(
    r"(/|/webhooks/web/(session|message|history|feedback|openapi\.json)|/webhooks/web/widget/[a-z0-9_.-]+"
    r"|/webhooks/whatsapp/webhook)(\?.*)?"
)
FORBIDDEN = [
    *(
        "/version",
        "/status",
        "/model",
        "/model/parse",
        "/domain",
        "/conversations/x/tracker",
        "/conversations/x/messages",
    ),
    *("/webhooks", "/webhooks/", "/webhooks/rest", "/webhooks/rest/", "/webhooks/rest/webhook", "/webhooks/socketio/"),
    *("/socket.io/?EIO=4&transport=polling", "/metrics", "/health", "/ready", "/.env", "/endpoints.yml"),
    *("/webhooks/web", "/webhooks/web/", "/webhooks/web/health", "/webhooks/web/ready", "/webhooks/web/metrics"),
    *("/webhooks/whatsapp", "/webhooks/whatsapp/", "/webhooks/web/widget", "/webhooks/web/widget/"),
    *("/login/", "/static/x.css", "/hsds/services"),
    # The same in other clothes.
    *("/%77ebhooks/rest/webhook", "/webhooks/%72est/webhook", "/webhooks%2frest%2fwebhook", "/webhooks//rest//webhook"),
    *("//webhooks/rest/webhook", "/./webhooks/rest/webhook", "/webhooks/web/../rest/webhook"),
    *("/webhooks/web/%2e%2e/rest/webhook", "/webhooks/web/..%2frest/webhook", f"{MESSAGE}/../../rest/webhook"),
    *(f"{MESSAGE}/..%2f..%2frest/webhook", f"{MESSAGE}/..;/..;/rest/webhook", f"{MESSAGE}/%2e%2e/health"),
    *(
        "/webhooks/web/widget/..%2f..%2frest%2fwebhook",
        "/webhooks/web/widget/../health",
        "/webhooks/web/widget/..%5chealth",
    ),
    *("/webhooks/web/widget/%252e%252e%252fhealth", "/webhooks/web/%2568ealth", "/../../version", "/%2e%2e/version"),
    *(f"{MESSAGE}%00", f"{MESSAGE}%0d%0aX-Y:z", f"{MESSAGE}%20", f"{MESSAGE};x=y", f"{MESSAGE}/", f"{MESSAGE}.json"),
    *("/WEBHOOKS/WEB/MESSAGE", "/Version", "/webhooks/web/message%2f..%2fhealth", "/webhooks/./rest/./webhook"),
    *(
        "/webhooks/web/health?x=/webhooks/web/message",
        "/version#/webhooks/web/message",
    ),
    *("http://127.0.0.1/version", "http://127.0.0.1/webhooks/rest/webhook", "/webhooks\\rest\\webhook"),
]
FORBIDDEN_OF_THE_CONSOLE = [
    *("/health", "/health/", "/%68ealth", "/x/../health", "//health", "/./health", "/metrics", "/ready", "/metrics/x"),
]

PIECES = [
    *(
        "/",
        "//",
        "..",
        "%2e%2e",
        ".",
        "%2f",
        "%5c",
        "\\",
        ";",
        "%00",
        "%25",
        "?",
        "#",
        "%23",
        "webhooks",
        "web",
        "rest",
    ),
    *("webhook", "message", "health", "widget", "version", "a.js", "whatsapp", "%77eb", "WEB"),
]


class Behind(Handler):
    """Answers whatever is asked, and says what that was."""

    def do_GET(self) -> None:
        super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.headers["X-Read"] = str(len(body))
        self.do_GET()

    do_OPTIONS = do_HEAD = do_PUT = do_DELETE = do_PATCH = do_TRACE = do_CONNECT = do_POST


@dataclass
class Door:
    """nginx, and what stands behind it."""

    chat: int
    console: int
    assistant: Server
    staff: Server
    log: Path

    def ask(self, port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str]]:
        """Status and headers of an answer to a request whose path is sent as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body)
            answer = connection.getresponse()
            answer.read()
            return answer.status, dict(answer.getheaders())
        finally:
            connection.close()

    def seen(self) -> list[str]:
        """Paths that came through to the assistant since this was asked last."""
        paths = [path for path, _ in self.assistant.requests]
        self.assistant.requests.clear()
        return paths


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Server, Server]]:
    with running(Behind) as assistant, running(Behind) as staff:
        assistant.respond = staff.respond = lambda handler: handler.answer({"path": handler.path})
        yield assistant, staff


@pytest.fixture
def door(behind: tuple[Server, Server]) -> Iterator[Door]:
    assistant, staff = behind
    assistant.requests.clear()
    with nginx([_place(assistant)], _place(staff)) as (chat, console, log):
        yield Door(chat, console, assistant, staff, log)


def _place(server: Server) -> str:
    return f"127.0.0.1:{server.server_port}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/?lang=ar"),
        ("GET", "/webhooks/web/widget/widget.js?v=1"),
        ("POST", "/webhooks/web/session"),
        ("POST", MESSAGE),
        ("OPTIONS", MESSAGE),
        ("POST", "/webhooks/web/history"),
        ("POST", "/webhooks/web/feedback"),
        ("GET", "/webhooks/web/openapi.json"),
        ("GET", f"{WHATSAPP}?hub.mode=subscribe&hub.challenge=1%202"),
        ("POST", WHATSAPP),
    ],
)
def test_what_is_for_people_goes_through_as_it_is(door: Door, method: str, path: str) -> None:
    assert door.ask(door.chat, method, path)[0] == 200
    assert door.seen() == [path]


def test_everything_else_does_not(door: Door) -> None:
    for path in FORBIDDEN:
        for method in ("GET", "POST"):
            status, _ = door.ask(door.chat, method, path)
            assert status in (400, 403, 404, 405), f"{method} {path}: {status}"
            assert door.seen() == [], f"{method} {path}"


def test_nor_do_other_methods(door: Door) -> None:
    for path in ("/", MESSAGE, WHATSAPP, "/webhooks/web/widget/widget.js"):
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"):
            assert door.ask(door.chat, method, path)[0] in (400, 403, 405), f"{method} {path}"
    for method, path in (("POST", "/"), ("GET", MESSAGE), ("POST", "/webhooks/web/widget/widget.js")):
        assert door.ask(door.chat, method, path)[0] == 403
    assert door.seen() == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=9,
    )
)
def test_whatever_is_asked_only_the_allowed_comes_through(door: Door, pieces: list[str]) -> None:
    door.ask(door.chat, "GET", "/" + "".join(pieces))
    assert all(ALLOWED.fullmatch(path) for path in door.seen())


def test_an_upgrade_to_a_web_socket_is_refused(door: Door) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Key": "x"}
    assert door.ask(door.chat, "GET", "/socket.io/?EIO=4&transport=websocket", **upgrade)[0] == 404
    door.ask(door.chat, "GET", "/", **upgrade)
    assert "Upgrade" not in door.assistant.requests[-1][1]


def test_the_console_goes_through_but_for_what_watches_over_it(door: Door) -> None:
    for path in ("/", "/login/", "/static/console/rtl.css", "/hsds/services?page=1", "/second-factor/phone/"):
        assert door.ask(door.console, "GET", path)[0] == 200
    assert len(door.staff.requests) == 5
    for path in FORBIDDEN_OF_THE_CONSOLE:
        assert door.ask(door.console, "GET", path)[0] == 404, path
    assert len(door.staff.requests) == 5


@pytest.mark.parametrize(("path", "fits"), [(MESSAGE, 16 * 1024), (WHATSAPP, 3 * 1024**2)])
def test_a_body_that_is_too_large_stops_here(door: Door, path: str, fits: int) -> None:
    assert door.ask(door.chat, "POST", path, b"x" * fits)[0] == 200
    assert door.assistant.requests[-1][1]["X-Read"] == str(fits)
    door.seen()
    assert door.ask(door.chat, "POST", path, b"", Content_Length=str(fits + 1))[0] == 413
    chunks = b"".join(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in range(fits // 0x8000 + 1)) + b"0\r\n\r\n"
    assert (
        _raw(door.chat, f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks)
        == 413
    )
    assert door.seen() == []


def test_headers_without_end_are_refused(door: Door) -> None:
    assert door.ask(door.chat, "GET", "/", Cookie="x" * 20_000)[0] == 400
    assert door.ask(door.chat, "GET", "/?" + "x" * 20_000)[0] == 414
    many = "".join(f"X-{number}: {'y' * 1000}\r\n" for number in range(60))
    assert _raw(door.chat, f"GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n".encode()) == 400
    assert door.seen() == []


def test_two_lengths_and_other_riddles_are_refused(door: Door) -> None:
    for riddle in (
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ):
        status = _raw(door.chat, f"POST {MESSAGE} HTTP/1.1\r\nHost: x\r\n{riddle}\r\nabcde".encode())
        assert status in (400, 501), f"{riddle!r}: {status}"
    assert door.seen() == []


def test_who_floods_is_slowed_and_others_are_not_asked(door: Door) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: door.ask(door.chat, "POST", MESSAGE)[0], range(300)))
    assert set(found) == {200, 503}, "503: the widget sends such a message again, a little later"
    assert 60 <= found.count(200) == len(door.seen())
    assert {door.ask(door.chat, "POST", WHATSAPP)[0] for _ in range(150)} == {200}, "Meta comes from few addresses"


def test_sign_in_is_slower_than_pages(door: Door) -> None:
    found = [door.ask(door.console, "POST", "/login/")[0] for _ in range(40)]
    assert found[:20] == [200] * 20 and 503 in found
    assert door.ask(door.console, "GET", "/")[0] == 200


def test_connections_of_one_address_are_counted(door: Door) -> None:
    begun = f"POST {MESSAGE} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".encode()
    with ExitStack() as open_ones:
        for _ in range(64):
            held = open_ones.enter_context(socket.create_connection(("127.0.0.1", door.chat), PATIENCE))
            held.sendall(begun)
        # The rate allows 60 at once, so that some of these were refused by it: whatever came first, no more come in.
        assert door.ask(door.chat, "POST", WHATSAPP)[0] in (200, 503)
        held_by_whatsapp = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", door.chat), PATIENCE)) for _ in range(70)
        ]
        for one in held_by_whatsapp:
            one.sendall(f"POST {WHATSAPP} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n".encode())
        assert any(one.recv(64).startswith(b"HTTP/1.1 503") for one in held_by_whatsapp[-1:])
    assert door.ask(door.chat, "POST", WHATSAPP)[0] == 200, "when they are gone"


def test_nobody_says_who_they_are_instead_of_their_address(door: Door) -> None:
    lies = {
        "X_Forwarded_For": "10.9.8.7",
        "Forwarded": "for=10.9.8.7",
        "X_Real_IP": "10.9.8.7",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "https",
        "X_Request_ID": "mine",
    }
    for port, server in ((door.chat, door.assistant), (door.console, door.staff)):
        door.ask(port, "GET", "/", **lies)
        told = {name.lower(): value for name, value in server.requests[-1][1].items()}
        assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("127.0.0.1", "http")
        assert re.fullmatch("[0-9a-f]{32}", told["x-request-id"])
        assert told["host"] == f"127.0.0.1:{port}"
        assert not {"forwarded", "x-real-ip", "x-forwarded-host"} & set(told)


def test_headers_that_the_application_has_not_set(door: Door) -> None:
    _, plain = door.ask(door.chat, "GET", "/")
    assert plain["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (plain["X-Content-Type-Options"], plain["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert "Strict-Transport-Security" not in plain, "without TLS browsers must ignore it"
    assert re.fullmatch("nginx|BaseHTTP.*", plain["Server"])
    _, refused = door.ask(door.chat, "GET", "/version")
    assert refused["Content-Security-Policy"].startswith("default-src 'none'")
    own = "default-src 'none'; script-src 'self'"
    before = door.assistant.respond
    door.assistant.respond = lambda handler: handler.answer(b"", Content_Security_Policy=own)
    try:
        answer = requests.get(f"http://127.0.0.1:{door.chat}/?lang=fr", timeout=PATIENCE)
        assert answer.headers["Content-Security-Policy"] == own
    finally:
        door.assistant.respond = before


def test_the_log_names_nobody(door: Door) -> None:
    door.ask(door.chat, "GET", "/?name=awa", User_Agent="Awas-phone", Referer="http://awas.example")
    door.ask(door.chat, "POST", MESSAGE, b"je suis Awa")
    door.ask(door.chat, "GET", "/nowhere/%0aawa")
    deadline = time.monotonic() + PATIENCE
    while len(lines := door.log.read_text(encoding="utf-8").splitlines()) < 3:  # written after the answer
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)
    assert len(lines) == 3, lines
    known = sorted(line for line in lines if line.split()[5] == "200")  # nginx's processes write in any order
    assert sorted(line.split()[3:6] for line in known) == [["GET", "/", "200"], ["POST", MESSAGE, "200"]]
    assert not any(word in line for line in known for word in ("127.0.0.1", "Awa", "awa"))


def test_over_tls_browsers_are_told_to_stay_there(behind: tuple[Server, Server], tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    made = [*make, "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    tls = f"ssl_certificate {certificate}; ssl_certificate_key {key};"
    with nginx([_place(behind[0])], _place(behind[1]), tls) as ports:
        for port in ports[:2]:
            answer = requests.get(f"https://127.0.0.1:{port}/", verify=False, timeout=PATIENCE)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert behind[0].requests[-1][1]["X-Forwarded-Proto"] == "https"
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)), socket.create_connection(("127.0.0.1", ports[0])) as line:
            old.wrap_socket(line)


def test_an_assistant_that_is_gone_is_left_out(behind: tuple[Server, Server]) -> None:
    gone = f"127.0.0.1:{free_port()}"
    with nginx([gone, _place(behind[0])]) as (chat, _, _):
        answers = [requests.post(f"http://127.0.0.1:{chat}{MESSAGE}", b"{}", timeout=PATIENCE) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 6


def test_the_page_stays_while_no_assistant_answers() -> None:
    arabic = {"Accept-Language": "ar"}
    with running(Behind) as assistant, nginx([_place(assistant)]) as (chat, _, _):
        assistant.respond = lambda handler: handler.answer(
            f"{handler.path} {handler.headers.get('Accept-Language')}".encode(),
            Vary="Accept-Encoding, Accept-Language",
            Cache_Control="no-cache",
            Content_Security_Policy="default-src 'self'",
        )
        page = f"http://127.0.0.1:{chat}"
        asked = [("/", {}), ("/", arabic), ("/?lang=ar", {}), ("/webhooks/web/widget/widget.js?v=1", {})]
        before = [requests.get(page + path, headers=headers, timeout=PATIENCE) for path, headers in asked]
        assert len({answer.text for answer in before}) == 4
        assistant.respond = lambda handler: handler.answer(b"", 503)
        time.sleep(2.1)  # what is younger is given without asking
        assistant.requests.clear()
        after = [requests.get(page + path, headers=headers, timeout=PATIENCE) for path, headers in asked]
        assert len(assistant.requests) == 4, "each was asked for, in vain"
        assert [answer.text for answer in after] == [answer.text for answer in before]
        assert {answer.headers["Content-Security-Policy"] for answer in after} == {"default-src 'self'"}
        assert {answer.headers["Cache-Control"] for answer in after} == {"no-cache"}
        assert requests.post(f"{page}{MESSAGE}", b"{}", timeout=PATIENCE).status_code == 503
        assistant.respond = lambda handler: handler.answer(b"new")
        assert requests.get(page, timeout=PATIENCE).text == "new"


@pytest.mark.long
def test_slow_clients_are_cut_off(door: Door) -> None:
    door.assistant.respond = lambda handler: handler.answer(b"x" * 50_000_000)
    slow = {
        "headers that never end": b"GET / HTTP/1.1\r\nHost: x\r\n",
        "a body that never comes": f"POST {MESSAGE} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode(),
        "nothing at all": b"",
    }
    with ExitStack() as lines:
        opened = {}
        for name, sent in slow.items():
            opened[name] = lines.enter_context(socket.create_connection(("127.0.0.1", door.chat), PATIENCE))
            opened[name].sendall(sent)
        reader = lines.enter_context(socket.create_connection(("127.0.0.1", door.chat), PATIENCE))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for name, line in opened.items():
            assert _until_closed(line) < 1000, name
        deadline = time.monotonic() + PATIENCE
        while " GET / 200 " not in door.log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline, "an answer that nobody reads"
            time.sleep(0.1)
        assert _until_closed(reader) < 50_000_000
    door.assistant.respond = lambda handler: handler.answer({"path": handler.path})


def _raw(port: int, request: bytes) -> int:
    """Status of the answer to bytes as they are; 400 when the line is cut instead."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        with suppress(ConnectionError):  # refused before all of it was sent
            line.sendall(request)
        try:
            answer = line.recv(64)
        except ConnectionError:
            return 400
        return int(answer.split()[1]) if answer else 400


def _until_closed(line: socket.socket) -> int:
    """Bytes that come until the other side closes; fails when it never does."""
    count = 0
    with suppress(ConnectionError):
        while data := line.recv(65536):
            count += len(data)
    return count
