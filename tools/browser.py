"""Find the browser that the widget's tests need; install it where this account may (Debian: apt-get).

Runs on any Python from 3.8 on, without packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# As distributions call it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MEND = (
    "The widget's tests need Chromium. Install it (Debian: apt-get install chromium), "
    "or name another one: CHROMIUM=/path/to/chromium"
)


def main() -> int:
    """Command line: 0 when there is a browser, else 1 and one line with the mend."""
    if find() is None and may_install():
        sys.stderr.write("Installing Chromium for the widget's tests (apt-get)\n")
        install("chromium")
    if find() is None:
        sys.stderr.write(f"\nSTOPPED  {MEND}\n")
        return 1
    return 0


def find() -> str | None:
    """Path of a Chromium: the one that CHROMIUM names, else one on the PATH; None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def may_install() -> bool:
    """Whether this account may install Debian packages, and is not asked to use a browser of its own."""
    return not os.environ.get("CHROMIUM") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Try to install Debian packages; what apt-get writes says what went wrong."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
