"""Command line of the staff console: `python console/manage.py help`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run a command of Django."""
    sys.path.insert(0, str(ROOT))  # for assistant.settings: one set of settings for the whole system
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.settings import SYSTEM

    from assistant.server import logs

    logs.set_up("transcripts" if "project_transcripts" in sys.argv else "console", SYSTEM.log_format)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
