"""Asked to stop (SIGTERM) in the middle of replies, the assistant gives them first; what was not begun waits."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.channels.web import Client, text_of
from tests.conftest import Part, free_port, start_actions, start_assistant, stop
from tests.operation.scraped import Scrape
from tests.stores import select
from tests.whatsapp.sandbox import started, wait_for

QUESTION = "qui peut m'aider pour un avocat à Tanger ?"
IN_A_TURN, IN_A_PAUSE = "212600300001", "212600300002"


@pytest.mark.long
def test_replies_in_hand_are_given_and_the_rest_is_left_to_the_next_process(tmp_path: Path, console: Part) -> None:
    port = free_port()
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox, ThreadPoolExecutor() as beside:
        actions = start_actions(tmp_path, free_port(), f"{console.url}/hsds")
        settings = {**sandbox.environment, "WHATSAPP_GRAPH": sandbox.url, "ACTION_TIMEOUT": "30"}
        actions_port = int(actions.url.rpartition(":")[2])
        assistant = start_assistant(tmp_path, actions_port, port=port, **settings)
        try:
            page = Client(assistant.site).begin()
            os.kill(actions.process.pid, signal.SIGSTOP)
            try:
                reply = beside.submit(page.say, QUESTION)
                sandbox.say(IN_A_TURN, QUESTION)
                wait_for(lambda: _calls(assistant.metrics), lambda calls: calls == 2)
                sandbox.say(IN_A_PAUSE, "bonjour")
                sandbox.wait_until_delivered()
                assistant.process.terminate()
                wait_for(lambda: _ready(assistant.site), lambda status: status == 503)
            finally:
                os.kill(actions.process.pid, signal.SIGCONT)
            assert "Aide juridique – Tanger" in text_of(reply.result())
            assert assistant.process.wait(timeout=60) == 0
            said = sandbox.sent(IN_A_TURN)
            assert said, "the reply in hand was not sent"
            assert select(
                tmp_path, "SELECT count(*) FROM events WHERE type_name = 'user' AND data LIKE '%Tanger%'"
            ) == [(2,)]
            assistant = start_assistant(tmp_path, actions_port, port=port, **settings)
            sandbox.wait_for_sent(1, IN_A_PAUSE)
            wait_for(lambda: select(tmp_path, "SELECT 1 FROM inbox WHERE sealed IS NOT NULL"), lambda rows: not rows)
            assert sandbox.sent(IN_A_TURN) == said
            assert len(sandbox.sent(IN_A_PAUSE)) == 1
        finally:
            stop(assistant)
            stop(actions)


def _calls(metrics: str) -> float:
    return Scrape(metrics).value("dalil_action_calls_total", action="action_contact_find")


def _ready(site: str) -> int:
    return requests.get(f"{site}/webhooks/web/ready", timeout=30).status_code
