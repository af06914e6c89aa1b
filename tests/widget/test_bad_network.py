"""A message on a bad network: it waits, it is sent when it can be, and it is answered once."""

import json
from collections import Counter
from typing import Any

import pytest
import requests
from playwright.sync_api import Route, expect

from tests.widget.chat import Chat, words
from tests.widget.conftest import Open

FR = words("fr")
QUESTION = "comment renouveler ma carte de séjour ?"
MESSAGE = "**/webhooks/web/message"


def stored(chat: Chat, site: str) -> list[str]:
    """What the server holds of this conversation: who spoke, bubble by bubble."""
    body = json.dumps({"session": chat.sent[-1]["session"], "language": "fr"})
    answer = requests.post(f"{site}/webhooks/web/history", data=body, timeout=30)
    return [message["from"] for message in answer.json()["messages"]]


def refuse_once(chat: Chat, status: int, code: str, retry: bool, **headers: str) -> None:
    """The next message is refused as the server refuses; those after it reach the server."""
    error = {"code": code, "message": f"({code})", "retry": retry}

    def refuse(route: Route) -> None:
        route.fulfill(status=status, json={"error": error}, headers=headers)

    chat.page.route(MESSAGE, refuse, times=1)


def test_offline_and_back_it_is_answered_once(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    chat.page.context.set_offline(True)
    chat.write(QUESTION)
    expect(chat.said.locator(".state")).to_have_text(FR["waiting"])
    expect(chat.status).to_have_text(FR["offline"])
    chat.write("et c gratui ?")
    expect(chat.said.last.locator(".state")).to_have_text(FR["waiting"])
    chat.page.context.set_offline(False)
    chat.wait_for_replies(3)
    expect(chat.replies.nth(1)).to_contain_text("renouvellement")
    expect(chat.replies.nth(2)).to_contain_text("dirhams")
    expect(chat.said.locator(".state")).to_have_count(0)
    expect(chat.status).to_be_empty()
    assert stored(chat, site) == ["person", "assistant"] * 2


def test_a_reply_that_got_lost_is_asked_for_again(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")

    def lose(route: Route) -> None:
        route.fetch()  # the server gets it and answers …
        route.abort("connectionreset")  # … but the answer does not arrive

    chat.page.route(MESSAGE, lose, times=1)
    chat.ask(QUESTION)
    assert len(chat.sent) == 2
    assert chat.sent[0] == chat.sent[1]
    expect(chat.replies).to_have_count(2)
    assert stored(chat, site) == ["person", "assistant"]


def test_sent_twice_in_a_hurry_it_is_one_message(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    chat.composer.fill(QUESTION)
    chat.button(FR["send"]).dblclick()
    chat.composer.press("Enter")
    chat.wait_for_replies(2)
    expect(chat.said).to_have_count(1)
    expect(chat.status).to_be_empty()
    assert stored(chat, site) == ["person", "assistant"]


@pytest.mark.long
def test_equal_messages_are_two_messages(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.ask("bonjour")
    chat.ask("bonjour")
    assert Counter(message["text"] for message in chat.sent) == {"bonjour": 2}
    assert len({message["id"] for message in chat.sent}) == 2


@pytest.mark.long
def test_waiting_grows_longer_and_ends_with_a_tap(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.page.clock.install()
    chat.page.route(MESSAGE, lambda route: route.abort())
    chat.write(QUESTION)
    expect(chat.status).to_have_text(FR["offline"])
    for pause in (2, 4, 8, 16, 30, 30):
        with chat.page.expect_request(MESSAGE):
            chat.page.clock.run_for(pause * 1250)
        expect(chat.button(FR["retry"])).to_be_visible()
    tried = len(chat.sent)
    chat.page.clock.run_for(pause * 700)
    assert len(chat.sent) == tried
    chat.page.unroute(MESSAGE)
    chat.button(FR["retry"]).click()
    chat.wait_for_replies(2)
    assert len({message["id"] for message in chat.sent}) == 1


@pytest.mark.long
def test_a_slow_answer_is_said_to_be_slow_and_can_be_asked_for_again(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    chat.page.clock.install()
    held: list[Route] = []
    chat.page.route(MESSAGE, lambda route: held.append(route))
    chat.write(QUESTION)
    expect(chat.status).to_have_text(FR["typing"])
    chat.page.clock.run_for(12_500)
    expect(chat.status).to_have_text(FR["still"])
    chat.page.clock.run_for(13_000)  # 25 s: the request is given up
    expect(chat.status).to_have_text(FR["offline"])
    chat.page.unroute(MESSAGE)
    chat.button(FR["retry"]).click()
    chat.wait_for_replies(2)
    expect(chat.button(FR["retry"])).to_be_hidden()
    assert stored(chat, site) == ["person", "assistant"]


@pytest.mark.long
def test_a_greeting_that_takes_too_long_can_be_asked_for_again(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    chat.page.clock.install()
    session = "**/webhooks/web/session"
    chat.page.route(session, lambda route: route.abort())
    chat.button(FR["menu"]).click()
    chat.button(FR["restart"]).click()
    expect(chat.status).to_have_text(FR["offline"])
    chat.write(QUESTION)
    chat.page.unroute(session)
    chat.button(FR["retry"]).click()
    expect(chat.replies.last).to_contain_text("renouvellement")
    assert stored(chat, site) == ["person", "assistant"]


@pytest.mark.long
def test_too_many_waits_as_long_as_the_server_says(open_chat: Open) -> None:
    chat = open_chat("fr")
    chat.page.clock.install()
    refuse_once(chat, 429, "too_many", True, **{"Retry-After": "20"})
    chat.write(QUESTION)
    expect(chat.status).to_have_text("(too_many)")
    chat.page.clock.run_for(19_000)
    assert len(chat.sent) == 1
    with chat.page.expect_request(MESSAGE):
        chat.page.clock.run_for(1_500)
    chat.wait_for_replies(2)


def test_a_lost_session_is_replaced_and_that_is_said(open_chat: Open, site: str) -> None:
    chat = open_chat("fr")
    refuse_once(chat, 401, "session_unknown", True)
    chat.ask(QUESTION)
    expect(chat.notes.filter(has_text=FR["expired"])).to_have_count(1)
    first, second = chat.sent
    assert first["id"] == second["id"]
    assert first["session"] != second["session"]
    assert stored(chat, site) == ["person", "assistant"]


@pytest.mark.long
@pytest.mark.parametrize("status, code", [(400, "bad_request"), (403, "origin"), (413, "too_large")])
def test_a_refusal_is_shown_and_not_repeated(open_chat: Open, status: int, code: str) -> None:
    chat = open_chat("fr")
    refuse_once(chat, status, code, False)
    chat.write(QUESTION)
    expect(chat.notes.last).to_have_text(f"({code})")
    expect(chat.said.locator(".state")).to_have_text(FR["refused"])
    expect(chat.status).to_be_empty()
    chat.ask("bonjour")
    assert [message["text"] for message in chat.sent] == [QUESTION, "bonjour"]


@pytest.mark.long
@pytest.mark.parametrize("body", ["<html>login</html>", ""])
def test_what_is_no_answer_is_asked_for_again(open_chat: Open, body: str) -> None:
    """A hotel's or an operator's gateway answers 200 with a page of its own."""
    chat = open_chat("fr")
    gateway: dict[str, Any] = {"status": 200, "content_type": "text/html", "body": body}
    chat.page.route(MESSAGE, lambda route: route.fulfill(**gateway), times=1)
    chat.ask(QUESTION)
    assert len(chat.sent) == 2


@pytest.mark.long
def test_a_part_that_does_not_load_is_asked_for_again(site: str, open_chat: Open) -> None:
    chat = open_chat("fr")
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.route("**/client.js*", lambda route: route.abort())
    chat.page.reload()
    alarm = chat.page.get_by_text(FR["load_failed"])
    expect(alarm).to_be_visible()
    expect(chat.page.get_by_role("link", name="19")).to_be_visible()  # the numbers are there all the while
    chat.page.unroute("**/client.js*")
    chat.button(FR["retry"]).click()
    chat.wait_for_replies(1)
    expect(alarm).to_have_count(0)
    expect(chat.ask("bonjour")).to_be_visible()
    addresses = [url for url in asked if "client.js" in url]
    assert len(set(addresses)) == 2, "most browsers never fetch a module again that failed under the same address"


@pytest.mark.parametrize("answer", ["{}", '{"reply": null}', '{"reply": {"parts": [], "buttons": []}}', '"x"'])
def test_an_answer_that_is_not_ours_counts_as_none(open_chat: Open, answer: str) -> None:
    """A Wi-Fi that asks for a sign-in answers everything itself."""
    chat = open_chat("fr")
    chat.page.route(MESSAGE, lambda route: route.fulfill(content_type="application/json", body=answer), times=1)
    chat.ask(QUESTION)
    assert len(chat.sent) == 2 and chat.sent[0] == chat.sent[1]
    chat.ask("et c'est gratuit ?")
