"""Roles are groups of users, made by migrations: each app's gives its own rights."""

from collections.abc import Iterable, Mapping

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions


def give(apps: Apps, roles: Mapping[str, Iterable[str]]) -> None:
    """Give rights to roles, which are made where there are none. Rights that somebody added stay.

    Args:
        apps: of the migration.
        roles: name -> rights (`contacts.view_city`).
    """
    labels = {right.partition(".")[0] for rights in roles.values() for right in rights}
    for label in labels:
        _make_permissions(apps, label)
    listed = apps.get_model("auth", "Permission").objects.filter(content_type__app_label__in=labels)
    known = {f"{one.content_type.app_label}.{one.codename}": one for one in listed.select_related("content_type")}
    for name, rights in roles.items():
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*(known[right] for right in rights))


def _make_permissions(apps: Apps, label: str) -> None:
    """Django makes them after all migrations, which is too late for one that gives them."""
    config = apps.get_app_config(label)
    before = getattr(config, "models_module", None)
    config.models_module = before or True  # an app of a past state has none, and would be passed over
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = before
