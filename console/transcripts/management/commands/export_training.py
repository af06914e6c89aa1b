"""`python console/manage.py export_training`: corrections with two readers go into the training data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from assistant.paths import ROOT
from assistant.server.system import StopError
from assistant.server.train import ensure_model
from transcripts import teaching, teaching_report, training_files
from transcripts.models import AuditEntry


class Command(BaseCommand):
    """Changes `data/nlu` and `tests/nlu/corrections`, and reports."""

    help = "Put corrections that two people agree on into the training data; --train also trains and measures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--patch", type=Path, help="write a patch for `git apply` there, and change nothing else")
        how.add_argument("--train", action="store_true", help="train, and measure before and after")

    @no_translations  # operators read English, as in every log
    def handle(self, *args: Any, patch: Path | None, train: bool, **options: Any) -> None:  # noqa: ANN401
        """Teach.

        Raises:
            CommandError: nothing can be taught, files cannot be written, or training failed.
        """
        try:
            plan = teaching.plan(ROOT)
            before = teaching_report.measure(plan.taught) if train and plan.taught else None
            if patch:
                patch.write_text(training_files.as_patch(ROOT, plan.changes), encoding="utf-8")
            else:
                teaching.apply(plan, ROOT)
        except teaching.TeachingError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}. Choose a place with --patch FILE.") from None
        if plan.taught:
            teaching.mark_as_taught(plan)
            AuditEntry.objects.create(
                who="export_training", action=AuditEntry.Action.TAUGHT, detail=str(len(plan.taught))
            )
        after = _train(plan) if train and plan.taught else None
        self._report(plan, before, after)

    def _report(
        self, plan: teaching.Plan, before: teaching_report.Measured | None, after: teaching_report.Measured | None
    ) -> None:
        report = "\n".join(teaching_report.lines(plan, before, after))
        self.stdout.write(report)
        if plan.taught:
            file = settings.SYSTEM.var_dir / "teaching" / f"{timezone.localtime():%Y-%m-%d-%H%M%S}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(report + "\n", encoding="utf-8")
            self.stdout.write(f"\nThis report: {file}")


def _train(plan: teaching.Plan) -> teaching_report.Measured | None:
    try:
        ensure_model(settings.SYSTEM)
    except StopError as error:
        raise CommandError(f"{error} The training data are changed; run `make train` when it is mended.") from None
    return teaching_report.measure(plan.taught)
