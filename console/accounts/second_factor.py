"""The second factor: six digits that a phone shows (TOTP), and recovery codes for the day when it is lost."""

from binascii import unhexlify
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import sessions

DIGITS = 6
TOLERANCE = 1  # steps of 30 seconds that a phone's clock may be off
RECOVERY_CODES = 10


class TooSoon(Exception):
    """After a wrong code the next one is read only after a pause."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Enrolled(NamedTuple):
    """A phone that has become somebody's second factor, and the codes that replace it."""

    device: TOTPDevice
    codes: list[str]


def has_phone(user: User) -> bool:
    """Whether somebody has set up a phone."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def enrol(user: User, key: str, typed: str) -> Enrolled | None:
    """Make a phone somebody's second factor.

    Args:
        user: whose.
        key: the secret that the phone was given, in hexadecimal.
        typed: the code that it shows.

    Returns:
        The device with its recovery codes; None when the code is wrong, or somebody else was faster.
    """
    code = _plain(typed)
    clock = TOTP(unhexlify(key))
    if not _is_code(code) or not clock.verify(int(code), TOLERANCE):
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if has_phone(user):
            return None
        # `last_t`: the code that was typed now does not sign in again.
        device = TOTPDevice.objects.create(user=user, name="phone", key=key, last_t=clock.t(), drift=clock.drift)
        return Enrolled(device, _make_codes(user))


def check(user: User, typed: str) -> Device | None:
    """The device that a typed code proves: the phone, or the recovery codes, of which it is used up.

    Raises:
        TooSoon: a wrong code was typed just before; the pause doubles with each.
    """
    code = _plain(typed)
    kind = TOTPDevice if _is_code(code) else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return None
        allowed, why = device.verify_is_allowed()
        if not allowed:
            raise TooSoon(why["locked_until"])
        return device if device.verify_token(code) else None


def codes_left(user: User) -> int:
    """How many recovery codes somebody has."""
    return StaticToken.objects.filter(device__user=user).count()


def take_away(user: User) -> None:
    """Forget somebody's phone and recovery codes, and sign them out: whoever has the phone may be signed in on it."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        sessions.end_all(user)


def _make_codes(user: User) -> list[str]:
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _plain(typed: str) -> str:
    """Without what people put between groups of letters."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def _is_code(code: str) -> bool:
    return len(code) == DIGITS and code.isdecimal()
