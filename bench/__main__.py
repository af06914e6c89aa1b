"""`make bench`: milliseconds of the language pipeline, and of a turn through the started assistant.

Prints medians and 95th percentiles. Times are milliseconds; the load generator shares the machine with the server.
"""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.paths import MODELS
from quality.development import questions
from tests.conftest import start_assistant, stop

MESSAGES = 400


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
    texts = [text for _, _, text in questions()][::4][:MESSAGES]
    agent = Agent.load(str(newest_model(MODELS)))
    loop = asyncio.new_event_loop()
    parse = lambda text: loop.run_until_complete(agent.parse_message(text))  # noqa: E731
    milliseconds(parse, texts[:20])
    print(line(f"language pipeline, {len(texts)} questions", milliseconds(parse, texts)))  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        assistant = start_assistant(Path(folder))
        try:
            talk = [assistant.conversation() for _ in range(len(texts) // 10 + 1)]
            turns = iter(range(len(texts)))
            milliseconds(assistant.conversation().say, texts[:10])
            times = milliseconds(lambda text: talk[next(turns) // 10].say(text), texts)
        finally:
            stop(assistant)
    print(line("a turn, REST channel, SQLite on disk", times))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
