"""What waits for those who keep the directory, on the console's first page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.filters import stale, without_phone
from contacts.models import Location, PageContact, Status


def cards(request: HttpRequest) -> list[dict[str, Any]]:
    """Title, count and link of each card, for those who may see the tables."""
    shown = Location.objects.filter(status=Status.CURRENT)
    pending = PageContact.objects.filter(decision=PageContact.Decision.PENDING)
    places, pages = reverse("admin:contacts_location_changelist"), reverse("admin:contacts_pagecontact_changelist")
    waiting = [
        (
            "location",
            _("Places not verified for 12 months"),
            stale(shown),
            f"{places}?verification=stale&status__exact=current",
        ),
        (
            "location",
            _("Places without a phone to show"),
            without_phone(shown),
            f"{places}?phone=none&status__exact=current",
        ),
        ("pagecontact", _("Contacts awaiting approval"), pending, f"{pages}?decision__exact=pending"),
    ]
    return [
        {"title": title, "count": rows.count(), "link": link}
        for table, title, rows, link in waiting
        if request.user.has_perm(f"contacts.view_{table}")
    ]
