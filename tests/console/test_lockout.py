"""Lock-out: five failures close the door to a name from an address for a quarter of an hour, whoever asks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.console.test_second_factor import CODE, set_up, waited, with_password

LOCKED, LIMIT = 429, 5
WAIT = timedelta(minutes=15)


@pytest.fixture
def amal(db: None) -> User:
    return User.objects.create_user("amal", password="right", is_staff=True)


def sign_in(password: str, name: str = "amal", address: str = "192.0.2.7", **headers: str) -> HttpResponse:
    """Try a password."""
    form = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/login/", form, headers=headers)


def fail(times: int, **more: str) -> list[int]:
    """Try wrong passwords; what was answered."""
    return [sign_in("wrong", **more).status_code for _ in range(times)]


def test_fifth_failure_locks_the_right_password_out_as_well(amal):
    assert fail(LIMIT) == [200] * (LIMIT - 1) + [LOCKED]
    page = sign_in("right")
    assert page.status_code == LOCKED
    assert 0 < int(page.headers["Retry-After"]) <= WAIT.total_seconds() + 60


@pytest.mark.parametrize(("language", "words"), [("fr", "Réessayez à"), ("ar", "أعيدوا المحاولة على الساعة")])
def test_page_says_when_to_try_again_in_the_person_s_language(amal, language, words):
    fail(LIMIT)
    page = sign_in("wrong", **{"accept-language": language}).content.decode()
    last = AccessAttempt.objects.get().attempt_time
    until = timezone.localtime(last + WAIT + timedelta(minutes=1))
    assert f"{words} {until:%H:%M}" in page


def test_name_that_nobody_has_is_locked_alike(amal):
    said = []
    for name in ("amal", "nobody"):
        answers = [sign_in("wrong", name=name) for _ in range(LIMIT)]
        texts = [answer.content.decode().replace(name, "") for answer in answers]
        said.append(([answer.status_code for answer in answers], [hide_token(text) for text in texts]))
    assert said[0] == said[1]


def hide_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("name", ["a" * 151, "ك" * 3_000, "\x00", "a\x00b", "\u202eamal", "' OR 1=1 --"])
def test_name_that_can_be_nobody_s_is_refused_like_any_other(amal, name):
    """On PostgreSQL a longer one than django-axes' column would be an error of the server."""
    assert fail(1, name=name) == [200]
    assert not AccessAttempt.objects.filter(username__startswith="a" * 151).exists()


def test_others_are_not_locked_out(amal):
    User.objects.create_user("badr", password="right", is_staff=True)
    fail(LIMIT)
    assert sign_in("right", address="192.0.2.8").status_code == 302
    assert sign_in("right", name="badr").status_code == 302


def test_lock_opens_after_a_quarter_of_an_hour_that_further_attempts_do_not_prolong(amal):
    fail(LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - WAIT + timedelta(minutes=1))
    assert fail(3) == [LOCKED] * 3
    assert AccessAttempt.objects.get().attempt_time < timezone.now() - WAIT + timedelta(minutes=2)
    AccessAttempt.objects.update(attempt_time=timezone.now() - WAIT - timedelta(seconds=1))
    assert sign_in("right").status_code == 302


def test_wrong_codes_count_and_the_password_forgets_none_of_them(amal):
    phone, codes = set_up(with_password(amal))
    fail(2, address="127.0.0.1")
    client = Client()
    client.post("/login/", {"username": "amal", "password": "right"})
    for expected in (200, 200, LOCKED):
        waited(amal)
        assert client.post(CODE, {"code": "000000"}).status_code == expected
    waited(amal)
    assert client.get(CODE).status_code == LOCKED
    assert client.post(CODE, {"code": phone.code()}).status_code == LOCKED
    assert client.post(CODE, {"code": codes[0]}).status_code == LOCKED
    assert Client().post("/login/", {"username": "amal", "password": "right"}).status_code == LOCKED


def test_code_that_came_too_soon_counts_as_none(amal, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 60
    set_up(with_password(amal))
    client = with_password(amal)
    assert [client.post(CODE, {"code": "000000"}).status_code for _ in range(LIMIT * 2)] == [200] * LIMIT * 2


def test_both_factors_forget_what_failed_before(amal):
    phone, _codes = set_up(with_password(amal))
    fail(LIMIT - 1, address="127.0.0.1")
    client = Client()
    client.post("/login/", {"username": "amal", "password": "right"})
    assert client.post(CODE, {"code": phone.code()}).status_code == 302
    assert fail(LIMIT - 1, address="127.0.0.1") == [200] * (LIMIT - 1)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "other", "same"),
    [
        (0, "198.51.100.1", "198.51.100.2", True),  # nobody's proxy: what the header says is anybody's word
        (1, "198.51.100.1", "198.51.100.2", False),
        (1, "198.51.100.1", "203.0.113.9, 198.51.100.1", True),  # the first is what the person made up
        (2, "198.51.100.1, 10.0.0.1", "198.51.100.2, 10.0.0.1", False),
        (2, "198.51.100.1", "198.51.100.2", True),  # fewer than our proxies: not through them
        (1, "no address", "198.51.100.1.evil", True),
        (1, "2001:db8::1", "2001:0db8::0001", True),
    ],
)
def test_address_is_the_one_that_our_own_proxies_name(amal, settings, proxies, forwarded, other, same):
    settings.SYSTEM = replace(settings.SYSTEM, console_proxies=proxies)
    fail(LIMIT, **{"x-forwarded-for": forwarded})
    answer = sign_in("right", **{"x-forwarded-for": other})
    assert answer.status_code == (LOCKED if same else 302)


def test_no_password_and_no_code_is_noted(amal):
    set_up(with_password(amal))
    sign_in("s3cret-typed")
    client = with_password(amal)
    client.post(CODE, {"code": "987654"})
    rows = str(list(AccessAttempt.objects.values()))
    assert "amal" in rows
    assert "s3cret-typed" not in rows
    assert "987654" not in rows


def test_phone_of_the_locked_works_again_afterwards(amal):
    phone, _codes = set_up(with_password(amal))
    fail(LIMIT, address="127.0.0.1")
    AccessAttempt.objects.update(attempt_time=timezone.now() - WAIT - timedelta(seconds=1))
    client = Client()
    client.post("/login/", {"username": "amal", "password": "right"})
    assert client.post(CODE, {"code": phone.code()}).status_code == 302
