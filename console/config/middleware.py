"""What stands around every request: its id, and headers that keep what people type in the console from others."""

from collections.abc import Callable

from accounts.gate import is_open
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from assistant.operation import request_ids

_EVERYWHERE = ("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")
# Our own pages before the console, and answers that are no pages: no script at all.
STRICT = "; ".join(
    ("default-src 'none'", "style-src 'self'", "img-src 'self'", "font-src 'self'", *_EVERYWHERE),
)
# django-unfold's pages: Alpine.js evaluates expressions, theme colours and progress bars are styles in the page.
CONSOLE = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        *_EVERYWHERE,
    )
)


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Each request has an id, which stands in the log lines about it."""
    trusted = settings.SYSTEM.console_proxies > 0

    def middleware(request: HttpRequest) -> HttpResponse:
        request_ids.begin(request.headers.get(request_ids.HEADER), trusted)
        return get_response(request)

    return middleware


def secure_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Nothing is loaded from other sites; behind HTTPS, cookies are never sent without it.

    On http://127.0.0.1 a cookie that needs HTTPS would keep everybody out, so that it depends on the request.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request.resolver_match))
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

    return middleware


def _policy(page: ResolverMatch | None) -> str:
    """Policy of an address; one that is none of ours gets the strict one."""
    return STRICT if page is None or is_open(page) or page.app_name == "accounts" else CONSOLE
