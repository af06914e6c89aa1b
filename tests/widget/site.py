"""A site of somebody else, with the widget on it: another origin, with a strict Content-Security-Policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>Association</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
<main><h1>Association</h1></main>
<script src="{assistant}/webhooks/web/widget/widget.js" data-lang="fr" defer></script>
</body>
</html>"""
# Nothing at all but the assistant's own scripts, styles and answers.
POLICY = "default-src 'none'; script-src {assistant}; style-src {assistant}; connect-src {assistant}"


@contextmanager
def host_site(origin: str, assistant: str) -> Iterator[None]:
    """Serve a page with the widget, as long as the block.

    Args:
        origin: where, on loopback.
        assistant: origin of the assistant, which alone the page's policy allows.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(assistant=assistant))
            self.end_headers()
            self.wfile.write(PAGE.format(assistant=assistant).encode() if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            """Tests have no use for a log."""

    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(origin).port or 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
