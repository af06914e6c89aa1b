"""What lies sealed on disk is read by who has the key, and by nobody else; what was touched is not read at all."""

import base64

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.privacy.seal import Seal, Unsealable

KEY = b"k" * 64
TEXT = '{"person": "212600000042", "text": "aidez moi"}'


@given(st.text(max_size=200))
@example("bonjour \ud83d")
def test_what_was_sealed_is_read_again(text: str) -> None:
    """Half a character too: people send anything."""
    assert Seal(KEY).open(Seal(KEY).close(text)) == text


def test_nothing_of_the_text_is_seen_and_no_two_are_alike() -> None:
    first, second = Seal(KEY).close(TEXT), Seal(KEY).close(TEXT)
    assert first != second
    for sealed in (first.encode(), base64.urlsafe_b64decode(first)):
        assert b"212600" not in sealed and b"aidez" not in sealed


@pytest.mark.parametrize("key", [b"", b"k" * 63, b"l" * 64])
def test_another_key_opens_nothing(key: bytes) -> None:
    with pytest.raises(Unsealable):
        Seal(key).open(Seal(KEY).close(TEXT))


def test_after_a_new_key_both_are_read_and_the_new_one_seals() -> None:
    new = Seal(b"n" * 64, [b"m" * 64, KEY])
    assert new.open(Seal(KEY).close(TEXT)) == TEXT
    assert Seal(b"n" * 64).open(new.close(TEXT)) == TEXT
    with pytest.raises(Unsealable):
        Seal(KEY).open(new.close(TEXT))


def test_what_was_changed_in_any_place_is_not_opened() -> None:
    sealed = Seal(KEY).close(TEXT)
    for place in range(0, len(sealed), 7):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(Unsealable):
            Seal(KEY).open(changed)


@pytest.mark.parametrize("sealed", ["", "x", "é", TEXT, "\ud800", "gAAAAA=="])
def test_what_was_never_sealed_is_not_opened(sealed: str) -> None:
    with pytest.raises(Unsealable):
        Seal(KEY).open(sealed)


def test_the_key_of_peoples_names_is_not_the_key_of_the_seal() -> None:
    key = base64.urlsafe_b64decode(Fernet.generate_key())
    sealed = Seal(key).close(TEXT).encode()
    with pytest.raises(InvalidToken):
        Fernet(base64.urlsafe_b64encode(key)).decrypt(sealed)


def test_an_error_says_nothing_of_what_was_sealed() -> None:
    sealed = Seal(KEY).close(TEXT)
    with pytest.raises(Unsealable) as error:
        Seal(b"").open(sealed)
    assert sealed not in str(error.value) and "212600" not in str(error.value)
