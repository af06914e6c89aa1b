"""Hostile requests to every public entry: each is a good one with something wrong in it, drawn by lot from a seed."""

import gzip
import hashlib
import hmac
import json
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tests.whatsapp.payloads import of, tap, text, wired
from tests.whatsapp.sandbox import SECRETS

DEEP = 2_000
# Text that hurts careless programs: halves of characters, directions, floods, lengths, other languages' syntax.
STRINGS = (
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udc00\ud83d",
    "\u202e\u2066abc\u2069\u202c",
    "\u200b\u200d\ufeff" * 150,
    "e" + "\u0301" * 400,
    "ا" + "\u064b\u0651" * 200,
    "a" * 900,
    "ك" * 900,
    "9" * 900,
    "\U0010ffff\ufffe",
    "ﷺ" * 200,
    "İıſK",
    "\r\nX-Injected: 1\r\n\r\n",
    "<script>window.hurt=1</script>",
    "'; DROP TABLE events; --",
    "{{7*7}}${7*7}%s%n{0}",
    "../../../../etc/passwd",
    "/restart",
    '/chat.deny{"language": "ar"}',
    "/near.1e999,nan",
    "__proto__",
    "=cmd|'/c calc'!A0",
    "-1",
    "nan",
    "mon mari me frappe",
    "0612345678 " * 80,
)
# JSON that stands in the place of a value.
VALUES = (
    *("null", "true", "0", "-1", "1e999", "NaN", "-Infinity", "9" * 400, "9" * 5_000, "0.1e-999"),
    *("[]", "{}", "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "[" * DEEP),
    *(
        '{"$ne": null}',
        '{"__class__": "x"}',
        f"[{'0,' * 3_000}0]",
        '"\\ud800"',
        '"\\u0000"',
        '"\\x"',
        "'a'",
        "undefined",
    ),
)
ENCODINGS = ("utf-16", "utf-32", "utf-8-sig", "utf-7", "cp1256", "latin-1")
KINDS = (
    *("text/plain", "application/json; charset=utf-99", "application/x-www-form-urlencoded", "multipart/form-data"),
    *("multipart/form-data; boundary=x", "application/xml", "", "\xff", "application/json" * 50),
)
# A header more, or another one in its place.
HEADERS = (
    *(("Origin", value) for value in ("null", "http://[", "http://x:99999999", "\xff", "https://elsewhere.example")),
    *(
        ("Cookie", value)
        for value in ("sessionid=" + "a" * 300, 'sessionid="\\000\\377abcdefgh"', "=;;==", "\xff=\xfe")
    ),
    *(("Accept-Language", value) for value in ("ar", "*;q=9", "x" * 3_000, ",".join(["fr"] * 900), "\xff", "fr;q=nan")),
    *(("X-Forwarded-For", value) for value in ("1.2.3.4", "unknown", ",,,", "::1%25x", "9" * 2_000)),
    *(("If-None-Match", value) for value in ("*", '"', 'W/"x"', "x" * 3_000, "\xff")),
    *(("If-Modified-Since", value) for value in ("now", "Sat, 31 Feb 9999 99:99:99 GMT", "9" * 500)),
    *(("Host", value) for value in ("", "elsewhere.example", "[", "a:b:c", "x" * 2_000, "\xff")),
    *(("Expect", value) for value in ("100-continue", "200-ok")),
    *(("Transfer-Encoding", value) for value in ("gzip", "Chunked", "chunked, chunked", "identity", "\x0bchunked")),
    *(("Content-Length", value) for value in ("0", "-1", "9" * 5_000, "1e3", "0x10", " 5", "5, 5", "\xb2")),
    *(("Content-Encoding", value) for value in ("gzip", "deflate", "br", "x" * 1_000)),
    *(("Accept-Encoding", value) for value in ("gzip;q=0", "\xff", "*" * 3_000)),
    *(("Upgrade", value) for value in ("websocket", "h2c")),
    ("Range", "bytes=9-1,-5"),
    ("Authorization", "Bearer \xff"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Request-ID", "9" * 5_000),
    ("X-Forwarded-Host", "elsewhere.example"),
    ("X-Forwarded-Proto", "gopher"),
    ("Forwarded", 'for="[::1";by='),
    ("X-Long", "x" * 7_000),
    ("X-Longer", "x" * 70_000),
    ("X-Nul", "a\x00b"),
    ("No colon", ""),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "FOO", "X" * 200)
PATHS = (
    "%00",
    "%ff",
    "%2e%2e/%2e%2e/etc/passwd",
    "//",
    "/..;/",
    "%",
    "?" + "a=b&" * 500,
    "x" * 4_000,
    "\xff",
    "\xe9",
    "#",
    "?%",
    "*",
)
VERSIONS = ("HTTP/1.0", "HTTP/0.9", "HTTP/9.9", "HTTP/1.1 x", "", "http/1.1")
Body = Callable[[random.Random], object]


@dataclass(frozen=True)
class Entry:
    """A public entry.

    Attributes:
        name: how reports call it.
        part: who listens: `assistant`, `actions` or `console`.
        method: of a good request.
        path: of a good request.
        good: bodies of good requests (JSON), or forms, or the parameters of the address.
        kind: content type; empty where `good` are parameters.
        weight: how often it is drawn.
    """

    name: str
    part: str
    method: str
    path: str
    good: Sequence[Mapping[str, Any]] = ({},)
    kind: str = ""
    weight: int = 1


@dataclass(frozen=True)
class Attack:
    """A request, ready to be sent; `cut` as `wire.exchange` takes it."""

    entry: str
    part: str
    raw: bytes
    cut: bool = False


JSON, FORM = "application/json", "application/x-www-form-urlencoded"
TOKEN = "c" * 32  # Django takes a token that is also in the cookie


def entries(session: str, reply: str) -> list[Entry]:
    """Every public entry of a started system.

    Args:
        session: one of the web channel.
        reply: id of a reply in it.
    """
    web = [
        ("session", {"language": "ar"}, 3),
        ("message", {"session": session, "id": "12345678", "text": "bonjour", "language": "fr"}, 12),
        ("history", {"session": session, "language": "fr"}, 5),
        ("feedback", {"session": session, "reply": reply, "verdict": "up"}, 5),
    ]
    meta = [
        of(wired(text("bonjour"))),
        of(wired(tap("/menu/main"))),
        _STATUS,
        of(wired({"type": "audio", "audio": {}})),
    ]
    call = {
        "next_action": "action_contact_find",
        "sender_id": "x",
        "tracker": _TRACKER,
        "domain": {},
        "version": "3.6.21",
    }
    listed = {"page": "1", "per_page": "5", "language": "ar", "search": "santé", "format": "ndjson", "city": "rabat"}
    near = {"lat": "34", "lon": "-6.8", "proximity": "10", "full": "true", "modified_after": "2024-01-01"}
    sign_in = {"username": "amal", "password": "x", "csrfmiddlewaretoken": TOKEN, "next": "/"}
    return [
        *(Entry(f"web {name}", "assistant", "POST", f"/webhooks/web/{name}", [b], JSON, n) for name, b, n in web),
        Entry("web files", "assistant", "GET", "/webhooks/web/widget/chat.js", [{"v": "1"}], weight=2),
        Entry("web health", "assistant", "GET", "/webhooks/web/health"),
        Entry("web description", "assistant", "GET", "/webhooks/web/openapi.json"),
        Entry("page", "assistant", "GET", "/", [{"lang": "ar"}], weight=2),
        Entry("whatsapp", "assistant", "POST", "/webhooks/whatsapp/webhook", meta, JSON, 10),
        Entry("whatsapp verification", "assistant", "GET", "/webhooks/whatsapp/webhook", [_VERIFICATION], weight=2),
        Entry("rest", "assistant", "POST", "/webhooks/rest/webhook", [_SAID], JSON, 6),
        Entry("rest stream", "assistant", "POST", "/webhooks/rest/webhook?stream=true", [_SAID], JSON, 2),
        Entry("socket.io", "assistant", "GET", "/socket.io/", [{"EIO": "4", "transport": "polling"}], weight=2),
        Entry(
            "socket.io post", "assistant", "POST", "/socket.io/?EIO=4&transport=polling&sid=x", [{}], "text/plain", 2
        ),
        Entry("no route", "assistant", "GET", "/conversations/x/tracker", weight=2),
        Entry("actions", "actions", "POST", "/webhook", [call], JSON, 5),
        Entry("actions other", "actions", "GET", "/actions"),
        Entry("directory", "console", "GET", "/hsds/services", [listed], weight=4),
        Entry("directory places", "console", "GET", "/hsds/service_at_locations", [near], weight=3),
        Entry("directory one", "console", "GET", "/hsds/organizations/gadem", [{"full_service": "true"}]),
        Entry("console pages", "console", "GET", "/login/", [{"next": "/"}], weight=2),
        Entry("sign-in", "console", "POST", "/login/", [sign_in], FORM, 2),
        Entry("console language", "console", "POST", "/i18n/setlang/", [{"language": "ar", "next": "/"}], FORM),
    ]


_SAID = {"sender": "somebody", "message": "bonjour", "metadata": {"a": "b"}}
_STATUS = {
    "entry": [
        {
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "metadata": {"phone_number_id": SECRETS["WHATSAPP_PHONE_ID"]},
                        "statuses": [{"status": "read", "biz_opaque_callback_data": f"{'a' * 32}.0", "errors": []}],
                    },
                }
            ]
        }
    ]
}
_VERIFICATION = {
    "hub.mode": "subscribe",
    "hub.verify_token": SECRETS["WHATSAPP_VERIFY_TOKEN"],
    "hub.challenge": "1158201444",
}
_TRACKER = {
    "sender_id": "x",
    "slots": {"language": "fr", "shown": {"ids": ["gadem-rabat"], "seen": ["gadem-rabat"]}},
    "latest_message": {
        "text": "un avocat à Tanger",
        "turn": {"search": {"need": "legal_aid", "city": "tanger", "near": [35.7, -5.8], "nth": 1, "wants": "more"}},
    },
    "events": None,
    "paused": False,
    "latest_action_name": "action_listen",
    "active_loop": {},
    "followup_action": None,
}


def attacks(entries: Sequence[Entry], count: int, seed: int) -> list[Attack]:
    """That many hostile requests; the same ones for the same seed."""
    rng = random.Random(seed)
    drawn = rng.choices(entries, [entry.weight for entry in entries], k=count)
    return [_attack(rng, entry) for entry in drawn]


def _attack(rng: random.Random, entry: Entry) -> Attack:
    method, path, version, kind = entry.method, entry.path, "HTTP/1.1", entry.kind
    good = rng.choice(entry.good)
    body = b""
    if entry.kind == JSON:
        body = _json_body(rng, good)
    elif entry.kind:
        body = _form_body(rng, good)
    elif good and rng.random() < 0.7:
        path += "?" + _form_body(rng, good).decode("latin-1")
    headers = [("Host", "127.0.0.1"), ("Connection", "close"), ("Cookie", f"csrftoken={TOKEN}")]
    if "whatsapp" in entry.path and rng.random() < 0.9:
        digest = hmac.new(SECRETS["WHATSAPP_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
        headers.append(("X-Hub-Signature-256", f"sha256={digest}"))
    chunked, cut = bool(body) and rng.random() < 0.1, False
    if kind:
        headers.append(("Content-Type", kind if rng.random() < 0.8 else rng.choice(KINDS)))
        headers.append(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
    lot = rng.random()
    if lot < 0.25:
        headers = _other_headers(rng, headers)
    elif lot < 0.32:
        method = rng.choice(METHODS)
    elif lot < 0.40:
        path = rng.choice(
            (entry.path + rng.choice(PATHS), rng.choice(PATHS), entry.path + "?" + quote(_text(rng), errors="replace"))
        )
    elif lot < 0.43:
        version = rng.choice(VERSIONS)
    elif lot < 0.46:
        body, cut = body[: len(body) // 2], True
    head = f"{method} {path} {version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    sent = _chunks(rng, body) if chunked else body
    # A promise that is not kept would keep the server waiting, and rightly: that line breaks.
    return Attack(
        entry.name, entry.part, head.encode("latin-1", "replace") + sent, cut or _promises_more(headers, sent)
    )


def _promises_more(headers: Sequence[tuple[str, str]], sent: bytes) -> bool:
    """Whether a server may rightly wait for more than is sent."""
    said = [header for header in headers if header[0] in ("Content-Length", "Transfer-Encoding")]
    return len(said) > 1 or any(_waits(name, value, sent) for name, value in headers)


def _waits(name: str, value: str, sent: bytes) -> bool:
    if name == "Content-Length":
        return not value.isdecimal() or int(value[:9]) > len(sent)
    return name in ("Expect", "Upgrade") or (name == "Transfer-Encoding" and value != "chunked")


def _other_headers(rng: random.Random, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    lot = rng.random()
    if lot < 0.2:
        gone = rng.choice(headers)
        return [header for header in headers if header is not gone or header[0] == "Connection"]
    if lot < 0.35:
        return [*headers, rng.choice(headers)]
    more = rng.choices(HEADERS, k=rng.randint(1, 3))
    named = {name for name, _ in more}
    kept = headers if rng.random() < 0.5 else [header for header in headers if header[0] not in named]
    return [*kept, *more]


def _chunks(rng: random.Random, body: bytes) -> bytes:
    size = rng.choice((1, 7, 4_096))
    cut = [body[at : at + size] for at in range(0, min(len(body), size * 500), size)]
    bad = rng.choice((b"", b"", b"-5\r\nx\r\n", b"zz\r\n", b"5;" + b"x" * 50 + b"\r\nabcde\r\n"))
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in cut) + bad + b"0\r\n\r\n"


def _json_body(rng: random.Random, good: Mapping[str, Any]) -> bytes:
    """A good body with a value exchanged, doubled keys, in another encoding, packed, cut short, or nothing like it."""
    lot = rng.random()
    if lot < 0.06:
        return rng.choice(VALUES).encode()
    if lot < 0.12:
        return rng.randbytes(rng.choice((0, 1, 50, 5_000)))
    places = _places(good)
    chosen = rng.sample(places, k=min(len(places), rng.randint(1, 3)))
    raw = json.dumps(_with(good, chosen), ensure_ascii=rng.random() < 0.5)
    for number in range(len(chosen)):
        value = rng.choice(VALUES) if rng.random() < 0.4 else json.dumps(_text(rng))
        raw = raw.replace(f'"@{number}@"', value)
    if rng.random() < 0.1:
        name = rng.choice(list(good) or ["a"])
        raw = raw.replace("{", f"{{{json.dumps(name)}: {rng.choice(VALUES)},", 1)
    body = raw.encode("utf-8", "surrogatepass")
    lot = rng.random()
    if lot < 0.06:
        return raw.encode(rng.choice(ENCODINGS), "replace")
    if lot < 0.09:
        return rng.choice((gzip.compress, zlib.compress))(body)
    if lot < 0.12:
        return body[: rng.randrange(len(body))]
    if lot < 0.14:
        return body + body
    if lot < 0.16:
        return body + b" " * rng.choice((10, 9_000, 90_000))
    return body


def _form_body(rng: random.Random, good: Mapping[str, Any]) -> bytes:
    """A good form with some values exchanged, doubled, or nothing like one."""
    if rng.random() < 0.06:
        return rng.choice((b"&&&=", b"%", b"%zz=%", b"a" * 3_000, b"=&" * 2_000))
    pairs = [(name, _text(rng) if rng.random() < 0.4 else value) for name, value in good.items()]
    if rng.random() < 0.2:
        pairs.append(rng.choice(pairs) if pairs else ("a", "b"))
    return urlencode(pairs, errors="surrogatepass").encode()


def _text(rng: random.Random) -> str:
    """Something hurtful, or a few random characters."""
    lot = rng.random()
    if lot < 0.6:
        return rng.choice(STRINGS)
    if lot < 0.8:
        return "".join(rng.choice(STRINGS)[:20] for _ in range(rng.randint(2, 6)))
    return "".join(chr(rng.randrange(rng.choice((0x80, 0x700, 0x11000, 0x110000)))) for _ in range(rng.randint(1, 40)))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every value inside an object, branches and leaves."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in inside for place in ((*path, key), *_places(inner, (*path, key)))]


def _with(good: Mapping[str, Any], chosen: Sequence[tuple[Any, ...]]) -> Any:
    """A copy with marks in some places; one that lies below another goes with it."""
    copy = json.loads(json.dumps(good))
    for number, place in enumerate(chosen):
        parent: Any = copy
        try:
            for key in place[:-1]:
                parent = parent[key]
            parent[place[-1]] = f"@{number}@"
        except (TypeError, KeyError, IndexError):
            continue
    return copy
