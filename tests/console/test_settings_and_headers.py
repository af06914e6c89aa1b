"""The console keeps what is typed in it from others, on http://127.0.0.1 and behind HTTPS."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client

from assistant.paths import ROOT
from tests.console.conftest import come_in, save

HTTPS = {"x-forwarded-proto": "https"}


def test_health_needs_no_login_and_asks_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert not response.cookies
    assert client.post("/health").status_code == 405


def test_health_says_when_the_database_is_gone(client, db):
    def gone(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(gone):
        response = client.get("/health")
    assert (response.status_code, response.json()["what"]) == (503, "database")


@pytest.mark.parametrize("path", ["/login/", "/health", "/hsds/", "/none"])
def test_every_answer_has_the_headers(client, db, path):
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = policy_of(headers)
    assert policy["default-src"] == ("'self'" if path == "/none" else "'none'")
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"


def policy_of(headers: Mapping[str, str]) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize("path", ["/login/", "/logout/", "/health", "/hsds/", "/second-factor/"])
def test_our_own_pages_run_no_script(client, db, path):
    policy = policy_of(client.get(path).headers)
    assert "script-src" not in policy
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in str(policy)


def test_no_page_runs_a_script_that_stands_in_it(editor, directory):
    for path in ("/", "/contacts/location/", "/password_change/"):
        assert policy_of(editor.get(path).headers)["script-src"] == "'self' 'unsafe-eval'"


def test_pages_load_nothing_from_elsewhere(editor, place):
    for path in ("/", "/contacts/location/", f"/contacts/location/{place.pk}/change/"):
        text = editor.get(path).content.decode()
        assert 'src="http' not in text
        assert '<link href="http' not in text


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_need_https_exactly_behind_https(client, sign_in, secure):
    sign_in("editor").logout()
    user = {"username": "a-editor", "password": "x"}
    client.get("/login/", headers=HTTPS if secure else {})
    response = client.post("/login/?next=/", user, headers=HTTPS if secure else {})
    assert response.status_code == 302
    assert {name: bool(cookie["secure"]) for name, cookie in response.cookies.items()} == {
        "csrftoken": secure,
        "sessionid": secure,
    }
    for cookie in response.cookies.values():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict"), cookie.key
    assert not response.cookies["sessionid"]["max-age"], "ends with the browser"
    assert ("Strict-Transport-Security" in response.headers) is secure


def test_form_from_another_site_is_refused(sign_in, place):
    sign_in("editor")
    browser = come_in(Client(enforce_csrf_checks=True), User.objects.get(username="a-editor"))
    url = f"/contacts/location/{place.pk}/change/"
    assert browser.post(url, {"hours_fr": "x"}, headers={"origin": "https://evil.example.org"}).status_code == 403
    browser.get(url)
    assert save(browser, url, hours_fr="Le matin").status_code == 302


def test_other_host_names_are_refused(client, db):
    assert client.get("/health", headers={"host": "evil.example.org"}).status_code == 400


def test_debug_pages_are_off_and_tables_are_as_the_models_say(db):
    assert not settings.DEBUG
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    call_command("check", fail_level="WARNING")


def test_a_new_key_signs_nobody_out_while_the_old_one_is_named():
    env = {**os.environ, "CONSOLE_KEY": "n" * 32, "CONSOLE_KEY_OLD": f"{'o' * 32}, {'p' * 32}"}
    code = "from config import settings as s; print(s.SECRET_KEY == 'n' * 32, s.SECRET_KEY_FALLBACKS)"
    command = [sys.executable, "-c", code]
    env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'console'}"
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"True {['o' * 32, 'p' * 32]}"
