"""Brings messages and statuses to the webhook: signed, again and again until it answers 200, as Meta does."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tools.whatsapp_sandbox.faults import Dice, Faults
from tools.whatsapp_sandbox.payloads import Value, body, payload, signature
from tools.whatsapp_sandbox.settings import Settings

AT_ONCE = 100  # requests in flight
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0  # seconds before the next try
PATIENCE = 20.0  # seconds until Meta gives up on an answer
SETTLE = 2.0  # seconds that forgetting waits for answers
IDLE = 3.0  # seconds that a connection is kept: shorter than servers keep theirs, or a request meets a closed one
CHALLENGE = "1158201444"

logger = logging.getLogger(__name__)


@dataclass
class Counts:
    """What became of the webhook's requests.

    Attributes:
        seconds: how long each request that was answered with 200 took.
        refused: tries that were answered otherwise or not at all.
        undelivered: messages and statuses that are planned, wait, or are tried again.
    """

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    undelivered: int = 0


class Delivery:
    """The way to one webhook.

    Attributes:
        faults: what goes wrong; see `set_faults`.
        counts: see `Counts`.
        verified: whether the webhook proved that it knows the verify token; nothing is delivered before.
    """

    def __init__(self, webhook: str, settings: Settings, arrived: Callable[[Value], None]) -> None:
        """Prepare it; `start` begins.

        Args:
            webhook: address of the webhook.
            settings: the secrets that both sides share.
            arrived: is told each value whose payload was answered with 200.
        """
        self._webhook = webhook
        self._settings = settings
        self._arrived = arrived
        self._tasks: set[asyncio.Task[None]] = set()
        self._posting: set[asyncio.Task[Any] | None] = set()
        self._told: set[str] = set()
        self._batch: list[Value] = []
        self._batch_timer: asyncio.Task[None] | None = None
        self.counts = Counts()
        self.set_faults(Faults())

    @property
    def verified(self) -> bool:
        """Whether the webhook was verified."""
        return self._verified.is_set()

    async def start(self) -> None:
        """Open connections and begin to verify the webhook."""
        self._verified = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE),
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
        )
        self._verification = asyncio.create_task(self._verify_until_answered())

    async def stop(self) -> None:
        """Drop what is undelivered and close the connections."""
        self._verification.cancel()
        for task in self._tasks:
            task.cancel()
        await self._session.close()

    def set_faults(self, faults: Faults) -> None:
        """Let these things go wrong from now on."""
        self.faults = faults
        self.dice = Dice(faults)

    async def forget(self) -> None:
        """Drop what is undelivered, the counts and the faults; ends when nothing of it is on its way any more."""
        old = set(self._tasks)
        self._batch, self._batch_timer = [], None
        self.counts = Counts()
        self.set_faults(Faults())
        for task in old - self._posting:
            task.cancel()
        if old:
            _, late = await asyncio.wait(old, timeout=SETTLE)
            for task in late:
                task.cancel()

    def plan(self, value: Value, pause: float = 0.0) -> None:
        """Deliver a value of a change.

        Args:
            value: see `payloads`.
            pause: seconds before it is sent.
        """
        self.counts.undelivered += 1
        self._start(_after(pause, lambda: self._collect(value)))

    async def verify(self) -> int | None:
        """Ask the webhook once to prove that it knows the verify token.

        Returns:
            The HTTP status of the answer; None when there was none.
        """
        query = {"hub.mode": "subscribe", "hub.challenge": CHALLENGE, "hub.verify_token": self._settings.verify_token}
        try:
            async with self._session.get(self._webhook, params=query, allow_redirects=False) as answer:
                right = answer.status == 200 and await answer.read() == CHALLENGE.encode()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            self._tell_once(f"No answer from the webhook {self._webhook} yet. It is asked again until it answers.")
            return None
        if right:
            self._verified.set()
        else:
            self._tell_once(
                f"The webhook refused its verification (HTTP {answer.status}): WHATSAPP_VERIFY_TOKEN must be the same "
                "on both sides, and the answer exactly hub.challenge. Nothing is delivered before."
            )
        return answer.status

    async def post(self, raw: bytes) -> tuple[int, float]:
        """Sign a body and post it once.

        Returns:
            HTTP status, and seconds until the answer.

        Raises:
            aiohttp.ClientError, asyncio.TimeoutError: there is no answer.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(raw, self._settings.app_secret),
        }
        async with self._slots:
            began = time.monotonic()
            async with self._session.post(self._webhook, data=raw, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status, time.monotonic() - began

    def _collect(self, value: Value) -> None:
        """Send a value at once, or with others when batches are asked for."""
        self._batch.append(value)
        if len(self._batch) >= self.faults.batch_size:
            self._send_batch()
        elif self._batch_timer is None:
            self._batch_timer = self._start(_after(self.faults.batch_wait, self._send_batch))

    def _send_batch(self) -> None:
        values, self._batch = self._batch, []
        if self._batch_timer is not None:
            self._batch_timer.cancel()
            self._batch_timer = None
        raw = body(payload(values, self.faults.batch_form))
        pause = self.dice.seconds(self.faults.delay)
        self._start(self._deliver(raw, values, pause))
        if self.dice.hits(self.faults.duplicates):
            self.counts.undelivered += len(values)
            self._start(self._deliver(raw, values, pause + self.dice.seconds(self.faults.duplicate_delay)))

    async def _deliver(self, raw: bytes, values: list[Value], pause: float) -> None:
        counts = self.counts
        await asyncio.sleep(pause)
        await self._verified.wait()
        pause = FIRST_PAUSE
        while not await self._was_taken(raw, counts):
            if counts is not self.counts:  # forgotten
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        counts.undelivered -= len(values)
        for value in values:
            self._arrived(value)

    async def _was_taken(self, raw: bytes, counts: Counts) -> bool:
        task = asyncio.current_task()
        self._posting.add(task)
        try:
            status, seconds = await self.post(raw)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            self._tell_once("The webhook did not answer a message. It is tried again until it does.")
        else:
            if status == 200:
                counts.seconds.append(seconds)
                return True
            self._tell_once(f"The webhook answered a message with HTTP {status}. It is tried again until it says 200.")
        finally:
            self._posting.discard(task)
        counts.refused += 1
        return False

    async def _verify_until_answered(self) -> None:
        pause = FIRST_PAUSE
        while not self.verified:
            await self.verify()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _tell_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            logger.warning(line)


async def _after(pause: float, then: Callable[[], None]) -> None:
    await asyncio.sleep(pause)
    then()
