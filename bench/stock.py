"""Stock `rasa init` projects beside ours: its own configuration, Rasa's stores, and a plain custom action.

Trained with one epoch: the time of an answer does not depend on epochs. The trained projects are kept in `var/bench`,
named by what they are made of, since DIET takes nine minutes for one epoch on our examples.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import rasa.cli

from assistant.paths import ROOT
from bench.load import talk
from quality.data import examples
from tests.conftest import free_port, wait_for

SCAFFOLD = Path(rasa.cli.__file__).parent / "initial_project"
KEPT = ROOT / "var" / "bench"
CONTACT = "contact.find"
# What a first version of our action would be: no cache, one request a turn.
ACTION = """
import os
import requests
from rasa_sdk import Action


class Contact(Action):
    def name(self):
        return "action_contact"

    def run(self, dispatcher, tracker, domain):
        address = os.environ["DIRECTORY"] + "/services"
        found = requests.get(address, params={"full": "true", "per_page": "100"}, timeout=5).json()
        dispatcher.utter_message(text=found["contents"][0]["name"])
        return []
"""
SQLITE = "tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: tracker.db\n"


@dataclass(frozen=True)
class Stock:
    """A running stock project: address of its REST channel, process, seconds from start to its first answer."""

    url: str
    process: subprocess.Popen[bytes]
    seconds: float


def scaffold() -> Path:
    """The trained project of `rasa init` as it is: its own data, conversations in memory."""
    return _trained("scaffold", _write_config)


def ours_in_stock() -> Path:
    """A trained stock project with our topics: an intent, a response and a rule for each, Rasa's SQLite store."""
    return _trained("topics", _write_topics)


@contextmanager
def running(project: Path, folder: Path, first: str, directory: str | None = None) -> Iterator[Stock]:
    """Start a trained project.

    Args:
        project: the trained project; it is copied, its conversations begin empty.
        folder: an empty folder.
        first: the first message, until whose answer it has not started.
        directory: address of an HSDS API, for the custom action; without one there is no action server.
    """
    place = folder / "project"
    shutil.copytree(project, place)
    port, actions_port = free_port(), free_port()
    endpoints = SQLITE if (place / "sqlite").exists() else ""
    if directory:
        endpoints += f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
    (place / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    with (folder / "stock.log").open("wb") as log:
        started = []
        try:
            if directory:
                actions = ["rasa_sdk", "--actions", "actions", "--port", str(actions_port)]
                started.append(_start(actions, place, log, DIRECTORY=directory))
                wait_for(f"http://127.0.0.1:{actions_port}/health", started[0], folder / "stock.log")
            begun = time.perf_counter()
            started.append(_start(["rasa", "run", "--port", str(port)], place, log))
            wait_for(f"http://127.0.0.1:{port}/", started[-1], folder / "stock.log")
            url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
            talk(url, [first])
            yield Stock(url, started[-1], time.perf_counter() - begun)
        finally:
            for process in started:
                process.terminate()
                process.wait(timeout=30)


def _start(command: Sequence[str], place: Path, log: IO[bytes], **environment: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, **environment}
    return subprocess.Popen([sys.executable, "-m", *command], cwd=place, stdout=log, stderr=log, env=env)


def _trained(name: str, write: Callable[[Path], None]) -> Path:
    """A project that was written and trained once."""
    draft = KEPT / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(SCAFFOLD, draft)
    write(draft)
    made_of = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(draft.rglob("*")) if file.is_file()))
    kept = KEPT / f"{name}-{made_of.hexdigest()[:12]}"
    if not kept.exists():
        subprocess.run([sys.executable, "-m", "rasa", "train"], cwd=draft, check=True, capture_output=True)
        draft.rename(kept)
    shutil.rmtree(draft, ignore_errors=True)
    return kept


def _write_config(project: Path) -> None:
    """The scaffold's own files, with its commented default pipeline and policies written out, one epoch."""
    config = project / "config.yml"
    text = re.sub(r"^#(   +\S.*)$", r"\1", config.read_text(encoding="utf-8"), flags=re.MULTILINE)
    config.write_text(re.sub(r"epochs: \d+", "epochs: 1", text), encoding="utf-8")


def _write_topics(project: Path) -> None:
    """Our topics and examples in the place of the scaffold's data, and one custom action."""
    _write_config(project)
    (project / "sqlite").touch()
    (project / "actions" / "actions.py").write_text(ACTION, encoding="utf-8")
    (project / "data" / "stories.yml").unlink()
    texts: dict[str, list[str]] = {}
    for example in examples():
        texts.setdefault(example.topic.replace(".", "_"), []).append(example.text)
    contact = CONTACT.replace(".", "_")
    says = {topic: "action_contact" if topic == contact else f"utter_{topic}" for topic in texts}
    nlu = [{"intent": topic, "examples": "".join(f"- {text}\n" for text in of)} for topic, of in texts.items()]
    rules = [{"rule": topic, "steps": [{"intent": topic}, {"action": says[topic]}]} for topic in texts]
    _dump(project / "data/nlu.yml", {"nlu": nlu})
    _dump(project / "data/rules.yml", {"rules": rules})
    domain = {
        "intents": list(texts),
        "responses": {name: [{"text": name * 8}] for name in says.values() if name.startswith("utter_")},
        "actions": ["action_contact"],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    _dump(project / "domain.yml", domain)


def _dump(file: Path, content: dict[str, object]) -> None:
    """JSON is YAML; but Rasa knows what a file is by a key at the beginning of a line."""
    rows = {"version": "3.1", **content}.items()
    text = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in rows)
    file.write_text(text + "\n", encoding="utf-8")
