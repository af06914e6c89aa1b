"""A directory that wishes harm: what it says of places is read as text, in both directions, and leads nowhere else.

The page's policy (CSP) is switched off in the browser: it is the second wall, and would hide a hole in the first.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.actions.seed import services
from tests.actions.server import pages, running
from tests.conftest import Assistant, free_port, start_actions, start_assistant, stop
from tests.widget.chat import Chat

pytestmark = pytest.mark.long

MARKUP = "\"'><img src=x onerror=window.hurt=1><script>window.hurt=2</script>{phone:samu-141}\u202e*_`"
LINK = "javascript:window.hurt=3"
# What is written into each part of the directory that has such a name; ids stay, or nothing would be found.
HARM: dict[str, Any] = {
    **dict.fromkeys(("name", "description", "address", "address_1", "city", "hours", "title", "display"), MARKUP),
    "alternate_name": "<svg onload=hurt=4>",
    "website": LINK,
    "url": LINK,
    "emails": [LINK, "a@b.ma<img src=x onerror=window.hurt=5>"],
}
ASKED = {"fr": "le numéro du GADEM svp", "ar": "رقم هاتف غاديم"}
SEEN = "img src=x onerror"  # the directory's own signs of markup are taken out before


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant whose action server reads that directory."""
    var: Path = tmp_path_factory.mktemp("poisoned")
    with running() as directory:
        directory.respond = pages([harmed(service) for service in services()])
        actions = start_actions(var, free_port(), directory.url)
        assistant = start_assistant(var, int(actions.url.rpartition(":")[2]), ACTION_TIMEOUT="20")
        yield assistant
        stop(assistant)
        stop(actions)


def harmed(value: Any, name: str = "") -> Any:
    """A copy with harm in the place of every text that is for people, and of every address."""
    if name in HARM and isinstance(value, (str, list, type(None))):
        return HARM[name]
    if isinstance(value, dict):
        return {key: harmed(inner, key) for key, inner in value.items()}
    return [harmed(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("language", ASKED)
def test_what_it_says_of_a_place(poisoned: Assistant, new_page: Callable[..., Page], language: str) -> None:
    page = new_page(bypass_csp=True)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    chat = Chat(page)
    page.goto(f"{poisoned.site}/?lang={language}")
    chat.wait_for_replies(1)
    reply = chat.ask(ASKED[language])
    expect(reply.locator(".text").first).to_contain_text(SEEN)
    chat.ask("tous les contacts à Rabat" if language == "fr" else "جميع الجمعيات فالرباط")
    chat.ask("adresse" if language == "fr" else "العنوان")
    inside = page.locator("dalil-chat")
    assert inside.locator("img, script, iframe, [onerror], [onload]").count() == 0
    schemes = inside.locator("a").evaluate_all("links => [...new Set(links.map(link => link.protocol))]")
    assert set(schemes) <= {"https:", "http:", "tel:", "mailto:"}
    assert page.evaluate("window.hurt") is None
    assert dialogs == []
