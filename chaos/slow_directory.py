"""Stands between the action server and the directory: passes on what is asked, late or not at all.

`python -m chaos.slow_directory PORT DIRECTORY FILE`: FILE says what to do (`pass`, `slow`, `down`), and may change.
"""

import http.server
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

SLOW = 5.0  # seconds


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes on one request."""

    directory: str
    mood: Path

    def do_GET(self) -> None:
        """Ask the directory, unless the mood is another."""
        mood = self.mood.read_text(encoding="ascii").strip()
        if mood == "down":
            self.close_connection = True
            return
        if mood == "slow":
            time.sleep(SLOW)
        kept = {name: value for name, value in self.headers.items() if name.lower().startswith(("if-", "accept"))}
        kept.pop("Accept-Encoding", None)
        try:
            with urllib.request.urlopen(urllib.request.Request(self.directory + self.path, headers=kept)) as answer:
                self._pass_on(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            self._pass_on(error.code, error.headers, error.read())
        except urllib.error.URLError:
            self.close_connection = True

    def _pass_on(self, status: int, headers: object, body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():  # type: ignore[attr-defined]
            if name.lower() in ("content-type", "etag", "last-modified", "link", "vary"):
                self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        with suppress(BrokenPipeError):  # who asked has given up
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def main(port: str, directory: str, mood: str) -> None:
    """Serve until killed."""
    Handler.directory, Handler.mood = directory, Path(mood)
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
