"""The contact directory as an app of Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    """Tables, console pages and commands of the directory."""

    name = "contacts"
    verbose_name = _("Contact directory")
