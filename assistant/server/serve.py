"""`python -m assistant.server.serve`: the Rasa server with the newest model.

The Rasa HTTP API stays closed: it would accept foreign models.
"""

import os
import sys
from pathlib import Path

from ruamel.yaml import YAML

from assistant.paths import MODELS, ROOT
from assistant.server import standins
from assistant.server.models import ModelError, newest_with_metadata
from assistant.server.system import StopError, check_var, complain, hush_libraries, load_settings, say
from assistant.settings import Settings, SettingsError, actions_token

# As credentials.yml names them.
REST = "assistant.channels.rest.Rest"
SOCKETIO = "assistant.channels.socketio.SocketIO"
WHATSAPP = "assistant.channels.whatsapp.WhatsApp"
RESPONSE_TIMEOUT = 60  # seconds; Rasa's default is an hour


def main() -> int:
    """Start the server with the newest model; 1 and one line on standard error when something stops it."""
    try:
        settings = load_settings()
        check_var(settings)
        model, metadata = newest_with_metadata(MODELS)
        line = _server(settings, model)
        os.environ["ACTIONS_TOKEN"] = actions_token(settings)  # for endpoints.yml
        needed_by = standins.install(settings, metadata)
    except (SettingsError, StopError, ModelError) as error:
        complain(error)
        return 1
    if needed_by:
        say(f"Loading every library of Rasa's, for {needed_by}: more memory, and a slower start.")
    os.chdir(ROOT)
    _rasa(line)
    return 0


def _rasa(arguments: list[str]) -> None:
    """Rasa's command line in this process."""
    hush_libraries()
    # A message is one short product: a second thread only waits for the first, and spins while it does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", *arguments]
    rasa()


def _server(settings: Settings, model: Path) -> list[str]:
    return [
        *("run", "--model", str(model), "--endpoints", "endpoints.yml", "--credentials", str(_credentials(settings))),
        *("--interface", settings.assistant_host, "--port", str(settings.assistant_port)),
        *("--response-timeout", str(RESPONSE_TIMEOUT)),
    ]


def _credentials(settings: Settings, file: Path = ROOT / "credentials.yml") -> Path:
    """The channels that are open: `credentials.yml`, or a copy with the channels that settings open and close.

    Raises:
        StopError: there is no such file.
    """
    if not file.is_file():
        raise StopError(f"{file} is missing. Restore: git checkout -- {file.name}")
    if settings.rest_channel and settings.whatsapp and not settings.socketio_channel:
        return file
    channels = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
    if not settings.rest_channel:
        channels.pop(REST, None)
    if not settings.whatsapp:
        channels.pop(WHATSAPP, None)
    if settings.socketio_channel:
        channels[SOCKETIO] = {"session_persistence": True}
    kept = settings.var_dir / file.name
    kept.touch(mode=0o600)  # tokens of channels
    YAML(typ="safe", pure=True).dump(channels, kept)
    return kept


if __name__ == "__main__":
    sys.exit(main())
