"""The roles: viewer, editor, admin. Running it again gives them the same rights again."""

from config.roles import give
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = (
    "city",
    "location",
    "need",
    "organization",
    "pagecontact",
    "phone",
    "schedule",
    "service",
    "serviceatlocation",
)
# Numbers, hours and services of a place are corrected by deleting them; ids that stand in answers are not deleted.
PARTS = ("phone", "schedule", "serviceatlocation")
VIEWER = {f"contacts.view_{table}" for table in TABLES}
EDITOR = {
    *VIEWER,
    *(f"contacts.{what}_{table}" for what in ("add", "change") for table in TABLES),
    *(f"contacts.delete_{table}" for table in PARTS),
}
ADMIN = {
    *EDITOR,
    *(f"contacts.delete_{table}" for table in TABLES),
    *(f"auth.{what}_{table}" for what in ("add", "change", "delete", "view") for table in ("user", "group")),
}
ROLES = {"viewer": VIEWER, "editor": EDITOR, "admin": ADMIN}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role its rights; rights that somebody added stay."""
    give(apps, ROLES)


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [
        ("contacts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
