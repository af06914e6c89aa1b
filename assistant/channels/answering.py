"""Answering what lies in the inbox: each person's messages in their order, different people side by side.

Whatever ends the process, the next one goes on from what is on disk: the inbox says what is owed, the conversation says
whether its turn was made, `deliveries` says which parts of the reply are out. Sent and not yet noted as sent is the one
moment that no order of writing can close; then Meta's own status of that part is waited for before it is sent again.
"""

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.channels.bubbles import Bubble, bubbles, in_words
from assistant.channels.collecting import Handle, OnWhatsApp
from assistant.channels.graph import Graph, Never, NotNow
from assistant.channels.joining import Owed, in_order, joined, pause, words
from assistant.channels.replies import message_of
from assistant.channels.sentences import turn_failed
from assistant.channels.unasked import erased_by
from assistant.channels.webhook import Received
from assistant.nlu.safeguard import safeguard
from assistant.operation import request_ids
from assistant.privacy.receipts import receipt_of
from assistant.privacy.redact import redact
from assistant.privacy.seal import Seal, Unsealable
from assistant.storage import erasures, inbox, turns
from assistant.storage.database import mend, place

logger = logging.getLogger(__name__)

WINDOW = 24 * 3600  # seconds in which Meta lets a business answer
MOST_TURNS = 8  # made at once; more would only make each of them, and every acknowledgement, slower
MOST_SIGNS = 4  # of writing, being sent at once
ROUNDS = 4  # of the event loop between two turns: a request is read, kept and acknowledged in them
SWEEP = 3  # seconds between looks for people whom nobody serves
OTHERS_SERVE = 5  # seconds for which a person is left to the assistant that took their message
LOCKS_AWAY = 2.0  # seconds between attempts while the store of locks does not answer
TIDY = 3600  # seconds
WRITE_DOWN = 1  # second
STOPPING = 10  # seconds for the replies in hand when the process is asked to stop
MOST_TOLD = 10_000  # statuses kept while they cannot be written
IN_DOUBT = 10  # seconds in which Meta tells what became of a part
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds between attempts to send


class Answering:
    """The people who are owed a reply, and the work on it."""

    def __init__(
        self,
        agent: Agent,
        engine: Engine,
        seal: Seal,
        graph: Graph,
        on_new_message: Handle,
        earlier_names: Callable[[str], Sequence[str]],
        shared: bool,
    ) -> None:
        """Args: `engine` is the conversations' database, `on_new_message` makes a turn (Rasa's own), `earlier_names`
        tells what a person's conversations were called under earlier keys; `shared` says that other processes answer
        from the same inbox."""
        self._agent, self._seal, self._graph = agent, seal, graph
        self.engine = engine
        self._on_new_message, self._earlier_names = on_new_message, earlier_names
        self._shared = shared
        self._safeguard = safeguard()
        self._people: dict[str, asyncio.Task[None]] = {}
        self._bells: dict[str, asyncio.Event] = {}
        self._other_key_told = False
        self._since = time.time()
        self._others: set[asyncio.Future[None]] = set()
        self.told: list[inbox.Told] = []
        self.counts: Counter[str] = Counter()
        self._as_written: dict[str, dict[str, str]] = {}
        self._surely_not_out: set[str] = set()
        self._turns, self._starts = asyncio.Semaphore(MOST_TURNS), asyncio.Lock()
        self._stopping = False

    def sealed(self, message: Received, **more: object) -> str:
        """A message as it may lie on disk, with what else is to be kept with it."""
        kept = {one.name: getattr(message, one.name) for one in fields(Received)}
        return self._seal.close(json.dumps({**kept, "text": redact(message.text), **more}))

    def take(self, new: inbox.New, text: str) -> None:
        """See to a message that was kept; what was written itself stays in memory until the person is answered."""
        written = self._as_written.setdefault(new.sender_id, {})
        written[new.key] = text
        if new.replaces:  # it may stand in the other's place
            written[new.replaces] = text
        self.wake(new.sender_id)

    def wake(self, sender_id: str) -> None:
        """See to a person who is owed a reply; who waits for Meta need not wait longer than for the next message."""
        if sender_id in self._people:
            self._bells[sender_id].set()
            return
        if self._stopping:  # the next process sees to what is on disk
            return
        self._bells[sender_id] = asyncio.Event()
        self._people[sender_id] = asyncio.ensure_future(self._serve(sender_id))

    def complain(self, error: SQLAlchemyError) -> None:
        """Say in one line what is wrong with the database, and the mend."""
        logger.error(mend(error, place(self.engine.url)))

    async def sweep(self) -> None:
        """Begin with what an earlier process left; then look now and then for what nobody sees to."""
        tidied = 0.0
        while True:
            try:
                for sender_id in inbox.waiting(self.engine, OTHERS_SERVE if self._shared else 0):
                    self.wake(sender_id)
                if time.monotonic() - tidied > TIDY or not tidied:
                    inbox.tidy(self.engine)
                    tidied = time.monotonic()
            except SQLAlchemyError as error:
                self.complain(error)
            await asyncio.sleep(SWEEP)

    async def write_down(self) -> None:
        """Write what Meta tells and what is counted, a second's worth at a time: three statuses follow each reply."""
        while True:
            await asyncio.sleep(WRITE_DOWN)
            self._write_down()

    def _write_down(self) -> None:
        if not (self.told or self.counts):
            return
        told, self.told = self.told, []
        counts, self.counts = self.counts, Counter()
        try:
            inbox.tell(self.engine, told, counts)
        except SQLAlchemyError as error:
            self.complain(error)
            self.told, self.counts = [*told, *self.told][-MOST_TOLD:], counts + self.counts

    async def stop(self) -> None:
        """Finish the replies in hand, for `STOPPING` seconds at most; all else stays as it is on disk."""
        self._stopping = True
        for bell in self._bells.values():
            bell.set()
        if self._people:
            await asyncio.wait(self._people.values(), timeout=STOPPING)
        working = [*self._people.values(), *self._others]
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        self._write_down()
        await self._graph.close()

    async def _serve(self, sender_id: str) -> None:
        """Answer everything that a person is owed."""
        request_ids.begin(request_ids.current(), trusted=True)  # of the request that woke us, if one did
        attempt, shown = 0, ""
        try:
            while not self._stopping:
                try:
                    async with self._agent.lock_store.lock(f"whatsapp {sender_id}"):
                        waiting = self._owed(sender_id)
                        if not waiting:
                            return
                        rest = pause(waiting, time.time(), self._is_danger)
                        if waiting[-1].id != shown:
                            shown = waiting[-1].id
                            self._show_typing(waiting[-1])
                        if not rest:
                            await self._answer(sender_id, waiting, retrying=attempt > 0)
                            attempt = 0
                except NotNow as trouble:
                    rest, attempt = _back_off(trouble, attempt), attempt + 1
                except LockError:  # the store of locks has said why
                    rest, attempt = LOCKS_AWAY, attempt + 1
                await self._rest(sender_id, rest)
        except SQLAlchemyError as error:
            self.complain(error)
        except Exception:
            logger.exception("A message on WhatsApp could not be answered. It is tried again in %s seconds", SWEEP)
        finally:
            del self._people[sender_id], self._bells[sender_id]
            self._as_written.pop(sender_id, None)

    async def _rest(self, sender_id: str, seconds: float) -> None:
        """Wait, but not when the person writes again."""
        if self._stopping:
            return
        bell = self._bells[sender_id]
        bell.clear()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(bell.wait(), seconds)

    def _owed(self, sender_id: str) -> list[Owed]:
        """Messages of a person that are owed a reply, in the order in which they were written."""
        owed, as_written = [], self._as_written.get(sender_id, {})
        for row in inbox.owed(self.engine, sender_id):
            try:
                kept = json.loads(self._seal.open(row.sealed))
            except Unsealable:
                self._leave_sealed(row)
                continue
            kept["text"] = as_written.get(row.key, kept["text"])
            owed.append(Owed(key=row.key, received=row.received, **kept))
        return in_order(owed)

    def _leave_sealed(self, row: inbox.Row) -> None:
        """A message that only another key opens is left as long as it could be answered."""
        if not self._other_key_told:
            self._other_key_told = True
            logger.error(
                "Messages in the inbox were sealed with another SENDER_KEY. To answer them, name that key in "
                "SENDER_KEY_OLD and start again within 24 hours."
            )
        if time.time() - row.received > WINDOW:
            self._finish([row.key], "unsealable")

    def _is_danger(self, text: str) -> bool:
        return self._safeguard.kind(text) is not None

    def _begun(self, sender_id: str, waiting: Sequence[Owed], retrying: bool) -> dict[str, Any] | None:
        """The turn that was made of what waits and whose reply is not out; it comes before all others. Only after
        trouble, here or in another process, can it be another than that of the first message."""
        left = self._shared or retrying or any(message.received < self._since for message in waiting)
        found = (turns.message(self.engine, sender_id, message.key) for message in (waiting if left else waiting[:1]))
        return next(filter(None, found), None)

    async def _answer(self, sender_id: str, waiting: Sequence[Owed], retrying: bool) -> None:
        """Answer the next turn of what waits.

        Raises:
            NotNow: not all of the reply could be sent.
        """
        begun = self._begun(sender_id, waiting, retrying)
        group = _of_turn(waiting, begun) if begun else joined(waiting)
        turn, last = begun["message_id"] if begun else group[0].key, group[-1]
        if time.time() - (last.sent or last.received) > WINDOW:
            forgotten = sender_id if _erases(group[0].said) else None
            self._finish([message.key for message in group], "too late", forgotten)
            return
        if last.kind == "seen":
            await self._graph.read(last.id)
            self._finish([last.key])
            return
        sent = inbox.deliveries(self.engine, turn)
        if begun:
            said = [message_of(event) for event in turns.replies_to(self.engine, sender_id, turn) or ()]
        else:
            said = list(group[0].said) or await self._made(sender_id, turn, group)
        await self._send(sender_id, turn, group, self._bubbles(said), sent, forgotten=_erases(said))

    async def _made(self, sender_id: str, turn: str, group: Sequence[Owed]) -> list[Any]:
        """What the assistant says now. An erased conversation could not say it again: it is kept until it is out."""
        message = UserMessage(
            words(group),
            OnWhatsApp(),
            sender_id,
            input_channel=OnWhatsApp.name(),
            message_id=turn,
            metadata=_marks(group),
        )
        said = await erased_by(message, self._agent, self.engine) or await self._new(message)
        if _erases(said):
            inbox.seal_again(self.engine, group[0].key, self.sealed(group[0], said=said))
            for name in self._earlier_names(group[0].person):
                erasures.queue(self.engine, name, receipt_of(f"{turn} {name}"))
        return said

    async def _new(self, message: UserMessage) -> list[Any]:
        """What the assistant says to a message that is new to it; nothing when the turn failed.

        Raises:
            LockError: Rasa's own lock of the conversation is not to be had: the turn was not made.
        """
        async with self._turn_to_work():
            try:
                await self._on_new_message(message)
            except LockError:
                raise
            except Exception:
                logger.exception("A turn failed")
        return list(message.output_channel.messages)

    @asynccontextmanager
    async def _turn_to_work(self) -> Any:  # noqa: ANN401
        """A place among the turns, which begin one after the other, with time for acknowledgements between.

        Raises:
            NotNow: no turn is begun any more.
        """
        async with self._turns:
            async with self._starts:
                for _ in range(ROUNDS):
                    await asyncio.sleep(0)
            if self._stopping:
                raise NotNow  # not begun: the next process makes it
            yield

    def _bubbles(self, said: Sequence[Any]) -> list[Bubble]:
        going = bubbles(said) if said else []
        going = [one for one in going if one.kind != "speech" or self._graph.recording(one.text)]
        return going or [Bubble("text", turn_failed())]

    async def _send(
        self,
        sender_id: str,
        turn: str,
        group: Sequence[Owed],
        going: Sequence[Bubble],
        sent: Mapping[int, str],
        forgotten: bool,
    ) -> None:
        """Send the parts of a reply that are not out yet; then the person is `forgotten`, who was erased.

        Raises:
            NotNow: not all of them could be sent.
        """
        keys = [message.key for message in group]
        for number, bubble in enumerate(going):
            reply = f"{turn}.{number}"
            state = sent.get(number, "")
            if state == "sending" and reply not in self._surely_not_out:
                state = await self._told(turn, number)
            if state not in ("", "sending"):
                continue
            inbox.note(self.engine, turn, number, sender_id, "sending")
            try:
                code = await self._send_one(bubble, group[-1].person, reply)
            except NotNow as trouble:
                if not trouble.in_doubt:
                    self._surely_not_out.add(reply)
                raise
            self._surely_not_out.discard(reply)
            finished = keys if number == len(going) - 1 else ()
            state = "accepted" if code is None else "refused"
            inbox.note(self.engine, turn, number, sender_id, state, code, finished, forgotten)
        if number in sent:  # the last part was out already
            inbox.finish(self.engine, keys, sender_id if forgotten else None)

    async def _told(self, turn: str, part: int) -> str:
        """What Meta says of a part that may be out, or still `sending` when it has said nothing for a while."""
        for _ in range(IN_DOUBT):
            state = inbox.deliveries(self.engine, turn)[part]
            if state != "sending":
                break
            await asyncio.sleep(1)
        return state

    async def _send_one(self, bubble: Bubble, to: str, reply: str) -> int | None:
        """Send a part; a message with choices that Meta refuses is sent in words.

        Returns:
            None when it is out, else Meta's code.
        """
        try:
            await self._graph.send(bubble, to, reply)
        except Never as refused:
            logger.error("Meta refused a %s with code %s", bubble.kind, refused.code)
            if refused.window or not bubble.buttons:
                return refused.code
            for text in in_words(bubble):
                if code := await self._send_one(text, to, reply):
                    return code
        return None

    def _finish(self, keys: Sequence[str], counted: str | None = None, forgotten: str | None = None) -> None:
        """Nothing is owed any more for these messages, and no reply goes out."""
        inbox.finish(self.engine, keys, forgotten)
        self.counts.update([counted] if counted else [])
        self._surely_not_out -= {reply for reply in self._surely_not_out if reply.partition(".")[0] in keys}

    def _show_typing(self, message: Owed) -> None:
        """Mark a message as read and show that a reply is being written, beside everything else. When many write at
        once the replies themselves are what Meta is asked for."""
        if message.kind != "seen" and len(self._others) < MOST_SIGNS:
            task = asyncio.ensure_future(self._graph.read(message.id, typing=True))
            self._others.add(task)
            task.add_done_callback(self._others.discard)


def _of_turn(waiting: Sequence[Owed], event: dict[str, Any]) -> list[Owed]:
    """The messages of a turn that was made before the process ended."""
    taken = (event.get("metadata") or {}).get("messages") or ()
    return [message for message in waiting if message.key in taken] or [waiting[0]]


def _erases(said: Sequence[Any]) -> bool:
    """Whether a reply tells a person that they are erased."""
    return any(message.get("erased") for message in said)


def _marks(group: Sequence[Owed]) -> dict[str, Any]:
    """What stands beside the words of a turn."""
    marks: dict[str, Any] = {"messages": [message.key for message in group]}
    if group[0].kind not in ("text", "tap"):
        marks["kind"] = group[0].kind
    for name in ("forwarded", "quoted", "edited"):
        if any(getattr(message, name) for message in group):
            marks[name] = True
    return marks


def _back_off(trouble: NotNow, attempt: int) -> float:
    """Seconds until the next attempt: longer each time, and never the same for everybody."""
    if trouble.ours:
        logger.error("Meta refuses WHATSAPP_TOKEN. Make a new one in Meta's console and restart; nothing is lost.")
        return LONGEST_PAUSE
    longest = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0**attempt)
    return max(trouble.wait, random.uniform(longest / 2, longest))
