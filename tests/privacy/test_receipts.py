"""A receipt is the same for the same message, can be read aloud, and is found however it is typed."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.receipts import ALPHABET, LENGTH, receipt_of, shown, typed


@given(st.text())
def test_it_has_eight_letters_without_lookalikes(message_id: str) -> None:
    receipt = receipt_of(message_id)
    assert len(receipt) == LENGTH
    assert set(receipt) <= set(ALPHABET)
    assert not set(receipt) & set("0O1IL2Z5S8BUV")
    assert receipt_of(message_id) == receipt


def test_messages_have_receipts_of_their_own() -> None:
    assert len({receipt_of(f"message {number}") for number in range(20_000)}) == 20_000


@given(st.text(min_size=1))
def test_what_was_shown_is_found_however_it_is_typed(message_id: str) -> None:
    receipt = receipt_of(message_id)
    assert shown(receipt) == f"{receipt[:4]}-{receipt[4:]}"
    for text in (shown(receipt), receipt.lower(), f"  {receipt[:3]} {receipt[3:]}. ", f"\u2066{shown(receipt)}\u2069"):
        assert typed(text) == receipt


def test_what_is_no_receipt_is_none() -> None:
    for text in ("", "ACDE-F34", "ACDE-F3466", "ACDE-F340", "مرحبا بكم"):
        assert typed(text) is None
