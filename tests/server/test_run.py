"""Starting and stopping: what keeps the start from happening, and that nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.paths import ROOT
from assistant.server import run, system
from assistant.server.system import StopError, check_port, check_var, only_one
from assistant.settings import Settings

# Two parts that write their process number to a file and then do what the test asks for.
PARTS = """
import sys
from assistant.server.run import Part, supervise
part = "echo $$ > {folder}/%s; %s"
commands = {{"assistant": {assistant!r}, "actions": {actions!r}}}
parts = [Part(n, part % (n, c), "http://127.0.0.1:9/", "Mend " + n) for n, c in commands.items()]
sys.exit(supervise(parts, "welcome"))
"""
SLEEP = "exec sleep 300"
DEAF = "trap '' TERM; while :; do sleep 0.2; done"


@pytest.fixture
def start(tmp_path):
    """Start the runner with two stand-ins; waits until both are there."""
    started = []

    def begin(assistant=SLEEP, actions=SLEEP):
        script = PARTS.format(folder=tmp_path, assistant=assistant, actions=actions)
        runner = subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(runner)
        wait_until(lambda: len(pids(tmp_path)) == 2)
        return runner

    yield begin
    for runner in started:
        runner.kill()
        runner.communicate()


def pids(folder):
    texts = [path.read_text() for name in ("assistant", "actions") if (path := folder / name).exists()]
    return [int(text) for text in texts if text.strip()]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A container without an init keeps the dead as zombies.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything(start, tmp_path, signum):
    runner = start()
    runner.send_signal(signum)
    output, _ = runner.communicate(timeout=10)
    assert runner.returncode == 0, output
    assert "Stopped." in output
    assert "STOPPED" not in output
    assert not any(map(alive, pids(tmp_path)))


def test_deaf_part_is_killed_within_ten_seconds(start, tmp_path):
    runner = start(assistant=DEAF, actions=DEAF)
    begin = time.monotonic()
    runner.send_signal(signal.SIGINT)
    output, _ = runner.communicate(timeout=15)
    assert time.monotonic() - begin < 10
    assert runner.returncode == 0, output
    assert "assistant does not stop: killed" in output
    assert not any(map(alive, pids(tmp_path)))


@pytest.mark.parametrize(
    ("end", "how"), [("exit 3", "ended with exit code 3"), ("kill -9 $$", "was killed by signal 9")]
)
def test_crash_of_one_part_stops_the_other_and_is_named(start, tmp_path, end, how):
    runner = start(actions=f"echo no such module; sleep 1; {end}")
    output, _ = runner.communicate(timeout=15)
    assert runner.returncode == 1
    assert "actions   | no such module" in output
    assert f"STOPPED  The part 'actions' {how}; everything was stopped. Mend actions" in output
    assert not any(map(alive, pids(tmp_path)))


def test_nothing_stays_when_the_runner_is_killed(start, tmp_path):
    runner = start(assistant=DEAF)
    runner.kill()
    runner.wait()
    wait_until(lambda: not any(map(alive, pids(tmp_path))))


def test_signal_while_parts_are_starting(tmp_path):
    for delay in (0.0, 0.02, 0.05, 0.1):
        script = PARTS.format(folder=tmp_path, assistant=SLEEP, actions=SLEEP).replace(
            "sys.exit(",
            f"import os, threading; threading.Timer({delay}, os.kill, (os.getpid(), 15)).start(); sys.exit(",
        )
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=20, check=False, capture_output=True)
        # Before the parts exist the signal has its usual meaning; afterwards it is a proper stop.
        assert done.returncode in (0, -signal.SIGTERM), done.stderr
        assert not any(map(alive, pids(tmp_path)))


def test_welcome_comes_when_both_answer(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = f"exec {sys.executable} -m http.server {port} --bind 127.0.0.1"
    part = run.Part("assistant", server, f"http://127.0.0.1:{port}/", "")
    script = f"from assistant.server.run import *; sys.exit(supervise([{part!r}], 'welcome'))"
    runner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        lines = []
        while not any("| welcome" in line for line in lines):
            lines.append(runner.stdout.readline())
            assert lines[-1], lines
    finally:
        runner.send_signal(signal.SIGINT)
        runner.communicate(timeout=15)
    assert runner.returncode == 0


def test_port_taken_names_holder_and_variable():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(StopError) as error:
            check_port("127.0.0.1", port, "ASSISTANT_PORT")
        who = f"process {os.getpid()} (" if sys.platform == "linux" else "another process"
        assert str(error.value).startswith(f"Port {port} is taken by {who}")
        assert "ASSISTANT_PORT" in str(error.value)
    check_port("127.0.0.1", port, "ASSISTANT_PORT")


def test_address_of_another_machine():
    with pytest.raises(StopError, match=r"Cannot listen on 192\.0\.2\.1:5005 .*ASSISTANT_HOST"):
        check_port("192.0.2.1", 5005, "ASSISTANT_PORT")


def test_ports_are_checked_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "ensure_model", lambda settings: pytest.fail("trained"))
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        settings = Settings(var_dir=tmp_path, actions_port=holder.getsockname()[1], assistant_port=1024)
        monkeypatch.setattr(run, "check_port", lambda *a: None if a[2] == "ASSISTANT_PORT" else check_port(*a))
        with pytest.raises(StopError, match=r"Port \d+ is taken .*ACTIONS_PORT"):
            run.run(settings)


def test_lock_of_a_live_process(tmp_path):
    holder = hold_lock(tmp_path / "run.lock")
    try:
        with pytest.raises(StopError, match=rf"running already \(process {holder.pid}\)"):
            run.run(Settings(var_dir=tmp_path))
    finally:
        holder.kill()
        holder.communicate()


def test_lock_of_a_dead_process(tmp_path):
    lock = tmp_path / "run.lock"
    holder = hold_lock(lock)
    holder.kill()
    holder.communicate()
    assert lock.read_text() == f"{holder.pid}\n"
    with only_one(lock, "taken"):
        assert lock.read_text() == f"{os.getpid()}\n"


def hold_lock(path):
    code = "import sys, time, pathlib; from assistant.server.system import only_one\n"
    code += "with only_one(pathlib.Path(sys.argv[1]), ''): print('held', flush=True); time.sleep(300)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    return holder


def test_full_disk(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(system.shutil, "disk_usage", lambda folder: usage(10**9, 8 * 10**8, 2 * 10**8))
    with pytest.raises(StopError, match=r"nearly full: 200 MB free in .* 300 MB needed"):
        check_var(Settings(var_dir=tmp_path))


def test_var_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StopError, match=r"VAR_DIR .*/file/var cannot be made"):
        check_var(Settings(var_dir=tmp_path / "file" / "var"))


def test_wrong_setting_is_said_and_ends_with_one(tmp_path):
    env = {**os.environ, "ASSISTANT_PORT": "many"}
    for module in ("run", "train", "serve", "actions"):
        command = [sys.executable, "-m", f"assistant.server.{module}"]
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert done.stderr == "\nSTOPPED  ASSISTANT_PORT is 'many'; allowed: a whole number from 1 to 65535.\n"


def test_the_sandbox_stands_in_for_meta_until_there_are_credentials(monkeypatch):
    for name in Settings().to_environment():
        monkeypatch.setenv(name, "")  # what is set now is undone
    sandboxed = run.with_sandbox(Settings())
    assert sandboxed.whatsapp
    assert Settings.from_environment(os.environ) == sandboxed
    assert not run.with_sandbox(Settings(whatsapp_sandbox=False)).whatsapp
    own = Settings(whatsapp_token="t", sender_key="k" * 40)
    assert run.with_sandbox(own) is own


def test_procfile_and_addresses():
    ports = {"assistant_port": 6000, "actions_port": 6001, "console_port": 6002}
    parts = run.parts(Settings(assistant_host="0.0.0.0", console_host="::1", **ports))
    assert [(part.name, part.health) for part in parts] == [
        ("assistant", "http://127.0.0.1:6000/webhooks/web/health"),
        ("actions", "http://127.0.0.1:6001/health"),
        ("console", "http://[::1]:6002/health"),
        ("transcripts", ""),
    ]
    sandboxed = replace(Settings(**ports), whatsapp_graph="http://127.0.0.1:5056")
    assert run.parts(sandboxed)[-1].health == "http://127.0.0.1:5056/health"
    assert "http://127.0.0.1:5056/" in run.welcome(sandboxed)
    assert "http://127.0.0.1:8000/hsds/" in run.welcome(Settings())
    assert "5056" not in run.welcome(Settings())
    assert "webhooks/rest" in run.welcome(Settings())
    assert "webhooks/rest" not in run.welcome(Settings(rest_channel=False))
