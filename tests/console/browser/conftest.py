"""A running console of its own, and people who work in it with a real browser.

A test of pages for staff needs three lines:

    def test_reader_opens_a_conversation(console: Console, new_page: NewPage) -> None:
        page = console.signed_in(new_page(viewport=DESKTOP), "reader")
        page.goto(f"{console.url}/transcripts/conversation/")

`signed_in` goes through the real pages once a role (password, phone, recovery codes) and leaves the page on the
overview; later calls for the role take up its session. `console.manage("command", …)` runs a command of the console
in its folder `console.var`, to fill tables. The console is shared by a folder's tests and begins with the directory of
the seed; a test that needs a clean one starts it: `with running_console(folder) as console`. No test here may use
Django's own database (`db`): Playwright's event loop forbids it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from assistant.paths import ROOT
from tests import stores
from tests.conftest import start_console, stop
from tests.console.browser.authenticator import Authenticator
from tests.widget.conftest import PHONE, browser, new_page, playwright  # noqa: F401 - fixtures of this folder as well

DESKTOP = {"width": 1280, "height": 800}
SMALL_PHONE = PHONE
PASSWORD = re.compile(r"account: admin +password: (\S+)")
MAKE_ACCOUNT = """
from django.contrib.auth.models import Group, User
user = User.objects.create_user({name!r}, password={password!r}, is_staff=True)
user.groups.add(Group.objects.get(name={role!r}))
"""
NewPage = Callable[..., Page]


@dataclass
class Account:
    """Somebody who may sign in; `phone` and `codes` are there after the first time."""

    name: str
    password: str
    phone: Authenticator | None = None
    codes: list[str] = field(default_factory=list)
    cookies: list[Any] = field(default_factory=list)


@dataclass
class Console:
    """A running console."""

    url: str
    var: Path
    accounts: dict[str, Account]

    def manage(self, *command: str) -> str:
        """Run a command of the console; what it printed."""
        return manage(self.var, *command)

    def account(self, name: str, role: str = "") -> Account:
        """Somebody of a role, who has the role's name unless told; `admin` is the account of the first start."""
        if name not in self.accounts:
            account = Account(name, f"une-longue-phrase-{name}")
            make = MAKE_ACCOUNT.format(name=name, password=account.password, role=role or name)
            self.manage("shell", "--no-imports", "-c", make)
            self.accounts[name] = account
        return self.accounts[name]

    def signed_in(self, page: Page, role: str) -> Page:
        """Sign somebody of a role in, and come to the overview."""
        account = self.account(role)
        if account.cookies:
            page.context.add_cookies(account.cookies)
        page.goto(self.url)
        if page.locator("#login-form").is_visible():
            self.type_password(page, account.name, account.password)
            if account.phone:
                self.type_code(page, account.phone.code())
            else:
                self.set_up_phone(page, account)
            account.cookies = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
        expect(page.locator("#content")).to_be_visible()
        return page

    def type_password(self, page: Page, name: str, password: str) -> None:
        """Fill in the sign-in page and send it."""
        page.fill("[name=username]", name)
        page.fill("[name=password]", password)
        page.click("#login-form button")

    def type_code(self, page: Page, code: str) -> None:
        """Fill in the six digits and send them."""
        page.fill("#code-form [name=code]", code)
        page.click("#code-form button")

    def set_up_phone(self, page: Page, account: Account) -> None:
        """Set up a phone from the key on the page, and note the recovery codes."""
        account.phone = Authenticator(page.locator("#secret").inner_text().replace(" ", ""))
        self.type_code(page, account.phone.code())
        account.codes = page.locator(".codes code").all_inner_texts()
        page.click("main form button")


def manage(var: Path, *command: str) -> str:
    """Run a command of the console on the tables below a folder; what it printed."""
    call = [sys.executable, "console/manage.py", *command]
    env = {**os.environ, "VAR_DIR": str(var), **stores.environment(var)}
    done = subprocess.run(call, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def running_console(var: Path, **environment: str) -> Iterator[Console]:
    """A fresh console with its own tables, in a new folder, on a free port."""
    part = start_console(var, **environment)
    try:
        password = PASSWORD.search(part.said)
        assert password, "first_run printed no password"
        yield Console(part.url, var, {"admin": Account("admin", password[1])})
    finally:
        stop(part)


@pytest.fixture(scope="package")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console that this folder's tests share; people of each role are kept from test to test."""
    with running_console(tmp_path_factory.mktemp("console") / "var") as console:
        yield console


def assert_accessible(page: Page) -> None:
    """What axe finds on a page fails the test."""
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []
