"""Whoever asks to be erased is: in every worker, table and file, with a receipt; also when a worker is killed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from assistant.paths import ROOT
from assistant.privacy.receipts import typed
from tests.channels.web import Client, text_of
from tests.conftest import Assistant, start_assistant, stop
from tests.services import postgres, redis
from tests.stores import BOTH, conversations, hold_deleting, let_delete, texts

PATIENCE = 240  # seconds, on a loaded machine
FRENCH, ARABIC, LATER = "zanzibarkoul", "زقزقتخون", "ouarzazatine"
CONSOLE = [sys.executable, "console/manage.py"]


def escaped(word: str) -> str:
    """A word as JSON may hold it."""
    return word.encode("ascii", "backslashreplace").decode()


def rows(var: Path, url: str) -> dict[str, str]:
    """Everything that stands in the tables, as text, by table."""
    files = [f"sqlite:///{var / name}" for name in ("conversations.db", "console.sqlite3")]
    return {table: text for address in ([url] if url else files) for table, text in texts(address).items()}


def files_with(var: Path, words: list[str]) -> list[tuple[str, str]]:
    """Files below a folder that hold a word, in any form of it."""
    forms = [(word, form.encode()) for word in words for form in {word, escaped(word)}]
    return [
        (str(path.relative_to(var)), word)
        for path in sorted(var.rglob("*"))
        if path.is_file()
        for data in [path.read_bytes()]
        for word, form in forms
        if form in data
    ]


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def run_console(var: Path, url: str, *arguments: str) -> str:
    env = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": url}
    done = subprocess.run([*CONSOLE, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def projecting(var: Path, url: str) -> Iterator[None]:
    """The process that makes the transcripts."""
    env = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": url}
    with (var / "transcripts.log").open("wb") as log:
        process = subprocess.Popen([*CONSOLE, "project_transcripts"], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def receipt_in(text: str) -> str:
    """The receipt of a reply, on a line of its own."""
    found = re.findall(r"^\W*([A-Z0-9]{4}-[A-Z0-9]{4})\W*$", text, re.MULTILINE)
    assert len(set(found)) == 1, text
    assert typed(found[0])
    return str(found[0])


class Person:
    """Writes to one worker after the other, and remembers the ids of messages."""

    def __init__(self, workers: list[Assistant]) -> None:
        self._workers, self._turn = workers, 0
        self._page = Client(workers[0].site).begin()
        self.ids: list[str] = []

    def say(self, text: str, client_id: str | None = None) -> str:
        self._page.site = self._workers[self._turn % len(self._workers)].site
        self._turn += 1
        reply = self._page.say(text, client_id)
        self.ids.append(reply["id"])
        return text_of(reply)

    def thumb(self) -> None:
        given = self._page.post("feedback", {"session": self._page.session, "reply": self.ids[-1], "verdict": "up"})
        assert given.status_code == 200, given.text

    def remembered(self) -> list[str]:
        """What a worker shows of the person's own words."""
        return [bubble["text"] for bubble in self._page.history() if bubble["from"] == "person"]

    def moves_to(self, worker: Assistant) -> None:
        self._workers = [worker]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """DATABASE_URL of the whole system."""
    if request.param == "sqlite":
        yield ""
        return
    with postgres() as address:
        yield address


def test_nothing_from_before_is_left_in_any_table_or_file(url: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        workers = []
        shared = running.enter_context(redis()).url
        for _ in range(2):
            workers.append(start_assistant(tmp_path, DATABASE_URL=url, REDIS_URL=shared))
            running.callback(stop, workers[-1])
        run_console(tmp_path, url, "migrate", "--verbosity", "0")
        running.enter_context(projecting(tmp_path, url))
        person = Person(workers)
        person.say(f"comment renouveler ma carte de séjour ? {FRENCH}")
        person.thumb()
        person.say(f"كيفاش نجدد لاكارط ديالي {ARABIC}")
        for word in (FRENCH, ARABIC):
            wait_for(lambda: word in rows(tmp_path, url)["transcripts_turn"], "it is in the transcripts")  # noqa: B023
        wait_for(lambda: "\tup\t" in rows(tmp_path, url)["transcripts_turn"], "the thumb is in the transcripts")
        before = list(person.ids)
        if not url:
            assert {word for _, word in files_with(tmp_path, [FRENCH, ARABIC, *before])} == {FRENCH, ARABIC, *before}

        person.say("supprimez mes données")
        asked = uuid4().hex
        receipt = receipt_in(person.say("oui, effacer", asked))
        assert receipt_in(person.say("oui, effacer", asked)) == receipt, "sent again, to the other worker"
        before += person.ids[len(before) : -1]
        person.say(f"bonjour {LATER}")

        wait_for(lambda: "Effac" in run_console(tmp_path, url, "receipt", receipt), "the erasure is finished")
        wait_for(lambda: LATER in rows(tmp_path, url)["transcripts_turn"], "what came later is in the transcripts")
        found = rows(tmp_path, url)
        gone = [FRENCH, ARABIC, escaped(ARABIC), *before]
        assert [(table, word) for table, text in found.items() for word in gone if word in text] == []
        assert found["feedback"] == ""
        assert found["erasures"].startswith(f"{typed(receipt)}\tNone\t")
        assert LATER in found["events"]
        if not url:
            assert files_with(tmp_path, [FRENCH, ARABIC, *before]) == []
        for _ in workers:
            assert person.remembered() == [f"bonjour {LATER}"]
        assert FRENCH not in person.say("répète")


@pytest.mark.long
def test_a_worker_that_is_killed_before_it_has_deleted_is_made_up_for_by_the_next(tmp_path: Path) -> None:
    worker = start_assistant(tmp_path)
    database = sa.create_engine(conversations(tmp_path))
    try:
        person = Person([worker])
        person.say(f"comment renouveler ma carte de séjour ? {FRENCH}")
        person.say("supprimez mes données")
        hold_deleting(database)  # the worker gets no further than writing down what is to be erased
        asked = uuid4().hex
        receipt = receipt_in(person.say("oui, effacer", asked))
        assert person.remembered() == []
    finally:
        worker.process.kill()
        worker.process.wait()
    let_delete(database)
    assert FRENCH in texts(conversations(tmp_path))["events"]
    worker = start_assistant(tmp_path)
    try:
        person.moves_to(worker)
        assert files_with(tmp_path, [FRENCH, *person.ids[:-1]]) == []
        assert FRENCH not in str(texts(conversations(tmp_path)))
        assert receipt_in(person.say("oui, effacer", asked)) == receipt
        assert person.remembered() == []
        person.say(f"bonjour {LATER}")
        assert person.remembered() == [f"bonjour {LATER}"]
    finally:
        stop(worker)
