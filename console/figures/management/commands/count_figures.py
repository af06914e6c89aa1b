"""`python console/manage.py count_figures`: counts the days whose messages changed; with --all, every day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from figures.recounting import changed_days, note_all_days, recount


class Command(BaseCommand):
    """What the process of the transcripts does by itself; for an operator who wants it now, or all of it anew."""

    help = "Count the days whose messages changed, or (--all) every day whose conversations are still there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--all", action="store_true", help="count every day anew, but those that are frozen")

    def handle(self, *args: Any, all: bool, **options: Any) -> None:  # noqa: ANN401 (Django's)
        """Count, and say how many days it were."""
        if all:
            note_all_days()
        days = changed_days()
        for day in tqdm(days, unit=" days", disable=None):
            recount(day)
        self.stdout.write(f"{len(days)} days counted.")
