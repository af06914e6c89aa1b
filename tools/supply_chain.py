"""What the system is made of, for those who must know: `sbom` lists it, `audit` asks for known weaknesses of it.

Runs on any Python from 3.8 on, without packages; both read uv.lock. Neither is a part of `make test`: an audit needs a
network and has another answer every day.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import bootstrap

SBOM = bootstrap.ROOT / "sbom.cdx.json"
AUDIT = "pip-audit==2.10.1"
OLDEST_UV = (0, 9, 11)  # the first that writes CycloneDX
NO_ANSWER = re.compile(r"not found on PyPI and could not be audited|ConnectionError|ServiceError|Max retries", re.I)
NOT_HERE = (
    "The known weaknesses could not be asked for: {why}. Nothing is known of them from here. Repeat where pypi.org "
    "itself (not a mirror of it) can be reached; what is known of old is in docs/advisories.md."
)


def main(arguments: list[str]) -> int:
    """Command line: `sbom` or `audit`."""
    try:
        if arguments == ["sbom"]:
            sbom()
        elif arguments == ["audit"]:
            audit()
        else:
            raise bootstrap.StopError("usage: supply_chain.py sbom|audit")
    except bootstrap.StopError as error:
        sys.stderr.write(f"\nSTOPPED  {error}\n")
        return 1
    return 0


def sbom() -> None:
    """Write what people's servers run, with checksums, as CycloneDX 1.5 (ECMA-424).

    Raises:
        StopError: uv is too old, or fails.
    """
    _export("--format", "cyclonedx1.5", "--preview-features", "sbom-export", "--output-file", str(SBOM))
    bootstrap.say(f"Written: {SBOM}")


def audit() -> None:
    """Ask for the known weaknesses of every locked package.

    Raises:
        StopError: some are known, or nobody could be asked.
    """
    with tempfile.TemporaryDirectory() as folder:
        locked = str(Path(folder) / "requirements.txt")
        _export("--format", "requirements-txt", "--output-file", locked)
        # --strict: a package that nobody could be asked about is no package without weaknesses.
        ask = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--requirement", locked]
        code, output = bootstrap.run([_uv(), "tool", "run", "--from", AUDIT, "pip-audit", *ask])
    if code == 0:
        return
    if bootstrap.OFFLINE.search(output) or NO_ANSWER.search(output):
        raise bootstrap.StopError(NOT_HERE.format(why=bootstrap.last_line(output)))
    raise bootstrap.StopError(
        "Weaknesses are known. Compare docs/advisories.md, which says what reaches us, and update."
    )


def _export(*options: str) -> None:
    done = subprocess.run(
        [_uv(), "export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", *options],
        cwd=str(bootstrap.ROOT),
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        raise bootstrap.StopError(f"uv export failed: {bootstrap.last_line(done.stderr.decode(errors='replace'))}")


def _uv() -> str:
    """A uv that knows the format.

    Raises:
        StopError: there is none.
    """
    uv = bootstrap.find_uv()
    version = re.match(r"uv (\d+)\.(\d+)\.(\d+)", bootstrap.output_of([uv, "--version"]) if uv else "")
    if not version or tuple(map(int, version.groups())) < OLDEST_UV:
        needed = ".".join(map(str, OLDEST_UV))
        raise bootstrap.StopError(f"uv {needed} or newer is needed: uv self update   (or: pip install -U uv)")
    return uv


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
