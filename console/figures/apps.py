"""The figures as an app of Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    """Daily counts, and the page that shows them."""

    name = "figures"
    verbose_name = _("Figures")

    def ready(self) -> None:
        """Note the days whose messages change."""
        from transcripts.signals import turns_changed

        from figures.recounting import note_days

        turns_changed.connect(note_days)
