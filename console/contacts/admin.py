"""The console's pages: organisations, places, services, needs, cities, and contacts read from pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from contacts import approval, filters
from contacts.forms import (
    LocationForm,
    PageContactForm,
    PhoneForm,
    PhonePageForm,
    ScheduleForm,
    SchedulePageForm,
    SourcedForm,
    SourceNeededForm,
)
from contacts.models import (
    City,
    Location,
    Need,
    Organization,
    PageContact,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    Sourced,
    Status,
)

RECORDS = 100  # shown of a place's history of numbers, hours and services
Fieldsets = tuple[tuple[Any, dict[str, Any]], ...]
READABLE = {"sources": "sources_read", "emails": "emails_read"}  # lists, for those who may only look
TRUST = ("sources", ("as_of", "read_on"), ("confidence", "status"), ("verified_on", "verified_by"), "notes")
STATUS_COLOURS = {
    Status.CURRENT: "success",
    Status.PENDING: "warning",
    Status.HISTORICAL: "info",
    Status.CLOSED: "danger",
}


class Fields:
    """How fields look, in pages and in the tables inside them."""

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:  # noqa: ANN401
        """Text runs as its language does, digits from left to right; a city is not deleted from a place's page."""
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is None:
            return None
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
        elif isinstance(field.widget, forms.TextInput | forms.Textarea):
            # A phone number in a page in Arabic would be read from its end: 64 64 68 37 05.
            field.widget.attrs.setdefault("dir", "rtl" if db_field.name.endswith("_ar") else "auto")
        return field


class HistoryAdmin(Fields, SimpleHistoryAdmin, ModelAdmin):
    """A table whose every change is kept, with the person who made it."""

    show_add_link = True
    warn_unsaved_form = True
    list_filter_submit = True

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        """Save what was changed: a form that was only looked at leaves no trace in the history."""
        reverting = request.resolver_match is not None and request.resolver_match.url_name.endswith("simple_history")
        if form.changed_data or reverting or not change:
            super().save_model(request, obj, form, change)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An older version; only who may change brings it back (django-simple-history lets whoever looks)."""
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response


class SourcedAdmin(HistoryAdmin):
    """A table whose rows have sources and are verified."""

    form = SourcedForm
    actions = ("verify",)
    list_per_page = 50
    search_fields: tuple[str, ...] = ("slug", "name_fr", "name_ar")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """An id, once given, stays; who verified is not typed but known."""
        slug = ("slug",) if obj and hasattr(obj, "slug") else ()
        return ("verified_by", *slug, *READABLE.values())

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Fieldsets:
        """Lists as text for those who may only look."""
        fieldsets: Fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return tuple(
            (title, {**options, "fields": tuple(READABLE.get(name, name) for name in options["fields"])})
            for title, options in fieldsets
        )

    @display(description=_("sources"))
    def sources_read(self, obj: Sourced) -> str:
        """Sources as links."""
        link = '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
        return format_html_join(mark_safe("<br>"), link, ((s["url"], s["title"]) for s in obj.sources))

    @display(description=_("e-mail addresses"))
    def emails_read(self, obj: Location) -> str:
        """Addresses, a line each."""
        return format_html_join(mark_safe("<br>"), "{}", ((email,) for email in obj.emails))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, tuple[str, ...]]:
        """Propose an id for a new row."""
        return {} if obj or not hasattr(self.model, "name_fr") else {"slug": ("name_fr",)}

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:  # noqa: ANN401
        """Whoever sets the day has verified."""
        if "verified_on" in form.changed_data:
            obj.verified_by = _name(request.user) if obj.verified_on else ""
        super().save_model(request, obj, form, change)

    @action(description=_("Mark as verified today"), permissions=["change"])
    def verify(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Somebody has called or visited today."""
        for row in queryset:
            row.verified_on, row.verified_by = timezone.localdate(), _name(request.user)
            row.save()
        count = len(queryset)
        text = ngettext("%(count)d row marked as verified today.", "%(count)d rows marked as verified today.", count)
        self.message_user(request, text % {"count": count})

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def state(self, obj: Sourced) -> tuple[str, str]:
        """Status in colour."""
        return obj.status, obj.get_status_display()

    @display(description=_("verified on"), ordering="verified_on", label={True: "danger", False: "success"})
    def verified(self, obj: Sourced) -> tuple[bool, Any]:
        """Day of the verification; red when it is over."""
        return filters.is_stale(obj), obj.verified_on or _("never")


def _name(user: Any) -> str:  # noqa: ANN401 - whoever is signed in
    return str(user.get_username())


class PartInline(Fields, TabularInline):
    """Rows of a place, edited with it; the link of each leads to its sources and its history."""

    extra = 0
    show_change_link = True


class PhoneInline(PartInline):
    """Numbers of a place; the first public one is shown."""

    model = Phone
    form = PhoneForm
    fields = ("number", "display", "note", "private", "position", "status")


class ScheduleInline(PartInline):
    """Hours of a place."""

    model = Schedule
    form = ScheduleForm
    fields = ("days", "opens", "closes", "season", "phone_only")


class ServiceAtLocationInline(PartInline):
    """Which service is given where."""

    model = ServiceAtLocation
    autocomplete_fields = ("service", "location")


class PartAdmin(SourcedAdmin):
    """Numbers and hours: reached from their place, not from the menu."""

    search_fields = ()

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Nothing, which keeps it out of the menu."""
        return {}


@admin.register(City)
class CityAdmin(SourcedAdmin):
    """Cities."""

    list_display = ("name_fr", "name_ar", "slug", "state")
    fieldsets: Fieldsets = (
        (None, {"fields": (("name_fr", "name_ar"), "slug", ("latitude", "longitude"))}),
        (_("Trust"), {"fields": TRUST}),
    )


@admin.register(Need)
class NeedAdmin(SourcedAdmin):
    """Needs."""

    list_display = ("name_fr", "name_ar", "slug", "parent", "position")
    autocomplete_fields = ("parent",)
    fieldsets: Fieldsets = (
        (None, {"fields": (("name_fr", "name_ar"), "slug", ("parent", "position"))}),
        (_("Trust"), {"fields": TRUST}),
    )


@admin.register(Organization)
class OrganizationAdmin(SourcedAdmin):
    """Organisations."""

    list_display = ("name_fr", "short_name", "kind", "state", "verified", "modified")
    list_filter = (
        filters.StaleFilter,
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
        ("services__need", RelatedDropdownFilter),
    )
    search_fields = ("slug", "name_fr", "name_ar", "short_name", "description_fr", "description_ar", "website")
    fieldsets: Fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_fr", "name_ar"),
                    ("slug", "short_name"),
                    ("kind", "website"),
                    ("description_fr", "description_ar"),
                )
            },
        ),
        (_("Trust"), {"fields": TRUST}),
    )


@admin.register(Location)
class LocationAdmin(SourcedAdmin):
    """Places, with their numbers, hours and services."""

    form = LocationForm
    inlines = (PhoneInline, ScheduleInline, ServiceAtLocationInline)
    object_history_template = "place_history.html"
    autocomplete_fields = ("organization", "city")
    list_display = ("organization", "where", "phone", "state", "confidence", "as_of", "verified")
    list_select_related = ("organization", "city")
    list_filter = (
        filters.StaleFilter,
        filters.NoPhoneFilter,
        filters.CityFilter,
        ("services__need", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
    )
    search_fields = (
        "slug",
        "organization__name_fr",
        "organization__name_ar",
        "organization__short_name",
        "city__name_fr",
        "city__name_ar",
        "address_fr",
        "address_ar",
        "phones__number",
        "phones__display",
    )
    fieldsets: Fieldsets = (
        (
            None,
            {
                "fields": (
                    ("organization", "slug"),
                    "city",
                    "emails",
                    ("address_fr", "address_ar"),
                    ("hours_fr", "hours_ar"),
                    ("latitude", "longitude"),
                )
            },
        ),
        (_("Trust"), {"fields": TRUST}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        """Places with their numbers."""
        return super().get_queryset(request).prefetch_related("phones")

    @display(description=_("city"), ordering="city__name_fr")
    def where(self, obj: Location) -> object:
        """City, or the whole country."""
        return obj.city or _("whole country")

    @display(description=_("phone"))
    def phone(self, obj: Location) -> str:
        """The number that answers show."""
        public = (phone for phone in obj.phones.all() if not phone.private and phone.status == Status.CURRENT)
        number = next((phone.display for phone in public), "—")
        return format_html('<span dir="ltr" style="white-space: nowrap">{}</span>', number)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Changes of the place, and of the numbers, hours and services that it has or had."""
        parts = [_change(record) for record in _part_records(object_id)]
        return super().history_view(request, object_id, {**(extra_context or {}), "parts": parts})


def _part_records(place: str) -> list[Any]:
    """The newest records of what belongs to a place, newest first."""
    tables: tuple[Any, ...] = (Phone, Schedule, ServiceAtLocation)
    records = [
        record
        for table in tables
        for record in table.history.filter(location_id=place).select_related("history_user")[:RECORDS]
    ]
    return sorted(records, key=lambda record: record.history_date, reverse=True)[:RECORDS]


def _change(record: Any) -> dict[str, Any]:  # noqa: ANN401 - a record of any table's history
    options = record.instance_type._meta
    try:
        name = str(record.instance)
    except ObjectDoesNotExist:  # what it belonged to was deleted since
        name = str(record.id)
    link = reverse(f"admin:contacts_{options.model_name}_history", args=[record.id])
    return {"kind": options.verbose_name, "name": name, "link": link, "record": record}


@admin.register(ServiceAtLocation)
class ServiceAtLocationAdmin(HistoryAdmin):
    """A service at a place: for its history; it is edited with the place or the service."""

    autocomplete_fields = ("service", "location")

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Nothing, which keeps it out of the menu."""
        return {}


@admin.register(Phone)
class PhoneAdmin(PartAdmin):
    """One number, with its own sources."""

    form = PhonePageForm
    autocomplete_fields = ("location",)
    fieldsets: Fieldsets = (
        (None, {"fields": ("location", ("number", "display"), ("printed", "note"), ("private", "position"))}),
        (_("Trust"), {"fields": TRUST, "description": _("Left empty, what is said of the place holds.")}),
    )


@admin.register(Schedule)
class ScheduleAdmin(PartAdmin):
    """One span of opening, with its own sources."""

    form = SchedulePageForm
    autocomplete_fields = ("location",)
    fieldsets: Fieldsets = (
        (None, {"fields": ("location", "days", ("opens", "closes"), ("season", "phone_only"))}),
        (_("Trust"), {"fields": TRUST, "description": _("Left empty, what is said of the place holds.")}),
    )


@admin.register(Service)
class ServiceAdmin(SourcedAdmin):
    """Services, with the places where they are given."""

    form = SourceNeededForm
    inlines = (ServiceAtLocationInline,)
    autocomplete_fields = ("organization", "need", "cities")
    list_display = ("name_fr", "organization", "need", "national", "state", "confidence", "verified")
    list_select_related = ("organization", "need")
    list_filter = (
        filters.StaleFilter,
        ("need", RelatedDropdownFilter),
        ("cities", RelatedDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
    )
    search_fields = ("slug", "name_fr", "name_ar", "organization__name_fr", "organization__name_ar")
    fieldsets: Fieldsets = (
        (None, {"fields": (("name_fr", "name_ar"), ("organization", "slug"), "need", ("national", "cities"))}),
        (_("Trust"), {"fields": TRUST}),
    )


@admin.register(PageContact)
class PageContactAdmin(HistoryAdmin):
    """Contacts read from pages: staff approve or reject each."""

    form = PageContactForm
    list_display = ("who", "title", "page_date", "state", "decided_by", "read_at")
    list_filter = (("decision", ChoicesDropdownFilter),)
    search_fields = ("url", "title", "found")
    autocomplete_fields = ("location",)
    fieldsets: Fieldsets = (
        (_("What was read"), {"fields": ("page", ("page_date", "read_at"), "contact")}),
        (_("Decision"), {"fields": ("decision", "location", ("organization", "city"), "decided_by")}),
    )
    readonly_fields = ("page", "page_date", "read_at", "contact", "decided_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """None is typed: they are read from pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: PageContact | None = None) -> bool:
        """A decision stands; what came of it is edited at the place."""
        decided = obj is not None and obj.decision != PageContact.Decision.PENDING
        return not decided and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: PageContact, form: forms.ModelForm, change: bool) -> None:
        """Approving puts the contact to a place."""
        if obj.decision == PageContact.Decision.APPROVED:
            place = obj.location or form.cleaned_data["organization"]
            obj.location = approval.approve(obj, place, form.cleaned_data["city"])
        if obj.decision != PageContact.Decision.PENDING:
            obj.decided_by = _name(request.user)
        super().save_model(request, obj, form, change)

    @display(description=_("name"), ordering="found")
    def who(self, obj: PageContact) -> str:
        """Who it is."""
        return str(obj)

    @display(
        description=_("decision"),
        ordering="decision",
        label={"pending": "warning", "approved": "success", "rejected": "danger"},
    )
    def state(self, obj: PageContact) -> tuple[str, str]:
        """Decision in colour."""
        return obj.decision, obj.get_decision_display()

    @display(description=_("page"))
    def page(self, obj: PageContact) -> str:
        """The page, to look at."""
        return format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', obj.url, obj.title or obj.url
        )

    @display(description=_("contact"))
    def contact(self, obj: PageContact) -> str:
        """All that was read of it."""
        return " – ".join(str(value) for value in obj.found.values())
