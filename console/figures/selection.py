"""What a page of figures is about: a period, and one channel or one language."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from figures.counting import CONVERSATIONS
from figures.grids import CHANNEL, EVERYTHING, LANGUAGE, Column
from figures.models import DailyCount
from figures.titles import channel, language

PERIODS = {"7": _("last 7 days"), "30": _("last 30 days"), "90": _("last 90 days"), "dates": _("two dates")}
USUAL = "30"
SHORTEST, LONGEST = 7, 366  # days


@dataclass(frozen=True)
class Selection:
    """What is shown.

    Attributes:
        since, until: first and last day, both counted.
        column: whose conversations.
    """

    since: date
    until: date
    column: Column = EVERYTHING

    def days(self) -> list[date]:
        """All days of the period, oldest first."""
        return [self.since + timedelta(days=number) for number in range((self.until - self.since).days + 1)]


class SelectionForm(forms.Form):
    """The choice of what is shown, as it stands in the page's address."""

    period = forms.ChoiceField(label=_("period"), choices=PERIODS.items(), required=False)
    since = forms.DateField(label=_("from"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("to"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    # One of both, not both at once: with each further filter more counts would have to be hidden.
    only = forms.ChoiceField(label=_("channel or language"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__({"period": USUAL, **data.dict()}, auto_id="figures-%s")
        self.fields["only"].choices = [("", _("all")), *_choices()]
        for field in self.fields.values():
            looks = SELECT_CLASSES if isinstance(field, forms.ChoiceField) else INPUT_CLASSES
            field.widget.attrs["class"] = " ".join(looks)

    def clean(self) -> dict[str, Any]:
        """Two dates need both, in order, and far enough apart that no single day can be subtracted from others."""
        values: dict[str, Any] = self.cleaned_data
        if values.get("period") == "dates" and not self.errors:
            since, until = values.get("since"), values.get("until")
            if not since or not until:
                raise ValidationError(_("Enter both dates."))
            if not SHORTEST <= (until - since).days + 1 <= LONGEST:
                raise ValidationError(
                    _("Choose a period of %(shortest)d to %(longest)d days, the first date before the second.")
                    % {"shortest": SHORTEST, "longest": LONGEST}
                )
        return values

    def selection(self) -> Selection:
        """What was chosen; the usual where that is not possible (`errors` says why)."""
        values = self.cleaned_data if self.is_valid() else {}
        kind, _colon, value = str(values.get("only") or "").partition(":")
        column = Column(kind, value)
        if values.get("period") == "dates":
            return Selection(values["since"], values["until"], column)
        today = timezone.localdate()
        return Selection(today - timedelta(days=int(values.get("period") or USUAL) - 1), today, column)


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Channels and languages that were ever counted."""
    named = ((CHANNEL, _("channel"), channel), (LANGUAGE, _("language"), language))
    return [(str(title), [(f"{kind}:{value}", name(value)) for value in _known(kind)]) for kind, title, name in named]


def _known(kind: str) -> list[str]:
    rows = DailyCount.objects.filter(measure=CONVERSATIONS)
    return list(rows.order_by(kind).values_list(kind, flat=True).distinct())
