"""The file of a backup: a tar with the databases and `manifest.json`, which says what they are and their checksums."""

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.checksum import sha256
from assistant.server.system import StopError

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a backup is.

    Attributes:
        made_at: when it was begun, seconds since 1970.
        database: `sqlite` or `postgresql`.
        key: tells SENDER_KEY from others (`assistant.privacy.erased.fingerprint`).
        files: checksum (SHA-256) of each file by name.
        format: of the backup.
    """

    made_at: float
    database: str
    key: str
    files: Mapping[str, str]
    format: int = FORMAT


def write(file: Path, made_at: float, database: str, key: str, members: Mapping[str, Path]) -> None:
    """Write a backup, for this account only; it has its name when it is whole.

    Args:
        file: the backup.
        made_at: see `Manifest`.
        database: see `Manifest`.
        key: see `Manifest`.
        members: the files in it, by name.

    Raises:
        StopError: there is such a file already.
        OSError: it cannot be written.
    """
    files = {name: sha256(path) for name, path in members.items()}
    manifest = json.dumps(asdict(Manifest(made_at, database, key, files)), indent=1).encode()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")  # mkstemp makes it 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                head = tarfile.TarInfo(MANIFEST)
                head.size = len(manifest)
                tar.addfile(head, io.BytesIO(manifest))
                for member, path in members.items():
                    tar.add(path, arcname=member)
            out.flush()
            os.fsync(out.fileno())
        file.hardlink_to(draft)
    except FileExistsError as error:
        raise StopError(f"{file} is there already. Name another one, or delete it.") from error
    finally:
        draft.unlink()


def extract(file: Path, folder: Path) -> Manifest:
    """Take a backup apart, checked.

    Args:
        file: the backup.
        folder: where its files are put.

    Raises:
        StopError: it is none, damaged, or of a later release.
    """
    if not file.is_file():
        raise StopError(f"{file} is no file. Name the backup: make restore FILE=/path/dalil-….tar")
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = Manifest(**json.loads(_content(tar, MANIFEST)))
            if manifest.format != FORMAT:
                raise StopError(f"{file} was made by a later release. Restore it with that one.")
            for name, checksum in manifest.files.items():
                _put(tar, name, folder, checksum)
    except (OSError, EOFError, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise StopError(f"{file} is no backup, or damaged ({error}). Take another one.") from error
    return manifest


def _put(tar: tarfile.TarFile, name: str, folder: Path, checksum: str) -> None:
    if Path(name).name != name:
        raise ValueError(f"{name!r} is no plain name")
    member = tar.extractfile(name)
    if member is None:
        raise ValueError(f"{name} is no file")
    target = folder / name
    target.touch(mode=0o600)
    with target.open("wb") as out:
        while block := member.read(1 << 20):
            out.write(block)
    if sha256(target) != checksum:
        raise ValueError(f"the checksum of {name} is another one")


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    return member.read() if member else b""
