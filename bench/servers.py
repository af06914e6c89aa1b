"""Our system as it is measured: console, action server and assistant, and what a process takes."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import talk
from tests.conftest import Assistant, Part, free_port, start_actions, start_assistant, start_console, stop


@dataclass(frozen=True)
class Ours:
    """The running system, and seconds from the assistant's start to its first answer."""

    assistant: Assistant
    actions: Part
    console: Part
    seconds: float


@contextmanager
def ours(folder: Path, first: str) -> Iterator[Ours]:
    """Start console, action server and assistant.

    Args:
        folder: an empty folder.
        first: the first message, until whose answer the assistant has not started.
    """
    started: list[Assistant | Part] = []
    try:
        started.append(console := start_console(folder))
        started.append(actions := start_actions(folder, free_port(), f"{console.url}/hsds"))
        begun = time.perf_counter()
        started.append(assistant := start_assistant(folder, int(actions.url.rpartition(":")[2])))
        talk(assistant.url, [first])
        yield Ours(assistant, actions, console, time.perf_counter() - begun)
    finally:
        for part in reversed(started):
            stop(part)


def megabytes(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process, from Linux's /proc."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


def machine() -> str:
    """The processor, its cores and the Python that this runs on."""
    cores = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    gigabytes = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1]) / 1024**2
    return f"{len(cores)} × {cores[0]}, {gigabytes:.0f} GB of memory, Python {sys.version.split()[0]}"


def spread(values: list[float], form: str = ".1f") -> str:
    """Median and, in brackets, the least and the largest."""
    return f"{statistics.median(values):{form}} [{min(values):{form}}–{max(values):{form}}]"
