"""Making a place's number of a contact that was read from a page, dated by that page."""

from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from contacts import numbers
from contacts.models import City, Confidence, Location, Organization, PageContact, Phone, Status

YEARS = 2  # a page that is older tells what was, and its numbers are for staff only


def is_old(page_date: str) -> bool:
    """Whether a page is more than two years old; one that does not say its date is.

    Args:
        page_date: a year, a month, a day (ISO 8601), or empty. A year counts from its first day.
    """
    if not page_date:
        return True
    year, month, day = (int(part) for part in f"{page_date}-01-01"[:10].split("-"))
    today = timezone.localdate()
    return (year, month, day) < (today.year - YEARS, today.month, today.day)


@transaction.atomic
def approve(page: PageContact, place: Location | Organization, city: City | None = None) -> Location:
    """Put a contact's number and address to a place.

    A new place is shown when the page is at most two years old, else kept for the record. A place that is there gets
    the page as a source, and its date when that is newer; an old page only adds what staff see.

    Args:
        page: the contact; its `page_date` dates all that comes of it.
        place: the place, or the organisation that gets a new one.
        city: where the new place is; None is a line for the whole country.

    Returns:
        The place, saved.
    """
    old = is_old(page.page_date)
    location = place if isinstance(place, Location) else _new_place(page, place, city, old)
    if location.pk is not None:
        _update(location, page, old)
    location._change_reason = _reason(page)
    location.save()
    if page.found.get("phone"):
        _add_phone(location, page, old)
    return location


def _new_place(page: PageContact, organization: Organization, city: City | None, old: bool) -> Location:
    return Location(
        slug=_free_slug(organization, city),
        organization=organization,
        city=city,
        emails=[page.found["email"]] if page.found.get("email") else [],
        as_of=page.page_date,
        read_on=_read_on(page),
        sources=[_source(page)],
        confidence=Confidence.LOW if old else Confidence.MEDIUM,
        status=Status.HISTORICAL if old else Status.CURRENT,
    )


def _update(location: Location, page: PageContact, old: bool) -> None:
    email = page.found.get("email")
    if old:  # nothing of it is shown as the place's of today
        kept = f"{page.page_date} {_who(page)}: {email}" if email and email not in location.notes else ""
        location.notes = "\n".join(filter(None, [location.notes, kept]))
        return
    if page.url not in [source["url"] for source in location.sources]:
        location.sources = [*location.sources, _source(page)]
    if page.page_date > location.as_of:
        location.as_of, location.read_on = page.page_date, _read_on(page)
    if location.status == Status.PENDING:
        location.status = Status.CURRENT
    if email and email not in location.emails:
        location.emails = [*location.emails, email]


def _add_phone(location: Location, page: PageContact, old: bool) -> None:
    """The number goes last; one that is there stays as staff left it."""
    number = page.found["phone"]
    if location.phones.filter(number=number).exists():
        return
    phone = Phone(
        location=location,
        number=number,
        display=numbers.display(number),
        note=_who(page)[:300],
        private=old,
        position=max(location.phones.values_list("position", flat=True), default=-1) + 1,
        as_of=page.page_date,
        read_on=_read_on(page),
        sources=[_source(page)],
        status=Status.HISTORICAL if old else Status.CURRENT,
    )
    phone._change_reason = _reason(page)
    phone.save()


def _free_slug(organization: Organization, city: City | None) -> str:
    """An id for life: the organisation's and the city's, with a number when that is taken."""
    wanted = f"{organization.slug}-{city.slug}" if city else organization.slug
    taken = set(Location.history.filter(slug__startswith=wanted[:50]).values_list("slug", flat=True))
    candidates = (f"{wanted[:50]}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, len(taken) + 3))))
    return next(slug for slug in candidates if slug not in taken)


def _source(page: PageContact) -> dict[str, str]:
    return {"url": page.url, "title": page.title or urlsplit(page.url).hostname or page.url}


def _read_on(page: PageContact) -> str:
    return f"{timezone.localtime(page.read_at):%Y-%m}"


def _who(page: PageContact) -> str:
    return ", ".join(page.found[part] for part in ("name", "role", "office") if page.found.get(part))


def _reason(page: PageContact) -> str:
    return f"page contact {page.pk}"
