"""A small directory, people of each role, and a web site on loopback."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from contacts.models import Location
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

SMALL = """read_on: "2026-11"
needs:
  - {id: health, fr: Santé, ar: الصحة}
  - {id: maternal, fr: 'Grossesse, bébé', ar: الحمل والولادة, parent: health}
cities:
  - {id: rabat, fr: Rabat, ar: الرباط, at: [34.01325, -6.83255]}
  - {id: fes, fr: Fès, ar: فاس, at: [34.03313, -5.00028]}
organizations:
  - id: helpers
    name:
      fr: Entraide
      ar: التعاون
    short_name: null
    kind: ngo
    website: https://helpers.example.org
    description:
      fr: Aide.
      ar: مساعدة.
    locations:
      - id: helpers-rabat
        city: rabat
        address: null
        phones:
          - number: "+212537263804"
            display: "05 37 26 38 04"
            note: Standard
          - number: "+212661440838"
            display: "06 61 44 08 38"
            private: true
        emails: [contact@helpers.example.org]
        hours: null
        schedules:
          - {days: 'MO,TU', opens: "09:00", closes: "12:00"}
          - {days: 'MO,TU', opens: "09:00", closes: "14:00", season: ramadan, phone_only: true}
        as_of: "2024-06"
        confidence: medium
        status: current
        verified_on: null
        verified_by: null
        notes: null
        sources:
          - url: https://helpers.example.org/contact
            title: Contact
      - id: helpers-line
        city: national
        address: null
        phones: []
        emails: []
        hours: null
        schedules: []
        as_of: null
        confidence: low
        status: current
        verified_on: null
        verified_by: null
        notes: null
        sources:
          - url: https://helpers.example.org/line
            title: Ligne
    services:
      - id: helpers-care
        need: health
        name:
          fr: Soins
          ar: علاج
        cities: [rabat, fes]
        locations: [helpers-rabat]
        sources:
          - url: https://helpers.example.org/soins
            title: Soins
"""


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A good password hash is slow, and nearly every test here makes a user."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    """What the console writes beside its tables, such as who was erased, is the test's own."""
    settings.SYSTEM = replace(settings.SYSTEM, var_dir=tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The file of a small directory, to be changed."""
    path = tmp_path / "small.yml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def directory(db: None, small: Path) -> Path:
    """The small directory in the tables; its file."""
    call_command("import_contacts", small, stdout=io.StringIO())
    return small


@pytest.fixture
def place(directory: Path) -> Location:
    """The place in Rabat."""
    return Location.objects.get(slug="helpers-rabat")


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """A browser in which somebody of a role has signed in."""

    def sign_in(role: str, name: str = "") -> Client:
        user = User.objects.create_user(name or f"a-{role}", password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return come_in(Client(), user)

    return sign_in


def come_in(client: Client, user: User) -> Client:
    """Sign somebody in with both factors, as `django_otp.login` leaves it."""
    device, _made = TOTPDevice.objects.get_or_create(user=user, name="phone")
    client.force_login(user)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


@pytest.fixture
def editor(sign_in: Callable[[str], Client]) -> Client:
    """The browser of an editor."""
    return sign_in("editor")


Form = dict[str, list[str]]


def form_of(response: HttpResponse) -> Form:
    """What a browser would send of a page's main form when nobody changes anything."""
    form = BeautifulSoup(response.content, "html.parser").select_one("#content-main form, form#login-form")
    assert form is not None, "the page has no form"
    data: Form = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name = field.get("name")
        if name and not field.has_attr("disabled"):
            data.setdefault(name, []).extend(_sent(field))
    return {name: values for name, values in data.items() if values}


def _sent(field: Tag) -> list[str]:
    if field.name == "textarea":
        return [field.text.removeprefix("\n")]
    if field.name == "select":
        options = field.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        return [option.get("value", "") for option in chosen or ([] if field.has_attr("multiple") else options[:1])]
    kind = field.get("type", "text")
    if kind in ("submit", "button", "file") or (kind in ("checkbox", "radio") and not field.has_attr("checked")):
        return []
    return [field.get("value", "on" if kind == "checkbox" else "")]


def save(client: Client, url: str, **changes: str | list[str]) -> HttpResponse:
    """Open a page's form, change some fields, send it; None leaves a field out."""
    form = form_of(client.get(url))
    form.update({name: value if isinstance(value, list) else [value] for name, value in changes.items()})
    return client.post(url, {name: value for name, value in form.items() if value != [None]})


class Site:
    """A web site on loopback: `pages` maps a path to (status, headers, body)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # the reader has had enough
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Serve a page; its address. Header names are written with underscores."""
        sent = {"Content-Type": "text/html; charset=utf-8"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, sent, body.encode() if isinstance(body, str) else body)
        return self.url + path


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site of its own."""
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()
