"""How often somebody may send: a moving window of a minute for each session and each network address."""

import logging
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TIMEOUT = 0.25  # seconds for Redis to answer; nobody else is served meanwhile
ALONE = 5.0  # seconds for which it is not asked again


class Rates:
    """Counts requests: in Redis for all assistants together, without one or while it is away in this process only."""

    def __init__(self, per_session: int, per_address: int, redis_url: str = "") -> None:
        """The first two are requests a minute."""
        self._storages = [MemoryStorage(), *([_redis(redis_url)] if redis_url else [])]  # limiters hold them weakly
        self._own, *shared = map(MovingWindowRateLimiter, self._storages)
        self._shared = shared[0] if shared else None
        self._alone_until = 0.0  # of the monotonic clock
        self._limits = {
            "session": RateLimitItemPerMinute(per_session),
            "address": RateLimitItemPerMinute(per_address),
        }

    def wait(self, kind: str, who: str) -> int:
        """Count a request.

        Args:
            kind: `session` or `address`.
            who: a pseudonym for which of them: Redis may lie on another machine.

        Returns:
            0 when it may go on, else whole seconds after which the next may come.
        """
        if self._shared and time.monotonic() >= self._alone_until:
            try:
                wait = self._count(self._shared, kind, who)
            except RedisError as error:
                self._go_alone(error)
            else:
                self._alone_until = 0.0
                return wait
        return self._count(self._own, kind, who)

    def _go_alone(self, error: RedisError) -> None:
        if not self._alone_until:  # said once, until Redis answers again
            logger.error(
                "Redis (REDIS_URL) does not answer (%s): until it does, each assistant counts rates for itself.",
                type(error).__name__,
            )
        self._alone_until = time.monotonic() + ALONE

    def _count(self, limiter: MovingWindowRateLimiter, kind: str, who: str) -> int:
        limit = self._limits[kind]
        if limiter.hit(limit, kind, who):
            return 0
        free_at, _ = limiter.get_window_stats(limit, kind, who)
        return max(1, math.ceil(free_at - time.time()))


def _redis(url: str) -> RedisStorage:
    return RedisStorage(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
