"""The role reviewer, who judges and teaches; safeguarding judges too; admin does all and reads the audit log."""

from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READER = {"view_conversation", "view_turn", "view_savedfilter", "view_tag"}
REVIEWER = {*READER, "review", "teach", "view_review", "add_savedfilter", "delete_savedfilter", "add_tag"}
SAFEGUARDING = {*(REVIEWER - {"teach"}), "view_restricted"}
ADMIN = {*REVIEWER, *SAFEGUARDING, "change_tag", "delete_tag", "view_auditentry"}
ROLES = {"reader": READER, "reviewer": REVIEWER, "safeguarding": SAFEGUARDING, "admin": ADMIN}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role its rights; rights that somebody added stay."""
    import_module("transcripts.migrations.0002_roles").give(apps, ROLES)


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [("transcripts", "0003_reviews")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
