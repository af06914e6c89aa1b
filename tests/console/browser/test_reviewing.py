"""Staff review conversations with a real browser: they filter, read in both directions, correct, agree and teach.

With SCREENSHOTS=1, the pictures of the documentation are taken anew.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from assistant.paths import ROOT
from assistant.storage import feedback
from tests.console.browser.conftest import DESKTOP, SMALL_PHONE, Console, NewPage, running_console
from tests.console.transcripts.conftest import opened

PICTURES = ROOT / "docs/images"
OF_UNFOLD = {"landmark-one-main", "landmark-unique", "region"}
FRENCH, ARABIC = "g perdu mon dossier ou ca", "فين نجدد الإقامة ديالي؟ الرقم 0537263804"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with a few conversations, read by the real projector."""
    var = tmp_path_factory.mktemp("reviewing") / "var"
    with running_console(var) as console:
        fill(var)
        console.manage("project_transcripts", "--once")
        yield console


def fill(var: Path) -> None:
    """What people asked: one was misunderstood in French, one wrote Arabic, one is in danger, others were answered."""
    told = opened(var)
    for number in range(12):
        told.session(f"other{number}")
        told.ask(f"other{number}", f"combien coûte le timbre {number}", "regul.cost")
        told.answer(f"other{number}", "100 dirhams.", "utter_regul/cost")
    told.session("fatou")
    told.ask("fatou", "mon mari me frappe", "urgent.violence", urgent=True)
    told.answer("fatou", "Appelez le 8350.", "utter_urgent/violence")
    told.session("sara")
    told.ask("sara", ARABIC, "regul.card_renew", language="ar")
    told.answer("sara", "اطلبوا التجديد قبل شهرين:\n- جواز السفر\n- البطاقة القديمة", "utter_regul/card_renew")
    told.session("awa")
    told.ask("awa", "salam")
    told.answer("awa", "Bonjour ! Que cherchez-vous ?", "utter_chat/greet")
    message = told.ask("awa", FRENCH, "contact.find", decision="ask")
    told.answer("awa", "Que cherchez-vous : un contact, une adresse ?", "utter_ask")
    feedback.keep(told.engine, "awa", message, "down")
    told.engine.dispose()


def open_list(page: Page, console: Console, query: str = "") -> None:
    page.goto(f"{console.url}/transcripts/conversation/?{query}")


def violations(page: Page, ours: str) -> list[tuple[str, list[str]]]:
    """What axe finds in our part of a page; the frame around it is django-unfold's."""
    found = Axe().run(page, context=ours).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def test_what_axe_finds_in_the_frame_is_known(console: Console, new_page: NewPage) -> None:
    """django-unfold's list, menu and filters around our own parts; docs/decisions.md lists it."""
    page = console.signed_in(new_page(viewport=DESKTOP, locale="fr-MA"), "reviewer")
    open_list(page, console)
    found = {rule["id"] for rule in Axe().run(page).response["violations"]}
    assert found <= OF_UNFOLD
    page.locator("#result_list tbody input[type=checkbox]").first.check()
    expect(page.locator("#changelist-actions")).to_be_visible()
    assert "9999999999" not in page.locator("#changelist-actions").inner_text()


def keep_picture(page: Page, name: str) -> None:
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=PICTURES / f"console-{name}.png")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_conversation_is_read_in_its_own_direction(console: Console, new_page: NewPage, language: str) -> None:
    page = console.signed_in(new_page(viewport=DESKTOP, locale=f"{language}-MA"), "reviewer")
    open_list(page, console)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    if language == "fr":
        keep_picture(page, "list-fr")
    page.get_by_role("link", name="الرقم <phone>").first.click()
    words = page.locator(".person .words").first
    assert words.evaluate("node => getComputedStyle(node.parentElement).direction") == "rtl"
    expect(words).to_have_text(re.compile("<phone>"))
    assert "0537263804" not in page.content()
    lines = page.locator(".assistant .words").first.inner_text().splitlines()
    assert lines[1:] == ["- جواز السفر", "- البطاقة القديمة"]
    assert violations(page, ".transcript") == []
    assert violations(page, ".transcript-side") == []
    if language == "ar":
        keep_picture(page, "conversation-ar")


def test_it_fits_a_phone(console: Console, new_page: NewPage) -> None:
    page = console.signed_in(new_page(viewport=SMALL_PHONE, locale="ar-MA"), "reviewer")
    open_list(page, console)
    page.get_by_role("link", name="الرقم <phone>").first.click()
    box = page.locator(".transcript").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= SMALL_PHONE["width"]


def test_a_correction_by_keys_a_second_reader_and_what_it_would_change(console: Console, new_page: NewPage) -> None:
    page = console.signed_in(new_page(viewport=DESKTOP, locale="fr-MA"), "reviewer")
    open_list(page, console, "queue=improve")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    turn = page.locator("[data-turn]").nth(1)
    expect(turn.locator(".words").first).to_have_text(FRENCH)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("2")  # wrong topic: which is right?
    expect(turn.locator("select[name=right_topic]")).to_be_focused()
    turn.locator("select[name=right_topic]").select_option("regul.where")
    turn.locator("button[value=wrong_topic]").click()
    expect(turn.locator(".verdict-given")).to_contain_text("regul.where")
    expect(turn).to_have_class(re.compile("current"))
    assert violations(page, ".transcript") == []
    keep_picture(page, "verdict-fr")

    other = console.account("autre", "reviewer").name
    page = console.signed_in(new_page(viewport=DESKTOP, locale="ar-MA"), other)
    open_list(page, console, "queue=second")
    page.locator("#result_list tbody tr a").first.click()
    page.get_by_role("button", name="أوافق").click()
    expect(page.locator(".verdict-given")).to_contain_text("autre")

    page.goto(f"{console.url}/transcripts/teaching")
    expect(page.locator("pre")).to_contain_text(f"+    - {FRENCH}")
    expect(page.locator("pre")).to_contain_text(f"+regul.where\tfield\t{FRENCH}")
    assert violations(page, ".teaching") == []
    keep_picture(page, "teaching-ar")


def test_one_after_the_other_until_the_queue_is_empty(console: Console, new_page: NewPage) -> None:
    page = console.signed_in(new_page(viewport=DESKTOP, locale="fr-MA"), "reviewer")
    open_list(page, console, "mark=switched&reviewed=no")
    expect(page.locator("#result_list tbody tr a")).to_have_count(0)
    open_list(page, console, "topic=regul.cost&reviewed=no")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for _done in range(12):
        expect(page.locator(".transcript")).to_be_visible()
        page.keyboard.press("n")
        page.wait_for_load_state()
    expect(page.locator("#result_list tbody tr a")).to_have_count(0)


def test_who_is_in_danger_is_read_by_safeguarding_only(console: Console, new_page: NewPage) -> None:
    words = "mon mari me frappe"
    page = console.signed_in(new_page(viewport=DESKTOP, locale="fr-MA"), "reviewer")
    open_list(page, console, "q=mari")
    expect(page.get_by_text(words)).to_have_count(0)
    page = console.signed_in(new_page(viewport=DESKTOP, locale="fr-MA"), "safeguarding")
    open_list(page, console, "queue=danger")
    expect(page.get_by_role("link", name=words)).to_have_count(1)
