"""`python console/manage.py import_contacts FILE`: the directory's file into the tables."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from contacts.seed.load import load
from contacts.seed.read import FileError, read


class Command(BaseCommand):
    """Reads all or nothing; a second run of the same file changes nothing."""

    help = "Read a directory file into the tables: all of it, or nothing when a row is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File and switches."""
        parser.add_argument("file", type=Path, help="a YAML file such as data/contacts/organizations.yml")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--overwrite", action="store_true", help="replace rows that staff edited or deleted, too")

    @no_translations
    def handle(self, *args: Any, file: Path, dry_run: bool, overwrite: bool, **options: Any) -> None:  # noqa: ANN401
        """Import and say what changed.

        Raises:
            CommandError: all that is wrong with the file; nothing was written.
        """
        try:
            outcome = load(read(file), overwrite=overwrite, keep=not dry_run)
        except FileError as error:
            raise CommandError(f"{error}\nNothing was imported. Correct the file and repeat.") from error
        written = outcome.written
        changes = written["created"] + written["updated"]
        self.stdout.write(
            f"{changes} changes: {written['created']} created, {written['updated']} updated; "
            f"{written['unchanged']} unchanged, {len(outcome.kept)} kept as staff left them."
        )
        self._list("Kept (import_contacts --overwrite replaces them):", outcome.kept)
        self._list("In the directory but no longer in the file (close or delete them in the console):", outcome.gone)
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")

    def _list(self, title: str, names: Sequence[str]) -> None:
        if names:
            self.stdout.write("\n  ".join([title, *names]))
