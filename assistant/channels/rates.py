"""How often somebody may send: a moving window of a minute for each session and each network address."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Rates:
    """Counts requests, in this process only."""

    def __init__(self, per_session: int, per_address: int) -> None:
        """Both are requests a minute."""
        self._storage = MemoryStorage()  # the limiter holds it weakly
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._limits = {
            "session": RateLimitItemPerMinute(per_session),
            "address": RateLimitItemPerMinute(per_address),
        }

    def wait(self, kind: str, who: str) -> int:
        """Count a request.

        Args:
            kind: `session` or `address`.
            who: which of them.

        Returns:
            0 when it may go on, else whole seconds after which the next may come.
        """
        limit = self._limits[kind]
        if self._limiter.hit(limit, kind, who):
            return 0
        free_at, _ = self._limiter.get_window_stats(limit, kind, who)
        return max(1, math.ceil(free_at - time.time()))
