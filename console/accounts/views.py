"""Pages between the password and the console; `accounts.gate` sends people to the one that they need."""

from base64 import b32encode
from binascii import unhexlify
from math import ceil

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from accounts import lockout, second_factor
from accounts.forms import CodeForm, RecoveryForm
from accounts.gate import FRESH_CODES, destination

GROUP = 4  # characters: how people read a long code aloud
NEW_KEY = "second_factor_key"
page = require_http_methods(["GET", "HEAD", "POST"])


@page
@never_cache
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The six digits of the phone, or a recovery code."""
    username = request.user.get_username()
    if lockout.is_locked(request, username):
        return lockout.page(request, credentials={"username": username})
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True  # not while setting up: phones scroll past what is to be read
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.check(request.user, form.cleaned_data["code"])
        except second_factor.TooSoon as pause:
            form.add_error("code", _pause(pause))
        else:
            if device:
                return _come_in(request, device)
            lockout.count_failure(request, username)
            form.add_error("code", _wrong())
    return render(request, "accounts/code.html", {"form": form, "recovery": RecoveryForm()})


@page
@never_cache
@sensitive_post_parameters("code")
def enrol(request: HttpRequest) -> HttpResponse:
    """Setting up a phone. Its secret stays in this session: another one that knows the password sees another."""
    key = request.session.setdefault(NEW_KEY, random_hex())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        enrolled = second_factor.enrol(request.user, key, form.cleaned_data["code"])
        if enrolled:
            del request.session[NEW_KEY]
            request.session[FRESH_CODES] = enrolled.codes
            return _come_in(request, enrolled.device)
        form.add_error("code", _wrong())
    secret = b32encode(unhexlify(key)).decode()
    return render(request, "accounts/enrol.html", {"form": form, "qr": _qr(request, key), "secret": _groups(secret)})


@page
@never_cache
def recovery(request: HttpRequest) -> HttpResponse:
    """The recovery codes, until their owner says that they are written down; then never again."""
    if request.method == "POST":
        del request.session[FRESH_CODES]
        return redirect(destination(request))
    codes = [_groups(code) for code in request.session[FRESH_CODES]]
    return render(request, "accounts/recovery.html", {"codes": codes})


def _come_in(request: HttpRequest, device: Device) -> HttpResponse:
    login(request, device)
    request.session.cycle_key()
    lockout.forget_failures(request, request.user.get_username())
    if isinstance(device, StaticDevice):
        messages.warning(request, _codes_left(second_factor.codes_left(request.user)))
    return redirect(destination(request))


def _qr(request: HttpRequest, key: str) -> SafeString:
    """What an authenticator app scans, as SVG in the page: the secret leaves for no other site."""
    picture = segno.make(TOTPDevice(user=request.user, key=key).config_url, error="m")
    return mark_safe(picture.svg_inline(scale=5, border=3, light="#fff", omitsize=True))


def _groups(text: str) -> str:
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def _wrong() -> forms.ValidationError:
    return forms.ValidationError(_("This code is wrong. A new one comes every 30 seconds, and each works once."))


def _pause(pause: second_factor.TooSoon) -> forms.ValidationError:
    seconds = max(1, ceil((pause.until - timezone.now()).total_seconds()))
    text = ngettext(
        "Wait %(count)d second, then type the code.", "Wait %(count)d seconds, then type the code.", seconds
    )
    return forms.ValidationError(text % {"count": seconds})


def _codes_left(count: int) -> str:
    text = ngettext(
        "%(count)d recovery code is left. If your phone is lost, ask an admin to take it away.",
        "%(count)d recovery codes are left. If your phone is lost, ask an admin to take it away.",
        count,
    )
    return text % {"count": count}
