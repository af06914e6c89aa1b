"""Every conversation of the YAML files beside this one goes as written."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from assistant.dialogue.topics import payload
from quality.coverage import response_of
from quality.data import domain_intents, responses
from tests.conftest import Assistant, Reply

FOLDER = Path(__file__).parent
TEXTS = {(r.name, r.language): r.text for r in responses() if not r.channel}
DECLARED = domain_intents()
MARKS = re.compile("[\u2066\u2069]")

# What a turn of the files may hold; `check` looks at all but the first two.
CHECKED = {"says", "language", "answer", "line", "ends", "without", "has", "hasnt", "offers", "no_buttons"}


def dialogues() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*/*.yml")):
        for dialogue in YAML(typ="safe").load(path.read_text(encoding="utf-8")):
            found.append(
                pytest.param(path.parent.name, dialogue, id=f"{path.parent.name}/{path.stem}: {dialogue['name']}")
            )
    return found


@pytest.mark.parametrize(("language", "dialogue"), dialogues())
def test_it_goes_as_written(assistant: Assistant, language: str, dialogue: dict[str, Any]) -> None:
    conversation = assistant.conversation()
    for number, turn in enumerate(dialogue["turns"], start=1):
        reply = conversation.say(turn["says"])
        where = f"turn {number} ({turn['says']!r}) got {reply}"
        check(turn, reply, turn.get("language", language), where)


def check(turn: dict[str, Any], reply: Reply, language: str, where: str) -> None:
    text = MARKS.sub("", reply.text)
    for name in expected_responses(turn):
        for spoken in ["fr", "ar"] if language == "both" else [language]:
            assert opening(TEXTS[name, spoken]) in text, f"no {name} ({spoken}): {where}"
    if "ends" in turn:
        last = text.rsplit("\n", 1)[-1]
        assert last.startswith(opening(TEXTS[turn["ends"], language])), f"it does not end in {turn['ends']}: {where}"
    for name in turn.get("without", []):
        assert opening(TEXTS[name, language]) not in text, f"{name} must not stand there: {where}"
    for words in turn.get("has", []):
        assert words in text, f"{words!r} is missing: {where}"
    for words in turn.get("hasnt", []):
        assert words not in text, f"{words!r} must not stand there: {where}"
    payloads = [button["payload"] for button in reply.buttons]
    for target in turn.get("offers", []):
        assert payload(target) in payloads, f"{target} is not offered: {where}"
    if turn.get("no_buttons"):
        assert not payloads, where


def test_nothing_is_asked_of_a_turn_that_nobody_checks() -> None:
    written = {key for found in dialogues() for turn in found.values[1]["turns"] for key in turn}
    assert written <= CHECKED


def expected_responses(turn: dict[str, Any]) -> list[str]:
    named = [turn["line"]] if "line" in turn else []
    return [*named, response_of(turn["answer"], DECLARED)] if "answer" in turn else named


def opening(text: str) -> str:
    """The words of a response before its first variable or line break, which tell it from all others."""
    words = re.split(r"[{\n]", text)[0].strip()[:80]
    assert words, f"{text!r} begins with a variable: say with `has` what must stand there"
    return words


def test_there_are_sixty_in_each_language() -> None:
    languages = [found.values[0] for found in dialogues()]
    assert languages.count("fr") >= 60
    assert languages.count("ar") >= 60
