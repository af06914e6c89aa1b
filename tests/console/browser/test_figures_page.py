"""Staff look at the figures: plots in the direction of their language, and tables for who has none.

With SCREENSHOTS=1, the pictures of the documentation are taken anew.
"""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from assistant.paths import ROOT
from tests.console.browser.conftest import DESKTOP, SMALL_PHONE, Console, NewPage, running_console

PICTURES = ROOT / "docs/images"
FILL = "from bench.transcripts_data import make; make(6000)"
SHOWN = {"fr": "Non compris", "ar": "غير مفهوم"}
DRAWN = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of its own, with conversations and their counts."""
    with running_console(tmp_path_factory.mktemp("figures") / "var") as console:
        console.manage("shell", "--no-imports", "-c", FILL)
        console.manage("count_figures")
        yield console


def open_figures(console: Console, page: Page) -> Page:
    console.signed_in(page, "reader")
    page.goto(f"{console.url}/figures/dailycount/")
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, SMALL_PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", SHOWN)
def test_plots_are_drawn_and_the_page_fits(
    console: Console, new_page: NewPage, language: str, viewport: dict[str, int]
) -> None:
    page = open_figures(console, new_page(viewport=viewport, locale=f"{language}-MA", reduced_motion="reduce"))
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    expect(page.get_by_role("heading", name=SHOWN[language])).to_be_visible()
    plots = page.locator("canvas[data-table]")
    assert plots.count() > 5
    assert all(plots.nth(number).evaluate(DRAWN) for number in range(plots.count()))
    days = page.locator("canvas[data-table=days]")
    assert days.evaluate("canvas => Chart.getChart(canvas).options.scales.x.reverse") == (language == "ar")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the screen"
    # The frame around it is django-unfold's.
    assert Axe().run(page, context="#content-main").response["violations"] == []
    if os.environ.get("SCREENSHOTS") and viewport == DESKTOP:
        page.screenshot(path=PICTURES / f"console-figures-{language}.png")
    if os.environ.get("LOOK"):
        page.screenshot(path=f"{os.environ['LOOK']}/{language}-{viewport['width']}.png", full_page=True)


def test_without_javascript_the_tables_say_it_all(console: Console, new_page: NewPage) -> None:
    cookies = open_figures(console, new_page(locale="fr-MA")).context.cookies()
    page = new_page(locale="fr-MA", java_script_enabled=False)
    page.context.add_cookies(cookies)
    page.goto(f"{console.url}/figures/dailycount/")
    expect(page.locator("canvas[data-table=topics]")).to_be_hidden()
    page.locator("section", has=page.locator("#table-topics")).locator("summary").click()
    expect(page.locator("#table-topics tbody tr").first).to_be_visible()


def test_a_table_is_saved_with_the_choice_of_the_page(console: Console, new_page: NewPage) -> None:
    page = open_figures(console, new_page(locale="fr-MA"))
    page.get_by_label("Période").select_option("7")
    page.get_by_role("button", name="Afficher").click()
    shown = page.locator("#table-days tbody tr").count()
    with page.expect_download() as download:
        page.get_by_role("link", name="Conversations et personnes").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == shown + 2 == 9
