"""Lock-out: whoever fails too often waits, and is told until when; the same for names that nobody has.

django-axes counts wrong passwords and wrong codes of a user name from an address.
"""

import ipaddress
from datetime import timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

TOO_MANY_REQUESTS = 429


def address(request: HttpRequest) -> str | None:
    """Network address of the person: that which our own proxies name, never what strangers write before it."""
    proxies: int = settings.SYSTEM.console_proxies
    named = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    found = named[-proxies].strip() if 0 < proxies <= len(named) else ""
    return _valid(found) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(found: str) -> str | None:
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this name must wait at this address."""
    return bool(AxesProxyHandler.is_locked(request, {"username": username}))


def count_failure(request: HttpRequest, username: str) -> None:
    """A wrong code counts as a wrong password does; the last one that is allowed locks."""
    user_login_failed.send(__name__, credentials={"username": username}, request=request)


def forget_failures(request: HttpRequest, username: str) -> None:
    """After both factors; after the password alone, whoever has it could guess codes for ever."""
    AxesProxyHandler.reset_attempts(username=username, ip_address=address(request))


def page(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """What is shown instead of the sign-in: when to try again."""
    username = get_client_username(request, credentials)
    attempts = AccessAttempt.objects.filter(username=username, ip_address=address(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    wait: timedelta = settings.AXES_COOLOFF_TIME
    # The minute after: at the one that is shown, the lock is open.
    until = (last + wait).replace(second=0, microsecond=0) + timedelta(minutes=1)
    response = render(request, "accounts/locked.html", {"until": until}, status=TOO_MANY_REQUESTS)
    response["Retry-After"] = str(int((until - timezone.now()).total_seconds()))
    return response
