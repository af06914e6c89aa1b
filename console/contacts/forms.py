"""Forms of the console: what staff type, brought into the form in which it is kept."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from contacts import numbers
from contacts.models import City, Location, Organization, PageContact, Phone, Schedule
from contacts.validators import check_emails, check_sources


class LinesField(forms.CharField):
    """A list that is edited as text, one item a line.

    Args:
        read: an item from its line.
        write: the line of an item.
    """

    def __init__(self, *, read: Callable[[str], Any] = str, write: Callable[[Any], str] = str, **kwargs: Any) -> None:  # noqa: ANN401
        self._read, self._write = read, write
        # Addresses are read from left to right in Arabic, too.
        kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "ltr"})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401
        """Lines of a list; what was typed stays as it is."""
        return "\n".join(map(self._write, value)) if isinstance(value, list) else value

    def to_python(self, value: str | None) -> list[Any]:
        """The list of what was typed; empty lines count for nothing."""
        return [self._read(line.strip()) for line in (value or "").splitlines() if line.strip()]


class SourcesField(LinesField):
    """Sources, a line each: the address, then the title."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        help_text = _("One a line: the web address, a space, the title.")
        super().__init__(
            read=_source,
            write=_source_line,
            help_text=help_text,
            label=_("Sources"),
            validators=[check_sources],
            **kwargs,
        )


def _source(line: str) -> dict[str, str]:
    url, _space, title = line.partition(" ")
    return {"url": url, "title": title.strip() or urlsplit(url).hostname or url}


def _source_line(source: dict[str, str]) -> str:
    return f"{source['url']} {source['title']}"


class DaysField(forms.MultipleChoiceField):
    """Days of the week, kept as codes of RFC 5545 ("MO,TU")."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        choices = [(code, WEEKDAYS[number]) for number, code in enumerate(Schedule.DAYS)]
        super().__init__(choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, label=_("Days"), **kwargs)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401
        """Codes of the kept text."""
        return value.split(",") if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:  # noqa: ANN401
        """Compare day by day."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> str:  # noqa: ANN401
        """The kept text, Monday first."""
        chosen = super().clean(value)
        return ",".join(code for code in Schedule.DAYS if code in chosen)


class SourcedForm(forms.ModelForm):
    """A row with its sources."""

    sources = SourcesField(required=False)


class SourceNeededForm(forms.ModelForm):
    """A row that nobody may show without saying where it comes from."""

    sources = SourcesField()


class LocationForm(SourceNeededForm):
    """A place."""

    emails = LinesField(
        label=_("E-mail addresses"), required=False, validators=[check_emails], help_text=_("One a line.")
    )


class PhoneForm(forms.ModelForm):
    """A phone number, however staff write it."""

    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"dir": "ltr", "style": "min-width: 11rem"}),
        help_text=_("As it is dialled: 05 37 26 38 04, +212 537-263804, 141."),
    )

    class Meta:
        model = Phone
        fields = "__all__"

    def clean_number(self) -> str:
        """The number in the form in which it is kept.

        Raises:
            ValidationError: it is none.
        """
        try:
            return numbers.normalise(self.cleaned_data["number"])
        except numbers.NumberError as error:
            raise forms.ValidationError(_("This is no valid phone number.")) from error

    def clean(self) -> dict[str, Any]:
        """A new number is not shown as the old one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "number" in self.changed_data and "display" not in self.changed_data:
            cleaned["display"] = ""
        return cleaned


class ScheduleForm(forms.ModelForm):
    """A span of opening."""

    days = DaysField()

    class Meta:
        model = Schedule
        fields = "__all__"
        widgets: ClassVar = {name: UnfoldAdminSingleTimeWidget(format="%H:%M") for name in ("opens", "closes")}


class PhonePageForm(SourcedForm, PhoneForm):
    """A phone number with its own sources."""


class SchedulePageForm(SourcedForm, ScheduleForm):
    """A span of opening with its own sources."""


class PageContactForm(forms.ModelForm):
    """What staff make of a contact that was read from a page."""

    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("Or a new place of"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Choose the organisation, and the city unless it is a line for the whole country."),
    )
    city = forms.ModelChoiceField(
        City.objects.all(), label=_("In the city"), required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = PageContact
        fields = ("decision", "location")

    def clean(self) -> dict[str, Any]:
        """Approving needs one place: one that is there, or a new one.

        Raises:
            ValidationError: none or two were given.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        places: list[Location | Organization] = [
            place for place in (cleaned.get("location"), cleaned.get("organization")) if place
        ]
        if cleaned.get("decision") == PageContact.Decision.APPROVED and len(places) != 1:
            raise forms.ValidationError(_("To approve, choose a place, or the organisation of a new one."))
        return cleaned
