"""The widget's files as they are served: minified and compressed once, when they are first asked for."""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

from assistant.paths import ROOT

WIDGET = ROOT / "widget"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
}
_MINIFIERS: dict[str, Callable[[str], str]] = {
    ".js": lambda text: str(jsmin(text)),
    ".css": lambda text: str(cssmin(text)),
    ".json": lambda text: json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")),
}


@dataclass(frozen=True)
class Asset:
    """A file of the widget, or the page.

    Attributes:
        kind: its content type.
        body: its bytes, minified.
        compressed: the same by gzip.
        tag: names this content (an ETag, with its quotes).
    """

    kind: str
    body: bytes
    compressed: bytes
    tag: str


@cache
def assets(folder: Path = WIDGET) -> dict[str, Asset]:
    """Every file that browsers load, by name; templates are no such file.

    Raises:
        ValueError: a translation file is no JSON; the message names it.
    """
    return {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in KINDS}


@cache
def version(folder: Path = WIDGET) -> str:
    """Names this state of all files: in their addresses it keeps old and new ones from meeting in a browser."""
    tags = "".join(asset.tag for asset in assets(folder).values())
    return hashlib.sha256(tags.encode()).hexdigest()[:8]


def packed(kind: str, body: bytes) -> Asset:
    """Content as it travels; the same bytes for the same content."""
    return Asset(kind, body, gzip.compress(body, 9, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def _asset(path: Path) -> Asset:
    text = path.read_text(encoding="utf-8")
    try:
        body = _MINIFIERS.get(path.suffix, str)(text).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: no JSON. {error}") from error
    return packed(KINDS[path.suffix], body)
