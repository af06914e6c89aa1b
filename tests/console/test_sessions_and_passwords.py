"""A session ends after half an hour of silence, after twelve hours, and with the browser; passwords are Argon2."""

import time
from datetime import timedelta

import pytest
from accounts import sessions
from accounts.session_store import SessionStore
from config import settings as configured
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

HALF_AN_HOUR = timedelta(minutes=30)


def left() -> timedelta:
    return Session.objects.get().expire_date - timezone.now()


def later(past: timedelta) -> None:
    """The clock goes on: the session ends so much earlier."""
    Session.objects.update(expire_date=Session.objects.get().expire_date - past)


def test_every_request_gives_another_half_hour(sign_in):
    client = sign_in("viewer")
    client.get("/")
    later(timedelta(minutes=29))
    assert client.get("/").status_code == 200
    assert HALF_AN_HOUR - timedelta(minutes=1) < left() <= HALF_AN_HOUR


def test_request_that_changed_nothing_undoes_nothing_that_another_one_changed(sign_in):
    """A browser asks for /favicon.ico beside each page."""
    client = sign_in("viewer")
    session = client.session
    session["noted"] = "once"
    session.save()
    beside = SessionStore(session.session_key)
    assert beside["noted"] == "once"
    session = client.session
    del session["noted"]
    session.save()
    beside.save()
    assert "noted" not in client.session


def test_request_beside_signing_out_brings_no_session_back(sign_in):
    client = sign_in("viewer")
    beside = SessionStore(client.session.session_key)
    assert not beside.is_empty()
    client.post("/logout/")
    with pytest.raises(UpdateError):
        beside.save()
    assert not Session.objects.exists()


def test_half_an_hour_without_a_request_ends_it(sign_in):
    client = sign_in("viewer")
    client.get("/")
    later(HALF_AN_HOUR)
    assert client.get("/").headers["location"].startswith("/login/")


@pytest.mark.parametrize(("hours", "open_"), [(11.9, True), (12.1, False)])
def test_twelve_hours_after_signing_in_it_ends_in_any_case(sign_in, hours, open_):
    client = sign_in("viewer")
    session = client.session
    session[sessions.BEGAN] = time.time() - hours * 3600
    session.save()
    assert (client.get("/").status_code == 200) is open_
    assert ("_auth_user_id" in client.session) is open_


def test_cookie_of_the_session_ends_with_the_browser(client, sign_in):
    sign_in("viewer")
    cookie = client.post("/login/", {"username": "a-viewer", "password": "x"}).cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


def test_public_pages_open_no_session(client, db):
    for path in ("/health", "/hsds/", "/login/"):
        assert "sessionid" not in client.get(path).cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("cookie", ['"\\000abcdefgh"', '"abcdefgh\\377"', "a" * 3000, "'; DROP TABLE x; --", "="])
def test_a_cookie_that_names_no_session_opens_none(client, db, cookie):
    """PostgreSQL takes no NUL, which a cookie can hold in octal digits."""
    for path in ("/login/", "/"):
        assert client.get(path, headers={"cookie": f"sessionid={cookie}"}).status_code in (200, 302)
    assert not Session.objects.exists()


def test_passwords_are_argon2_and_old_ones_become_so(client, db, settings):
    settings.PASSWORD_HASHERS = configured.PASSWORD_HASHERS
    assert make_password("x").startswith("argon2$argon2id$")
    user = User.objects.create(username="old", is_staff=True, password=PBKDF2PasswordHasher().encode("x", "salt", 1000))
    client.post("/login/", {"username": "old", "password": "x"})
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert check_password("x", user.password)
