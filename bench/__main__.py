"""`make bench`: milliseconds of the language pipeline, and of a turn through the started assistant.

Prints medians and 95th percentiles. Times are milliseconds; the load generator shares the machine with the server.
"""

import asyncio
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from assistant.paths import MODELS
from bench.stock import CONTACT, FAQ, stock
from bench.whatsapp import acknowledged
from bench.widget import first_replies
from evaluation.development import questions
from tests.conftest import free_port, start_actions, start_assistant, start_console, stop

MESSAGES = 400
CONTACTS = [
    "qui peut m'aider pour un avocat à Tanger ?",
    "leur numéro ?",
    "et à Oujda ?",
    "شكون يقدر يعاوني على محامي فطنجة؟",
    "الرقم ديالهم؟",
    "وفوجدة؟",
]


def milliseconds(run: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Time of each call, in milliseconds."""
    times = []
    for text in texts:
        begun = time.perf_counter()
        run(text)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def line(name: str, times: Sequence[float]) -> str:
    """One line of the report."""
    return f"{name:44s} p50 {statistics.median(times):6.2f} ms   p95 {statistics.quantiles(times, n=20)[-1]:6.2f} ms"


def main() -> int:
    """Measure and print."""
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from assistant.server.models import newest_model

    configure_structlog(logging.ERROR)
    texts = [asked.text for asked in questions()][::4][:MESSAGES]
    agent = Agent.load(str(newest_model(MODELS)))
    loop = asyncio.new_event_loop()
    parse = lambda text: loop.run_until_complete(agent.parse_message(text))  # noqa: E731
    milliseconds(parse, texts[:20])
    print(line(f"language pipeline, {len(texts)} questions", milliseconds(parse, texts)))  # noqa: T201
    with tempfile.TemporaryDirectory() as name:
        _turns(Path(name), texts)
    with tempfile.TemporaryDirectory() as name:
        print(acknowledged(Path(name), texts))  # noqa: T201
    return subprocess.run([sys.executable, "-m", "bench.console"], check=False).returncode


def _turns(folder: Path, texts: Sequence[str]) -> None:
    """Turns of the running system, and of a stock project in the same run."""
    console = start_console(folder)
    actions = start_actions(folder, free_port(), f"{console.url}/hsds")
    assistant = start_assistant(folder, int(actions.url.rpartition(":")[2]))
    try:
        talk = [assistant.conversation() for _ in range(len(texts) // 10 + 1)]
        turns = iter(range(len(texts)))
        milliseconds(assistant.conversation().say, texts[:10])
        times = milliseconds(lambda text: talk[next(turns) // 10].say(text), texts)
        print(line("a turn, REST channel, SQLite on disk", times))  # noqa: T201
        milliseconds(assistant.conversation().say, CONTACTS)
        # A conversation of its own for each round: a turn still grows with its conversation.
        times = [t for _ in range(10) for t in milliseconds(assistant.conversation().say, CONTACTS)]
        print(line("a contact turn, warm, through the action server", times))  # noqa: T201
        seconds = ", ".join(f"{seconds:.1f}" for seconds in first_replies(assistant.site))
        print(f"widget, cold, 50 kbit/s and 500 ms: first reply after {seconds} s")  # noqa: T201
        with stock(folder / "stock", f"{console.url}/hsds") as url:
            session = requests.Session()
            ask = lambda text: session.post(url, json={"sender": "bench", "message": text}, timeout=60).json()  # noqa: E731
            for what, text in (("a turn", FAQ), ("a turn with a plain custom action", CONTACT)):
                milliseconds(ask, [text] * 5)
                print(line(f"stock rasa init: {what}", milliseconds(ask, [text] * 40)))  # noqa: T201
    finally:
        for part in (assistant, actions, console):
            stop(part)


if __name__ == "__main__":
    sys.exit(main())
