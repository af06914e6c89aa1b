"""Accounts and roles of the console, in its own looks."""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import logout
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import second_factor

# The pages of django-otp show the secrets of colleagues.
for table in (User, Group, TOTPDevice, StaticDevice):
    admin.site.unregister(table)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """People who may sign in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "has_phone", "last_login")
    actions = ("take_away_phone",)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """An account is there to sign in to the console; its role says what it may do."""
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    @display(description=_("phone set up"), boolean=True)
    def has_phone(self, user: User) -> bool:
        """Whether the account has a second factor."""
        return second_factor.has_phone(user)

    @action(description=_("Take away the phone (lost or stolen)"), permissions=["change"])
    def take_away_phone(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """After a question, for whoever lost the phone; they set up another one when they sign in."""
        if not request.POST.get("confirmed"):
            context = {
                **self.admin_site.each_context(request),
                "title": _("Take away the phone?"),
                "opts": self.opts,
                "people": queryset,
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "accounts/take_away.html", context)
        people = list(queryset)
        for user in people:
            second_factor.take_away(user)
            self.log_change(request, user, "second factor taken away")
        if request.user in people:
            logout(request)  # their session is gone; a new one takes the message
        count = len(people)
        text = ngettext("%(count)d phone taken away.", "%(count)d phones taken away.", count)
        self.message_user(request, text % {"count": count})
        return None


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles."""
