"""Trained models on disk. A model is a program: Rasa makes the classes that it names. So only one whose checksum was
written when it was trained is loaded; `python -m assistant.server.models <file>` writes that of one trained by hand.
"""

import gzip
import hashlib
import io
import json
import sys
import tarfile
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.checksum import BLOCK

# What a file raises that is no packed model.
UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError)


class ModelError(Exception):
    """No model that can be used; the text is one line for the operator."""


def newest_model(folder: Path) -> Path:
    """The model trained or confirmed last, checked.

    Args:
        folder: where the `*.tar.gz` are.

    Raises:
        ModelError: there is none, or the newest is not the one that was trained, damaged or of another Rasa version.
    """
    return newest_with_metadata(folder)[0]


def newest_with_metadata(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """The same with Rasa's metadata of it (`check`).

    Raises:
        ModelError: see `newest_model`.
    """
    models = by_age(folder)
    if not models:
        raise ModelError(f"No model in {folder}. Train one: make train")
    return models[0], check(models[0])


def by_age(folder: Path) -> list[Path]:
    """Models of a folder, newest first."""
    return sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def checksum_file(model: Path) -> Path:
    """Where the checksum of a model is, as `sha256sum --check` reads it."""
    return model.with_name(f"{model.name}.sha256")


def confirm(model: Path) -> None:
    """Note that a model is the one that was trained.

    Raises:
        ModelError: it cannot be read, is damaged, no Rasa model, or of another Rasa version than the installed one.
        OSError: the checksum cannot be written.
    """
    try:
        found, content = _read(model)
    except OSError as error:
        raise ModelError(f"{model} cannot be read ({error}).") from error
    _of_this_rasa(model, content)
    checksum_file(model).write_text(f"{found}  {model.name}\n", encoding="utf-8")


def check(model: Path) -> Mapping[str, Any]:
    """Read a model file through to its end, once, so that what is wrong shows now and not in the middle of a start.

    Returns:
        Rasa's metadata of the model (`trained_at`, `rasa_open_source_version`, …).

    Raises:
        ModelError: it is not the model that was trained, or nobody noted what that is; it is damaged, no Rasa model, or
            of another Rasa version than the installed one.
    """
    file = checksum_file(model)
    try:
        wanted = file.read_text(encoding="utf-8").partition(" ")[0]
        found, content = _read(model)
    except FileNotFoundError as error:
        raise ModelError(
            f"{model} has no checksum beside it ({file.name}): it was not trained by make train. Train one: make train"
            f"   If you trained this one: .venv/bin/python -m assistant.server.models '{model}'"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ModelError(f"{model} cannot be checked ({error}). Train again: rm '{model}' && make train") from error
    if found != wanted:
        raise ModelError(
            f"{model} is not the model that was trained: its checksum differs from {file.name}. It was changed or "
            f"damaged since. Train again: rm '{model}' && make train"
        )
    return _of_this_rasa(model, content)


def _of_this_rasa(model: Path, content: Mapping[str, Any] | Exception) -> Mapping[str, Any]:
    """Metadata that can be used, of what `_read` found.

    Raises:
        ModelError: it is damaged, no Rasa model, or of another Rasa version than the installed one.
    """
    try:
        if isinstance(content, Exception):
            raise content
        trained, by = content["trained_at"], content["rasa_open_source_version"]
    except (*UNREADABLE, KeyError, TypeError) as error:
        raise ModelError(f"{model} is damaged ({error}). Train again: rm '{model}' && make train") from error
    if by != version("rasa"):
        raise ModelError(
            f"{model} was trained with Rasa {by} on {trained}, installed is {version('rasa')}. Train again: make train"
        )
    return content


class _Hashed(io.RawIOBase):
    """A file of which the checksum is made while others read it."""

    def __init__(self, file: io.FileIO) -> None:
        self._file, self.total = file, hashlib.sha256()

    def readinto(self, into: Any) -> int:  # noqa: ANN401 - a buffer, for which Python has no type yet
        """Called by `read`."""
        count = self._file.readinto(into) or 0
        self.total.update(memoryview(into)[:count])
        return count


def _read(model: Path) -> tuple[str, Mapping[str, Any] | Exception]:
    """SHA-256 of a model file, and its metadata or what is wrong with it.

    Raises:
        OSError: there is no such file, or it may not be read.
    """
    content: Mapping[str, Any] | Exception
    with model.open("rb", buffering=0) as file:
        hashed = _Hashed(file)
        try:
            content = _metadata(hashed)
        except UNREADABLE as error:
            content = error
        while hashed.read(BLOCK):
            pass
    return hashed.total.hexdigest(), content


def _metadata(archive: _Hashed) -> Mapping[str, Any]:
    """Metadata of a packed model, which is unpacked to its end: there is the checksum of gzip."""
    with gzip.GzipFile(fileobj=archive) as unpacked:
        with tarfile.open(fileobj=unpacked, mode="r|") as members:
            member = next((m for m in members if m.name.removeprefix("./") == "metadata.json"), None)
            content = members.extractfile(member) if member else None
            if content is None:
                raise ValueError("no metadata.json in it")
            metadata: Mapping[str, Any] = json.loads(content.read())
        while unpacked.read(BLOCK):
            pass
    return metadata


def main(arguments: list[str]) -> int:
    """Command line: the checksum of a model that was trained by hand."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m assistant.server.models models/NAME.tar.gz\n")
        return 2
    model = Path(arguments[0])
    try:
        confirm(model)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"\nSTOPPED  {error}\n")
        return 1
    sys.stdout.write(f"{checksum_file(model)} is written: {model.name} may be served.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
