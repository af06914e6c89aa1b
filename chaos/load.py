"""What one and two workers do on this machine: turns a second, and what a message takes of each part."""

import asyncio
import statistics
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chaos.people import Crowd, Message
from chaos.system import System, scaled

WARM, SECONDS = 5.0, 20.0
STEADY = 20  # people a channel, a message every 4 to 8 s each
PRESSING = 12  # people a worker who write again as soon as they are answered
RATES = {"WEB_RATE_SESSION": "100000", "WEB_RATE_ADDRESS": "100000"}


@dataclass(frozen=True)
class Load:
    """What so many workers did.

    Attributes:
        workers: how many.
        pressed: turns a second on the web when people press as hard as they can.
        p50: of these turns, seconds.
        p95: the same.
        usual: seconds of a turn on the web under a light load, median.
        taken: milliseconds of processor time by part and message, of a light load, half of it on WhatsApp.
        pressed_taken: the same of the pressed load, by turn on the web.
        cores: how many processors all parts had when they were pressed: the others on the machine had the rest.
    """

    workers: int
    pressed: float
    p50: float
    p95: float
    usual: float
    taken: dict[str, float]
    pressed_taken: dict[str, float]
    cores: float

    @property
    def work(self) -> float:
        """Processor time that a message takes of the assistants, seconds, half of the messages on WhatsApp."""
        return _of_workers(self.taken) / 1000

    @property
    def occupied(self) -> float:
        """Seconds for which a message occupied a worker here, where it has a part of a processor and waits for the
        database: by the turns that it made when pressed, and longer by what WhatsApp takes more."""
        return self.workers / self.pressed * _of_workers(self.taken) / _of_workers(self.pressed_taken)


def _of_workers(taken: Mapping[str, float]) -> float:
    return sum(milliseconds for name, milliseconds in taken.items() if name.startswith("worker"))


def measure(workers: int) -> Load:
    """Start so many workers with all that belongs to them, and let people write."""
    with scaled(workers, **RATES) as system:
        _talk(system, Crowd(system.place, 4, 901))  # warm
        light, taken = _talk(system, Crowd(system.place, STEADY, 902))
        pressing = Crowd(system.place, PRESSING * workers, 903, (0.0, 0.0), ("web",))
        hard, pressed_taken = _talk(system, pressing)
    times = [message.answered - message.sent for message in hard if message.answered]
    return Load(
        workers=workers,
        pressed=len(times) / SECONDS,
        p50=statistics.median(times),
        p95=statistics.quantiles(times, n=20)[-1],
        usual=statistics.median(one.answered - one.sent for one in light if one.answered and one.channel == "web"),
        taken={name: 1000 * seconds / len(light) for name, seconds in taken.items()},
        pressed_taken={name: 1000 * seconds / len(hard) for name, seconds in pressed_taken.items()},
        cores=sum(pressed_taken.values()) / SECONDS,
    )


def _talk(system: System, crowd: Crowd) -> tuple[list[Message], dict[str, float]]:
    """The messages of `SECONDS` after the first few, and the processor time that each part took in them."""
    return asyncio.run(_count(system, crowd))


async def _count(system: System, crowd: Crowd) -> tuple[list[Message], dict[str, float]]:
    talking = asyncio.create_task(crowd.talk())
    await asyncio.sleep(WARM)
    begun, before = time.time(), _taken(system)
    await asyncio.sleep(SECONDS)
    ended, after = time.time(), _taken(system)
    crowd.hush()
    await asyncio.gather(talking)
    return _within([*crowd.messages, *crowd.probes], begun, ended), {name: after[name] - before[name] for name in after}


def _within(messages: Collection[Message], begun: float, ended: float) -> list[Message]:
    return [message for message in messages if begun <= (message.answered or message.sent) < ended]


def _taken(system: System) -> dict[str, float]:
    return {name: part.seconds() for name, part in system.parts.items()}
