"""A backup is whole, private and without keys; restored, it brings nobody back who was erased, and nothing too old."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

from assistant.backup.make import main as make
from assistant.backup.restore import restore
from assistant.paths import ROOT
from assistant.privacy import erased
from assistant.server.system import UNFINISHED, StopError, check_var, only_one
from assistant.settings import Settings
from assistant.storage import erasures, feedback, inbox, row_ids, tails
from tests.services import postgres
from tests.stores import BOTH, about_one_process, texts

EVENTS = SQLTrackerStore.SQLEvent.__table__
row_ids.say_once(EVENTS)  # as the assistant has it made
KEY, OTHER = "5e17de2" * 5 + "abc", "07e4" * 9
DAY = 24 * 3600
# In one process: each needs seconds to begin.
MADE = """
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
call_command("migrate", verbosity=0)
session = SessionStore(); session["signed in"] = True; session.save()
call_command("project_transcripts", once=True)
"""
AWA, OMAR, OLD = "zanzibarkoul", "ouarzazatine", "marzipan"


class System:
    """An installation: its databases, and the commands that an operator gives."""

    def __init__(self, var: Path, url: str) -> None:
        self.var, self.url = var, url
        self.env = {"VAR_DIR": str(var), "DATABASE_URL": url, "SENDER_KEY": KEY, "RETENTION_DAYS": "90"}
        self.settings = Settings.from_environment(self.env)
        self.engine = sa.create_engine(url or f"sqlite:///{var / 'conversations.db'}")

    def prepare(self) -> None:
        """Make the tables as the assistant does."""
        EVENTS.create(self.engine, checkfirst=True)
        for part in (erasures, feedback, inbox, tails):
            part.create(self.engine)

    def manage(self, *command: str) -> str:
        env = {**os.environ, **self.env}
        call = [sys.executable, "console/manage.py", *command]
        done = subprocess.run(call, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def say(self, sender: str, text: str, ago: float = 60.0) -> None:
        """A turn of a conversation, some seconds ago, with all that may be kept of it."""
        at = time.time() - ago
        turn = {"reply": "regul.card", "decision": "answer", "topic": "regul.card", "language": "fr"}
        parsed = {"turn": turn, "intent_ranking": [{"name": "regul.card", "confidence": 0.9}], "entities": []}
        message = {"event": "user", "text": text, "parse_data": parsed, "input_channel": "web", "message_id": text}
        with self.engine.begin() as connection:
            for event in ({"event": "session_started"}, message, {"event": "bot", "text": "Voici.", "metadata": {}}):
                data = json.dumps({"timestamp": at, "metadata": {}, **event})
                row = {"sender_id": sender, "type_name": event["event"], "timestamp": at, "data": data}
                connection.execute(sa.insert(EVENTS), row)
        feedback.keep(self.engine, sender, text, "up")
        inbox.accept(self.engine, [inbox.New(_key(text), sender, f"sealed {text}")])

    def project(self) -> None:
        self.manage("project_transcripts", "--once")

    def erase(self, sender: str, said: str, receipt: str) -> None:
        """As the assistant and the process of the transcripts do it, but for the transcripts."""
        erasures.queue(self.engine, sender, receipt)
        inbox.finish(self.engine, [_key(said)], sender)  # the reply is out
        erasures.finish(self.engine)
        (asked,) = erasures.to_forget(self.engine)
        erased.note(self.settings.erasures_kept, [erased.line(receipt, sender, asked.asked, time.time(), KEY.encode())])
        erasures.forget(self.engine, receipt)

    def tables(self) -> dict[str, str]:
        """All rows of all tables, as text."""
        files = [f"sqlite:///{self.var / name}" for name in ("conversations.db", "console.sqlite3")]
        return {table: text for url in ([self.url] if self.url else files) for table, text in texts(url).items()}

    def everything(self) -> str:
        """The same in one."""
        return "\n".join(self.tables().values())

    def back_up(self, monkeypatch: pytest.MonkeyPatch, target: Path | None = None) -> Path:
        """What `make backup` does; the file."""
        before = set(self.var.parent.rglob("*.tar"))
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        assert make([str(target)] if target else []) == 0
        (file,) = set(self.var.parent.rglob("*.tar")) - before
        return file

    def restore(self, file: Path, replacing: bool = True) -> None:
        self.engine.dispose()
        restore(self.settings, file, replacing)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.fixture(scope="module", params=BOTH)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """DATABASE_URL of the whole system."""
    if request.param == "sqlite":
        yield ""
        return
    with postgres() as address:
        yield address


@pytest.fixture(scope="module")
def spoken(server: str, tmp_path_factory: pytest.TempPathFactory) -> System:
    """Two people spoke, and a third did long ago. Tests take copies of it."""
    url = f"{server.rpartition('/')[0]}/spoken" if server else ""
    if url:
        _statement(server, "CREATE DATABASE spoken")
    made = System(tmp_path_factory.mktemp("spoken"), url)
    made.prepare()
    made.say("awa", AWA)
    made.say("omar", OMAR)
    made.say("old", OLD, ago=95 * DAY)
    made.manage("shell", "--no-imports", "-c", MADE)
    made.engine.dispose()
    return made


@pytest.fixture
def system(server: str, spoken: System, tmp_path: Path) -> Iterator[System]:
    """A system in which people spoke; nobody talks now."""
    var, url = tmp_path / "var", ""
    if server:
        var.mkdir(mode=0o700)
        name = f"test_{time.time_ns()}"
        _statement(server, f"CREATE DATABASE {name} TEMPLATE spoken")
        url = f"{server.rpartition('/')[0]}/{name}"
    else:
        shutil.copytree(spoken.var, var)
    made = System(var, url)
    yield made
    made.engine.dispose()


def _statement(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_what_was_lost_is_back_and_who_was_erased_or_is_too_old_is_not(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = system.back_up(monkeypatch)
    before = system.everything()
    assert AWA in before and OLD in before and system.tables()["django_session"]
    system.erase("awa", AWA, "ACDEF346")
    system.say("omar", "perdu")
    system.restore(file)
    found = system.everything()
    assert OMAR in found and f"sealed {OMAR}" in found
    assert AWA not in found and "awa" not in re.split(r"\s", found)
    assert OLD not in found.replace(f"sealed {OLD}", "")  # what is owed a reply is the inbox's to drop
    assert "perdu" not in found
    assert not system.tables()["django_session"], "staff sign in anew"
    receipt = erasures.find(system.engine, "ACDEF346")
    assert receipt and receipt.erased and receipt.sender_id == ""
    assert not (system.var / UNFINISHED).exists()
    assert not list(system.var.glob(".restore-*"))


@pytest.mark.long
def test_it_goes_on_where_it_was(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erased by the process itself, restored, and what is said then is in the transcripts."""
    file = system.back_up(monkeypatch)
    inbox.finish(system.engine, [_key(AWA)])
    erasures.queue(system.engine, "awa", "ACDEF346")
    system.project()
    assert AWA not in system.everything()
    system.restore(file)
    assert AWA not in system.everything()
    assert "Effac" in system.manage("receipt", "ACDE-F346")
    system.say("omar", "encore")
    system.project()
    assert "encore" in system.tables()["transcripts_turn"]


@pytest.mark.long
def test_who_asked_and_was_not_erased_yet_does_not_come_back(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    file = system.back_up(monkeypatch)
    erasures.queue(system.engine, "awa", "ACDEF346")
    system.restore(file)
    assert AWA not in system.everything()


def test_nothing_is_replaced_without_a_word(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    file = system.back_up(monkeypatch)
    system.say("omar", "plus tard")
    with pytest.raises(StopError, match=r"holds conversations already.*REPLACE=yes"):
        system.restore(file, replacing=False)
    assert "plus tard" in system.everything()


def test_without_the_log_of_erasures_nothing_is_restored_by_mistake(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = system.back_up(monkeypatch)
    system.settings.erasures_kept.unlink()
    with pytest.raises(StopError, match=r"no log of erasures at .*erased\.jsonl.*would be back.*WITHOUT_LOG=yes"):
        system.restore(file)
    system.erase("awa", AWA, "ACDEF346")
    log = system.settings.erasures_kept
    log.write_text(log.read_text().replace(erased.fingerprint(KEY.encode()), "0" * 16))
    with pytest.raises(StopError, match="neither SENDER_KEY nor in SENDER_KEY_OLD"):
        system.restore(file)


@pytest.mark.long
def test_a_replaced_key_finds_who_was_erased_under_the_old_one(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    file = system.back_up(monkeypatch)
    system.erase("awa", AWA, "ACDEF346")
    system.engine.dispose()
    with pytest.raises(StopError, match="made with another SENDER_KEY"):
        restore(Settings.from_environment({**system.env, "SENDER_KEY": OTHER}), file, True)
    restore(Settings.from_environment({**system.env, "SENDER_KEY": OTHER, "SENDER_KEY_OLD": KEY}), file, True)
    assert AWA not in system.everything()


@pytest.mark.long
def test_a_restore_that_was_interrupted_keeps_everything_from_starting_until_it_is_repeated(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = system.back_up(monkeypatch)
    system.erase("awa", AWA, "ACDEF346")
    (system.var / UNFINISHED).touch()
    with pytest.raises(StopError, match=r"A restore was interrupted.*make restore"):
        check_var(system.settings)
    system.restore(file, replacing=False)
    check_var(system.settings)
    assert AWA not in system.everything()


class TestTheFile:
    def test_it_is_for_this_account_only_and_has_no_keys(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        (system.var / "sender.key").write_text("secret of this machine")
        file = system.back_up(monkeypatch)
        assert file.parent == system.var / "backups"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        with tarfile.open(file) as tar:
            names = tar.getnames()
        expected = ["database.dump"] if system.url else ["console.sqlite3", "conversations.db"]
        assert names == ["manifest.json", *expected]
        content = file.read_bytes()
        assert b"secret of this machine" not in content and KEY.encode() not in content
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_a_file_that_is_there_is_not_written_over(
        self, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = system.var.parent / "mine.tar"
        assert system.back_up(monkeypatch, target) == target
        before = target.read_bytes()
        assert make([str(target)]) == 1
        assert "is there already. Name another one" in capsys.readouterr().err
        assert target.read_bytes() == before

    def test_the_operator_reads_what_must_be_kept_elsewhere(
        self, system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = system.back_up(monkeypatch)
        os.utime(file, (time.time() - 91 * DAY,) * 2)
        later = system.back_up(monkeypatch, file.parent / "dalil-later.tar")
        said = capsys.readouterr().out
        assert str(later) in said and "SENDER_KEY" in said and "erased.jsonl" in said
        assert f"rm '{file}'" in said

    @pytest.mark.parametrize("damage", ["cut", "changed", "text", "missing", "later"])
    def test_a_damaged_one_changes_nothing(self, system: System, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
        file = system.back_up(monkeypatch)
        content = file.read_bytes()
        changed = {
            "cut": content[: len(content) // 2],
            "changed": content[:-60_000] + b"x" + content[-59_999:],
            "text": b"no backup",
            "later": content.replace(b'"format": 1', b'"format": 9'),
        }
        if damage == "missing":
            file.unlink()
        else:
            file.write_bytes(changed[damage])
        with pytest.raises(StopError, match=r"no backup, or damaged|is no file|by a later release"):
            system.restore(file)
        assert AWA in system.everything()
        assert not (system.var / UNFINISHED).exists()


def test_while_it_runs_nothing_is_restored(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    file = system.back_up(monkeypatch)
    running = only_one(system.var / "run.lock", "")
    with running, pytest.raises(StopError, match=rf"The system is running \(process {os.getpid()}\)"):
        system.restore(file)
    system.engine.dispose()
    if system.url:
        other = sa.create_engine(system.url)
        with other.connect(), pytest.raises(StopError, match="1 other programs are connected"):
            system.restore(file)
        other.dispose()
    else:
        with closing(sqlite3.connect(system.var / "conversations.db")) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("SELECT count(*) FROM events").fetchall()
            with pytest.raises(StopError, match=r"conversations\.db is in use"):
                system.restore(file)


def test_a_backup_of_the_other_kind_is_refused(system: System, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = system.back_up(monkeypatch)
    other = {**system.env, "DATABASE_URL": "" if system.url else "postgresql://dalil@127.0.0.1:1/none"}
    with pytest.raises(StopError, match="Set DATABASE_URL as it was"):
        restore(Settings.from_environment({**other, "VAR_DIR": str(tmp_path / "new")}), file, True, True)


@pytest.mark.long
@about_one_process("A transaction of SQLite is held open")
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_it_is_taken_while_people_write(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(system.var / "conversations.db")) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE events SET type_name = type_name")
        writer.commit()
        writer.execute("DELETE FROM events")  # not committed
        file = system.back_up(monkeypatch)
        writer.rollback()
    system.restore(file)
    assert AWA in system.everything()


def test_with_nothing_there_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("DATABASE_URL", "")
    assert make([]) == 1
