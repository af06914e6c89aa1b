"""`manage.py project_transcripts` as a process: it follows what comes, and killed at any moment it goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.paths import ROOT
from tests import stores
from tests.conftest import Assistant
from tests.console.transcripts.conftest import Conversations
from tests.stores import about_one_process

PATIENCE = 240  # seconds, on a loaded machine; the shared assistant has been talked to a lot
COMMAND = [sys.executable, "console/manage.py"]
TURNS = (
    "SELECT t.event, t.text, t.said, c.event FROM transcripts_turn t "
    "JOIN transcripts_conversation c ON c.id = t.conversation_id ORDER BY t.event"
)


def environment(var: Path) -> dict[str, str]:
    # The conversations here have times that pass: none may leave while they are looked at.
    return {**os.environ, "VAR_DIR": str(var), **stores.environment(var), "RETENTION_DAYS": "36500"}


def run(var: Path, *arguments: str) -> str:
    command = [*COMMAND, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(var), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@contextmanager
def following(var: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*COMMAND, "project_transcripts"], cwd=ROOT, env=environment(var))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def turns(var: Path) -> list[tuple[object, ...]]:
    return stores.select_from(stores.transcripts(var), TURNS)


def wait_for(var: Path, count: int) -> list[tuple[object, ...]]:
    deadline = time.monotonic() + PATIENCE
    while len(found := turns(var)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} turns"
        time.sleep(0.1)
    return found


@pytest.mark.long
def test_what_is_said_to_the_running_assistant_is_there(assistant: Assistant) -> None:
    run(assistant.var, "migrate", "--verbosity", "0")
    with following(assistant.var) as process:
        assistant.conversation().say("comment avoir la carte de séjour ? zanzibarette")
        deadline = time.monotonic() + PATIENCE
        while not any(
            "zanzibarette" in str(text) and "regul" in str(said) for _, text, said, _ in turns(assistant.var)
        ):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.long
def test_killed_at_any_moment_nothing_is_lost_or_doubled(conversations: Conversations, tmp_path: Path) -> None:
    run(tmp_path, "migrate", "--verbosity", "0")
    dice, written = random.Random(5), 0
    for _ in range(4):
        with following(tmp_path):
            for _ in range(40):
                sender = f"p{dice.randrange(6)}"
                if dice.random() < 0.2:
                    conversations.session(sender)
                conversations.ask(sender, f"question {written}")
                conversations.answer(sender, f"voici {written}")
                written += 1
                time.sleep(0.01)
            time.sleep(dice.random() * 3)  # the process may be anywhere: starting, reading, writing
    with following(tmp_path):
        wait_for(tmp_path, written)
    run(tmp_path, "project_transcripts", "--once")
    found = turns(tmp_path)
    assert [text for _, text, _, _ in found] == [f"question {number}" for number in range(written)]
    assert all(f"voici {number}" in str(said) for number, (_, _, said, _) in enumerate(found))
    run(tmp_path, "project_transcripts", "--rebuild")
    assert turns(tmp_path) == found


@about_one_process("It breaks the file of SQLite")
def test_a_database_that_fails_is_named_and_read_again_when_it_is_back(tmp_path: Path) -> None:
    run(tmp_path, "migrate", "--verbosity", "0")
    broken = tmp_path / "conversations.db"
    broken.write_bytes(b"no database" * 500)
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [*COMMAND, "project_transcripts"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE
        while "is no SQLite database: move the file away" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def test_before_the_assistant_has_begun_it_says_so(tmp_path: Path) -> None:
    command = [*COMMAND, "project_transcripts", "--once"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There are no conversations yet: start the assistant once (make run)." in done.stderr
