"""The second factor: nobody comes in without it, no code works twice, and a lost phone can be taken away."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from accounts import second_factor
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.console.browser.authenticator import Authenticator

ENROL, CODE, CODES = "/second-factor/phone/", "/second-factor/", "/second-factor/recovery-codes/"
USERS = "/auth/user/"


@pytest.fixture
def amal(db: None) -> User:
    return User.objects.create_user("amal", password="x", is_staff=True)


def with_password(user: User) -> Client:
    """A browser in which somebody has given the password."""
    client = Client()
    client.force_login(user)
    return client


def secret(client: Client) -> str:
    page = BeautifulSoup(client.get(ENROL).content, "html.parser")
    return page.select_one("#secret").text.replace(" ", "")


def set_up(client: Client) -> tuple[Authenticator, list[str]]:
    """Set up a phone; the phone and the recovery codes."""
    phone = Authenticator(secret(client))
    assert client.post(ENROL, {"code": phone.code()}).status_code == 302
    page = BeautifulSoup(client.get(CODES).content, "html.parser")
    codes = [code.text for code in page.select(".codes code")]
    client.post(CODES)
    return phone, codes


def goes_to(client: Client, path: str = "/") -> str:
    """Where somebody is sent who asks for a page; the page itself when it opens."""
    response = client.get(path)
    return response.headers.get("location", path).partition("?")[0]


def waited(user: User) -> None:
    """The pause after wrong codes is over."""
    long_ago = timezone.now() - timedelta(minutes=10)
    TOTPDevice.objects.filter(user=user).update(throttling_failure_timestamp=long_ago)
    StaticDevice.objects.filter(user=user).update(throttling_failure_timestamp=long_ago)


def test_password_alone_opens_nothing_but_setting_up_a_phone(amal):
    client = with_password(amal)
    assert goes_to(client) == goes_to(client, "/nowhere/") == goes_to(client, CODE) == goes_to(client, CODES) == ENROL
    set_up(client)
    assert goes_to(client) == "/"
    again = with_password(amal)
    assert goes_to(again) == goes_to(again, ENROL) == CODE


def test_page_that_was_wanted_opens_after_the_code_but_none_of_another_site(amal):
    phone, _codes = set_up(with_password(amal))
    client = with_password(amal)
    wanted = client.get("/password_change/?a=1").headers["location"]
    assert client.post(wanted, {"code": phone.code()}).headers["location"] == "/password_change/?a=1"
    TOTPDevice.objects.update(last_t=0)
    client = with_password(amal)
    elsewhere = f"{CODE}?next=https://evil.example.org/"
    phone.last -= 1
    assert client.post(elsewhere, {"code": phone.code()}).headers["location"] == "/"


def test_session_gets_a_new_key_with_each_factor(amal):
    client = Client()
    keys = []
    client.post("/login/", {"username": "amal", "password": "x"})
    keys.append(client.session.session_key)
    set_up(client)
    keys.append(client.session.session_key)
    client.get("/")
    assert client.session.session_key == keys[1] != keys[0]


def test_code_works_once(amal):
    phone, _codes = set_up(with_password(amal))
    used = phone.at(phone.last)
    client = with_password(amal)
    assert "Ce code est faux" in client.post(CODE, {"code": used}).content.decode()
    waited(amal)
    assert client.post(CODE, {"code": phone.code()}).status_code == 302


def test_after_a_wrong_code_the_right_one_waits(amal, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 60
    phone, _codes = set_up(with_password(amal))
    client = with_password(amal)
    client.post(CODE, {"code": "000000"})
    right = phone.code()
    assert "Attendez 60 secondes" in client.post(CODE, {"code": right}).content.decode()
    waited(amal)
    assert client.post(CODE, {"code": right}).status_code == 302


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{0:.3} {1}"])
def test_code_is_read_as_people_type_it(amal, typed):
    phone, _codes = set_up(with_password(amal))
    code = phone.code()
    assert with_password(amal).post(CODE, {"code": typed.format(code, code[3:])}).status_code == 302


def test_code_in_arabic_digits_is_read(amal):
    phone, _codes = set_up(with_password(amal))
    code = phone.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert with_password(amal).post(CODE, {"code": code}).status_code == 302


@pytest.mark.parametrize("typed", ["", "abc", "²²²²²²", "12345", "1" * 500, "00000\0"])
def test_what_is_no_code_is_refused(amal, typed):
    client = with_password(amal)
    for path in (ENROL, CODE):
        page = client.post(path, {"code": typed})
        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        assert goes_to(client) == path
        if path == ENROL:
            set_up(with_password(amal))


def test_ten_recovery_codes_each_let_in_once(amal):
    _phone, codes = set_up(with_password(amal))
    assert len(set(codes)) == 10
    for typed in (codes[0], codes[1].upper(), codes[2].replace(" ", "-")):
        client = with_password(amal)
        assert client.post(CODE, {"code": typed}).status_code == 302
        assert goes_to(client) == "/"
    assert second_factor.codes_left(amal) == 7
    assert "Ce code est faux" in with_password(amal).post(CODE, {"code": codes[0]}).content.decode()


def test_recovery_codes_are_shown_until_they_are_written_down_and_never_again(amal):
    client = with_password(amal)
    client.post(ENROL, {"code": Authenticator(secret(client)).code()})
    codes = [client.get(CODES).content.count(f"{token[:4]} {token[4:]}".encode()) for token in tokens(amal)]
    assert codes == [1] * 10
    assert goes_to(client) == CODES
    client.post(CODES)
    assert goes_to(client, CODES) == "/"
    assert "recovery_codes" not in client.session


def tokens(user: User) -> list[str]:
    return list(StaticToken.objects.filter(device__user=user).values_list("token", flat=True))


def test_secret_is_the_session_s_own_and_stays_while_it_is_set_up(amal):
    """Whoever knows the password sees no secret that the owner's phone gets."""
    mine, other = with_password(amal), with_password(amal)
    assert secret(mine) == secret(mine) != secret(other)
    set_up(mine)
    page = other.post(ENROL, {"code": "000000"})
    assert (page.status_code, page.headers["location"].partition("?")[0]) == (302, CODE)
    assert TOTPDevice.objects.count() == 1


def test_second_phone_is_refused_also_when_both_are_as_fast(amal):
    set_up(with_password(amal))
    key = "00" * 20
    code = Authenticator("A" * 32).at(int(time.time()) // 30)
    assert second_factor.enrol(amal, key, code) is None


def test_nobody_s_secret_has_a_page():
    assert not {TOTPDevice, StaticDevice} & admin.site._registry.keys()


def test_admin_takes_a_phone_away_after_a_question(amal, sign_in):
    theirs = with_password(amal)
    set_up(theirs)
    client, action = sign_in("admin"), {"action": "take_away_phone", "_selected_action": [amal.pk]}
    question = client.post(USERS, action).content.decode()
    assert "amal" in question
    assert second_factor.has_phone(amal)
    client.post(USERS, {**action, "confirmed": "yes"})
    assert not second_factor.has_phone(amal)
    assert second_factor.codes_left(amal) == 0
    assert goes_to(theirs) == "/login/", "whoever has the phone is signed out"
    assert goes_to(with_password(amal)) == ENROL
    assert LogEntry.objects.get(object_id=amal.pk).user.username == "a-admin"
    assert goes_to(client) == "/"


def test_admin_takes_their_own_phone_away_and_begins_anew(sign_in):
    client, admin = sign_in("admin"), User.objects.get(username="a-admin")
    client.post(USERS, {"action": "take_away_phone", "_selected_action": [admin.pk], "confirmed": "yes"})
    assert goes_to(client) == "/login/"
    assert goes_to(with_password(admin)) == ENROL


def test_nobody_else_takes_a_phone_away(amal, sign_in):
    set_up(with_password(amal))
    action = {"action": "take_away_phone", "_selected_action": [amal.pk], "confirmed": "yes"}
    assert sign_in("editor").post(USERS, action).status_code == 403
    assert second_factor.has_phone(amal)


def test_command_takes_an_admin_s_phone_away(amal):
    theirs = with_password(amal)
    set_up(theirs)
    said = StringIO()
    call_command("reset_second_factor", "amal", stdout=said)
    assert "amal sets up a phone" in said.getvalue()
    assert goes_to(theirs) == "/login/"
    assert goes_to(with_password(amal)) == ENROL


def test_command_names_the_accounts_when_there_is_no_such(amal):
    with pytest.raises(CommandError, match=r"no account 'amla'\. There are: amal"):
        call_command("reset_second_factor", "amla")
