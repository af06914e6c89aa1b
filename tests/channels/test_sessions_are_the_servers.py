"""A conversation is opened by a token that only the server can make."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.sessions import MAX_AGE, new_session, opened
from tests.channels.web import Client, error_of
from tests.conftest import Assistant

KEY, NEXT = b"k" * 32, b"n" * 32


def conversation(token: object, *keys: bytes) -> str | None:
    """Id of what a token opens."""
    found = opened(token, keys or [KEY])
    return found.conversation if found else None


def test_a_token_opens_the_same_conversation_each_time_and_no_two_are_alike() -> None:
    tokens = [new_session(KEY) for _ in range(200)]
    ids = [conversation(token, KEY) for token in tokens]
    assert all(ids) and len(set(ids)) == len(tokens)
    assert ids == [conversation(token, KEY) for token in tokens]


def test_a_token_says_nothing_about_its_conversation() -> None:
    token = new_session(KEY)
    assert str(conversation(token, KEY)) not in token


@given(st.text(max_size=80) | st.none() | st.integers() | st.binary())
def test_nobody_chooses_a_token(made_up: object) -> None:
    assert conversation(made_up, KEY) is None


@given(st.integers(0, 43), st.sampled_from("ABCxyz019-_"))
def test_a_changed_token_opens_nothing(place: int, letter: str) -> None:
    token = new_session(KEY)
    changed = token[:place] + letter + token[place + 1 :]
    assert (conversation(changed, KEY) is None) == (changed != token)


def test_the_token_of_another_server_opens_nothing() -> None:
    assert conversation(new_session(KEY), b"o" * 32) is None


def test_a_token_ends_after_a_day() -> None:
    token = new_session(KEY, now=time.time() - MAX_AGE + 60)
    assert conversation(token, KEY)
    assert conversation(new_session(KEY, now=time.time() - MAX_AGE - 60), KEY) is None


def test_a_new_key_ends_no_conversation_while_the_old_one_is_named() -> None:
    token = new_session(KEY)
    assert conversation(token, NEXT, KEY) == conversation(token, KEY)
    assert conversation(token, NEXT) is None
    found = opened(token, [NEXT, KEY])
    assert found and found.key == KEY
    later = new_session(NEXT)
    assert conversation(later, NEXT, KEY) == conversation(later, NEXT)


@pytest.mark.parametrize("path", ["message", "history", "feedback"])
@pytest.mark.parametrize("session", [None, "", "me", 7, ["a"], {"a": 1}])
def test_without_a_session_nothing_is_done(assistant: Assistant, path: str, session: object) -> None:
    body = {"session": session, "id": "12345678", "text": "bonjour", "reply": "x", "verdict": "up"}
    assert error_of(Client(assistant.site).post(path, body)) == (401, "session_unknown")


def test_one_session_sees_nothing_of_another(page: Client, assistant: Assistant) -> None:
    page.say("comment renouveler ma carte de séjour ?")
    assert Client(assistant.site).begin().history() == []
