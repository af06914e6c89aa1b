"""`python -m tests.hostile.fuzz_parser FOLDER [libFuzzer's options]`: atheris looks for lines that the parser fails at."""

import asyncio
import logging
import sys

import atheris

with atheris.instrument_imports(include=["assistant"]):
    from assistant.nlu import components  # noqa: F401 - what is read with it is instrumented
    from assistant.parse import report
    from assistant.privacy.redact import redact

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from assistant.paths import MODELS
from assistant.server.models import newest_with_metadata


def main() -> None:
    """Fuzz until the options say that it is enough; what it fails at is printed by libFuzzer."""
    configure_structlog(logging.ERROR)
    model, _ = newest_with_metadata(MODELS)
    agent, loop = Agent.load(str(model)), asyncio.new_event_loop()

    def read(line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        report({**loop.run_until_complete(agent.parse_message(text)), "text": text})
        redact(text)

    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
