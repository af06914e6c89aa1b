"""What a field may hold, the same for the console's forms and for files that are read in."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator, URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Ids stand in answers ({phone:ID}), buttons (/place/ID) and old WhatsApp messages: they are never renamed.
SLUG = RegexValidator(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", _("Lower-case letters, digits and hyphens only."))
# E.164, or a short number of the country (15, 141, 8350).
PHONE = RegexValidator(
    r"^(?:\+[1-9]\d{6,14}|[1-9]\d{1,5})$", _("International form (+212537000000) or a short number.")
)
AS_OF = RegexValidator(
    r"^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$",
    _("A year, a month or a day: 2014, 2014-03, 2014-03-10."),
)
WEB_ADDRESS = URLValidator(schemes=("http", "https"))
_EMAIL = EmailValidator()


def check_sources(value: object) -> None:
    """Refuse anything but a list of `{url, title}` with web addresses.

    Raises:
        ValidationError: names each source that is none.
    """
    if not isinstance(value, list):
        raise ValidationError(_("Sources are a list of web addresses with titles."))
    problems = [message for source in value for message in _source_problems(source)]
    if problems:
        raise ValidationError(problems)


def _source_problems(source: object) -> list[ValidationError]:
    if not isinstance(source, dict) or set(source) != {"url", "title"} or not all(map(_is_text, source.values())):
        return [ValidationError(_("“%(source)s” is no web address with a title."), params={"source": source})]
    try:
        WEB_ADDRESS(source["url"])
    except ValidationError:
        message = _("“%(url)s” is no web address (https://…).")
        return [ValidationError(message, params={"url": source["url"]})]
    return []


def check_emails(value: object) -> None:
    """Refuse anything but a list of e-mail addresses.

    Raises:
        ValidationError: names each address that is none.
    """
    if not isinstance(value, list):
        raise ValidationError(_("E-mail addresses are a list."))
    problems = [
        ValidationError(_("“%(email)s” is no e-mail address."), params={"email": email})
        for email in value
        if not _is_email(email)
    ]
    if problems:
        raise ValidationError(problems)


def check_past(value: date) -> None:
    """Refuse a day to come: nobody has called then.

    Raises:
        ValidationError: the day is after today in Morocco.
    """
    if value > timezone.localdate():
        raise ValidationError(_("This day is still to come."))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_email(value: object) -> bool:
    try:
        _EMAIL(value)
    except ValidationError:
        return False
    return isinstance(value, str)
