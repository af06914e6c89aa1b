"""The widget's files and the page at `/`, as browsers get them."""

from collections.abc import Callable, Coroutine
from typing import Any

from sanic import HTTPResponse, Request, response

from assistant.channels import page
from assistant.channels.assets import Asset, assets
from assistant.settings import Settings

_FOREVER, _A_DAY = "public, max-age=31536000, immutable", "public, max-age=86400"


def page_at_root(settings: Settings) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse | None]]:
    """A middleware that gives the page in the place of Rasa's own answer at `/`."""

    async def root(request: Request) -> HTTPResponse | None:
        if request.path.strip("/") or request.method not in ("GET", "HEAD"):
            return None
        language = page.page_language(request.args.get("lang"), request.headers.get("accept-language", ""))
        headers = {
            "Content-Security-Policy": page.POLICY,
            "Content-Language": language,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding, Accept-Language",
        }
        return _sent(request, page.page(language, settings), headers)

    return root


async def asset(request: Request, name: str) -> HTTPResponse:
    """A file of the widget. Any page may load it."""
    found = assets().get(name)
    if not found:
        return response.text("There is no such file.", 404)
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": _FOREVER if request.args.get("v") else _A_DAY,
        "ETag": found.tag,
        "Vary": "Accept-Encoding",
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return response.empty(304, headers)
    return _sent(request, found, headers)


def _sent(request: Request, found: Asset, headers: dict[str, str]) -> HTTPResponse:
    """Content, compressed for those who take it so."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return response.raw(found.body, 200, headers, found.kind)
    return response.raw(found.compressed, 200, {**headers, "Content-Encoding": "gzip"}, found.kind)
