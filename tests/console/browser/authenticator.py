"""An authenticator app, written after RFC 6238 and not with the console's own library."""

import hashlib
import hmac
import time
from base64 import b32decode
from dataclasses import dataclass

STEP = 30  # seconds


@dataclass
class Authenticator:
    """An authenticator app (RFC 6238) that has been given a secret, as a person uses it: no code twice."""

    secret: str
    last: int = 0

    def code(self) -> str:
        """Six digits that were not used yet; waits when the next ones are still too far in the future."""
        step = max(int(time.time()) // STEP, self.last + 1)
        time.sleep(max(0, (step - 1) * STEP - time.time()))  # the console takes a phone's clock that is a step ahead
        self.last = step
        return self.at(step)

    def at(self, step: int) -> str:
        digest = hmac.new(b32decode(self.secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
