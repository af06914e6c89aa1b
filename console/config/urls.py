"""Addresses of the console."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from config.health import health, ready

admin.site.index_title = _("Overview")
urlpatterns = [
    path("health", health, name="health"),
    path("ready", ready, name="ready"),
    path("hsds/", include("hsds.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("second-factor/", include("accounts.urls")),
    path("transcripts/", include("transcripts.urls")),
    path("", admin.site.urls),
]
