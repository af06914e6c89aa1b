"""`python -m assistant.shell` (`make shell`): talk in the terminal, with the running assistant or one of its own.

Rasa's own shell makes an answer with buttons a menu of arrow keys, in which a question of one's own is the last entry.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import requests

from assistant.paths import ROOT
from assistant.server.system import StopError, complain, load_settings, reachable, say
from assistant.settings import Settings, SettingsError

START = 180.0  # seconds, on a slow machine


def main() -> int:
    """Read lines from standard input until its end (Ctrl-D) and print each reply with numbered buttons."""
    try:
        settings = load_settings()
        with _assistant(settings) as url:
            say("Write in French or Arabic; a number chooses a button. Ctrl-D ends.")
            _talk(url)
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _talk(url: str) -> None:
    sender = uuid4().hex
    while True:
        try:
            text = input("\n> ")
        except EOFError:
            return
        answer = requests.post(f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": text}, timeout=60)
        for bubble in answer.json():
            say(bubble.get("text", ""))
            say("   ".join(f"[{n}] {b['title']}" for n, b in enumerate(bubble.get("buttons", []), start=1)))


@contextmanager
def _assistant(settings: Settings) -> Iterator[str]:
    """Address of the running assistant, or of one that lives as long as the talk."""
    running = f"http://{reachable(settings.assistant_host)}:{settings.assistant_port}"
    if _answers(running):
        yield running
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    say("Starting an assistant for this talk …")
    env = {**os.environ, "ASSISTANT_HOST": "127.0.0.1", "ASSISTANT_PORT": str(port), "REST_CHANNEL": "on"}
    process = subprocess.Popen([sys.executable, "-m", "assistant.server.serve"], cwd=ROOT, env=env)
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StopError("The assistant did not start; its lines above say why.")
        time.sleep(0.3)


def _answers(url: str) -> bool:
    """Whether the REST channel answers there: another program on the port is not ours."""
    try:
        return requests.get(f"{url}/webhooks/rest/", timeout=2).json() == {"status": "ok"}
    except (requests.RequestException, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main())
