"""The gate: nobody comes to a page of the console before password, second factor and recovery codes are settled.

It stands before every address, so that a new page is closed until somebody opens it here.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import ResolverMatch
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import second_factor, sessions

OPEN_PAGES = {"health", "ready", "set_language", "admin:login", "admin:logout"}
OPEN_APPS = {"hsds"}
FRESH_CODES = "recovery_codes"  # in the session until their owner has written them down


class Gate:
    """Middleware that sends people to the step that they have not taken yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do before the page is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:  # noqa: ANN401
        """Let through whoever may see the page, send others to the step that they lack."""
        page = request.resolver_match
        if page is None or is_open(page):
            return None
        step = missing_step(request)
        if step == page.view_name:
            return None
        if step:
            return _to(step, request, page)
        return redirect(destination(request)) if page.app_name == "accounts" else None


def is_open(page: ResolverMatch) -> bool:
    """Whether anybody may come to an address."""
    return page.view_name in OPEN_PAGES or page.app_name in OPEN_APPS


def missing_step(request: HttpRequest) -> str | None:
    """Name of the page where somebody must go first; None for whoever has taken all steps."""
    if request.user.is_authenticated and sessions.is_over(request):
        logout(request)
    if not request.user.is_authenticated:
        return "admin:login"
    if not request.user.is_verified():
        return "accounts:code" if second_factor.has_phone(request.user) else "accounts:enrol"
    return "accounts:recovery" if FRESH_CODES in request.session else None


def destination(request: HttpRequest) -> str:
    """Where somebody wanted to go, on this site; the overview unless told."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("admin:index")


def _to(step: str, request: HttpRequest, page: ResolverMatch) -> HttpResponse:
    """Go to a step, and afterwards where the person wanted to go."""
    if page.app_name == "accounts" or request.method not in ("GET", "HEAD"):
        wanted = destination(request)
    else:
        wanted = request.get_full_path()
    return HttpResponseRedirect(f"{resolve_url(step)}?{urlencode({'next': wanted})}")
