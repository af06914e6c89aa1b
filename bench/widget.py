"""The widget on a bad line: seconds from opening the page to the first reply, in a real browser."""

import time

from playwright.sync_api import Page, sync_playwright

from tools.browser import MEND, find

# 2G as people have it in the mountains: 50 kbit/s, half a second to and fro.
BYTES_A_SECOND, LATENCY = 50_000 / 8, 500
QUESTION = "comment renouveler ma carte de séjour ?"
PHONE = {"width": 360, "height": 740}
PATIENCE = 60_000  # milliseconds
TRIES = 3


def first_replies(site: str) -> list[float]:
    """Seconds to the first reply on cold starts, each in a browser without a past.

    Args:
        site: origin of a running assistant.

    Raises:
        SystemExit: there is no browser; the text says how to get one.
    """
    path = find()
    if path is None:
        raise SystemExit(MEND)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            return [_first_reply(browser.new_context(viewport=PHONE).new_page(), site) for _ in range(TRIES)]
        finally:
            browser.close()


def _first_reply(page: Page, site: str) -> float:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY, **speed})
    begun = time.perf_counter()
    page.goto(f"{site}/?lang=fr", wait_until="commit", timeout=PATIENCE)
    composer = page.locator("dalil-chat textarea")
    composer.wait_for(timeout=PATIENCE)
    composer.fill(QUESTION)
    composer.press("Enter")
    page.locator("dalil-chat .assistant .source").wait_for(timeout=PATIENCE)
    return time.perf_counter() - begun
