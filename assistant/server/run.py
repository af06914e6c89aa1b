"""`python -m assistant.server.run`: check, train if needed, start everything, watch over it (`make run`)."""

import multiprocessing
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import FrameType
from typing import Any

from honcho.compat import ProcessManager
from honcho.environ import parse_procfile
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message
from honcho.process import Process

from assistant.paths import ROOT
from assistant.server.system import (
    StopError,
    check_port,
    check_var,
    complain,
    die_with_parent,
    load_settings,
    only_one,
    reachable,
    say,
)
from assistant.server.train import ensure_model
from assistant.settings import METRICS_PORTS, Settings, SettingsError

GRACE = 6.0  # seconds that the parts have to finish the replies in hand and to stop by themselves
SLOW_START = 120.0  # seconds after which a part that does not answer is named
ASKED = 0  # honcho's return code when a signal asked to stop
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MENDS = {
    "assistant": "Its lines above say why. If they name the model: make clean && make run. More lines: LOG_LEVEL=INFO",
    "actions": "Its lines above say why; most often an error in a file under actions/. Correct it and repeat: make run",
    "console": "Its lines above say why. If they name the database, see DATABASE_URL in .env.example",
    "transcripts": "Its lines above say why. If they name the database, see DATABASE_URL in .env.example",
    "sandbox": "Its lines above say why. To go without it: WHATSAPP_SANDBOX=off make run",
}


@dataclass(frozen=True)
class Part:
    """One process of the running system.

    Attributes:
        name: what its lines are marked with.
        command: a shell command.
        health: URL that answers when the part is ready; empty for a part that answers nobody.
        mend: what to do when the part ends by itself.
    """

    name: str
    command: str
    health: str
    mend: str


def main(arguments: Sequence[str]) -> int:
    """Command line. `--stop-with-parent` stops everything when the calling process (make) ends, however it does."""
    return until_stopped(lambda: run(with_sandbox(load_settings())), "--stop-with-parent" in arguments)


def until_stopped(begin: Callable[[], int], with_parent: bool) -> int:
    """Run a whole system until it ends or a signal asks to stop; returns the exit status.

    Args:
        begin: what runs it.
        with_parent: whether it stops when the calling process ends.
    """
    for signum in STOP_SIGNALS:
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(signum, signal.default_int_handler)
    if with_parent:
        die_with_parent(signal.SIGTERM)
    try:
        return begin()
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0


def run(settings: Settings) -> int:
    """Everything from checks to the end; returns the exit status.

    Raises:
        StopError: something stops the start.
    """
    check_var(settings)
    taken = "This checkout is running already (process {pid}). Stop that first, or talk to it: make shell"
    with only_one(settings.var_dir / "run.lock", taken):
        # Before the training: nobody wants to wait for a minute and then read this.
        check_port(settings.assistant_host, settings.assistant_port, "ASSISTANT_PORT")
        check_port(settings.actions_host, settings.actions_port, "ACTIONS_PORT")
        check_port(settings.console_host, settings.console_port, "CONSOLE_PORT")
        if in_sandbox(settings):
            check_port("127.0.0.1", settings.sandbox_port, "SANDBOX_PORT")
        for variable in METRICS_PORTS:
            if port := getattr(settings, variable.lower()):
                check_port(settings.metrics_host, port, variable, "METRICS_HOST")
        ensure_model(settings)
        prepare_console()
        return supervise(parts(settings), welcome(settings))


def with_sandbox(settings: Settings) -> Settings:
    """Settings with which the sandbox stands in for Meta, where nobody has set Meta's credentials; the environment gets
    them too, for the child processes."""
    if settings.whatsapp or not settings.whatsapp_sandbox:
        return settings
    phone_id, token, app_secret, verify_token = (secrets.token_hex(16) for _ in range(4))
    settings = replace(
        settings,
        whatsapp_phone_id=phone_id,
        whatsapp_token=token,
        whatsapp_app_secret=app_secret,
        whatsapp_verify_token=verify_token,
        whatsapp_graph=address("127.0.0.1", settings.sandbox_port),
    )
    os.environ.update(settings.to_environment())
    return settings


def in_sandbox(settings: Settings) -> bool:
    """Whether the sandbox stands in for Meta."""
    return settings.whatsapp_graph == address("127.0.0.1", settings.sandbox_port)


def prepare_console() -> None:
    """Make the console's tables, fill an empty directory from its seed, and make the first account.

    Raises:
        StopError: that failed; its own lines say why.
    """
    done = subprocess.run([sys.executable, "console/manage.py", "first_run"], cwd=ROOT, preexec_fn=die_with_parent)
    if done.returncode != 0:
        raise StopError("The console could not be prepared; its lines above say why. Correct that and repeat: make run")


def parts(settings: Settings) -> list[Part]:
    """The processes of the Procfile."""
    health = {
        "assistant": f"{address(settings.assistant_host, settings.assistant_port)}/webhooks/web/health",
        "actions": f"{address(settings.actions_host, settings.actions_port)}/health",
        "console": f"{address(settings.console_host, settings.console_port)}/health",
        "sandbox": f"{address('127.0.0.1', settings.sandbox_port)}/health",
    }
    commands = dict(parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes)
    if not in_sandbox(settings):
        del commands["sandbox"]
    return [Part(name, command, health.get(name, ""), MENDS[name]) for name, command in commands.items()]


def welcome(settings: Settings) -> str:
    """What is shown when everything answers."""
    assistant = address(settings.assistant_host, settings.assistant_port)
    lines = ["", "Dalil answers.", f"  chat:             {assistant}/   (in Arabic: {assistant}/?lang=ar)"]
    lines.append("  in the terminal:  make shell   (in a second terminal)")
    if in_sandbox(settings):
        lines.append(f"  WhatsApp sandbox: {settings.whatsapp_graph}/   (no credentials of Meta are set)")
    if settings.rest_channel:
        lines += [
            f"  over HTTP:        POST {assistant}/webhooks/rest/webhook",
            '                    {"sender": "me", "message": "salam"}',
        ]
    console = address(settings.console_host, settings.console_port)
    lines += [f"  staff console:    {console}/", f"  directory (HSDS): {console}/hsds/"]
    return "\n".join([*lines, "  stop:             Ctrl-C", ""])


def address(listening: str, port: int) -> str:
    """Where a server is reached from this machine."""
    host = reachable(listening)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def supervise(parts: Sequence[Part], welcome: str) -> int:
    """Run parts until a signal asks to stop, or one of them ends.

    Returns:
        Exit status: 0 when asked to stop, 1 when a part ended by itself.
    """
    supervisor = Supervisor(parts, welcome)
    try:
        supervisor.loop()
    finally:
        supervisor.kill()  # for an error in the loop; normally nothing is left
    if supervisor.ended is None:
        say("Stopped.")
        return 0
    part, code = supervisor.ended
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    complain(f"The part '{part.name}' {how}; everything was stopped. {part.mend}")
    return 1


class Supervisor(Manager):
    """Honcho's manager, which starts the parts and joins their output, made to stop surely.

    Left to itself it waits for ever for parts that do not listen to SIGTERM, fails on a signal that comes while parts
    are starting, and leaves them running when it is killed.

    Attributes:
        ended: the part that ended by itself and its exit code, None as long as there is none.
    """

    returncode: int | None
    _terminating: bool

    def __init__(self, parts: Sequence[Part], welcome: str) -> None:
        super().__init__()
        self._process_ctor = _LeashedProcess
        self._parts = {part.name: part for part in parts}
        self._welcome = welcome
        self._pid = os.getpid()
        self._killed = False
        self.ended: tuple[Part, int] | None = None
        for part in parts:
            self.add_process(part.name, part.command, cwd=str(ROOT))

    def terminate(self) -> None:
        """Ask all parts to stop, and make them after `GRACE` seconds. Returns at once."""
        if self._terminating:
            return
        self._terminating = True
        stopped = [(name, p["returncode"]) for name, p in self._processes.items() if "returncode" in p]
        if stopped and self.returncode != ASKED:
            self.ended = (self._parts[stopped[0][0]], stopped[0][1])
        threading.Thread(target=self._stop, daemon=True).start()

    def _stop(self) -> None:
        end = time.monotonic() + GRACE
        while not self._all_started() and time.monotonic() < end:
            time.sleep(0.05)
        self._killall()
        while not self._all_stopped() and time.monotonic() < end:
            time.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """Kill what is left, once: honcho calls this ten times a second."""
        if not self._killed:
            self._killed = True
            self._killall(force=True)

    def _killall(self, force: bool = False) -> None:
        for name, process in self._processes.items():
            if "returncode" in process or "pid" not in process:
                continue
            if force:
                self._say(f"{name} does not stop: killed")
                self._procmgr.kill(process["pid"])
            else:
                self._procmgr.terminate(process["pid"])

    def _start(self) -> None:
        # Honcho's own handlers print, which fails inside another print.
        for signum in STOP_SIGNALS:
            if signal.getsignal(signum) != signal.SIG_IGN:
                signal.signal(signum, self._asked)
        super()._start()
        threading.Thread(target=self._greet, daemon=True).start()

    def _asked(self, signum: int, frame: FrameType | None) -> None:
        if os.getpid() == self._pid and not self._terminating:  # not in a child that is just being made
            self.returncode = ASKED
            self.terminate()

    def _greet(self) -> None:
        """Wait until all parts answer, say so; name those that are slow."""
        waiting, start, named = list(self._parts.values()), time.monotonic(), False
        while waiting and not self._terminating:
            time.sleep(0.3)
            waiting = [part for part in waiting if part.health and not _answers(part.health)]
            if waiting and not named and time.monotonic() - start > SLOW_START:
                named = True
                self._say(f"after {SLOW_START:.0f} s no answer yet from: {', '.join(p.name for p in waiting)}")
        if not self._terminating:
            self._say(self._welcome)

    def _say(self, text: str) -> None:
        """A line in the joined output, from any thread."""
        self.events.put(Message("line", text, datetime.now(), SYSTEM_PRINTER_NAME, None))


class _LeashedProcess(Process):
    """A part together with the process that reads its output; both end when the manager is gone."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:  # noqa: ANN401 - honcho's queue
        threading.Thread(target=self._end_with_manager, daemon=True).start()
        super().run(events, ignore_signals)

    def _end_with_manager(self) -> None:
        manager = multiprocessing.parent_process()
        if manager is not None:
            manager.join()
            end = time.monotonic() + GRACE
            while self._child is None and time.monotonic() < end:  # it is being made in this very moment
                time.sleep(0.05)
            if self._child is not None:
                ProcessManager().kill(self._child.pid)
            os._exit(1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
