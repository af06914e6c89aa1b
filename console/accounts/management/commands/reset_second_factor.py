"""`python console/manage.py reset_second_factor NAME`: for an admin whose phone is lost."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts import second_factor


class Command(BaseCommand):
    """Whoever may run this on the machine may come in anyway."""

    help = "Take away the phone and the recovery codes of an account, and sign it out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One account."""
        parser.add_argument("user", help="user name of the account")

    @no_translations
    def handle(self, *args: Any, user: str, **options: Any) -> None:  # noqa: ANN401
        """Take it away.

        Raises:
            CommandError: there is no such account.
        """
        try:
            account = User.objects.get(username=user)
        except User.DoesNotExist as error:
            names = ", ".join(User.objects.order_by("username").values_list("username", flat=True))
            raise CommandError(f"There is no account {user!r}. There are: {names or 'none; run first_run'}") from error
        second_factor.take_away(account)
        self.stdout.write(f"{user} sets up a phone at the next sign-in. Do it now: until then, the password is enough.")
