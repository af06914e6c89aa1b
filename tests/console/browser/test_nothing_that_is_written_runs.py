"""Stored scripts, in every field that people, pages and directories can write: staff read them as text, on every page.

The pages' policy (CSP) is switched off in the browser: it is the second wall, and would hide a hole in the first.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from assistant.storage import feedback
from tests.console.browser.conftest import DESKTOP, Console, running_console
from tests.console.transcripts.conftest import opened

pytestmark = pytest.mark.long

# As markup, as an attribute, out of an attribute, a title, a text area or a script, into an expression of Alpine.js.
SHORT = '"><i data-hurt>'
HURTS = (
    "\"'><img src=x onerror=window.hurt=1><i data-hurt></i></title></textarea></script><script>window.hurt=2</script>"
    '\');window.hurt=3;//${window.hurt=4}" onmouseover=window.hurt=5 x="',
    "'});window.hurt=6;({a:'",
    "\"'><img src=x onerror=hurt=7><i data-hurt>",
    'https://example.org/"onfocus="window.hurt=8"autofocus="<i/data-hurt>',
    SHORT,
)
# Writes the longest of these that a field takes into every field of every table, as its form would check it.
FILL = """
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import models
from contacts.models import PageContact
from transcripts.models import AuditEntry, Conversation, Review, SavedFilter, Tag, Turn

HURTS, SHORT = {hurts!r}, {short!r}

def hurt(row, field):
    for text in HURTS:
        try:
            return field.clean(text, row)
        except ValidationError:
            pass
    return getattr(row, field.name)

PageContact.objects.create(url="https://example.org/a", found={{}})
for model in apps.get_app_config("contacts").get_models():
    if not hasattr(model, "history_date"):
        for row in model.objects.all():
            for field in model._meta.concrete_fields:
                if isinstance(field, (models.CharField, models.TextField)) and not field.choices:
                    setattr(row, field.name, hurt(row, field) if not field.unique else getattr(row, field.name))
            if hasattr(row, "sources"):
                row.sources = [{{"url": HURTS[3], "title": HURTS[0]}}]
            if hasattr(row, "found"):
                row.found = dict.fromkeys(("name", "role", "office", "email", "phone"), HURTS[0])
            row.save()
admin = User.objects.get(username="admin")
other = User.objects.create_user(HURTS[1], is_staff=True, first_name=HURTS[2], last_name=HURTS[2], email=SHORT)
Group.objects.create(name=HURTS[2])
SavedFilter.objects.create(name=SHORT, query="q=" + HURTS[1], maker=HURTS[1])
tag = Tag.objects.create(name=HURTS[1])
AuditEntry.objects.create(who=HURTS[1], action="read", detail=HURTS[2])
for conversation in Conversation.objects.all():
    conversation.tags.add(tag)
    conversation.note, conversation.assigned = HURTS[0], other
    conversation.save()
for turn in Turn.objects.all():
    Review.objects.create(turn=turn, verdict="other", note=HURTS[0], reviewer=other)
"""
# A page with nothing on it that we did not write: what runs, what was put into it, where its links lead.
LOOK = """() => {
    const addresses = [...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(
        node => ['href', 'src', 'action', 'formaction'].map(name => node.getAttribute(name)).filter(Boolean));
    return {
        hurt: window.hurt ?? null,
        markup: document.querySelectorAll('[data-hurt], img[src=x], [onerror], [onmouseover], [onfocus]').length,
        scripts: addresses.filter(address => /^[\\s\\0-\\x1f]*(javascript|data:text|vbscript)/i.test(address)),
        links: [...document.links].map(link => link.href),
        text: document.documentElement.textContent +
            [...document.querySelectorAll("input, textarea")].map(n => n.value),
    };
}"""
# Pages that must have been looked at, and show what was written.
SHOWN = (
    "/transcripts/conversation/",
    "/transcripts/conversation/0/change/",
    "/transcripts/tag/",
    "/transcripts/auditentry/",
    "/contacts/location/",
    "/contacts/location/0/change/",
    "/contacts/location/0/history/",
    "/contacts/organization/0/change/",
    "/contacts/service/0/delete/",
    "/contacts/pagecontact/",
    "/contacts/pagecontact/0/change/",
    "/auth/user/",
    "/auth/user/0/change/",
    "/auth/group/",
)
# Lists that are searched and filtered with what was written, and the console's own search.
STARTS = ("", "search/?s=img", "transcripts/conversation/?q=img", "contacts/location/?q=img", "auth/user/?q=img")
LEFT_OUT = re.compile(r"^/(hsds|static|logout|i18n|jsi18n|r)/|\?|\.csv$")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console in which everything that can be written was written by somebody who wishes harm."""
    var = tmp_path_factory.mktemp("written") / "var"
    with running_console(var) as console:
        fill(var)
        console.manage("project_transcripts", "--once")
        console.manage("shell", "--no-imports", "-c", FILL.format(hurts=HURTS, short=SHORT))
        yield console


def fill(var: Path) -> None:
    """Conversations on both channels: words, taps, replies with a directory's text, feedback."""
    told = opened(var)
    texts = (*HURTS, f"كيفاش {HURTS[0]}", f"/{HURTS[2]}", "=cmd|'/c calc'!A0")
    # Every text in each conversation: the walk opens one of them.
    for person, channel in (("awa", "web"), ("sara", "whatsapp")):
        told.session(person)
        for text in texts:
            message = told.ask(person, text, decision="ask", input_channel=channel)
            facts = {"sources": ["javascript:window.hurt=9", HURTS[4]], "as_of": HURTS[2]}
            link = {"text": text, "href": "javascript:window.hurt=9"}
            part = {"language": "fr", "content": [text, link], "source": None}
            metadata = {"utter_action": "utter_contact.here", "metadata": facts, "parts": [part]}
            buttons = [{"title": text, "payload": f"/{text}"}]
            told.add(person, {"event": "bot", "text": text, "data": {"buttons": buttons}, "metadata": metadata})
            feedback.keep(told.engine, person, message, "down")
    told.engine.dispose()


def pattern(url: str) -> str:
    """Pages that are made alike have the same: `/contacts/location/0/change/?q`."""
    parts = urlsplit(url)
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return re.sub(r"\d+", "0", parts.path) + (f"?{names}" if names else "")


def walk(page: Page, origin: str) -> dict[str, dict[str, Any]]:
    """What is found on one page of each pattern, from the overview on, as far as links without a query lead."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [f"{origin}/{start}" for start in STARTS]
    seen = {pattern(url) for url in waiting}
    while waiting:
        url = waiting.pop(0)
        page.goto(url, wait_until="load")
        look = found[pattern(url)] = page.evaluate(LOOK)
        for link in look.pop("links"):
            name = pattern(link)
            if link.startswith(origin) and not LEFT_OUT.search(link.removeprefix(origin)) and name not in seen:
                seen.add(name)
                waiting.append(link)
    return found


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_on_no_page_of_the_console(console: Console, browser: Browser, language: str) -> None:
    # Not `new_page`: django-unfold's buttons above a row that has actions fail in a script of their own.
    context = browser.new_context(viewport=DESKTOP, locale=f"{language}-MA", bypass_csp=True)
    page = console.signed_in(context.new_page(), "admin")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    found = walk(page, console.url)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    context.close()
    harmed = {name: look for name, look in found.items() if look["hurt"] or look["markup"] or look["scripts"]}
    assert harmed == {}
    assert dialogs == []
    unseen = [name for name in SHOWN if not any(text in found.get(name, {"text": ""})["text"] for text in HURTS)]
    assert unseen == [], f"nothing hostile was shown there; walked {sorted(found)}"
