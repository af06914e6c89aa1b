"""Locks that several processes share: one holds at a time, in order, whoever is killed or whatever Redis does."""

import asyncio
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from rasa.core.lock_store import LockError
from rasa.utils.endpoints import EndpointConfig

from assistant.paths import ROOT
from assistant.storage import locks
from assistant.storage.locks import SharedLocks
from tests.services import Redis, redis

HOLD = """
import asyncio
from assistant.storage.locks import SharedLocks
async def hold():
    async with SharedLocks(url={url!r}, lease=1).lock("awa"):
        print("held", flush=True)
        await asyncio.sleep(300)
asyncio.run(hold())
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    with redis() as started:
        yield started


def test_one_holds_at_a_time_though_all_ask_at_once(server: Redis) -> None:
    inside: list[int] = []
    most = 0

    async def work(store: SharedLocks) -> None:
        nonlocal most
        async with store.lock("awa"):
            inside.append(1)
            most = max(most, len(inside))
            await asyncio.sleep(0.002)
            inside.pop()

    async def everybody() -> None:
        stores = [SharedLocks(url=server.url) for _ in range(4)]  # as four processes have them
        await asyncio.gather(*(work(store) for store in stores for _ in range(3)))

    asyncio.run(everybody())
    assert most == 1


def test_who_asked_first_is_first(server: Redis) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        async with SharedLocks(url=server.url).lock("omar"):
            done.append(number)

    async def everybody() -> None:
        async with SharedLocks(url=server.url).lock("omar"):
            waiting = []
            for number in range(6):
                waiting.append(asyncio.ensure_future(work(number)))
                await asyncio.sleep(0.05)
        await asyncio.gather(*waiting)

    asyncio.run(everybody())
    assert done == list(range(6))


def test_other_conversations_do_not_wait(server: Redis) -> None:
    async def both() -> None:
        store = SharedLocks(url=server.url)
        async with store.lock("awa"), store.lock("omar"):
            pass

    asyncio.run(asyncio.wait_for(both(), 30))


def test_a_lock_is_held_longer_than_its_lease(server: Redis) -> None:
    async def two() -> list[str]:
        said = []

        async def other() -> None:
            async with SharedLocks(url=server.url, lease=0.4).lock("awa"):
                said.append("other")

        async with SharedLocks(url=server.url, lease=0.4).lock("awa"):
            waiting = asyncio.ensure_future(other())
            await asyncio.sleep(1.2)
            said.append("first")
        await waiting
        return said

    assert asyncio.run(two()) == ["first", "other"]


def test_nothing_is_renewed_after_its_end(server: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """redis-py loses some cancellations; each lock here ends about when it is renewed."""

    async def work(store: SharedLocks, name: str) -> None:
        for number in range(10):
            async with store.lock(name):
                await asyncio.sleep(0.24 + 0.002 * number)

    async def everybody() -> list[bytes]:
        store = SharedLocks(url=server.url, lease=1)
        await asyncio.gather(*(work(store, f"person {number}") for number in range(20)))
        await asyncio.sleep(1.2)
        return [key for key in await store._redis.keys(f"{locks.PREFIX}*") if b"person" in key]

    assert asyncio.run(everybody()) == []
    assert [record.message for record in caplog.records] == []


def test_who_is_killed_loses_its_place(server: Redis) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD.format(url=server.url)], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline() == b"held\n"

    async def follow() -> None:
        async with SharedLocks(url=server.url).lock("awa"):
            pass

    holder.send_signal(signal.SIGKILL)
    holder.wait()
    asyncio.run(asyncio.wait_for(follow(), 30))


def test_who_has_left_does_not_come_back_with_a_late_request(server: Redis) -> None:
    async def late() -> None:
        store = SharedLocks(url=server.url)
        with pytest.raises(asyncio.TimeoutError):
            async with store.lock("awa"):
                await asyncio.wait_for(_take(store), 0.1)
        assert await store._redis.keys(f"{locks.PREFIX}awa") == []
        (token,) = [key.rpartition(b":")[2] for key in await store._redis.keys(f"{locks.PREFIX}awa:*")][:1]
        assert not await store._stand("awa", token.decode())
        await asyncio.wait_for(_take(store), 10)

    async def _take(store: SharedLocks) -> None:
        async with store.lock("awa"):
            pass

    asyncio.run(late())


def test_a_renewal_that_times_out_in_the_moment_of_leaving_does_not_keep_the_lock() -> None:
    async def leave(started: Redis) -> None:
        async with SharedLocks(url=started.url, lease=0.4).lock("awa"):
            started.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(0.3)  # a renewal is on its way
            time.sleep(locks.TIMEOUT + 0.2)  # and its time is over when this process goes on
        started.process.send_signal(signal.SIGCONT)
        async with SharedLocks(url=started.url).lock("awa"):
            pass

    with redis() as started:
        asyncio.run(asyncio.wait_for(leave(started), 20))


def test_without_redis_it_is_said_once_and_nothing_is_locked(caplog: pytest.LogCaptureFixture) -> None:
    async def ask(store: SharedLocks) -> None:
        async with store.lock("awa"):
            pass

    async def three(started: Redis) -> None:
        store = SharedLocks(url=started.url, patience=0.2)
        await ask(store)
        started.stop()
        for _ in range(2):
            with pytest.raises(LockError):
                await ask(store)
        started.start()
        await ask(store)

    with caplog.at_level(logging.WARNING), redis() as started:
        asyncio.run(three(started))
    said = [record.message for record in caplog.records if record.name == locks.__name__]
    assert len(said) == 2, said
    assert said[0].startswith("Redis (REDIS_URL) does not answer: ConnectionError.")
    assert said[1] == "Redis answers again."


def test_a_redis_that_is_away_for_a_moment_is_waited_for() -> None:
    async def ask(started: Redis) -> None:
        started.stop()

        async def return_soon() -> None:
            await asyncio.sleep(0.3)
            started.start()

        back = asyncio.ensure_future(return_soon())
        async with SharedLocks(url=started.url, patience=30).lock("awa"):
            pass
        await back

    with redis() as started:
        asyncio.run(ask(started))


def test_a_worker_shows_that_its_locks_are_here(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", server.url)
    monkeypatch.setenv("ASSISTANT_PORT", "5999")

    async def start() -> None:
        async with AsyncExitStack() as ending:
            store = SharedLocks(EndpointConfig())
            ending.callback(store._presence.cancel)
            while locks.own_name() not in locks.workers(server.url):
                await asyncio.sleep(0.02)

    assert locks.workers(server.url) == set()
    asyncio.run(asyncio.wait_for(start(), 30))
