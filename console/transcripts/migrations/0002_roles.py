"""The roles of the transcripts: reader; safeguarding, which also reads what is about danger and misconduct.

The role admin gets both. Running it again gives the roles the same rights again.
"""

from config.roles import give
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READER = {"transcripts.view_conversation", "transcripts.view_turn"}
SAFEGUARDING = {*READER, "transcripts.view_restricted"}
ROLES = {"reader": READER, "safeguarding": SAFEGUARDING, "admin": SAFEGUARDING}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role its rights; rights that somebody added stay."""
    give(apps, ROLES)


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [("transcripts", "0001_initial"), ("contacts", "0002_roles")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
