"""How much travels: people here pay for it by the megabyte, at the speed of 2G."""

import pytest

from assistant.channels.assets import assets
from tests.widget.conftest import Open

LAUNCHER, FIRST_REPLY, ALL = 5_000, 12_000, 30_000  # bytes, minified and compressed
BEFORE_THE_TAP = {"widget.js", "launcher.css"}
UP_TO_THE_FIRST_REPLY = BEFORE_THE_TAP | {"chat.js", "chat.css", "client.js", "content.js", "exit.js"}
LANGUAGES = ("fr", "ar")


def weight(names: set[str]) -> int:
    return sum(len(assets()[name].compressed) for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_launcher(language: str) -> None:
    assert weight(BEFORE_THE_TAP | {f"{language}.json"}) <= LAUNCHER


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_the_first_reply(language: str) -> None:
    assert weight(UP_TO_THE_FIRST_REPLY | {f"{language}.json"}) <= FIRST_REPLY


def test_all_in() -> None:
    assert weight(set(assets())) <= ALL


@pytest.mark.parametrize("language, question", [("fr", "bonjour"), ("ar", "السلام عليكم")])
def test_a_browser_loads_that_and_no_more_up_to_the_first_reply(open_host: Open, language: str, question: str) -> None:
    chat = open_host(language)
    chat.open()
    loaded = chat.page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/widget/'))"
        ".map(({ name, encodedBodySize }) => [name.split('/').pop(), encodedBodySize])"
    )
    assert {name for name, _ in loaded} == UP_TO_THE_FIRST_REPLY | {f"{language}.json"}
    assert 0 < sum(size for _, size in loaded) <= FIRST_REPLY
    chat.ask(question)
