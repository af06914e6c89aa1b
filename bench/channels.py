"""`make bench-channels`: WhatsApp under load, the widget on a bad line, the console's pages."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.servers import ours
from bench.whatsapp import acknowledged
from bench.widget import first_replies
from evaluation.development import questions


def main() -> int:
    """Measure and print."""
    texts = [asked.text for asked in questions()][::4]
    with tempfile.TemporaryDirectory() as name, ours(Path(name), texts[0]) as system:
        seconds = ", ".join(f"{seconds:.1f}" for seconds in first_replies(system.assistant.site))
        print(f"widget, cold, 50 kbit/s and 500 ms: first reply after {seconds} s")  # noqa: T201
    with tempfile.TemporaryDirectory() as name:
        print(acknowledged(Path(name), texts))  # noqa: T201
    return subprocess.run([sys.executable, "-m", "bench.console"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
