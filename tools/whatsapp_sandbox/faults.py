"""What goes wrong on purpose: all of it off by default."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import Any

from tools.whatsapp_sandbox.errors import PAIR_RATE_LIMIT, RATE_LIMIT

Range = tuple[float, float]
FORMS = ("messages", "changes", "entries")


class FaultsError(ValueError):
    """Faults that cannot be; the text says what is allowed."""


@dataclass(frozen=True)
class Faults:
    """Shares are 0 to 1, ranges are from-to in seconds, drawn anew each time.

    Attributes:
        duplicates: share of webhook payloads that are sent twice.
        duplicate_delay: pause before the second copy.
        delay: pause before a payload is sent; a range changes the order of messages.
        batch_size: how many messages and statuses wait for each other to be one payload; 1 is none.
        batch_wait: seconds after which an incomplete batch is sent.
        batch_form: whether a batch is several messages in a change, several changes, or several entries.
        throttled: share of messages that are answered with 429.
        throttle_code: Meta's code in it.
        retry_after: seconds in the Retry-After header; None is without.
        broken: share of messages that are answered with an error of the server, and not accepted.
        broken_status: its HTTP status.
        broken_body: whether Meta (json) or a gateway before it (html) answers.
        slow: pause before the Graph side answers. The message is accepted before it: a caller that gives up early and
            tries again has sent it twice, as with Meta.
        failed: share of accepted messages that do not reach the person.
        failed_code: Meta's code in their status.
        lost_statuses: share of statuses that are never sent.
        clock_ahead: seconds by which the sandbox's clock is ahead.
        seed: start of the random numbers; None is another one each time.
    """

    duplicates: float = 0.0
    duplicate_delay: Range = (0.0, 0.0)
    delay: Range = (0.0, 0.0)
    batch_size: int = 1
    batch_wait: float = 0.3
    batch_form: str = "messages"
    throttled: float = 0.0
    throttle_code: int = RATE_LIMIT
    retry_after: int | None = None
    broken: float = 0.0
    broken_status: int = 500
    broken_body: str = "json"
    slow: Range = (0.0, 0.0)
    failed: float = 0.0
    failed_code: int = 131026
    lost_statuses: float = 0.0
    clock_ahead: float = 0.0
    seed: int | None = None

    @classmethod
    def from_json(cls, given: object) -> "Faults":
        """Faults from a JSON object; what is not named is off.

        Raises:
            FaultsError: a name is unknown or a value not allowed.
        """
        if not isinstance(given, dict):
            raise FaultsError("A JSON object with faults is needed.")
        unknown = sorted(set(given) - {f.name for f in fields(cls)})
        if unknown:
            raise FaultsError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(f.name for f in fields(cls))}.")
        return cls(**{name: READERS[name](name, value) for name, value in given.items()})

    def to_json(self) -> dict[str, Any]:
        """All faults, as `from_json` takes them."""
        return asdict(self)


class Dice:
    """Decides whether and how long, by the faults that are set."""

    def __init__(self, faults: Faults) -> None:
        self._random = Random(faults.seed)

    def hits(self, share: float) -> bool:
        """Whether something that happens in this share of cases happens now."""
        return self._random.random() < share

    def seconds(self, between: Range) -> float:
        """A pause out of a range."""
        return self._random.uniform(*between)


def _share(name: str, value: object) -> float:
    number = _number(value)
    if number is None or number > 1:
        raise FaultsError(f"{name} is {value!r}; a share from 0 to 1 is needed.")
    return number


def _seconds(name: str, value: object) -> float:
    number = _number(value)
    if number is None:
        raise FaultsError(f"{name} is {value!r}; a number of seconds is needed.")
    return number


def _range(name: str, value: object) -> Range:
    if isinstance(value, list) and len(value) == 2:
        least, most = map(_number, value)
        if least is not None and most is not None and least <= most:
            return least, most
    raise FaultsError(f"{name} is {value!r}; two numbers of seconds are needed, such as [0, 1.5].")


def _whole(least: int) -> Callable[[str, object], int]:
    def read(name: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise FaultsError(f"{name} is {value!r}; a whole number from {least} on is needed.")
        return value

    return read


def _one_of(*allowed: object) -> Callable[[str, object], object]:
    def read(name: str, value: object) -> object:
        if value not in allowed:
            raise FaultsError(f"{name} is {value!r}; allowed: {', '.join(map(str, allowed))}.")
        return value

    return read


def _or_none(reader: Callable[[str, object], int]) -> Callable[[str, object], int | None]:
    return lambda name, value: None if value is None else reader(name, value)


def _number(value: object) -> float | None:
    """A number from 0 on; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    return None


READERS: dict[str, Callable[[str, object], Any]] = {
    "duplicates": _share,
    "duplicate_delay": _range,
    "delay": _range,
    "batch_size": _whole(1),
    "batch_wait": _seconds,
    "batch_form": _one_of(*FORMS),
    "throttled": _share,
    "throttle_code": _one_of(RATE_LIMIT, PAIR_RATE_LIMIT),
    "retry_after": _or_none(_whole(0)),
    "broken": _share,
    "broken_status": _one_of(500, 503),
    "broken_body": _one_of("json", "html"),
    "slow": _range,
    "failed": _share,
    "failed_code": _whole(1),
    "lost_statuses": _share,
    "clock_ahead": _seconds,
    "seed": _or_none(_whole(0)),
}
