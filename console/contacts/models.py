"""What the directory holds, in French and Arabic, every row with its source and the date on which it was verified.

Names follow Open Referral HSDS 3.0 (organization, location, service, phone, schedule, taxonomy term); what people of
Morocco need beyond it (two languages, cities, months of Ramadan) is published as a profile (`hsds`).
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contacts import numbers
from contacts.validators import AS_OF, PHONE, SLUG, check_emails, check_past, check_sources

BUTTON = 20  # characters: a WhatsApp button holds no more


def _isolated(text: str) -> str:
    """Text that runs from left to right in a page in Arabic, too, which would turn the pairs of a number round."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


class Status(models.TextChoices):
    """Whether people may be shown a row."""

    CURRENT = "current", _("current")
    PENDING = "pending", _("awaiting approval")
    HISTORICAL = "historical", _("archive, never shown")
    CLOSED = "closed", _("closed")


class Confidence(models.TextChoices):
    """How far the source is trusted."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class Kind(models.TextChoices):
    """What sort of organisation."""

    EMERGENCY = "emergency", _("emergency service")
    UN = "un", _("United Nations")
    PUBLIC = "public", _("public institution")
    NGO = "ngo", _("association")


class Sourced(models.Model):
    """A row that says where it comes from and who made sure of it.

    Attributes:
        sources: list of `{url, title}`.
        as_of: date that the source itself shows, to the year, month or day; empty when it shows none.
        read_on: month in which the source was read.
        verified_on: day on which a person called or visited; empty until then.
        notes: conflicts and gaps, for staff, never shown to people.
    """

    sources = models.JSONField(_("sources"), default=list, blank=True, validators=[check_sources])
    as_of = models.CharField(_("date of the source"), max_length=10, blank=True, validators=[AS_OF])
    read_on = models.CharField(_("source read on"), max_length=10, blank=True, validators=[AS_OF])
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.CURRENT, db_index=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True, db_index=True, validators=[check_past])
    verified_by = models.CharField(_("verified by"), max_length=150, blank=True)
    notes = models.TextField(_("notes for staff"), blank=True)
    modified = models.DateTimeField(_("modified"), auto_now=True, db_index=True)
    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True


class Named(Sourced):
    """A row with an id for life and a name in both languages."""

    slug = models.CharField(_("id"), max_length=60, unique=True, validators=[SLUG])
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_ar if get_language() == "ar" and self.name_ar else self.name_fr


class City(Named):
    """A city or town, with its coordinates in degrees (WGS 84)."""

    latitude = models.FloatField(_("latitude"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(_("longitude"), validators=[MinValueValidator(-180), MaxValueValidator(180)])

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ("name_fr",)


class Need(Named):
    """What a person may need; a taxonomy term of HSDS. A need without service of its own falls back on its parent."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("wider need"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ("position", "slug")

    def clean(self) -> None:
        """Refuse a need that is its own wider need, however far up: readers follow the parents to the end."""
        wider, seen = self.parent, {self.slug}
        while wider and wider.slug not in seen:
            seen.add(wider.slug)
            wider = wider.parent
        if wider:
            raise ValidationError({"parent": _("This need would be its own wider need.")})


class Organization(Named):
    """An organisation that helps."""

    short_name = models.CharField(_("short name"), max_length=BUTTON, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NGO)
    website = models.URLField(_("web site"), blank=True)
    description_fr = models.TextField(_("description in French"), blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name_fr",)


class Location(Sourced):
    """A place of an organisation, or a line that serves the whole country (no city)."""

    slug = models.CharField(_("id"), max_length=60, unique=True, validators=[SLUG])
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="locations", verbose_name=_("organisation")
    )
    city = models.ForeignKey(
        City, models.PROTECT, null=True, blank=True, related_name="locations", verbose_name=_("city")
    )
    address_fr = models.CharField(_("address in French"), max_length=300, blank=True)
    address_ar = models.CharField(_("address in Arabic"), max_length=300, blank=True)
    emails = models.JSONField(_("e-mail addresses"), default=list, blank=True, validators=[check_emails])
    hours_fr = models.CharField(_("hours, in words, in French"), max_length=300, blank=True)
    hours_ar = models.CharField(_("hours, in words, in Arabic"), max_length=300, blank=True)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("organization__name_fr", "slug")

    def __str__(self) -> str:
        return f"{self.organization} – {self.city or _('whole country')}"

    def clean(self) -> None:
        """Refuse half a position."""
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError(_("Latitude and longitude go together: give both or none."))


class Phone(Sourced):
    """A phone number of a place; the first public one by position is the one that answers show.

    Without sources and dates of its own it has those of its place.

    Attributes:
        number: E.164, or a short number.
        display: as people read it ("05 37 26 38 04").
        printed: how the source writes it, where that differs.
        private: for staff only, in no answer and in no API.
    """

    location = models.ForeignKey(Location, models.CASCADE, related_name="phones", verbose_name=_("place"))
    number = models.CharField(_("number"), max_length=16, validators=[PHONE])
    display = models.CharField(_("as shown"), max_length=30, blank=True)
    printed = models.CharField(_("as printed in the source"), max_length=60, blank=True)
    note = models.CharField(_("note for staff"), max_length=300, blank=True)
    private = models.BooleanField(_("for staff only"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("location", "number"), name="phone_once_a_place"),)

    def __str__(self) -> str:
        return _isolated(self.display or self.number)

    def clean(self) -> None:
        """Refuse a number that nobody can call, and one that people would read as another."""
        if not numbers.same(self.number, self.number):
            raise ValidationError({"number": _("This is no valid phone number.")})
        if self.display and not numbers.same(self.display, self.number):
            raise ValidationError({"display": _("This is not the number that is kept.")})

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Fill in how people read the number, where nobody did."""
        self.display = self.display or numbers.display(self.number)
        super().save(*args, **kwargs)


class Season(models.TextChoices):
    """Part of the year for which opening hours hold."""

    USUAL = "usual", _("usual")
    RAMADAN = "ramadan", _("Ramadan")


class Schedule(Sourced):
    """One span of opening on some days of the week, in the local time of Morocco; a lunch break makes two.

    Without sources and dates of its own it has those of its place.

    Attributes:
        days: codes of RFC 5545 (MO, TU, …), comma-separated.
        opens, closes: equal means around the clock.
        phone_only: the place answers the phone then, nobody is received.
    """

    DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

    location = models.ForeignKey(Location, models.CASCADE, related_name="schedules", verbose_name=_("place"))
    days = models.CharField(_("days"), max_length=20, help_text="MO,TU,WE,TH,FR,SA,SU")
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    season = models.CharField(_("season"), max_length=7, choices=Season.choices, default=Season.USUAL)
    phone_only = models.BooleanField(_("by phone only"), default=False)

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ("season", "id")

    def __str__(self) -> str:
        return _isolated(f"{self.days} {self.opens:%H:%M}–{self.closes:%H:%M}")

    def clean(self) -> None:
        """Refuse days that are none, and a span that ends before it begins."""
        days = self.days.split(",")
        if any(day not in self.DAYS for day in days) or len(set(days)) != len(days):
            raise ValidationError({"days": _("Days are MO,TU,WE,TH,FR,SA,SU, each once, separated by commas.")})
        if self.opens and self.closes and self.closes < self.opens:
            raise ValidationError({"closes": _("The closing time is before the opening time.")})


class Service(Named):
    """What an organisation does for one need, at some of its places, for people of some cities.

    Attributes:
        national: open to people of the whole country.
        cities: cities whose people it serves.
        locations: places where it is given.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="services", verbose_name=_("organisation")
    )
    need = models.ForeignKey(Need, models.PROTECT, related_name="services", verbose_name=_("need"))
    national = models.BooleanField(_("for the whole country"), default=False)
    cities = models.ManyToManyField(City, blank=True, related_name="services", verbose_name=_("cities served"))
    locations = models.ManyToManyField(
        Location, blank=True, through="ServiceAtLocation", related_name="services", verbose_name=_("places")
    )
    _history_m2m_fields = ("cities",)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ("organization__name_fr", "slug")


class ServiceAtLocation(models.Model):
    """A service given at a place."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="at_locations", verbose_name=_("service"))
    location = models.ForeignKey(Location, models.CASCADE, related_name="at_locations", verbose_name=_("place"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("service at a place")
        verbose_name_plural = _("services at places")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("service", "location"), name="service_once_a_place"),)

    def __str__(self) -> str:
        return f"{self.service} – {self.location}"


class PageContact(models.Model):
    """A contact read from a page of IOM's site, which a person must approve; never published by itself.

    Attributes:
        page_date: date of the page, by which the contact is dated.
        found: what was read: `{name, role, office, email, phone}`, any of them missing.
    """

    class Decision(models.TextChoices):
        """What staff made of it."""

        PENDING = "pending", _("awaiting approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    url = models.URLField(_("page"), max_length=500)
    title = models.CharField(_("title of the page"), max_length=300, blank=True)
    page_date = models.CharField(_("date of the page"), max_length=10, blank=True, validators=[AS_OF])
    found = models.JSONField(_("what was read"), default=dict)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.PENDING)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    location = models.ForeignKey(Location, models.SET_NULL, null=True, blank=True, verbose_name=_("becomes"))
    read_at = models.DateTimeField(_("read at"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contact read from a page")
        verbose_name_plural = _("contacts read from pages")
        ordering = ("-read_at",)

    def __str__(self) -> str:
        return self.found.get("name") or self.url
