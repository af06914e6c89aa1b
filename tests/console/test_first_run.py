"""A fresh checkout: one command makes the tables, fills them, makes an account; then the console serves."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup

from assistant.paths import ROOT
from tests import stores
from tests.conftest import free_port
from tests.console.browser.authenticator import Authenticator

START_TIMEOUT = 60  # seconds, on a loaded machine
PASSWORD = re.compile(r"account: admin +password: (\S+)")


def environment(var: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "VAR_DIR": str(var),
        **stores.environment(var),
        "CONSOLE_KEY": "",
        "CONSOLE_DEBUG": "off",
        **more,
    }


def manage(var: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "console/manage.py", *command]
    return subprocess.run(call, cwd=ROOT, env=environment(var, **more), capture_output=True, text=True, check=False)


@dataclass
class Console:
    """A prepared console that serves."""

    url: str
    var: Path
    password: str
    again: str


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console after `first_run`, twice, under gunicorn."""
    var = tmp_path_factory.mktemp("console") / "var"
    first, again = manage(var, "first_run"), manage(var, "first_run")
    assert first.returncode == 0, first.stderr
    assert again.returncode == 0, again.stderr
    port = free_port()
    serve = [sys.executable, "-m", "gunicorn", "config.wsgi", "--chdir", "console", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(serve, cwd=ROOT, env=environment(var), stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(process, f"{url}/health")
        yield Console(url, var, PASSWORD.search(first.stdout)[1], again.stdout)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read().decode()
        try:
            assert requests.get(url, timeout=30).json() == {"status": "ok"}
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"no answer within {START_TIMEOUT} s")


def sign_in(console: Console, password: str) -> tuple[requests.Session, requests.Response]:
    browser = requests.Session()
    page = browser.get(f"{console.url}/login/?next=/", timeout=30)
    return browser, send(browser, page, username="admin", password=password, next="/")


def send(browser: requests.Session, page: requests.Response, **form: str) -> requests.Response:
    """Fill in the form of a page."""
    token = BeautifulSoup(page.text, "html.parser").find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]
    return browser.post(page.url, data={**form, "csrfmiddlewaretoken": token}, timeout=30)


@pytest.fixture(scope="module")
def admin(console: Console) -> requests.Session:
    """The browser of the first account, which has set up its phone."""
    browser, page = sign_in(console, console.password)
    assert page.url.startswith(f"{console.url}/second-factor/phone/")
    secret = BeautifulSoup(page.text, "html.parser").select_one("#secret").text.replace(" ", "")
    codes = send(browser, page, code=Authenticator(secret).code())
    assert send(browser, codes).url == f"{console.url}/"
    return browser


def test_account_that_was_printed_once_signs_in(console, admin):
    assert PASSWORD.search(console.again) is None
    assert "90" in admin.get(f"{console.url}/contacts/location/", timeout=30).text
    _, refused = sign_in(console, "wrong")
    assert refused.url.startswith(f"{console.url}/login/")


def test_second_run_imports_nothing(console):
    assert "changes" not in console.again


def test_password_is_stored_nowhere(console):
    for path in console.var.rglob("*"):
        if path.is_file():
            assert console.password.encode() not in path.read_bytes(), path


def test_pages_and_their_files_are_served_without_debug(console, admin):
    before = files_of(requests.get(f"{console.url}/login/", timeout=30))
    assert before == ["/static/console/accounts.css"]
    files = files_of(admin.get(console.url, timeout=30))
    assert len(files) > 5
    assert "/static/console/rtl.css" in files
    for file in [*before, *files]:
        answer = requests.get(console.url + file, timeout=30)
        assert answer.status_code == 200, file
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "text/javascript"), file


def files_of(page: requests.Response) -> list[str]:
    soup = BeautifulSoup(page.text, "html.parser")
    return [tag.get("src") or tag.get("href") for tag in soup.select("script[src], link[rel=stylesheet]")]


def test_directory_is_public_and_the_rest_is_not(console):
    assert requests.get(f"{console.url}/hsds/services", timeout=30).status_code == 200
    page = requests.get(f"{console.url}/contacts/location/", timeout=30)
    assert page.url.startswith(f"{console.url}/login/")


def test_private_number_is_in_no_answer(console):
    text = requests.get(f"{console.url}/hsds/services?full=true&per_page=100", timeout=30).text
    assert "+212537263804" in text
    assert "661440838" not in text


def test_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    said = manage(tmp_path / "file" / "var", "first_run", CONSOLE_KEY="k" * 40)
    assert said.returncode == 1
    assert "VAR_DIR" in said.stderr
    assert "Traceback" not in said.stderr


def test_database_that_does_not_answer_is_named_without_its_password(tmp_path):
    url = f"postgresql://dalil:s3cret@127.0.0.1:{free_port()}/dalil"
    said = manage(tmp_path, "first_run", DATABASE_URL=url)
    assert said.returncode == 1
    assert "Check VAR_DIR and DATABASE_URL" in said.stderr
    assert "s3cret" not in said.stderr + said.stdout
    assert "Traceback" not in said.stderr
