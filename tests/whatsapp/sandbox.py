"""The WhatsApp sandbox as a process of its own, and what tests do with it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from assistant.paths import ROOT

PATIENCE = 30  # seconds, on a loaded machine
# Invented; the channel under test needs the same.
SECRETS = {
    "WHATSAPP_PHONE_ID": "100000000000009",
    "WHATSAPP_TOKEN": "invented-access-token",
    "WHATSAPP_APP_SECRET": "invented-app-secret",
    "WHATSAPP_VERIFY_TOKEN": "invented-verify-token",
}


@dataclass
class Sandbox:
    """A running sandbox.

    Attributes:
        url: origin of its control side and of its page.
        webhook: address to which it delivers.
        log: what it writes to its standard error.
    """

    url: str
    webhook: str
    log: Path
    process: subprocess.Popen[str]

    phone_id = SECRETS["WHATSAPP_PHONE_ID"]
    token = SECRETS["WHATSAPP_TOKEN"]
    app_secret = SECRETS["WHATSAPP_APP_SECRET"]
    verify_token = SECRETS["WHATSAPP_VERIFY_TOKEN"]

    @property
    def graph(self) -> str:
        """Base address of the Graph side."""
        return f"{self.url}/v22.0"

    @property
    def environment(self) -> dict[str, str]:
        """The secrets as the environment variables of the channel."""
        return dict(SECRETS)

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Call the control side; a refusal fails the test with its text."""
        answer = requests.request(method, f"{self.url}{path}", timeout=PATIENCE, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, number: str, message: dict[str, Any], **more: Any) -> str:
        """A person sends any message.

        Args:
            number: who, as digits.
            message: type and content.
            more: context, only_user_id, timestamp, name.

        Returns:
            The message's wamid.
        """
        found = self.call("POST", "/sandbox/messages", json={"from": number, "message": message, **more})
        return str(found["id"])

    def say(self, number: str, text: str, **more: Any) -> str:
        """A person sends a text; see `send`."""
        return self.send(number, {"type": "text", "text": {"body": text}}, **more)

    def post_webhook(self, payload: bytes | dict[str, Any]) -> dict[str, Any]:
        """Post a payload to the webhook, signed, once: bytes as they are, an object as JSON."""
        body = {"data": payload} if isinstance(payload, bytes) else {"json": payload}
        found: dict[str, Any] = self.call("POST", "/sandbox/webhooks", **body)
        return found

    def verify(self) -> bool:
        """Let the webhook be verified now."""
        return bool(self.call("POST", "/sandbox/verification")["verified"])

    def set_faults(self, **faults: Any) -> None:
        """Let these things go wrong, and no others."""
        self.call("PUT", "/sandbox/faults", json=faults)

    def forget(self) -> None:
        """Begin anew."""
        self.call("DELETE", "/sandbox")

    def sent(self, to: str | None = None) -> list[dict[str, Any]]:
        """What the channel sent, in order."""
        found: list[dict[str, Any]] = self.call("GET", "/sandbox/sent", params={"to": to} if to else None)
        return found

    def reads(self) -> list[dict[str, Any]]:
        """What the channel marked as read."""
        return self._list("/sandbox/reads")

    def statuses(self) -> list[dict[str, Any]]:
        """The statuses of what the channel sent."""
        return self._list("/sandbox/statuses")

    def refused(self) -> list[dict[str, Any]]:
        """The calls of the channel that were not accepted."""
        return self._list("/sandbox/refused")

    def deliveries(self) -> dict[str, Any]:
        """Counts and times of what went to the webhook."""
        found: dict[str, Any] = self.call("GET", "/sandbox/deliveries")
        return found

    def wait_for_sent(self, count: int, to: str | None = None) -> list[dict[str, Any]]:
        """Wait until the channel has sent so many messages."""
        return wait_for(lambda: self.sent(to), lambda sent: len(sent) >= count)

    def wait_until_delivered(self) -> dict[str, Any]:
        """Wait until the webhook has taken everything."""
        return wait_for(self.deliveries, lambda deliveries: deliveries["undelivered"] == 0)

    def _list(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", path)
        return found


def wait_for(look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    """Look again and again until it is enough; fails with what was seen last."""
    deadline = time.monotonic() + PATIENCE
    while not enough(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the sandbox's command line to its end, where it cannot start."""
    command = [sys.executable, "-m", "tools.whatsapp_sandbox", *arguments]
    bare = {name: value for name, value in os.environ.items() if name not in SECRETS}
    return subprocess.run(
        command, cwd=ROOT, env={**bare, **environment}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def started(webhook: str) -> Iterator[Sandbox]:
    """Run a sandbox as long as the block.

    Args:
        webhook: where it delivers; nobody needs to listen there yet.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "sandbox.log"
        command = [sys.executable, "-m", "tools.whatsapp_sandbox", "--port", "0", "--webhook", webhook]
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **SECRETS}, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, log.read_text(encoding="utf-8")
            yield Sandbox(line.split()[-1].rstrip("/"), webhook, log, process)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            process.stdout.close()
