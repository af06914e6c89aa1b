"""Bytes to a server and its status back, with nothing in between that would make a bad request a good one."""

import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP; 0 where the server only closed the line.
        seconds: from the connection to the end of the answer.
        content: its bytes, head and body.
    """

    status: int
    seconds: float
    content: bytes


def exchange(origin: str, raw: bytes, patience: float, cut: bool = False) -> Answer:
    """Send bytes and read until the server closes the line.

    Args:
        origin: `http://host:port` of the server.
        raw: one request, which asks the server to close the line.
        patience: seconds of silence after which it hangs.
        cut: whether the line breaks right after the bytes, which are less than they promise.

    Raises:
        TimeoutError: it hangs.
    """
    place, began, received = urlsplit(origin), time.monotonic(), b""
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=patience) as line:
        try:
            line.sendall(raw)
            if cut:
                line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65536):
                received += chunk
        except ConnectionError:  # a server may close while it is sent too much
            pass
    status = _STATUS.match(received)
    return Answer(int(status[1]) if status else 0, time.monotonic() - began, received)
