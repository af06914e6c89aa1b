"""Who may see the figures: all who work with transcripts or the directory. And which days are to be counted.

Running it again gives the roles the same right again.
"""

from zoneinfo import ZoneInfo

from config.roles import give
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("reader", "reviewer", "safeguarding", "editor", "admin")


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role the right; rights that somebody added stay."""
    give(apps, {name: ["figures.view_dailycount"] for name in ROLES})


def note_days(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Transcripts that are there before the figures are counted by the process of the transcripts."""
    moments = apps.get_model("transcripts", "Turn").objects.values_list("at", flat=True).order_by()
    days = {moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date() for moment in moments.iterator()}
    table = apps.get_model("figures", "Day")
    table.objects.bulk_create([table(day=day) for day in sorted(days)], ignore_conflicts=True)


class Migration(migrations.Migration):
    """Groups of users, and days."""

    dependencies = [("figures", "0001_initial"), ("transcripts", "0002_roles"), ("contacts", "0002_roles")]
    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(note_days, migrations.RunPython.noop),
    ]
