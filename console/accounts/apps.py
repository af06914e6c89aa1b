"""The app of the accounts."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """Accounts of staff."""

    name = "accounts"

    def ready(self) -> None:
        """Every sign-in begins a session whose end is known."""
        from accounts import sessions

        user_logged_in.connect(sessions.begin)
