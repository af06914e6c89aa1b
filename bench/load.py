"""People who talk to a running server over Rasa's REST channel, several at once; milliseconds of each turn."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

TURNS_A_CONVERSATION = 10


@dataclass(frozen=True)
class Load:
    """What one load gave: turns a second, milliseconds of each turn, and the share of turns that got a reply."""

    turns_a_second: float
    times: list[float]
    answered: float

    @property
    def p50(self) -> float:
        """Median, milliseconds."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """95th percentile, milliseconds."""
        return statistics.quantiles(self.times, n=20)[-1]


def load(url: str, texts: Sequence[str], people: int, turns: int) -> Load:
    """Conversations of ten turns, so many at once.

    Args:
        url: address of the REST channel.
        texts: what is said, from the first again when it is through.
        people: conversations at once.
        turns: all turns together.

    Raises:
        aiohttp.ClientResponseError: a turn failed.
    """
    said = itertools.islice(itertools.cycle(texts), turns)
    return asyncio.run(_load(url, list(said), people))


def talk(url: str, texts: Sequence[str]) -> list[float]:
    """One conversation; milliseconds of each of its turns.

    Raises:
        aiohttp.ClientResponseError: a turn failed.
    """
    return asyncio.run(_talk(url, texts))


async def _load(url: str, texts: Sequence[str], people: int) -> Load:
    chunks = iter([texts[i : i + TURNS_A_CONVERSATION] for i in range(0, len(texts), TURNS_A_CONVERSATION)])
    turns: list[tuple[float, bool]] = []

    async def person(session: aiohttp.ClientSession) -> None:
        for conversation in chunks:
            turns.extend(await _say(session, url, conversation))

    async with aiohttp.ClientSession() as session:
        begun = time.perf_counter()
        await asyncio.gather(*(person(session) for _ in range(people)))
        seconds = time.perf_counter() - begun
    answered = sum(replied for _, replied in turns) / len(turns)
    return Load(len(turns) / seconds, [milliseconds for milliseconds, _ in turns], answered)


async def _talk(url: str, texts: Sequence[str]) -> list[float]:
    async with aiohttp.ClientSession() as session:
        return [milliseconds for milliseconds, _ in await _say(session, url, texts)]


async def _say(session: aiohttp.ClientSession, url: str, texts: Sequence[str]) -> list[tuple[float, bool]]:
    """Milliseconds of each turn, and whether it got a reply."""
    sender, turns = f"bench-{uuid4()}", []
    for text in texts:
        begun = time.perf_counter()
        async with session.post(url, json={"sender": sender, "message": text}) as response:
            response.raise_for_status()
            replies = await response.json()
        turns.append(((time.perf_counter() - begun) * 1000, bool(replies)))
    return turns
