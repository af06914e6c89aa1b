"""Trained models on disk. A model is a program: Rasa makes the classes that it names. So only one whose checksum was
written when it was trained is loaded; `python -m assistant.server.models <file>` writes that of one trained by hand.
"""

import gzip
import json
import sys
import tarfile
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.checksum import sha256


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
    """The same with Rasa's metadata of it (`check_model`).

    Raises:
        ModelError: see `newest_model`.
    """
    models = by_age(folder)
    if not models:
        raise ModelError(f"No model in {folder}. Train one: make train")
    check_sum(models[0])
    return models[0], check_model(models[0])


def by_age(folder: Path) -> list[Path]:
    """Models of a folder, newest first."""
    return sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def checksum_file(model: Path) -> Path:
    """Where the checksum of a model is, as `sha256sum --check` reads it."""
    return model.with_name(f"{model.name}.sha256")


def write_checksum(model: Path) -> None:
    """Note that a model is the one that was trained."""
    checksum_file(model).write_text(f"{sha256(model)}  {model.name}\n", encoding="utf-8")


def check_sum(model: Path) -> None:
    """Make sure that a model is the one that was trained.

    Raises:
        ModelError: it is another one, or nobody noted what it is.
    """
    file = checksum_file(model)
    try:
        wanted = file.read_text(encoding="utf-8").partition(" ")[0]
        found = sha256(model)
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


def check_model(path: Path) -> Mapping[str, Any]:
    """Read a model file through to its end, so that damage shows now and not in the middle of a start.

    Returns:
        Rasa's metadata of the model (`trained_at`, `rasa_open_source_version`, …).

    Raises:
        ModelError: damaged, no Rasa model, or of another Rasa version than the installed one.
    """
    try:
        metadata = _metadata(path)
        trained, by = metadata["trained_at"], metadata["rasa_open_source_version"]
    except (OSError, EOFError, zlib.error, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is damaged ({error}). Train again: rm '{path}' && make train") from error
    if by != version("rasa"):
        raise ModelError(
            f"{path} was trained with Rasa {by} on {trained}, installed is {version('rasa')}. Train again: make train"
        )
    return metadata


def _metadata(path: Path) -> dict[str, Any]:
    with tarfile.open(path, "r:gz") as archive:
        member = next((m for m in archive if m.name.removeprefix("./") == "metadata.json"), None)
        content = archive.extractfile(member) if member else None
        if content is None:
            raise ValueError("no metadata.json in it")
        metadata: dict[str, Any] = json.loads(content.read())
    with gzip.open(path) as stream:  # to the end, where the checksum is
        while stream.read(1 << 20):
            pass
    return metadata


def main(arguments: list[str]) -> int:
    """Command line: the checksum of a model that was trained by hand."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m assistant.server.models models/NAME.tar.gz\n")
        return 2
    model = Path(arguments[0])
    try:
        check_model(model)
        write_checksum(model)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"\nSTOPPED  {error}\n")
        return 1
    sys.stdout.write(f"{checksum_file(model)} is written: {model.name} may be served.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
