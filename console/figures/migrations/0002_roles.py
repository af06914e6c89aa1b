"""Who may see the figures: all who work with transcripts or the directory. And which days are to be counted.

Running it again gives the roles the same right again.
"""

from zoneinfo import ZoneInfo

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("reader", "reviewer", "safeguarding", "editor", "admin")


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role the right; rights that somebody added stay."""
    config = apps.get_app_config("figures")
    config.models_module = True  # an app of a past state has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    right = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="figures", codename="view_dailycount"
    )
    for name in ROLES:
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(right)


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
