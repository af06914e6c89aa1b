"""`python -m tests.scaled <arguments of pytest>`: the same tests, with PostgreSQL and Redis below all that they start
(`make test-scaled`). Both servers are made for the run, and gone afterwards."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.paths import ROOT
from assistant.server import engines
from assistant.server.system import StopError, complain
from tests import stores
from tests.conftest import free_port
from tests.services import HASTY

CONNECTIONS = ("-c", "max_connections=400")  # of all assistants and consoles that run at a time
INSTALLATIONS = 4096  # each test's has a database of Redis


def main(arguments: Sequence[str]) -> int:
    """Command line; pytest's exit status, 1 when a server is missing."""
    with tempfile.TemporaryDirectory(prefix="scaled-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL has an account of its own
        try:
            with (
                engines.postgresql(folder / "postgresql", free_port(), *HASTY, *CONNECTIONS) as database,
                engines.redis(folder / "redis", free_port(), f"databases {INSTALLATIONS}") as shared,
            ):
                # DATABASE_URL is for Django's own tests, which are in pytest's process.
                given = {stores.DATABASE: database, stores.REDIS: shared, "DATABASE_URL": database}
                pytest = [sys.executable, "-m", "pytest", *arguments]
                return subprocess.run(pytest, cwd=ROOT, env={**os.environ, **given}, check=False).returncode
        except StopError as error:
            complain(error)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
