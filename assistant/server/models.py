"""Trained models on disk."""

import gzip
import json
import tarfile
import zlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any


class ModelError(Exception):
    """No model that can be used; the text is one line for the operator."""


def newest_model(folder: Path) -> Path:
    """The model trained or confirmed last, checked.

    Args:
        folder: where the `*.tar.gz` are.

    Raises:
        ModelError: there is none, or the newest is damaged or of another Rasa version.
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
    return models[0], check_model(models[0])


def by_age(folder: Path) -> list[Path]:
    """Models of a folder, newest first."""
    return sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


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
