"""Roles: a viewer looks, an editor edits and verifies, an admin does everything, users included."""

import importlib

import pytest
from contacts.models import Location, Organization, PageContact
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from tests.console.conftest import come_in, form_of, save

FORBIDDEN = 403


def url(table: str, what: str, *args: object) -> str:
    return reverse(f"admin:{table}_{what}", args=args)


def test_roles_are_made_by_the_migrations(db):
    assert sorted(Group.objects.values_list("name", flat=True)) == [
        *("admin", "editor", "reader", "reviewer", "safeguarding", "viewer"),
    ]


def test_making_the_roles_again_changes_nothing_and_gives_back_what_was_taken(db):
    make_roles = importlib.import_module("contacts.migrations.0002_roles").make_roles
    before = {group.name: set(group.permissions.all()) for group in Group.objects.all()}
    editor = Group.objects.get(name="editor").permissions
    editor.remove(*editor.filter(content_type__app_label="contacts"))
    extra = Permission.objects.get(codename="view_session")
    Group.objects.get(name="viewer").permissions.add(extra)
    make_roles(apps, None)
    assert apps.get_app_config("contacts").models_module, "Django would make no rights of this app any more"
    before["viewer"].add(extra)
    assert {group.name: set(group.permissions.all()) for group in Group.objects.all()} == before


def test_without_a_role_nothing_is_shown(client, place):
    page = url("contacts_location", "change", place.pk)
    assert client.get(page).headers["location"].startswith("/login/")
    come_in(client, User.objects.create_user("guest", password="x", is_staff=True))
    assert client.get(page).status_code == FORBIDDEN


def test_viewer_looks_and_changes_nothing(sign_in, place):
    viewer, page = sign_in("viewer"), url("contacts_location", "change", place.pk)
    text = viewer.get(page).content.decode()
    assert "05 37 26 38 04" in text
    assert 'href="https://helpers.example.org/contact"' in text
    assert viewer.post(page, {"hours_fr": "x"}).status_code == FORBIDDEN
    assert viewer.get(url("contacts_location", "add")).status_code == FORBIDDEN
    assert viewer.post(url("contacts_location", "delete", place.pk), {"post": "yes"}).status_code == FORBIDDEN
    viewer.post(url("contacts_location", "changelist"), {"action": "verify", "_selected_action": [place.pk]})
    place.refresh_from_db()
    assert (place.hours_fr, place.verified_on) == ("", None)


def test_viewer_brings_no_older_version_back(sign_in, place):
    place.hours_fr = "Le matin"
    place.save()
    older = url("contacts_location", "simple_history", place.pk, place.history.earliest().pk)
    viewer = sign_in("viewer")
    form = form_of(sign_in("editor").get(older))
    assert viewer.get(older).status_code == 200
    assert viewer.post(older, form).status_code == FORBIDDEN
    place.refresh_from_db()
    assert place.hours_fr == "Le matin"


def test_viewer_decides_nothing(sign_in, place):
    page = PageContact.objects.create(url="https://x.example.org", found={"name": "A"})
    form = {"decision": "approved", "location": place.pk}
    assert sign_in("viewer").post(url("contacts_pagecontact", "change", page.pk), form).status_code == FORBIDDEN


def test_editor_edits_and_adds_but_deletes_no_organisation(editor, directory):
    organization = Organization.objects.get()
    page = url("contacts_organization", "change", organization.pk)
    assert save(editor, page, name_fr="Entraide nationale").status_code == 302
    new = {"slug": "another", "name_fr": "Autre", "name_ar": "أخرى", "kind": "ngo"}
    assert save(editor, url("contacts_organization", "add"), **new).status_code == 302
    for row in (organization, Location.objects.first()):
        table = f"contacts_{row._meta.model_name}"
        assert editor.post(url(table, "delete", row.pk), {"post": "yes"}).status_code == FORBIDDEN
    editor.post(
        url("contacts_organization", "changelist"),
        {"action": "delete_selected", "_selected_action": [organization.pk], "post": "yes"},
    )
    assert set(Organization.objects.values_list("name_fr", flat=True)) == {"Entraide nationale", "Autre"}


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_admins_see_users(sign_in, role):
    client = sign_in(role)
    assert client.get(url("auth_user", "changelist")).status_code == FORBIDDEN
    assert client.get(url("auth_user", "add")).status_code == FORBIDDEN
    assert client.get(url("auth_group", "changelist")).status_code == FORBIDDEN


def test_admin_deletes_an_organisation(sign_in, directory):
    organization = Organization.objects.get()
    page = url("contacts_organization", "delete", organization.pk)
    assert sign_in("admin").post(page, {"post": "yes"}).status_code == 302
    assert not Organization.objects.exists()
    assert Organization.history.first().history_user.username == "a-admin"


def test_admin_makes_a_user_who_can_sign_in(sign_in, client):
    admin = sign_in("admin")
    new = {"username": "amal", "password1": "une-longue-phrase-7", "password2": "une-longue-phrase-7"}
    response = save(admin, url("auth_user", "add"), **new)
    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="amal")
    assert (
        save(admin, url("auth_user", "change", user.pk), groups=[str(Group.objects.get(name="viewer").pk)]).status_code
        == 302
    )
    assert save(client, "/login/", username="amal", password="une-longue-phrase-7", next="/").status_code == 302
    refused = client.get(url("contacts_location", "changelist"))
    assert refused.headers["location"].startswith("/second-factor/phone/")
    come_in(client, user)
    assert client.get(url("contacts_location", "changelist")).status_code == 200
