"""What is broken, one thing each: how, and how it is over. A fault returns when what was broken can work again."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import sqlalchemy as sa

from assistant.paths import MODELS
from assistant.server.models import checksum_file, confirm, newest_model
from chaos import disk
from chaos.parts import Part
from chaos.system import FAKETIME, System

REDIS_AWAY = 20.0  # seconds
DIRECTORY_AWAY = 20.0
CUT = 15.0
STEP = 3600  # seconds by which a clock goes wrong
STEPPED = 10.0  # seconds for which it is


@dataclass(frozen=True)
class Fault:
    """One thing that is broken.

    Attributes:
        name: as the table has it.
        happens: breaks it; returns when it is over.
        prepare: what must be so before, without people; `tidy` undoes it.
        why_not: why it cannot be run here; empty when it can.
        kills_senders: whether whoever sends replies is killed.
        alone: whether it is in no pair: it has to be prepared, or takes long.
    """

    name: str
    happens: Callable[[System], Awaitable[None]]
    prepare: Callable[[System], None] = lambda _: None
    tidy: Callable[[System], None] = lambda _: None
    why_not: Callable[[System], str] = lambda _: ""
    kills_senders: bool = False
    alone: bool = False


def in_doubt(engine: sa.engine.Engine) -> int:
    """Parts of replies that are being sent now: killed now, it is not known whether Meta took them."""
    with engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM deliveries WHERE state = 'sending'")).scalar_one())


def _killed(name: str) -> Callable[[System], Awaitable[None]]:
    async def happens(system: System) -> None:
        system.parts[name].kill()

    return happens


async def _postgres_restarted(system: System) -> None:
    part = system.parts["postgres"]
    await asyncio.to_thread(part.stop)
    part.start()


async def _redis_away(system: System) -> None:
    part = system.parts["redis"]
    await asyncio.to_thread(part.stop)
    await asyncio.sleep(REDIS_AWAY)
    part.start()


def _directory(mood: str) -> Callable[[System], Awaitable[None]]:
    """The action server is started anew at the beginning: else it would read nothing for up to a minute."""

    async def happens(system: System) -> None:
        system.mood(mood)
        system.parts["actions"].kill()
        await asyncio.sleep(DIRECTORY_AWAY)
        system.mood("pass")

    return happens


async def _clock(system: System) -> None:
    for step in (STEP, -STEP, 0):
        system.clock(step)
        await asyncio.sleep(STEPPED if step else 0)


def _with_faketime(system: System) -> None:
    """The last worker anew, with a clock that can be stepped; what counts seconds for itself goes on as it is."""
    worker = system.workers()[-1]
    system.clock(0)
    _anew(
        worker,
        LD_PRELOAD=str(FAKETIME),
        FAKETIME_TIMESTAMP_FILE=str(system.folder / "clock"),
        FAKETIME_CACHE_DURATION="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )


def _without_faketime(system: System) -> None:
    _anew(system.workers()[-1], LD_PRELOAD="")


def _anew(worker: Part, **environment: str) -> None:
    worker.stop()
    worker.environment = {**worker.environment, **environment}
    worker.start()
    worker.wait_until_ready()


def _no_faketime(_system: System) -> str:
    return "" if FAKETIME.is_file() else "no libfaketime (Debian: apt-get install libfaketime)"


async def _model_replaced(system: System) -> None:
    """A newer model lies there, and the workers are started anew, one after the other, as a rolling update does."""
    old = newest_model(MODELS)
    new = MODELS / f"chaos-{old.name}"
    shutil.copyfile(old, new)
    confirm(new)
    try:
        for worker in system.workers():
            await asyncio.to_thread(worker.stop)
            worker.start()
            await asyncio.to_thread(worker.wait_until_ready)
    finally:
        for file in (new, checksum_file(new)):
            file.unlink()


async def _cut(system: System) -> None:
    if system.cable is None:
        raise RuntimeError(system.no_cable)
    system.cable.pull()
    try:
        await asyncio.sleep(CUT)
    finally:
        system.cable.plug_in()


DISK = Fault(f"the disk of a single machine (SQLite) full for {disk.FULL:.0f} s", disk.full)
FAULTS = {
    "worker": Fault("an assistant worker killed", _killed("worker 1"), kills_senders=True),
    "actions": Fault("the action server killed", _killed("actions")),
    "console": Fault("the console killed", _killed("console")),
    "projector": Fault("the projector killed", _killed("projector")),
    "postgres": Fault("PostgreSQL restarted", _postgres_restarted),
    "redis": Fault(f"Redis stopped for {REDIS_AWAY:.0f} s", _redis_away),
    "slow": Fault(f"the directory slow (5 s), {DIRECTORY_AWAY:.0f} s long", _directory("slow")),
    "down": Fault(f"the directory down for {DIRECTORY_AWAY:.0f} s", _directory("down")),
    "clock": Fault(
        f"a worker's clock an hour ahead for {STEPPED:.0f} s, then behind",
        _clock,
        _with_faketime,
        _without_faketime,
        _no_faketime,
        alone=True,
    ),
    "model": Fault("the model replaced, worker by worker", _model_replaced, alone=True),
    "cut": Fault(
        f"the network between a worker and PostgreSQL cut for {CUT:.0f} s", _cut, why_not=lambda system: system.no_cable
    ),
}
