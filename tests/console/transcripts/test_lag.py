"""How far the transcripts are behind, and what is still to be erased, as Prometheus is told."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from transcripts import lag, projector

from assistant.paths import ROOT
from assistant.storage import erasures
from tests import stores
from tests.conftest import free_port
from tests.console.transcripts.conftest import Conversations, opened
from tests.operation.named import OF_TRANSCRIPTS, named_of
from tests.operation.scraped import Scrape
from tests.whatsapp.sandbox import wait_for

# The connection that was asked is closed, which a test's own transaction would not bear.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("roles_come_back")]


def shown(conversations: Conversations) -> dict[str, float]:
    return {one.name: one.value for one in lag.values(conversations.engine)}


def test_it_is_the_age_of_the_oldest_event_that_is_in_no_transcript(conversations: Conversations) -> None:
    ago = time.time() - 100
    conversations.add("s", {"event": "session_started", "timestamp": ago})
    conversations.ask("s", "comment renouveler ma carte ?", timestamp=ago + 50)
    before = shown(conversations)
    assert before["dalil_projector_unread_events"] == 2
    assert 100 <= before["dalil_projector_lag_seconds"] < 3600
    projector.step(conversations.engine)
    after = shown(conversations)
    assert after["dalil_projector_unread_events"] == after["dalil_projector_lag_seconds"] == 0


def test_an_erasure_is_open_until_the_transcripts_are_gone_too(conversations: Conversations) -> None:
    conversations.session("s")
    conversations.ask("s", "comment renouveler ma carte ?")
    projector.step(conversations.engine)
    erasures.queue(conversations.engine, "s", "RECEIPT1")
    assert shown(conversations)["dalil_erasures_open"] == 1
    erasures.finish(conversations.engine)
    still = shown(conversations)
    assert (still["dalil_erasures_open"], still["dalil_erasures_oldest_seconds"] > 0) == (1, True)
    projector.step(conversations.engine)
    done = shown(conversations)
    assert done["dalil_erasures_open"] == done["dalil_erasures_oldest_seconds"] == 0


def test_before_the_assistant_has_begun_nothing_is_shown(tmp_path: Path) -> None:
    assert list(lag.values(sa.create_engine(f"sqlite:///{tmp_path / 'none.db'}"))) == []


@pytest.mark.long
def test_the_process_shows_what_alerts_and_dashboard_name(tmp_path: Path) -> None:
    opened(tmp_path).engine.dispose()
    port, command = free_port(), [sys.executable, "console/manage.py"]
    settings = {"VAR_DIR": str(tmp_path), **stores.environment(tmp_path), "TRANSCRIPTS_METRICS_PORT": str(port)}
    env = {**os.environ, **settings, "LOG_FORMAT": "json"}
    subprocess.run([*command, "migrate"], cwd=ROOT, env=env, check=True, capture_output=True)
    process = subprocess.Popen([*command, "project_transcripts"], cwd=ROOT, env=env)
    try:
        address = f"http://127.0.0.1:{port}/metrics"
        wait_for(lambda: _answers(address), bool)
        assert len(named_of(*OF_TRANSCRIPTS)) >= 4
        assert named_of(*OF_TRANSCRIPTS) - Scrape(address).names() == set()
        process.terminate()
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False
