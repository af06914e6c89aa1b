"""`settle_restored`: what a restored backup must lose before anybody sees it. `make restore` calls it."""

from argparse import ArgumentParser
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, no_translations
from figures.leaving import let_old_conversations_go
from sqlalchemy.engine import Engine

from assistant.privacy import erased
from assistant.settings import sender_keys
from assistant.storage import erasures
from transcripts import source
from transcripts.erasing import erase_what_was_asked
from transcripts.models import Conversation

TABLES = ("events", "feedback", "inbox", "deliveries", "tails")  # with a person in them


class Command(BaseCommand):
    """Erases who was erased after the backup was made, lets old conversations go, ends all sessions."""

    help = "Bring a restored backup up to date with erasures and retention. Called by make restore."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument(
            "--made-at", type=float, required=True, help="when the backup was begun, seconds since 1970"
        )

    @no_translations
    def handle(self, *args: Any, made_at: float, **options: Any) -> None:  # noqa: ANN401
        """Do it.

        Raises:
            CommandError: an erasure could not be finished.
        """
        call_command("migrate", verbosity=0, interactive=False)
        Session.objects.all().delete()
        engine = source.open_source(settings.SYSTEM)
        try:
            if source.is_ready(engine):
                found = _erase_again(engine, made_at)
                let_old_conversations_go(engine, settings.SYSTEM.retention_days)
                self.stdout.write(f"Erased again, as these people had asked: {found}.")
        finally:
            engine.dispose()


def _erase_again(engine: Engine, made_at: float) -> int:
    """Erase who was erased since; how many of them the backup knew."""
    since = [one for one in _log() if one.done >= made_at - erasures.CLOCKS]
    keys = sender_keys(settings.SYSTEM)
    known = {erased.hashed(sender, key): sender for sender in _people(engine) for key in keys}
    for one in since:
        erasures.queue_again(engine, one.receipt, known.get(one.person), one.asked, one.done)
    erase_what_was_asked(engine)
    if left := len(erasures.open_ones(engine)):
        raise CommandError(f"{left} erasures could not be finished; the lines above say why.")
    return sum(one.person in known for one in since)


def _log() -> list[erased.Erased]:
    file = settings.SYSTEM.erasures_kept
    return erased.read(file).lines if file.exists() else []


def _people(engine: Engine) -> set[str]:
    """Everybody of whom either database knows something."""
    there = sa.inspect(engine)
    people = set(Conversation.objects.values_list("sender", flat=True).distinct())
    with engine.connect() as connection:
        for table in filter(there.has_table, TABLES):
            people |= {sender for (sender,) in connection.execute(sa.text(f"SELECT DISTINCT sender_id FROM {table}"))}
    return people
