"""`python -m assistant.server.restarting <name> <command>`: run a shell command, and again whenever it ends by itself.

For `make run-scaled`, where no systemd and no container orchestrator does it.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

from assistant.server.system import die_with_parent, say

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before it is started again
LIVED = 30.0  # seconds after which a start was a good one


def main(arguments: Sequence[str]) -> int:
    """Command line: runs until a signal asks to stop, which the command, in the same process group, gets as well."""
    name, command = arguments
    asked = threading.Event()

    def stop(signum: int, _frame: FrameType | None) -> None:
        asked.set()
        if signum == signal.SIGHUP:  # this process's parent is gone: nobody has told the command
            os.killpg(0, signal.SIGTERM)

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, stop)
    die_with_parent(signal.SIGHUP)
    pause = SHORTEST_PAUSE
    while True:
        begun = time.monotonic()
        code = subprocess.Popen(command, shell=True, preexec_fn=die_with_parent).wait()
        if asked.is_set():
            return 0
        pause = SHORTEST_PAUSE if time.monotonic() - begun > LIVED else min(2 * pause, LONGEST_PAUSE)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        say(f"{name} {how}; it is started again in {pause:g} s.")
        if asked.wait(pause):
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
