"""`/ready`: yes when everything is there, no and nothing else to whoever asks when it is not; the log says why."""

import logging
import shutil
import subprocess
from pathlib import Path

import pytest
import redis
import requests
import sqlalchemy as sa
from django.db import OperationalError, connection

from assistant.operation import assistant as needs
from assistant.operation.readiness import NotReady, Readiness
from tests.conftest import Assistant, Part, free_port
from tests.whatsapp.sandbox import wait_for


def test_the_started_system_is_ready(assistant: Assistant, console: Part) -> None:
    assert assistant.actions
    for address in (f"{assistant.site}/webhooks/web/ready", f"{assistant.actions.url}/ready", f"{console.url}/ready"):
        answer = requests.get(address, timeout=30)
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"}), address


def test_why_not_is_said_once_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    troubles = {"database": NotReady("is full: free space"), "Redis": ConnectionError("of 0612345678")}

    def look(name: str) -> None:
        if name in troubles:
            raise troubles[name]

    found = Readiness({name: lambda name=name: look(name) for name in ("model", "database", "Redis")})  # type: ignore[misc]
    with caplog.at_level(logging.WARNING, "assistant.operation"):
        assert [found.ready(), found.ready()] == [False, False]
        assert [value.value for value in found.values()] == [0.0]
        del troubles["Redis"]
        assert not found.ready()
        troubles.clear()
        assert [found.ready(), found.ready()] == [True, True]
        assert [value.value for value in found.values()] == [1.0]
    assert [record.getMessage() for record in caplog.records] == [
        "Not ready: database (is full: free space); Redis (ConnectionError)",
        "Not ready: database (is full: free space)",
        "Ready again",
    ]


def test_a_database_without_conversations_is_named_with_the_mend(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(NotReady, match=r"Conversations cannot be read\. .*none\.db has lost its table: restart"):
        needs.answers(engine)
    with engine.begin() as database:
        database.exec_driver_sql("CREATE TABLE events (id INTEGER)")
    needs.answers(engine)


def test_redis_is_asked() -> None:
    program, port = shutil.which("redis-server"), free_port()
    if not program:
        pytest.skip("Redis is not installed: apt-get install redis-server")
    url = f"redis://127.0.0.1:{port}/0"
    with pytest.raises(NotReady, match="start it, or correct REDIS_URL"):
        needs.ping(url)
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
    try:
        wait_for(lambda: _pings(url), bool)
        needs.ping(url)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _pings(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def test_the_console_is_not_without_its_database(client, db, caplog: pytest.LogCaptureFixture) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("of 0612345678")

    assert client.get("/ready").json() == {"status": "ready"}
    with connection.execute_wrapper(gone):
        answer = client.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert "the console's database does not answer (OperationalError)" in caplog.text
    assert "0612345678" not in caplog.text


def test_nor_before_its_migrations(
    client, db, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from config import health
    from django.db.migrations.recorder import MigrationRecorder

    monkeypatch.setattr(health, "_has_all", False)
    MigrationRecorder(connection).record_unapplied("transcripts", "0005_topic_index")
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert "1 migrations are missing" in caplog.text
    MigrationRecorder(connection).record_applied("transcripts", "0005_topic_index")
    assert client.get("/ready").status_code == 200
