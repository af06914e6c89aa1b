"""With PRODUCTION=on nothing starts that suits a laptop only; every reason is named at once, with its mend."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.paths import ROOT
from assistant.server.production import refuse_unsafe, unsafe
from assistant.settings import Settings, SettingsError

READY = {
    "PRODUCTION": "on",
    "SENDER_KEY": "5e17de2" * 5 + "abcf03984",
    "CONSOLE_KEY": "c0115013" * 5 + "abcf29764",
    "ACTIONS_TOKEN": "ac7105" * 6 + "bdef29834",
    "REST_CHANNEL": "off",
    "WHATSAPP_SANDBOX": "off",
    "CONSOLE_HOSTS": "console.example.org",
    "CONSOLE_PROXIES": "1",
}
WHATSAPP = {
    "WHATSAPP_PHONE_ID": "100000000000009",
    "WHATSAPP_TOKEN": "token",
    "WHATSAPP_APP_SECRET": "app",
    "WHATSAPP_VERIFY_TOKEN": "word",
}


NO_FILE = Path("/nonexistent/.env")


def reasons(**changed: str) -> list[str]:
    return list(unsafe(Settings.from_environment({**READY, **changed}), NO_FILE))


def test_a_system_that_is_set_up_for_people_starts() -> None:
    assert reasons() == []
    assert reasons(**WHATSAPP) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SENDER_KEY": ""}, "sender.key"),
        ({"CONSOLE_KEY": ""}, "console.key"),
        ({"ACTIONS_TOKEN": ""}, "actions.token"),
        ({"SENDER_KEY": "x" * 40}, "SENDER_KEY is no random secret"),
        ({"SENDER_KEY": READY["CONSOLE_KEY"]}, "are the same"),
        ({"CONSOLE_DEBUG": "on"}, "CONSOLE_DEBUG=off"),
        ({"LOG_LEVEL": "DEBUG"}, "LOG_LEVEL"),
        ({"REST_CHANNEL": "on"}, "REST_CHANNEL=off"),
        ({"SOCKETIO_CHANNEL": "on"}, "SOCKETIO_CHANNEL=off"),
        ({"WHATSAPP_SANDBOX": "on"}, "WHATSAPP_SANDBOX=off"),
        ({**WHATSAPP, "WHATSAPP_GRAPH": "http://127.0.0.1:5056"}, "WHATSAPP_GRAPH"),
        ({"ASSISTANT_HOST": "0.0.0.0"}, "WEB_PROXIES"),
        ({"CONSOLE_HOST": "::", "CONSOLE_HOSTS": "127.0.0.1", "CONSOLE_PROXIES": "0"}, "CONSOLE_PROXIES"),
        ({"CONSOLE_PROXIES": "0"}, "passwords and cookies would cross the network in clear"),
        ({"WEB_ORIGINS": "http://example.org"}, "WEB_ORIGINS"),
        ({"DIRECTORY_URL": "http://directory.example.org/hsds"}, "DIRECTORY_URL"),
        ({"DIRECTORY_URL": "http://41.140.1.1/hsds"}, "DIRECTORY_URL"),
    ],
)
def test_each_setting_of_a_laptop_is_the_one_reason(changed: dict[str, str], named: str) -> None:
    found = reasons(**changed)
    assert len(found) == 1, found
    assert named in found[0]
    assert "\n" not in found[0]
    assert not any(secret in found[0] for secret in ("5e17de2", "c0115013", "ac7105", "xxx"))


@pytest.mark.parametrize(
    "changed",
    [
        {"ASSISTANT_HOST": "0.0.0.0", "WEB_PROXIES": "1"},
        {"CONSOLE_HOSTS": "localhost,127.0.0.1,[::1]", "CONSOLE_PROXIES": "0"},
        {"WEB_ORIGINS": "https://example.org"},
        {"DIRECTORY_URL": "https://directory.example.org/hsds"},
        {"DIRECTORY_URL": "http://console:8000/hsds"},
        {"DIRECTORY_URL": "http://10.0.0.7/hsds"},
    ],
)
def test_what_is_safe_is_not_refused(changed: dict[str, str]) -> None:
    assert reasons(**changed) == []


@pytest.mark.parametrize(("mode", "refused"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_file_of_secrets_is_not_for_everybody(tmp_path: Path, mode: int, refused: bool) -> None:
    file = tmp_path / ".env"
    file.touch()
    file.chmod(mode)
    found = list(unsafe(Settings.from_environment(READY), file))
    assert [reason.endswith(f"chmod 600 '{file}'") for reason in found] == [True] * refused


def test_without_production_nothing_is_refused() -> None:
    refuse_unsafe(Settings())
    with pytest.raises(SettingsError) as error:
        refuse_unsafe(Settings(production=True))
    assert str(error.value).count("\n  - ") == len(list(unsafe(Settings()))) >= 5


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "assistant.server.run"],
        ["console/manage.py", "project_transcripts"],
        pytest.param(["-m", "assistant.server.serve"], marks=LONG),
        pytest.param(["-m", "assistant.server.actions"], marks=LONG),
        pytest.param(["-m", "assistant.server.console"], marks=LONG),
    ],
    ids=lambda command: command[-1],
)
def test_no_process_starts(command: Sequence[str], tmp_path: Path) -> None:
    env = {**os.environ, **READY, "VAR_DIR": str(tmp_path / "var"), "SENDER_KEY": "", "REST_CHANNEL": "on"}
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "SENDER_KEY is not set" in done.stderr
    assert "REST_CHANNEL is on" in done.stderr
    assert not (tmp_path / "var").exists()
