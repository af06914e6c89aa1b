"""Nothing that is said becomes markup, and no address runs a script."""

import json
from typing import Any

from playwright.sync_api import Route, expect

from tests.widget.conftest import Open

MARKUP = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'> &lt;b&gt;"
HARMFUL = ["javascript:window.hurt=1", "JaVaScRiPt:window.hurt=1", "data:text/html,<script>1</script>", "//x", "blob:x"]


def test_what_a_person_writes(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask(MARKUP)
    expect(chat.said.locator(".text")).to_have_text(MARKUP)
    assert chat.page.evaluate("window.hurt") is None
    assert chat.page.locator("dalil-chat").locator("img, script").count() == 0


def test_what_a_reply_says(open_chat: Open) -> None:
    """The real server's reply, made hostile on its way."""
    chat = open_chat("fr")

    def poison(route: Route) -> None:
        answer = route.fetch().json()
        links: list[Any] = [{"text": f"link {number}", "href": href} for number, href in enumerate(HARMFUL)]
        answer["reply"]["parts"][0]["content"] = [MARKUP, *links]
        answer["reply"]["parts"][0]["source"] = {"content": [MARKUP, *links], "date": None, "urls": HARMFUL}
        answer["reply"]["buttons"] = [{"title": MARKUP, "payload": MARKUP}]
        route.fulfill(body=json.dumps(answer), content_type="application/json")

    chat.page.route("**/webhooks/web/message", poison)
    reply = chat.ask("bonjour")
    for place in (".text", ".source", ".choice"):
        expect(reply.locator(place)).to_contain_text(MARKUP)
    expect(reply.locator(".text")).to_contain_text("link 4")
    assert reply.locator("a, img, script").count() == 0
    chat.press(reply.locator(".choice"))
    expect(chat.said.last.locator(".text")).to_have_text(MARKUP)
    assert chat.page.evaluate("window.hurt") is None
