"""The roles of the transcripts: reader; safeguarding, which also reads what is about danger and misconduct.

The role admin gets both. Running it again gives the roles the same rights again.
"""

from collections.abc import Mapping

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READER = {"view_conversation", "view_turn"}
SAFEGUARDING = {*READER, "view_restricted"}
ROLES = {"reader": READER, "safeguarding": SAFEGUARDING, "admin": SAFEGUARDING}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role its rights; rights that somebody added stay."""
    give(apps, ROLES)


def give(apps: Apps, roles: Mapping[str, set[str]]) -> None:
    """Give rights on the app's tables to roles, which are made where there are none."""
    config = apps.get_app_config("transcripts")
    config.models_module = True  # an app of a past state has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    rights = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="transcripts")
    for name, codenames in roles.items():
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*rights.filter(codename__in=codenames))


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [("transcripts", "0001_initial"), ("contacts", "0002_roles")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
