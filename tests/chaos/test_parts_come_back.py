"""The processes under test: who is killed comes back, who was stopped stays away, and a cut cable is silent."""

import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.network import network, why_not
from chaos.parts import Keeper, Part

PATIENCE = 30  # seconds, on a loaded machine


def part(folder: Path, code: str = "import time; time.sleep(600)", name: str = "sleeper") -> Part:
    return Part(name, [sys.executable, "-c", code], {}, folder / "log")


def until(enough: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_part_is_started_again_and_a_stopped_one_is_not(tmp_path: Path) -> None:
    killed, stopped = part(tmp_path), part(tmp_path, name="other")
    keeper = Keeper([killed, stopped])
    for one in (killed, stopped):
        one.start()
    keeper.start()
    try:
        before = killed.process
        stopped.stop()
        killed.kill()
        until(lambda: killed.restarts == 1)
        assert killed.process is not before
        assert not killed.ended()
        assert stopped.ended()
        assert stopped.restarts == 0
    finally:
        keeper.stop()
        killed.stop()


def test_a_kill_reaches_what_the_part_has_made(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    child = f"import time\nwhile True:\n open({str(mark)!r}, 'a').write('.'); time.sleep(0.05)"
    mother = part(tmp_path, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    mother.start()
    until(mark.exists)
    mother.kill()
    until(mother.ended)
    time.sleep(0.3)
    size = mark.stat().st_size
    time.sleep(0.3)
    assert mark.stat().st_size == size


def test_a_part_that_ends_at_once_is_named_with_what_it_said(tmp_path: Path) -> None:
    broken = part(tmp_path, "import sys; sys.exit('no such port')")
    broken.ready = lambda: False
    broken.start()
    broken.kept = False
    with pytest.raises(RuntimeError, match="no such port"):
        broken.wait_until_ready()


def test_processor_time_is_counted_with_that_of_children(tmp_path: Path) -> None:
    work = "import time\nwhile time.process_time() < 0.3: pass"
    mother = part(
        tmp_path, f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {work!r}]); time.sleep(600)"
    )
    mother.start()
    try:
        until(lambda: mother.seconds() >= 0.3)
    finally:
        mother.stop()


def test_a_pulled_cable_is_silent_and_a_plugged_in_one_goes_on() -> None:
    reason = why_not()
    if reason:
        pytest.skip(f"No network namespace: {reason}")
    with network(1) as made:
        (cable,) = made.cables
        closed = (cable.address, 7)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(closed, timeout=PATIENCE)
        cable.pull()
        with pytest.raises(TimeoutError):
            socket.create_connection(closed, timeout=0.3)
        cable.plug_in()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(closed, timeout=PATIENCE)
