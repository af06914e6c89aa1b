"""Whatever people, staff and strangers send, the logs of the servers say nothing of it.

That of the transcripts: `tests/console/transcripts/test_projector.py`.
"""

import requests

from tests.channels.web import Client
from tests.conftest import Assistant, Part

WORD, NUMBER, ADDRESS = "zanzibarkoul", "0612345678", "nobody@example.org"
MARKED = f"{WORD} {NUMBER} {ADDRESS}"


def test_the_logs_say_nothing(assistant: Assistant, console: Part) -> None:
    people = Client(assistant.site).begin()
    people.say(f"comment renouveler ma carte ? {MARKED}")
    people.say(f"qui peut m'aider pour un avocat à Tanger ? {MARKED}")
    for body in ({"sender": MARKED, "message": MARKED}, {"sender": [MARKED], "message": {MARKED: 1}}, MARKED):
        requests.post(assistant.url, json=body, timeout=60)
    requests.post(f"{assistant.site}/webhooks/web/message", data=MARKED, timeout=60)
    requests.get(f"{assistant.site}/{WORD}?q={NUMBER}", timeout=60)
    requests.post(f"{assistant.site}/webhooks/whatsapp/webhook", data=MARKED, timeout=60)
    for path in (f"hsds/services?query={MARKED}", f"hsds/services/{WORD}", f"{WORD}/{NUMBER}", f"login/?next={WORD}"):
        requests.get(f"{console.url}/{path}", timeout=60)
    requests.post(f"{console.url}/login/", data={"username": MARKED, "password": MARKED}, timeout=60)
    logs = [*assistant.var.glob("*.log"), *console.log.parent.glob("*.log")]
    assert {log.name for log in logs} >= {
        "assistant.server.serve.log",
        "assistant.server.actions.log",
        "assistant.server.console.log",
    }
    found = [line for log in logs for line in log.read_text(encoding="utf-8").splitlines() if _names(line)]
    assert found == []


def _names(line: str) -> bool:
    return any(mark in line for mark in (WORD, NUMBER, ADDRESS))
