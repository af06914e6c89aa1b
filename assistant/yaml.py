"""Reading the project's YAML files."""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


@cache
def read(path: Path) -> Any:  # noqa: ANN401 - as free as YAML
    """Content of a YAML file, read once a process.

    Raises:
        ValueError: the file is no YAML; the message names file and line.
        FileNotFoundError: no such file.
    """
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise ValueError(f"{path}: not readable as YAML. {error}") from error


def read_folder(folder: Path, key: str) -> dict[str, Any]:
    """The mappings under one key of every `*.yml` of a folder, joined; files without the key are passed over.

    Raises:
        ValueError: a name stands in two files.
    """
    joined: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        part = (read(path) or {}).get(key) or {}
        twice = joined.keys() & part.keys()
        if twice:
            raise ValueError(f"{path}: {', '.join(sorted(twice))} stands in another file of {folder.name}/ too.")
        joined.update(part)
    return joined
