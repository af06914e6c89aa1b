"""`python -m assistant.server.serve`: the Rasa server with the newest model, or a talk with it in the terminal.

The Rasa HTTP API stays closed: it would accept foreign models.
"""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from assistant.paths import MODELS, ROOT
from assistant.server.models import ModelError, newest_model
from assistant.server.system import StopError, check_var, complain, hush_libraries, load_settings
from assistant.settings import Settings, SettingsError

REST = "assistant.channels.rest.Rest"  # as credentials.yml names it
RESPONSE_TIMEOUT = 60  # seconds; Rasa's default is an hour


def main(arguments: Sequence[str]) -> int:
    """Command line; `--shell` talks in the terminal, on a port of its own, so that it works beside `make run`."""
    try:
        settings = load_settings()
        check_var(settings)
        command = _shell if "--shell" in arguments else _server
        line = command(settings, newest_model(MODELS))
    except (SettingsError, StopError, ModelError) as error:
        complain(error)
        return 1
    os.chdir(ROOT)
    _rasa(line)
    return 0


def _rasa(arguments: list[str]) -> None:
    """Rasa's command line in this process."""
    hush_libraries()
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", *arguments]
    rasa()


def _server(settings: Settings, model: Path) -> list[str]:
    return [
        *("run", "--model", str(model), "--endpoints", "endpoints.yml", "--credentials", str(_credentials(settings))),
        *("--interface", settings.assistant_host, "--port", str(settings.assistant_port)),
        *("--response-timeout", str(RESPONSE_TIMEOUT)),
    ]


def _shell(settings: Settings, model: Path) -> list[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--interface", "127.0.0.1", "--port", str(port)]
    return ["shell", "--model", str(model), "--endpoints", "endpoints.yml", *where]


def _credentials(settings: Settings, file: Path = ROOT / "credentials.yml") -> Path:
    """The channels that are open: `credentials.yml`, or a copy without the REST channel.

    Raises:
        StopError: there is no such file.
    """
    if not file.is_file():
        raise StopError(f"{file} is missing. Restore: git checkout -- {file.name}")
    if settings.rest_channel:
        return file
    channels = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
    channels.pop(REST, None)
    kept = settings.var_dir / file.name
    kept.touch(mode=0o600)  # tokens of channels
    YAML(typ="safe", pure=True).dump(channels, kept)
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
