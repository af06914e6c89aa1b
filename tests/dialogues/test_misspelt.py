"""Every dialogue again with slips of the thumb in every message: most must still go as written."""

import pytest

from tests.conftest import REPORT, Assistant
from tests.dialogues.noise import misspelt
from tests.dialogues.test_dialogues import check, dialogues

SEED = 7
# Two points below what was reached (docs/decisions.md).
BARS = {"fr": 0.777, "ar": 0.791}


def test_the_same_seed_slips_the_same_way() -> None:
    text = "Comment renouveler ma carte ?"
    assert misspelt(text, 1) == misspelt(text, 1) != text
    assert len({misspelt(text, seed) for seed in range(20)}) > 5
    assert misspelt("oui", 1) == "oui"


@pytest.mark.long
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_most_go_as_written_with_slips_in_every_message(
    assistant: Assistant, language: str, pytestconfig: pytest.Config
) -> None:
    gone, failed = 0, []
    for spoken, dialogue in (found.values for found in dialogues()):
        if spoken != language:
            continue
        try:
            _talk(assistant, language, dialogue)
        except AssertionError as error:
            failed.append(f"{dialogue['name']}: {error}".splitlines()[0])
        else:
            gone += 1
    rate = gone / (gone + len(failed))
    line = f"dialogues with slips in every message, {language}: {rate:.3f} of {gone + len(failed)} go as written"
    pytestconfig.stash.setdefault(REPORT, []).append(line)
    assert rate >= BARS[language], "\n".join([line, *failed])


def _talk(assistant: Assistant, language: str, dialogue: dict) -> None:
    conversation = assistant.conversation()
    for number, turn in enumerate(dialogue["turns"], start=1):
        # Buttons and their numbers are tapped, not typed.
        said = turn["says"] if turn["says"].startswith("/") else misspelt(turn["says"], SEED)
        reply = conversation.say(said)
        check(turn, reply, turn.get("language", language), f"turn {number} ({said!r}) got {reply}")
