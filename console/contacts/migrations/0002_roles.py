"""The roles: viewer, editor, admin. Running it again gives them the same rights again."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
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
    _make_permissions(apps)
    group_table = apps.get_model("auth", "Group")
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission").objects.select_related("content_type")
    }
    for name, rights in ROLES.items():
        group, _created = group_table.objects.get_or_create(name=name)
        group.permissions.add(*(permissions[right] for right in rights))


def _make_permissions(apps: Apps) -> None:
    """Django makes them after all migrations, which is too late here."""
    for label in ("auth", "contacts"):
        config = apps.get_app_config(label)
        config.models_module = True  # an app of a past state has none, and would be passed over
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None


class Migration(migrations.Migration):
    """Groups of users."""

    dependencies = [
        ("contacts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
