"""`python -m assistant.server.console`: the staff console (contacts, HSDS API) under gunicorn."""

import os
import sys

from assistant.paths import ROOT
from assistant.server import logs
from assistant.server.system import complain, load_settings
from assistant.settings import Settings, SettingsError

WORKERS, THREADS = 2, 4
TIMEOUT = 30  # seconds for one request


def main() -> int:
    """Become gunicorn; 1 and one line on standard error when a setting is wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        complain(error)
        return 1
    os.chdir(ROOT)
    logs.set_up("console", settings.log_format)  # in this very process, whose workers are its forks
    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", *_arguments(settings)]
    run()
    return 0


def _arguments(settings: Settings) -> list[str]:
    host = f"[{settings.console_host}]" if ":" in settings.console_host else settings.console_host
    return [
        *("config.wsgi", "--chdir", "console", "--bind", f"{host}:{settings.console_port}"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--timeout", str(TIMEOUT)),
        *("--log-level", settings.log_level.lower(), "--worker-tmp-dir", "/dev/shm"),
        "--no-control-socket",  # it would lie in the home folder, and nobody here asks it anything
    ]


if __name__ == "__main__":
    sys.exit(main())
