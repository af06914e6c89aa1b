"""`python -m assistant.parse`: what the running assistant would understand and do, one JSON object a line of input.

Reads messages from standard input, one a line (ended by a line feed only; an empty line is an empty message), each a
conversation of its own. Writes nothing else to standard output. Uses the newest model, needs no server.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from assistant.nlu.normalise import arabic_share
from assistant.paths import MODELS
from assistant.server import standins
from assistant.server.models import ModelError, newest_with_metadata
from assistant.server.system import environment
from assistant.settings import Settings, SettingsError

SHOWN = 5


def report(parsed: dict[str, Any]) -> dict[str, Any]:
    """The public form of what the pipeline understood (field by field in docs/parse.md).

    Args:
        parsed: what Rasa's agent returns for a message.
    """
    turn = parsed["turn"]
    ranking = [{"topic": row["name"], "confidence": round(row["confidence"], 4)} for row in parsed["intent_ranking"]]
    topic = turn["topic"] or (ranking[0]["topic"] if ranking else "out_of_scope")
    return {
        "text": parsed["text"],
        "language": parsed.get("tongue") or turn["language"] or _by_script(parsed["text"]),
        "topic": topic,
        "confidence": round(parsed["intent"]["confidence"], 4),
        "ranking": ranking[:SHOWN],
        "decision": turn["decision"],
        "offered": turn["offered"],
        "entities": [e for e in parsed["entities"] if e["extractor"] == "Lexicon"],
        "urgent": turn["urgent"],
        "fallback": turn["decision"] != "answer",
    }


def _by_script(text: str) -> str:
    """Best guess for a message that does not tell its language ("ok", a number): its script."""
    return "ar" if arabic_share(text) > 0.5 else "fr"


def messages(stream: BinaryIO) -> Iterator[str]:
    """Lines of a stream, ended by a line feed only: a carriage return or U+2028 is part of a message."""
    for line in stream:
        yield line.removesuffix(b"\n").decode("utf-8", "replace")


async def parse_all(source: BinaryIO, sink: TextIO) -> None:
    """Parse every message of a stream and write one JSON object a line.

    Raises:
        ModelError: there is no usable model; the message says how to make one.
        SettingsError: a setting is wrong.
    """
    model, metadata = newest_with_metadata(MODELS)
    settings = Settings.from_environment(environment())
    standins.install(settings, metadata)
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from assistant.server import graph

    if settings.plain_graph:
        graph.install()
    configure_structlog(logging.ERROR)  # before anything logs: standard output is for answers
    agent = Agent.load(str(model))
    for text in messages(source):
        parsed = await agent.parse_message(text)
        sink.write(json.dumps(report({**parsed, "text": text}), ensure_ascii=False) + "\n")
        sink.flush()


def main() -> int:
    """Run as a command; 1 and one line on standard error when there is no usable model."""
    os.environ.update(LOG_LEVEL="ERROR", RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3")
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        asyncio.run(parse_all(sys.stdin.buffer, sys.stdout))
    except (ModelError, SettingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks here
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
