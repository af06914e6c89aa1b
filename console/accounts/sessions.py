"""How long a session lasts. Half an hour without a request ends it as well (SESSION_COOKIE_AGE)."""

import time

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest

LONGEST = 12 * 3600  # seconds: computers of an office are shared
BEGAN = "began"


def begin(request: HttpRequest, **_: object) -> None:
    """Note in the session when somebody signed in."""
    request.session[BEGAN] = time.time()


def is_over(request: HttpRequest) -> bool:
    """Whether the sign-in was too long ago."""
    return time.time() - request.session.get(BEGAN, 0) > LONGEST


def end_all(user: User) -> None:
    """Sign somebody out everywhere."""
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
