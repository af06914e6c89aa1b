"""A real HTTP server on loopback that behaves as a test tells it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Respond = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; `server.respond` says what happens to it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    @property
    def page(self) -> int:
        return int(parse_qs(urlsplit(self.path).query)["page"][0])

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        with suppress(ConnectionError):  # the client has gone
            self.server.respond(self)

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""

    def answer(self, body: bytes | Any, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        """Send a whole answer; what is not bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    """Any number of requests at once.

    Attributes:
        respond: what happens to a request.
        requests: path and headers of each, in order.
        release: set at the end: a response that waits for it does not outlive the test.
    """

    daemon_threads = True
    respond: Respond
    requests: list[tuple[str, dict[str, str]]]
    release: Event

    def handle_error(self, *address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # the client has gone
            super().handle_error(*address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hsds"


@contextmanager
def running(handler: type[Handler] = Handler) -> Iterator[Server]:
    """A server on a free port."""
    with Server(("127.0.0.1", 0), handler) as server:
        server.requests, server.release = [], Event()
        server.respond = lambda handler: handler.answer(b"", 404)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join()


def pages(services: list[dict[str, Any]], size: int = 100) -> Respond:
    """A good directory: pages of its services, each with an ETag that is honoured."""
    cut = [services[i : i + size] for i in range(0, len(services), size)] or [[]]

    def respond(handler: Handler) -> None:
        contents = cut[handler.page - 1]
        etag = f'W/"{hash(json.dumps(contents))}"'
        if handler.headers.get("If-None-Match") == etag:
            handler.answer(b"", 304, ETag=etag)
            return
        last = handler.page == len(cut)
        page = {"total_pages": len(cut), "page_number": handler.page, "last_page": last, "contents": contents}
        handler.answer(page, ETag=etag)

    return respond
