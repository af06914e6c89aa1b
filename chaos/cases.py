"""A case: people talk, something is broken in the middle, and their messages are counted."""

import asyncio
import itertools
import random
import sys
import time
from collections.abc import Mapping, Sequence

from chaos.faults import Fault, in_doubt
from chaos.people import Crowd
from chaos.system import System
from chaos.tally import Outcome, Stored, arrivals, count, stored_turns, transcripts

EACH = 12  # people a channel: two messages a second on each
CALM = 6.0  # seconds before something is broken
AFTER = 12.0  # seconds for which people go on when it is over
DRAIN = 60.0  # seconds that the last replies may take
APART = 3.0  # seconds by which the second of a pair comes later, at most
SETTLE = 1.0  # seconds for which nothing more must come
_crowds = itertools.count(1)  # each has people of its own


def case(system: System, faults: Sequence[Fault], seed: int = 0, after: float = AFTER) -> Outcome:
    """Run one.

    Args:
        system: which must be well.
        faults: what is broken, one after the other within `APART` seconds; nothing is the calm to compare with.
        seed: of the moments.
        after: see `AFTER`.
    """
    for fault in faults:
        fault.prepare(system)
    try:
        return asyncio.run(_case(system, faults, seed, after))
    finally:
        for fault in faults:
            fault.tidy(system)
        for part in system.parts.values():
            part.wait_until_ready()


async def _case(system: System, faults: Sequence[Fault], seed: int, after: float) -> Outcome:
    crowd = Crowd(system.place, EACH, next(_crowds))
    talking = asyncio.create_task(crowd.talk())
    await asyncio.sleep(CALM)
    moments = random.Random(seed)
    doubts = await asyncio.gather(
        *(_break(system, fault, moments.uniform(0, APART * n)) for n, fault in enumerate(faults))
    )
    ended = time.time()
    await asyncio.sleep(after)
    crowd.hush()
    await asyncio.wait([talking], timeout=DRAIN)
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    name = " + ".join(fault.name for fault in faults) or "nothing"
    return await asyncio.to_thread(_count, name, system, crowd, ended, sum(doubts))


async def _break(system: System, fault: Fault, pause: float) -> int:
    """Let a fault happen; how many parts of replies were in doubt in that moment."""
    await asyncio.sleep(pause)
    doubt = await asyncio.to_thread(in_doubt, system.engine) if fault.kills_senders else 0
    await fault.happens(system)
    return doubt


def _count(name: str, system: System, crowd: Crowd, ended: float, unavoidable: int) -> Outcome:
    """Count, when nothing is owed any more or the time for it is over."""
    deadline = time.monotonic() + DRAIN
    people = {message.person for message in crowd.messages}
    while True:
        stored, arrived = stored_turns(system.engine, people), arrivals(system.engine, people)
        readable = transcripts(system.console, stored)
        seen = (crowd.messages, crowd.probes, system.sent(), stored, arrived, readable)
        outcome = count(name, *seen, ended, unavoidable)
        if not (outcome.lost or outcome.unwritten or system.owed()) or time.monotonic() > deadline:
            _name_the_lost(crowd, stored, ended)
            return outcome
        time.sleep(SETTLE)


def _name_the_lost(crowd: Crowd, stored: Mapping[str, Sequence[Stored]], ended: float) -> None:
    """Say of each message without a reply what is known of it: the tables only count."""
    turns = {key for of in stored.values() for turn in of for key in turn.messages}
    for one in crowd.messages:
        if one.answered is None:
            sys.stderr.write(
                f"No reply: {one.channel}, sent {one.sent - ended:+.1f} s from the end, attempts that failed "
                f"{one.failures}, {'a' if one.key in turns else 'no'} turn: {one.text}\n"
            )
