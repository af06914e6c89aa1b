"""The processes of the system under test, and who starts them again: as an orchestrator does, a second after their end.

Each part is a leader of its own group, so that a kill reaches the processes that it has made, and nobody else's.
"""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assistant.paths import ROOT
from assistant.server.system import die_with_parent

PAUSE = 1.0  # seconds between the end of a part and its next start
START_TIMEOUT = 240.0  # seconds, on a loaded machine
STOP_TIMEOUT = 20.0
# Of /proc/PID/stat behind the name (proc(5)): its parent; its own times and those of children that have ended.
PARENT, TIMES = 1, slice(11, 15)


@dataclass
class Part:
    """One process of the system.

    Attributes:
        name: what it is called in the tables.
        command: what starts it.
        environment: settings beside those of this process.
        log: file that takes its output.
        ready: asked until it says yes; see `answers`.
        kept: whether it is started again when it ends.
        restarts: how often it was.
        ending: signal that asks it to end.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    kept: bool = True
    restarts: int = 0
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Start it, without waiting."""
        with self._lock, self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            self.kept = True

    def ended(self) -> bool:
        """Whether it was started and runs no more."""
        return self.process is not None and self.process.poll() is not None

    def seconds(self) -> float:
        """Processor time that it and what it has made have taken so far, from Linux's /proc."""
        parents: dict[int, int] = {}
        taken: dict[int, int] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # ended meanwhile
                fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                parents[int(stat.parent.name)] = int(fields[PARENT])
                taken[int(stat.parent.name)] = sum(map(int, fields[TIMES]))
        own = self.process.pid if self.process else 0
        return sum(taken[pid] for pid in taken if own in _line(pid, parents)) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL to it and to what it has made; who keeps it starts it again."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait; nobody starts it again."""
        self.kept = False
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(self.ending)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it has ended, or does not answer in time; the text is the end of its log.
        """
        deadline = time.monotonic() + START_TIMEOUT
        while not self.ready():
            if (self.ended() and not self.kept) or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not answer:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def _signal(self, signum: int) -> None:
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signum)


class Keeper:
    """Starts parts again that have ended, until it is stopped."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._ended: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it looks after them."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Look after nobody any more."""
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for part in self._parts:
                if not part.kept or not part.ended():
                    self._ended.pop(part.name, None)
                elif time.monotonic() - self._ended.setdefault(part.name, time.monotonic()) >= PAUSE:
                    part.start()
                    part.restarts += 1


def _line(pid: int, parents: Mapping[int, int]) -> list[int]:
    """A process with its parent, its parent's parent and so on."""
    line = [pid]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return line


def answers(url: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
