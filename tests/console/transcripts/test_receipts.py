"""Staff tell a person who has a receipt whether the erasure is done: on a page, and by a command."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from assistant.settings import Settings
from assistant.storage import erasures
from tests import stores
from tests.console.transcripts.conftest import Conversations

pytestmark = pytest.mark.django_db
PAGE = "transcripts:receipt"


@pytest.fixture(autouse=True)
def _database(conversations: Conversations, settings: Any, tmp_path: Path) -> None:
    settings.SYSTEM = Settings.from_environment({"DATABASE_URL": stores.conversations(tmp_path)})


def told(receipt: str) -> str:
    out = io.StringIO()
    call_command("receipt", receipt, stdout=out)
    return out.getvalue().strip()


def shown(client: Client, receipt: str) -> str:
    page = BeautifulSoup(client.post(reverse(PAGE), {"receipt": receipt}).content, "html.parser")
    return page.select_one("[role=status]").get_text(strip=True)


def test_each_state_is_told_on_the_page_and_by_the_command(
    conversations: Conversations, sign_in: Callable[[str], Client]
) -> None:
    engine, reader = conversations.engine, sign_in("reader")
    assert told("ACDE-F346").startswith("Inconnu") and shown(reader, "acdef346").startswith("Inconnu")
    erasures.queue(engine, "awa", "ACDEF346")
    assert told("ACDE-F346").startswith("En cours") and shown(reader, "ACDE F346").startswith("En cours")
    erasures.finish(engine)
    assert told("ACDE-F346").startswith("En cours"), "the transcripts are still there"
    erasures.forget(engine, "ACDEF346")
    assert told("ACDE-F346").startswith("Effacé le") and shown(reader, "acde-f346").startswith("Effacé le")


def test_what_is_no_receipt_is_told_how_one_looks(sign_in: Callable[[str], Client]) -> None:
    assert "ACDE-F346" in told("06 12 34 56 78")
    assert "ACDE-F346" in shown(sign_in("reader"), "<b>x</b>")


def test_the_page_is_for_those_who_read_transcripts(sign_in: Callable[[str], Client]) -> None:
    assert sign_in("viewer").get(reverse(PAGE)).status_code == 403
    assert sign_in("reader").get(reverse(PAGE)).status_code == 200
    assert Client().get(reverse(PAGE)).status_code == 302


def test_before_the_assistant_has_begun_the_command_says_so(settings: Any, tmp_path: Path) -> None:
    settings.SYSTEM = Settings.from_environment({"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
    with pytest.raises(CommandError, match="make run"):
        told("ACDE-F346")


def test_a_database_that_cannot_be_opened_is_named_on_the_page(
    sign_in: Callable[[str], Client], settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.SYSTEM = Settings.from_environment({"DATABASE_URL": f"sqlite:///{tmp_path}/file/none.db"})
    assert "is no folder" in shown(sign_in("reader"), "ACDE-F346")
