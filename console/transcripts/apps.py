"""The transcripts as an app of Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TranscriptsConfig(AppConfig):
    """What people asked and what they were told, for staff."""

    name = "transcripts"
    verbose_name = _("Transcripts")
