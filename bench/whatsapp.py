"""How quickly WhatsApp messages are acknowledged while many come, and whether each is answered."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import free_port, start_assistant, stop
from tests.whatsapp.sandbox import Sandbox, started

A_SECOND, SECONDS, PEOPLE = 50, 60, 1000
PATIENCE = 600  # seconds that the last reply may take


def acknowledged(var: Path, texts: Sequence[str]) -> str:
    """Send 50 messages a second for a minute to a started assistant, and wait until nothing is owed.

    Args:
        var: an empty folder.
        texts: what people write.

    Returns:
        One line: times of the acknowledgements, turns, and when the last reply was out.
    """
    port = free_port()
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox:
        assistant = start_assistant(var, port=port, WHATSAPP_GRAPH=sandbox.url, **sandbox.environment)
        try:
            sandbox.say("212611111111", texts[0])
            sandbox.wait_for_sent(1)
            sandbox.forget()
            begun = time.monotonic()
            for number in range(A_SECOND * SECONDS):
                sandbox.say(f"21262{number % PEOPLE:07d}", texts[number % len(texts)])
                time.sleep(max(0.0, begun + (number + 1) / A_SECOND - time.monotonic()))
            sending = time.monotonic() - begun
            turns, last = _wait(sandbox)
            times = sorted(sandbox.deliveries()["seconds"])
        finally:
            stop(assistant)
    p50, p99 = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
    late = last - begun - sending
    return (
        f"WhatsApp, {A_SECOND * SECONDS} messages of {PEOPLE} people in {sending:.0f} s: "
        f"acknowledged p50 {p50:.0f} ms, p99 {p99:.0f} ms, slowest {times[-1] * 1000:.0f} ms; "
        f"{turns} messages out, the last {late:.0f} s after the last one in"
    )


def _wait(sandbox: Sandbox) -> tuple[int, float]:
    """Parts that went out, and when the last did: when none has come for ten seconds."""
    count, moved = 0, time.monotonic()
    deadline = moved + PATIENCE
    while time.monotonic() < min(moved + 10, deadline):
        found = len(sandbox.sent())
        if found > count:
            count, moved = found, time.monotonic()
        time.sleep(3)
    return count, moved
