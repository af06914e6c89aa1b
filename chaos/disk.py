"""A small disk for the single machine: memory that is mounted for it, filled up and emptied again."""

import asyncio
import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.system import System

SIZE = 400_000_000  # bytes: the start wants 300 MB of room
FULL = 15.0  # seconds
BLOCK = 1 << 20  # bytes


def why_not() -> str:
    """Why nothing can be mounted here; empty when it can."""
    try:
        with small_disk():
            return ""
    except FileNotFoundError:
        return "there is no command `mount`"
    except subprocess.CalledProcessError as error:
        return f"nothing can be mounted here ({error.stderr.strip()})"


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own, of `SIZE` bytes; gone afterwards.

    Raises:
        subprocess.CalledProcessError: not possible here; see `why_not`.
    """
    with tempfile.TemporaryDirectory(prefix="chaos-disk-") as folder:
        _run("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "dalil", folder)
        try:
            yield Path(folder)
        finally:
            _run("umount", "--lazy", folder)


async def full(system: System) -> None:
    """Somebody else's file takes all the room, and goes away again."""
    file = system.var / "filling"
    await asyncio.to_thread(_fill, file)
    await asyncio.sleep(FULL)
    file.unlink()


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filling:
        for size in (BLOCK, 1):  # to the last byte
            try:
                while filling.write(bytes(size)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
