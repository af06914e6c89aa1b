"""The role reviewer, who judges and teaches; safeguarding judges too; admin does all and reads the audit log."""

from config.roles import give
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READ = {f"transcripts.view_{table}" for table in ("conversation", "turn", "savedfilter", "tag")}
JUDGE = {
    *READ,
    *(
        f"transcripts.{right}"
        for right in ("review", "view_review", "add_savedfilter", "delete_savedfilter", "add_tag")
    ),
}
REVIEWER = {*JUDGE, "transcripts.teach"}
SAFEGUARDING = {*JUDGE, "transcripts.view_restricted"}
ADMIN = {
    *REVIEWER,
    *SAFEGUARDING,
    *(f"transcripts.{right}" for right in ("change_tag", "delete_tag", "view_auditentry")),
}
ROLES = {"reader": READ, "reviewer": REVIEWER, "safeguarding": SAFEGUARDING, "admin": ADMIN}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role its rights; rights that somebody added stay."""
    give(apps, ROLES)


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [("transcripts", "0003_reviews")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
