"""Find PostgreSQL, Redis and nginx; install those that are missing where this account may (Debian: apt-get).

Runs on any Python from 3.8 on, without packages. Nothing fails without them: tests that need one say that they were
skipped, and `make run-scaled` says what is missing.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from browser import install

# Debian keeps PostgreSQL's server off the PATH, and nginx off that of ordinary accounts.
SERVERS = {"postgresql": "usr/lib/postgresql/*/bin/postgres", "redis-server": "redis-server", "nginx-light": "nginx"}
PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def main() -> int:
    """Command line; always 0."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"Installing {', '.join(packages)} (apt-get)\n")
        install(*packages)
    if missing():
        sys.stderr.write(f"Not installed: {', '.join(missing())}. Debian: apt-get install {' '.join(missing())}\n")
    return 0


def missing() -> list[str]:
    """Debian's packages of the servers that are not here."""
    return [
        package
        for package, program in SERVERS.items()
        if not (list(Path("/").glob(program)) if "/" in program else shutil.which(program, path=PATH))
    ]


if __name__ == "__main__":
    sys.exit(main())
