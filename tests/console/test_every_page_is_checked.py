"""Every address of the console, asked by people of each role: who may, and who is sent away.

A new address belongs into `PAGES`, and its objects into `objects`; the first test names what is missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from contacts.models import PageContact
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from transcripts.models import AuditEntry, Conversation, SavedFilter, Tag, Turn

from tests.console.conftest import come_in

OK, FOUND, FORBIDDEN, NOT_FOUND, WRONG_METHOD = 200, 302, 403, 404, 405
ROLES = {"viewer", "reader", "reviewer", "safeguarding", "editor", "admin"}
STAFF = ROLES | {"guest"}  # a guest has an account, and no role
OUTSIDE = {"anonymous": "/login/", "password": "/second-factor/phone/"}  # where they are sent; the latter lacks a phone
EVERYBODY = STAFF | OUTSIDE.keys()
LOOK, EDIT, ADMIN = {"viewer", "editor", "admin"}, {"editor", "admin"}, {"admin"}
READ, JUDGE, TEACH = ROLES - {"viewer", "editor"}, {"reviewer", "safeguarding", "admin"}, {"reviewer", "admin"}
NOBODY: set[str] = set()


@dataclass(frozen=True)
class Page:
    """Who may come to an address.

    Attributes:
        may: roles that get the page.
        path: the address; `{name}` is an object of the fixture. Empty when it is made of the name, for admin's own.
        change: roles that may send something to it.
        then: status for those who may.
        refused: status for other staff.
        outside: status for people outside; None is the step to which they are sent.
    """

    may: set[str]
    path: str = ""
    change: set[str] | None = None
    then: int = OK
    refused: int = FORBIDDEN
    outside: int | None = None


def table(
    name: str, look: set[str], add: set[str] = NOBODY, change: set[str] = NOBODY, delete: set[str] = NOBODY
) -> dict[str, Page]:
    """Pages that Django's admin has for a table; whoever looks at a list may send its (checked) actions."""
    return {
        f"admin:{name}_changelist": Page(look, change=look),
        f"admin:{name}_add": Page(add, change=add),
        f"admin:{name}_change": Page(look, change=change),
        f"admin:{name}_history": Page(look),
        f"admin:{name}_delete": Page(delete, change=delete),
        f"{name.replace('_', '/')}/<path:object_id>/": Page(STAFF, then=FOUND),  # an old address of `change`
    }


def kept(name: str, delete: set[str] = ADMIN) -> dict[str, Page]:
    """The same for a table of contacts, whose older versions editors bring back."""
    older = {f"admin:contacts_{name}_simple_history": Page(LOOK, change=EDIT)}
    return table(f"contacts_{name}", LOOK, EDIT, EDIT, delete) | older


def public(*paths: str) -> dict[str, Page]:
    """The directory's API, by its routes."""
    return {f"hsds/{path}": Page(EVERYBODY, f"/hsds/{path}", NOBODY, refused=WRONG_METHOD) for path in paths}


def post_only(path: str, may: set[str]) -> Page:
    return Page(NOBODY, path, may, refused=WRONG_METHOD)


PAGES: dict[str, Page] = {
    # Open to everybody.
    "health": Page(EVERYBODY, "/health", refused=WRONG_METHOD),
    "ready": Page(EVERYBODY, "/ready", refused=WRONG_METHOD),
    "set_language": Page(EVERYBODY, "/i18n/setlang/", EVERYBODY, then=FOUND),
    "hsds:api": Page(EVERYBODY, "/hsds/", refused=WRONG_METHOD),
    "hsds:profile": Page(EVERYBODY, "/hsds/profile/", refused=WRONG_METHOD),
    "hsds:openapi": Page(EVERYBODY, "/hsds/openapi.json", refused=WRONG_METHOD),
    **public("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"),
    "hsds/services/<str:id>": Page(EVERYBODY, "/hsds/services/none", then=NOT_FOUND),
    "hsds/organizations/<str:id>": Page(EVERYBODY, "/hsds/organizations/none", then=NOT_FOUND),
    "hsds/service_at_locations/<str:id>": Page(EVERYBODY, "/hsds/service_at_locations/none", then=NOT_FOUND),
    "hsds/taxonomies/<str:id>": Page(EVERYBODY, "/hsds/taxonomies/none", then=NOT_FOUND),
    "hsds/taxonomy_terms/<str:id>": Page(EVERYBODY, "/hsds/taxonomy_terms/none", then=NOT_FOUND),
    "hsds/profile/<str:name>": Page(EVERYBODY, "/hsds/profile/organization.json"),
    "hsds/": Page(EVERYBODY, "/hsds/nothing", then=NOT_FOUND),
    # Coming in and out.
    "admin:login": Page({"anonymous"}, "/login/", EVERYBODY, refused=FOUND, outside=FOUND),
    "admin:logout": Page(EVERYBODY - {"anonymous"}, "/logout/", EVERYBODY, then=WRONG_METHOD, outside=FOUND),
    "accounts:enrol": Page({"password"}, "/second-factor/phone/", {"password"}, refused=FOUND),
    "accounts:code": Page(NOBODY, "/second-factor/", NOBODY, refused=FOUND),
    "accounts:recovery": Page(NOBODY, "/second-factor/recovery-codes/", NOBODY, refused=FOUND),
    # Everybody's in the console.
    "admin:index": Page(STAFF, "/"),
    "admin:search": Page(STAFF, "/search/?s=rabat"),
    "admin:password_change": Page(STAFF, "/password_change/", STAFF),
    "admin:password_change_done": Page(STAFF, "/password_change/done/"),
    "admin:jsi18n": Page(STAFF, "/jsi18n/"),
    "admin:autocomplete": Page(
        LOOK, "/autocomplete/?app_label=contacts&model_name=service&field_name=organization", NOBODY
    ),
    "admin:view_on_site": Page(STAFF, "/r/1/1/", then=NOT_FOUND),
    "admin:app_list": Page(LOOK, "/contacts/", refused=NOT_FOUND),
    "(?P<url>.*)$": Page(STAFF, "/nothing/", then=NOT_FOUND),
    # Accounts.
    **table("auth_user", ADMIN, ADMIN, ADMIN, ADMIN),
    **table("auth_group", ADMIN, ADMIN, ADMIN, ADMIN),
    "admin:auth_user_password_change": Page(ADMIN, change=ADMIN),
    # Contacts.
    **kept("city"),
    **kept("need"),
    **kept("organization"),
    **kept("location"),
    **kept("service"),
    **kept("pagecontact"),
    "admin:contacts_pagecontact_add": Page(NOBODY, change=NOBODY),
    **kept("phone", EDIT),
    **kept("schedule", EDIT),
    **kept("serviceatlocation", EDIT),
    # Transcripts.
    **table("transcripts_conversation", READ),
    "admin:transcripts_conversation_change": Page(READ),
    **table("transcripts_auditentry", ADMIN),
    **table("transcripts_tag", READ, JUDGE, ADMIN, ADMIN),
    "transcripts:verdict": post_only("/transcripts/turns/{turn}/verdict", JUDGE),
    "transcripts:second": post_only("/transcripts/turns/{turn}/second", JUDGE),
    "transcripts:file": post_only("/transcripts/conversations/{conversation}/file", JUDGE),
    "transcripts:done": post_only("/transcripts/conversations/{conversation}/done", JUDGE),
    "transcripts:save_filter": post_only("/transcripts/filters/save", JUDGE),
    "transcripts:saved": Page(READ, "/transcripts/filters/{filter}", NOBODY, then=FOUND),
    "transcripts:remove_filter": post_only("/transcripts/filters/{filter}/remove", JUDGE),
    "transcripts:receipt": Page(READ, "/transcripts/receipt/", READ),
    "transcripts:teach": Page(TEACH, "/transcripts/teaching", TEACH),
    "transcripts:patch": post_only("/transcripts/teaching/patch", TEACH),
    # Figures.
    "admin:figures_dailycount_changelist": Page(ROLES - {"viewer"}, "/figures/dailycount/"),
    "admin:figures_dailycount_csv": Page(ROLES - {"viewer"}, "/figures/dailycount/turns.csv", then=NOT_FOUND),
}


def patterns(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(key in PAGES, route) of every address: its name, or its route when it has none."""
    for pattern in resolver.url_patterns:
        path = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield (f"{space}{pattern.name}" if pattern.name else path), path
        else:
            yield from patterns(pattern, path, f"{pattern.namespace}:" if pattern.namespace else space)


ADDRESSES = dict(patterns(get_resolver()))


@pytest.fixture
def objects(directory: object) -> dict[str, object]:
    """One object of every table, and what stands in the paths of PAGES."""
    PageContact.objects.create(url="https://x.example.org", found={"name": "A"})
    now = timezone.now()
    facts = ("fallback", "urgent", "misconduct", "asked_person", "unhappy", "switched")
    conversation = Conversation.objects.create(
        event=1, sender="s", started=now, ended=now, turn_count=1, least_confidence=1, **dict.fromkeys(facts, False)
    )
    turn = Turn.objects.create(conversation=conversation, event=1, message="m", at=now, confidence=1, urgent=False)
    Tag.objects.create(name="tag")
    AuditEntry.objects.create(who="somebody", action=AuditEntry.Action.values[0])
    saved = SavedFilter.objects.create(name="filter", query="", maker="somebody")
    User.objects.create_user("colleague", password="x", is_staff=True)
    return {"conversation": conversation.pk, "turn": turn.pk, "filter": saved.pk}


def address(key: str, page: Page, objects: dict[str, object]) -> str:
    """Where a page is, with an object of its table."""
    if page.path:
        return page.path.format_map(objects)
    if key.startswith("admin:"):
        app, model, what = key.removeprefix("admin:").split("_", 2)
        row = _row(app, model)
        own = [] if what in ("changelist", "add") else [row.pk]
        return reverse(key, args=[*own, row.history.first().pk] if what == "simple_history" else own)
    app, model = key.split("/")[:2]
    return "/" + key.replace("<path:object_id>", str(_row(app, model).pk))


def _row(app: str, model: str) -> Any:
    row = apps.get_model(app, model).objects.first()
    assert row, f"make a {model} in the fixture `objects`"
    return row


@pytest.fixture
def client_of(db: None) -> Callable[[str], Client]:
    def client_of(role: str) -> Client:
        client = Client()
        if role == "anonymous":
            return client
        user = User.objects.create_user(f"a-{role}", password="x", is_staff=True)
        if role == "password":
            client.force_login(user)
            return client
        if role in ROLES:
            user.groups.add(Group.objects.get(name=role))
        return come_in(client, user)

    return client_of


def test_every_address_stands_in_the_table_and_every_row_is_an_address():
    missing, left = ADDRESSES.keys() - PAGES.keys(), PAGES.keys() - ADDRESSES.keys()
    assert not missing, f"add a row to PAGES that says who may come to: {sorted(missing)}"
    assert not left, f"take the rows of addresses that are no more out of PAGES: {sorted(left)}"


def test_every_role_stands_in_the_table(db):
    roles = set(Group.objects.values_list("name", flat=True))
    assert roles == ROLES, "write into PAGES what a new role may, and name it in ROLES"


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_page_opens_for_those_who_may_and_for_nobody_else(objects, client_of, role):
    client = client_of(role)
    wrong = {}
    for key, page in PAGES.items():
        path = address(key, page, objects)
        got, expected = asked(client.get(path)), expected_of(page, role)
        if got != expected:
            wrong[path] = {"got": got, "expected": expected}
    assert not wrong


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_whoever_may_not_change_changes_nothing(objects, client_of, role):
    client = client_of(role)
    before = everything()
    accepted = {}
    for key, page in PAGES.items():
        if role in (page.change or NOBODY):
            continue
        path = address(key, page, objects)
        got = asked(client.post(path, {"post": "yes", "name": "changed", "name_fr": "changed"}))
        refusals = {FORBIDDEN, NOT_FOUND, WRONG_METHOD, OUTSIDE.get(role)}
        # Sent to where they belong, or shown a page that takes nothing.
        if got not in refusals and not (page.change is None and got in (OK, FOUND)) and page.refused != FOUND:
            accepted[path] = got
    assert not accepted
    assert everything() == before


def expected_of(page: Page, role: str) -> int | str:
    """Status, or for people outside the step to which they are sent."""
    if role in page.may:
        return page.then
    return page.refused if role in STAFF else page.outside or OUTSIDE[role]


def asked(response: Any) -> int | str:
    """Status of an answer; of one that leads to a step of signing in, the step."""
    target = response.headers.get("location", "").partition("?")[0]
    return target if response.status_code == FOUND and target in OUTSIDE.values() else response.status_code


def everything() -> dict[str, list[Model]]:
    """All that is kept, but sessions and what is noted of looking."""
    passing = {Session, AuditEntry}
    tables = [model for model in apps.get_models() if model not in passing and not model._meta.proxy]
    return {model._meta.label: sorted(map(str, model.objects.values())) for model in tables}
