"""`python console/manage.py export_contacts [FILE]`: the tables as the directory's file."""

import io
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from contacts.seed.dump import dump


class Command(BaseCommand):
    """Writes everything that the directory holds, private numbers and notes for staff included."""

    help = "Write the directory as a YAML file, private numbers and notes for staff included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument("file", nargs="?", default="-", help="file to write; - is the standard output (default)")

    @no_translations
    def handle(self, *args: Any, file: str, **options: Any) -> None:  # noqa: ANN401
        """Export.

        Raises:
            CommandError: the file cannot be written; what was there before is still there.
        """
        text = io.StringIO()
        with transaction.atomic():  # one state of all tables
            dump(text)
        if file == "-":
            self.stdout.write(text.getvalue(), ending="")
            return
        try:
            _replace(Path(file), text.getvalue())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}. Name a file in a folder that can be written.") from error


def _replace(path: Path, text: str) -> None:
    """Write whole, then take the old file's place: a full disk leaves the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
