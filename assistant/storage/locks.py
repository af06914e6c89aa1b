"""Locks of conversations that several assistant processes share, in Redis (`REDIS_URL`).

A lock is a queue in Redis: who is first in it may work. Each who stands in it renews a lease; whoever is killed loses
its place when the lease ends. One script makes each change, so that two cannot both be first, and Redis alone counts
time, so that the clocks of machines do not matter. Why not Rasa's own store: docs/decisions.md, "Several assistants".
"""

import asyncio
import logging
import math
import os
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import redis
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import BlockingConnectionPool, Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PREFIX = "dalil:lock:"
WORKER = "worker "
LEASE = 6.0  # seconds after which whoever was killed has lost its place
RENEWALS = 4  # a lease
PATIENCE = 3.0  # seconds for which a lock waits for a Redis that does not answer
TIMEOUT = 1.0  # seconds for Redis to answer
SHORTEST_LOOK, LONGEST_LOOK = 0.02, 0.1  # seconds between looks at who is first
CONNECTIONS = 20

# Stand in the queue, renew the lease, let those go who lost theirs; 1 for who is first.
_STAND = """
local queue, lease = KEYS[1], KEYS[1] .. ':'
if redis.call('GET', lease .. ARGV[1]) == 'left' then return 0 end
redis.call('SET', lease .. ARGV[1], '', 'PX', ARGV[2])
if not redis.call('LPOS', queue, ARGV[1]) then redis.call('RPUSH', queue, ARGV[1]) end
redis.call('PEXPIRE', queue, ARGV[2])
while redis.call('EXISTS', lease .. redis.call('LINDEX', queue, 0)) == 0 do redis.call('LPOP', queue) end
return redis.call('LINDEX', queue, 0) == ARGV[1] and 1 or 0
"""
# What was sent before may arrive later, on another connection: who has left does not come back.
_LEAVE = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('SET', KEYS[1] .. ':' .. ARGV[1], 'left', 'PX', ARGV[2])
"""


def own_name() -> str:
    """Name of this process among the workers."""
    return f"{socket.gethostname()}:{os.environ['ASSISTANT_PORT']}"


def workers(url: str) -> set[str]:
    """The assistant processes whose locks are in a Redis now, as `host:port`.

    Raises:
        RedisError: it does not answer.
    """
    with redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
        names = [key.decode().removeprefix(PREFIX + WORKER) for key in client.scan_iter(f"{PREFIX}{WORKER}*")]
    return {name for name in names if not re.search(r":[0-9a-f]{32}$", name)}  # the other keys are leases


class SharedLocks(LockStore):
    """Rasa's store of locks, as `endpoints.yml` names it."""

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        url: str = "",
        lease: float = LEASE,
        patience: float = PATIENCE,
    ) -> None:
        """Called by Rasa in its event loop, with the first argument; `url` is REDIS_URL unless given."""
        url = url or os.environ["REDIS_URL"]
        self._redis = Redis(
            connection_pool=BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=TIMEOUT,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
            )
        )
        self._stand_script = self._redis.register_script(_STAND)
        self._leave_script = self._redis.register_script(_LEAVE)
        self._lease_ms, self._patience = round(1000 * lease), patience
        self._away = False
        if endpoint_config:  # a worker that starts, not a test
            self._presence = asyncio.ensure_future(self._be_present(WORKER + own_name()))

    async def _be_present(self, name: str) -> None:
        """Hold a lock of one's own as long as the process lives: it tells whoever looks that this worker's locks are in
        this Redis (`workers`)."""
        while True:
            with suppress(LockError):
                async with self.lock(name, lock_lifetime=math.inf):
                    await asyncio.Event().wait()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[None]:
        """Hold the lock of a conversation, in the order in which it was asked for.

        Args:
            conversation_id: name of the lock.
            lock_lifetime: seconds for which it is waited for at most, and held at most.
            wait_time_in_seconds: Rasa's, not used.

        Raises:
            LockError: it was not free in time, or Redis does not answer.
        """
        token = uuid4().hex
        try:
            await self._wait(conversation_id, token, lock_lifetime)
            renewing = asyncio.ensure_future(self._renew(conversation_id, token, lock_lifetime))
            try:
                yield
            finally:
                renewing.cancel()
        finally:
            with suppress(RedisError):  # the lease ends by itself
                await self._ask(self._leave_script, conversation_id, token)

    async def _wait(self, name: str, token: str, longest: float) -> None:
        """Stand in the queue until first in it."""
        begun = answered = time.monotonic()
        look = SHORTEST_LOOK
        while True:
            try:
                if await self._stand(name, token):
                    return
                answered = time.monotonic()
            except RedisError as error:
                if time.monotonic() - answered > self._patience:
                    raise LockError("Redis does not answer.") from error
            if time.monotonic() - begun > longest:
                raise LockError("The conversation is still locked.")
            await asyncio.sleep(look)
            look = min(2 * look, LONGEST_LOOK)

    async def _renew(self, name: str, token: str, longest: float) -> None:
        """Keep the place as long as the lock is held, at most so many seconds."""
        end = time.monotonic() + longest
        first = True
        while time.monotonic() < end:
            await asyncio.sleep(self._lease_ms / 1000 / RENEWALS)
            with suppress(RedisError):
                was, first = first, await self._stand(name, token)
                if was and not first:
                    logger.error(
                        "The lock of a conversation was lost: this process stood still for too long, or Redis was "
                        "started anew. One message may be answered twice."
                    )

    async def _stand(self, name: str, token: str) -> bool:
        """Whether `token` is first in the queue, after its lease was renewed.

        Raises:
            RedisError: Redis does not answer; that is said once.
        """
        try:
            first = await self._ask(self._stand_script, name, token)
        except RedisError as error:
            if not self._away:
                self._away = True
                logger.error(
                    "Redis (REDIS_URL) does not answer: %s. Nobody's turn is made until it does; messages on WhatsApp "
                    "wait, pages are told to try again. Start Redis, or correct REDIS_URL.",
                    type(error).__name__,
                )
            raise
        if self._away:
            self._away = False
            logger.warning("Redis answers again.")
        return bool(first)

    async def _ask(self, script: AsyncScript, name: str, token: str) -> object:
        """Run a script in Redis.

        Raises:
            RedisError: it does not answer.
        """
        # Shielded: redis-py 4.6 loses a cancellation that comes while it looks whether a connection holds old data. A
        # lock was renewed after its end.
        return await asyncio.shield(asyncio.ensure_future(script([PREFIX + name], [token, self._lease_ms])))
