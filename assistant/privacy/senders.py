"""Names for people that say nothing about them."""

import hashlib
import hmac

_BYTES = 16


def pseudonym(sender_id: str, key: bytes) -> str:
    """The same name for the same sender, from which nobody without the key comes back to the sender.

    Args:
        sender_id: what a channel calls the person.
        key: secret; with another key the same person has another name.

    Returns:
        32 hexadecimal digits (HMAC-SHA256, first 16 bytes).
    """
    # `surrogatepass`: a sender id comes from outside and may hold anything that JSON can.
    return hmac.new(key, sender_id.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:_BYTES].hex()
