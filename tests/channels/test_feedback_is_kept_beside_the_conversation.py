"""Thumbs: a row of their own for each reply, no message, gone when the conversation is."""

from uuid import uuid4

from tests.channels.web import Client, text_of
from tests.conftest import Assistant
from tests.stores import select


def verdicts(assistant: Assistant, reply_id: str) -> list[str]:
    found = select(assistant.var, "SELECT verdict FROM feedback WHERE reply_id = :reply", reply=reply_id)
    return [verdict for (verdict,) in found]


def rate(page: Client, reply_id: str, verdict: str | None) -> None:
    response = page.post("feedback", {"session": page.session, "reply": reply_id, "verdict": verdict})
    assert response.json() == {"verdict": verdict}, response.text


def test_a_verdict_is_kept_changed_and_taken_back(page: Client, assistant: Assistant) -> None:
    reply_id = page.say("comment renouveler ma carte de séjour ?")["id"]
    found = []
    for verdict in ("up", "down", None):
        rate(page, reply_id, verdict)
        found.append(verdicts(assistant, reply_id))
    assert found == [["up"], ["down"], []]
    assert len(page.history()) == 2, "a verdict is no message"


def test_who_is_erased_leaves_no_verdict(page: Client, assistant: Assistant) -> None:
    reply_id = page.say("comment renouveler ma carte de séjour ?")["id"]
    rate(page, reply_id, "down")
    page.say("supprimez mes données")
    once = uuid4().hex
    erased = page.say("/chat/erased", once)
    assert verdicts(assistant, reply_id) == []
    assert page.history() == []
    assert text_of(page.say("/chat/erased", once)) == text_of(erased), "sent again, it is the same reply"
