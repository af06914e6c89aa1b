"""The code that a person gets for an erasure: written down, read aloud on the phone, looked up by staff.

It is made of the id of the message that asked, so the same message, sent again after a break of the line or of the
assistant, gets the same code; and it leads back to nothing: the message is gone.
"""

import hashlib

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: read from a broken screen, or copied by hand.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 8
_HALF = LENGTH // 2


def receipt_of(message_id: str) -> str:
    """The receipt of an erasure.

    Args:
        message_id: of the message that confirmed it; nobody can choose it.

    Returns:
        `LENGTH` letters of `ALPHABET`.
    """
    digest = hashlib.sha256(f"receipt {message_id}".encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def shown(receipt: str) -> str:
    """A receipt as people get it (`ACDE-F346`)."""
    return f"{receipt[:_HALF]}-{receipt[_HALF:]}"


def typed(text: str) -> str | None:
    """The receipt in what somebody typed, however it was cut and in small letters too; None when it is none."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    return letters if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else None
