"""With every shortcut off, the assistant says the same."""

from collections.abc import Iterator

import pytest

from evaluation.development import questions
from tests.conftest import Assistant, start_assistant, stop

SWITCHES = ("STAND_INS", "PLAIN_GRAPH", "SHORTCUTS")
CONTACTS = ["qui peut m'aider pour un avocat à Tanger ?", "leur numéro ?", "et à Oujda ?", "شكرا"]
SAID_IN_ONE = 10  # messages of a conversation


@pytest.fixture(scope="module")
def slow(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A second assistant beside the shared one, on the same action server."""
    settings = dict.fromkeys(SWITCHES, "off") | {"ACTION_TIMEOUT": "20"}
    started = start_assistant(tmp_path_factory.mktemp("slow"), assistant.actions_port, **settings)
    yield started
    stop(started)


@pytest.mark.long
def test_every_answer_is_the_same_with_and_without_shortcuts(assistant: Assistant, slow: Assistant) -> None:
    asked = [question.text for question in questions()][::10] + CONTACTS
    for first in range(0, len(asked), SAID_IN_ONE):
        conversations = [one.conversation() for one in (assistant, slow)]
        for text in asked[first : first + SAID_IN_ONE]:
            quick, plain = (one.post({"sender": one.sender, "message": text}).json() for one in conversations)
            for bubble in (*quick, *plain):
                del bubble["recipient_id"]
            assert quick == plain, text
