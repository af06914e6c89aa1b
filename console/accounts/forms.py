"""What people type to come in."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.utils.translation import gettext_lazy as _

LONGEST_CODE = 20  # characters, with what people put between them
TYPED = {"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(AdminAuthenticationForm):
    """Name and password, without django-unfold's fields: those need scripts."""

    # The field of the table takes no more; Django checks the length in the browser only.
    username = UsernameField(max_length=150, widget=forms.TextInput({**TYPED, "autofocus": True}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"dir": "ltr", "autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """Six digits of a phone."""

    code = forms.CharField(
        label=_("Six digits"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput({**TYPED, "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class RecoveryForm(forms.Form):
    """A recovery code."""

    code = forms.CharField(
        label=_("Recovery code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput({**TYPED, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, auto_id="recovery_%s", **kwargs)
