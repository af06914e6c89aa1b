"""`python console/manage.py receipt XXXX-XXXX`: whether the erasure with that receipt is done."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transcripts import source
from transcripts.receipts import look_up


class Command(BaseCommand):
    """Reads, and changes nothing."""

    help = "Say whether the erasure with a receipt is done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("receipt", help="the code that the person got, such as ACDE-F346")

    def handle(self, *args: Any, receipt: str, **options: Any) -> None:  # noqa: ANN401
        """Look a receipt up.

        Raises:
            CommandError: the conversations' database cannot be read.
        """
        try:
            with source.reading(settings.SYSTEM) as engine:
                self.stdout.write(look_up(engine, receipt))
        except source.Unavailable as error:
            raise CommandError(str(error)) from None
