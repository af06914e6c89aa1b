"""`python console/manage.py first_run`: everything that the console needs before it starts; `make run` calls it."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import DatabaseError

from assistant.paths import DATA
from assistant.server.system import StopError, check_var
from contacts.models import Organization

SEED = DATA / "contacts" / "organizations.yml"
USER = "admin"


class Command(BaseCommand):
    """Safe to repeat: what is done already is left alone. Sessions that are over are deleted."""

    help = "Make or update the tables, fill an empty directory, make the first account, collect static files."

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Prepare the console.

        Raises:
            CommandError: the folder or the database cannot be used.
        """
        try:
            check_var(settings.SYSTEM)
            call_command("migrate", verbosity=0, interactive=False)
        except (StopError, DatabaseError) as error:
            raise CommandError(f"{error}\nCheck VAR_DIR and DATABASE_URL in .env.") from error
        if not Organization.objects.exists():
            call_command("import_contacts", SEED, stdout=self.stdout)
        if not get_user_model().objects.exists():
            self._make_user()
        call_command("clearsessions")
        call_command("collectstatic", verbosity=0, interactive=False)

    def _make_user(self) -> None:
        password = secrets.token_urlsafe(12)
        get_user_model().objects.create_superuser(USER, password=password)
        self.stdout.write(
            f"\nConsole account: {USER}   password: {password}\nIt is not shown again. Change it there.\n"
        )
