"""A stock `rasa init` project beside ours: its own configuration, Rasa's SQLite store, and a plain custom action.

Trained with one epoch: the time of an answer does not depend on epochs.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasa.cli

from tests.conftest import free_port, wait_for

SCAFFOLD = Path(rasa.cli.__file__).parent / "initial_project"
FAQ, CONTACT = "hello", "are you a bot?"
# What a first version of our action would be: no cache, one request a turn.
ACTION = """
import requests
from rasa_sdk import Action


class Contact(Action):
    def name(self):
        return "action_contact"

    def run(self, dispatcher, tracker, domain):
        found = requests.get("{directory}/services", params={{"full": "true", "per_page": "100"}}, timeout=5).json()
        dispatcher.utter_message(text=found["contents"][0]["name"])
        return []
"""


@contextmanager
def stock(folder: Path, directory: str) -> Iterator[str]:
    """Train and start the stock project; yields the address of its REST channel.

    Args:
        folder: an empty folder.
        directory: address of an HSDS API.
    """
    project = folder / "project"
    shutil.copytree(SCAFFOLD, project)
    actions_port, port = free_port(), free_port()
    _write(project, directory, actions_port)
    subprocess.run([sys.executable, "-m", "rasa", "train"], cwd=project, check=True, capture_output=True)
    commands = (
        ["-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
        ["-m", "rasa", "run", "--port", str(port)],
    )
    with (folder / "stock.log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, *command], cwd=project, stdout=log, stderr=log) for command in commands
        ]
        try:
            wait_for(f"http://127.0.0.1:{actions_port}/health", started[0], folder / "stock.log")
            wait_for(f"http://127.0.0.1:{port}/", started[1], folder / "stock.log")
            yield f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        finally:
            for process in started:
                process.terminate()
                process.wait(timeout=30)


def _write(project: Path, directory: str, actions_port: int) -> None:
    """The scaffold's own files, with its commented default pipeline written out, one epoch, and one custom action."""
    config = project / "config.yml"
    text = re.sub(r"^#(   +\S.*)$", r"\1", config.read_text(encoding="utf-8"), flags=re.MULTILINE)
    config.write_text(re.sub(r"epochs: \d+", "epochs: 1", text), encoding="utf-8")
    (project / "actions" / "actions.py").write_text(ACTION.format(directory=directory), encoding="utf-8")
    domain = project / "domain.yml"
    domain.write_text(domain.read_text(encoding="utf-8") + "\nactions:\n- action_contact\n", encoding="utf-8")
    rules = project / "data" / "rules.yml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("utter_iamabot", "action_contact"), encoding="utf-8")
    (project / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
        "tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: tracker.db\n",
        encoding="utf-8",
    )
