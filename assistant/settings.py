"""Settings of the running system: one environment variable each, listed in `.env.example`."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.paths import ROOT

LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg2")
REDIS = ("redis", "rediss")
SWITCH = {"on": True, "true": True, "1": True, "yes": True, "off": False, "false": False, "0": False, "no": False}
SHORTEST_KEY = 32  # characters
LONGEST_NAME = 40  # characters
WHATSAPP_CREDENTIALS = ("whatsapp_phone_id", "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token")
METRICS_PORTS = ("ASSISTANT_METRICS_PORT", "ACTIONS_METRICS_PORT", "TRANSCRIPTS_METRICS_PORT")
PORTS = ("ASSISTANT_PORT", "ACTIONS_PORT", "CONSOLE_PORT", "SANDBOX_PORT", *METRICS_PORTS)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(ValueError):
    """A setting is wrong; the text is one line for the operator."""


@dataclass(frozen=True)
class Settings:
    """What can be set. The environment variable is the attribute's name in capitals.

    Attributes:
        production: whether the start is refused while a setting is one for a laptop (`assistant/server/production.py`).
        assistant_host: address on which the assistant listens.
        assistant_port: its port.
        actions_host: address on which the action server listens.
        actions_port: its port.
        actions_token: secret by which the action server knows the assistant; empty means the one in `var_dir` (see
            `actions_token`).
        var_dir: folder of everything that the running system writes.
        database_url: database of the conversations; empty means SQLite under `var_dir`.
        redis_url: Redis in which several assistants keep locks and rates; empty means that there is one assistant.
        retention_days: days for which conversations are kept; counts of them stay.
        erased_log: file that remembers who was erased, for the day on which a backup is restored; None means the one in
            `var_dir`.
        sender_key: secret behind the pseudonyms of people; empty means the one in `var_dir` (see `sender_key`).
        sender_key_old: earlier values of `sender_key`, separated by commas, under which sessions and sealed messages
            are still read, and people still erased.
        log_level: least severe log lines that are shown.
        log_format: `text`, or `json` for one JSON object a line (`assistant/operation/json_lines.py`).
        metrics_host: address on which each process shows its metrics.
        assistant_metrics_port: port of the assistant's metrics; 0 is none.
        actions_metrics_port: port of the action server's metrics; 0 is none.
        transcripts_metrics_port: port of the metrics of the process that makes transcripts; 0 is none.
        rest_channel: whether Rasa's REST channel, for tools on the same machine, is open.
        action_timeout: seconds after which the assistant answers without the action server.
        stand_ins: whether serving goes without the heavy libraries that its model never calls
            (`assistant/server/standins.py`).
        plain_graph: whether Rasa's components are called without dask (`assistant/server/graph.py`).
        shortcuts: whether Rasa does once what it does again and again (`assistant/server/shortcuts.py`).
        console_host: address on which the staff console listens.
        console_port: its port.
        console_key: secret that signs the console's sessions; empty means the one in `var_dir` (see `console_key`).
        console_key_old: earlier values of `console_key`, separated by commas; sessions signed with them go on.
        console_hosts: host names under which browsers reach the console, separated by commas.
        console_proxies: how many proxies of ours stand before the console and tell whom they speak for.
        console_debug: Django's debug pages, for development only.
        directory_url: HSDS directory that the actions read; empty means the console's own.
        socketio_channel: whether Rasa's Socket.IO channel, for existing Rasa clients, is open.
        web_origins: origins of other sites that may use the web channel, separated by commas.
        web_rate_session: messages a minute that one conversation of the web channel may send.
        web_rate_address: requests a minute that the web channel takes from one network address.
        web_proxies: how many proxies of ours stand before the assistant and tell whom they speak for.
        web_name: name of the assistant on its page; empty is Dalil or دليل.
        web_accent: accent colour of its page, as CSS writes it; empty is the widget's own.
        web_exit: neutral page to which the quick exit leads.
        whatsapp_link: address that opens a WhatsApp chat with the assistant; empty is none.
        whatsapp_phone_id: Meta's id of the business number that is answered for; empty with the next three is no
            WhatsApp.
        whatsapp_token: access token of the Graph API.
        whatsapp_app_secret: secret with which Meta signs what it sends.
        whatsapp_verify_token: word of one's own that Meta repeats when the webhook's address is entered.
        whatsapp_graph: address of the Graph API, without a version; empty is Meta's.
        whatsapp_audio: folder of recorded answers; empty is none.
        whatsapp_sandbox: whether `make run` starts the sandbox in the place of Meta while there are no credentials.
        sandbox_port: port of the sandbox, always on loopback.
    """

    production: bool = False
    assistant_host: str = "127.0.0.1"
    assistant_port: int = 5005
    actions_host: str = "127.0.0.1"
    actions_port: int = 5055
    actions_token: str = field(default="", repr=False)
    var_dir: Path = ROOT / "var"
    database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    retention_days: int = 90
    erased_log: Path | None = None
    sender_key: str = field(default="", repr=False)
    sender_key_old: str = field(default="", repr=False)
    log_level: str = "WARNING"
    log_format: str = "text"
    metrics_host: str = "127.0.0.1"
    assistant_metrics_port: int = 0
    actions_metrics_port: int = 0
    transcripts_metrics_port: int = 0
    rest_channel: bool = True
    action_timeout: float = 2.0
    stand_ins: bool = True
    plain_graph: bool = True
    shortcuts: bool = True
    console_host: str = "127.0.0.1"
    console_port: int = 8000
    console_key: str = field(default="", repr=False)
    console_key_old: str = field(default="", repr=False)
    console_hosts: str = "localhost,127.0.0.1"
    console_proxies: int = 0
    console_debug: bool = False
    directory_url: str = ""
    socketio_channel: bool = False
    web_origins: str = ""
    web_rate_session: int = 30
    web_rate_address: int = 240
    web_proxies: int = 0
    web_name: str = ""
    web_accent: str = ""
    web_exit: str = "https://www.google.com/"
    whatsapp_link: str = ""
    whatsapp_phone_id: str = ""
    whatsapp_token: str = field(default="", repr=False)
    whatsapp_app_secret: str = field(default="", repr=False)
    whatsapp_verify_token: str = field(default="", repr=False)
    whatsapp_graph: str = ""
    whatsapp_audio: Path | None = None
    whatsapp_sandbox: bool = True
    sandbox_port: int = 5056

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from environment variables; one that is missing or empty has its default.

        Raises:
            SettingsError: a value is not allowed; the text names the variable, what was found and what is allowed.
        """
        given = {name: env.get(name.upper(), "").strip() for name in names()}
        settings = cls(**{name: READERS[name](name.upper(), value) for name, value in given.items() if value})
        ports: dict[int, str] = {}
        for name in PORTS:
            port = getattr(settings, name.lower())
            if port in ports and port:
                raise SettingsError(f"{ports[port]} and {name} are both {port}; they must differ.")
            ports[port] = name
        if settings.socketio_channel and settings.redis_url:
            raise SettingsError(
                "SOCKETIO_CHANNEL is on and REDIS_URL is set: Socket.IO holds its connections in one process, and "
                "REDIS_URL is for several. Set SOCKETIO_CHANNEL=off, or REDIS_URL to nothing."
            )
        _check_whatsapp(settings)
        return settings

    @property
    def whatsapp(self) -> bool:
        """Whether the WhatsApp channel has what it needs."""
        return bool(self.whatsapp_token)

    @property
    def erasures_kept(self) -> Path:
        """Where it is remembered who was erased (`assistant/privacy/erased.py`)."""
        return self.erased_log or self.var_dir / "erased.jsonl"

    @property
    def directory(self) -> str:
        """Address of the HSDS directory that the actions read, without a slash at its end."""
        return (self.directory_url or f"http://127.0.0.1:{self.console_port}/hsds").rstrip("/")

    def to_environment(self) -> dict[str, str]:
        """Every setting as an environment variable: for child processes and for `${…}` in Rasa's YAML files."""
        return {name.upper(): _written(getattr(self, name)) for name in names()}


def _check_whatsapp(settings: Settings) -> None:
    """All credentials or none; and real people's numbers are hashed with a key that is kept apart from the data."""
    missing = [name.upper() for name in WHATSAPP_CREDENTIALS if not getattr(settings, name)]
    if missing and len(missing) < len(WHATSAPP_CREDENTIALS):
        raise SettingsError(f"WhatsApp lacks {', '.join(missing)}: set all four, from Meta's console, or none.")
    local = urlsplit(settings.whatsapp_graph).hostname in LOOPBACK
    if settings.whatsapp and not local and not settings.sender_key:
        raise SettingsError(
            "WhatsApp needs SENDER_KEY, the secret behind people's numbers, in the environment. Make one: "
            "openssl rand -hex 32"
        )


def names() -> list[str]:
    """Names of all settings, in the order of `.env.example`."""
    return [f.name for f in fields(Settings)]


def sender_key(settings: Settings) -> str:
    """The secret behind people's pseudonyms; without `SENDER_KEY` one is made once and kept in `VAR_DIR/sender.key`.

    Raises:
        SettingsError: the kept key is too short to be one.
        OSError: VAR_DIR cannot be written.
    """
    return settings.sender_key or _kept_key(settings.var_dir / "sender.key")


def sender_keys(settings: Settings) -> list[bytes]:
    """The key of `sender_key` and, after it, those that it has replaced: what they made is still read.

    Raises:
        SettingsError, OSError: see `sender_key`.
    """
    return [sender_key(settings).encode(), *(key.encode() for key in _listed(settings.sender_key_old))]


def console_key(settings: Settings) -> str:
    """The secret behind the console's sessions; without `CONSOLE_KEY` one is made and kept in `VAR_DIR/console.key`.

    Raises:
        SettingsError, OSError: see `sender_key`.
    """
    return settings.console_key or _kept_key(settings.var_dir / "console.key")


def old_console_keys(settings: Settings) -> list[str]:
    """The keys that the console's has replaced."""
    return _listed(settings.console_key_old)


def actions_token(settings: Settings) -> str:
    """The secret of assistant and action server; without `ACTIONS_TOKEN` one is kept in `VAR_DIR/actions.token`.

    Raises:
        SettingsError, OSError: see `sender_key`.
    """
    return settings.actions_token or _kept_key(settings.var_dir / "actions.token")


def _listed(keys: str) -> list[str]:
    return keys.split(",") if keys else []


def _kept_key(path: Path) -> str:
    if not path.exists():
        _keep_new_key(path)
    return _key(str(path), path.read_text(encoding="ascii").strip())


def _keep_new_key(path: Path) -> None:
    """Write whole and then give it its name, which fails when another process was faster: all read the same key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")  # mkstemp makes it 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _written(value: str | bool | float | Path | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrong(name: str, found: str, allowed: str) -> SettingsError:
    return SettingsError(f"{name} is {found}; allowed: {allowed}.")


def _host(name: str, value: str) -> str:
    if any(c.isspace() or c in "/@" for c in value):
        raise _wrong(name, repr(value), "an address or host name without port, such as 127.0.0.1")
    return value


def _hosts(name: str, value: str) -> str:
    return ",".join(_host(name, host.strip()) for host in value.split(","))


def _web_address(name: str, value: str) -> str:
    if not _is_web(value) or urlsplit(value).query or urlsplit(value).fragment:
        raise _wrong(name, repr(value), "empty, or an address such as https://example.org/hsds, without ? and #")
    return value


def _is_web(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _plain(name: str, value: str) -> str:
    if not value.isascii() or any(c.isspace() for c in value):
        raise _wrong(name, "with spaces or letters that no such value has", "as it stands in Meta's console")
    return value


def _page(name: str, value: str) -> str:
    if not _is_web(value):
        raise _wrong(name, repr(value), "the address of a page, such as https://example.org/")
    return value


def _origins(name: str, value: str) -> str:
    origins = [origin.strip().rstrip("/").lower() for origin in value.split(",")]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != origin or "@" in origin:
            raise _wrong(name, repr(origin), "origins such as https://example.org, separated by commas, without a path")
    return ",".join(origins)


def _label(name: str, value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise _wrong(name, f"{len(value)} characters long", f"at most {LONGEST_NAME} characters")
    return value


def _colour(name: str, value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise _wrong(name, repr(value), "empty, or a colour such as #0b5cad")
    return value


def _number(lowest: int, highest: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise _wrong(name, repr(value), f"a whole number from {lowest} to {highest}")
        return int(value)

    return read


def _folder(name: str, value: str) -> Path:
    return ROOT / Path(value).expanduser()


def _database(name: str, value: str) -> str:
    # The value holds a password: only its scheme may be shown.
    scheme = urlsplit(value).scheme if "://" in value else ""
    if scheme not in DATABASES:
        found = f"of the kind {scheme!r}" if scheme else "no URL"
        raise _wrong(
            name, found, "empty (SQLite under VAR_DIR), sqlite:///file or postgresql://user:password@host/name"
        )
    return value


def _redis(name: str, value: str) -> str:
    # The value may hold a password: nothing of it is shown.
    try:
        parts = urlsplit(value)
        database = parts.path.removeprefix("/")
        right = parts.scheme in REDIS and bool(parts.hostname) and parts.port != 0 and (database or "0").isdigit()
    except ValueError:  # a port that is no number
        right = False
    if not right:
        raise _wrong(name, "no address of a Redis", "empty, or redis://:password@host:6379/0 (rediss:// for TLS)")
    return value


def _key(name: str, value: str) -> str:
    if len(value) < SHORTEST_KEY:
        raise _wrong(name, f"{len(value)} characters long", f"empty, or at least {SHORTEST_KEY} random characters")
    return value


def _keys(name: str, value: str) -> str:
    return ",".join(_key(name, key.strip()) for key in value.split(","))


def _header_key(name: str, value: str) -> str:
    """A key that also fits into a header of HTTP."""
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise _wrong(name, "with spaces or letters that no header carries", "letters and digits without accents")
    return _key(name, value)


def _level(name: str, value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise _wrong(name, repr(value), ", ".join(LOG_LEVELS))
    return value.upper()


def _format(name: str, value: str) -> str:
    if value.lower() not in LOG_FORMATS:
        raise _wrong(name, repr(value), " or ".join(LOG_FORMATS))
    return value.lower()


def _switch(name: str, value: str) -> bool:
    if value.lower() not in SWITCH:
        raise _wrong(name, repr(value), "on or off")
    return SWITCH[value.lower()]


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 30:
        raise _wrong(name, repr(value), "seconds from 0.1 to 30")
    return seconds


READERS: dict[str, Callable[[str, str], Any]] = {
    "production": _switch,
    "assistant_host": _host,
    "assistant_port": _number(1, 65535),
    "actions_host": _host,
    "actions_port": _number(1, 65535),
    "actions_token": _header_key,
    "var_dir": _folder,
    "database_url": _database,
    "redis_url": _redis,
    "retention_days": _number(1, 36_500),
    "erased_log": _folder,
    "sender_key": _key,
    "sender_key_old": _keys,
    "log_level": _level,
    "log_format": _format,
    "metrics_host": _host,
    "assistant_metrics_port": _number(0, 65535),
    "actions_metrics_port": _number(0, 65535),
    "transcripts_metrics_port": _number(0, 65535),
    "rest_channel": _switch,
    "action_timeout": _seconds,
    "stand_ins": _switch,
    "plain_graph": _switch,
    "shortcuts": _switch,
    "console_host": _host,
    "console_port": _number(1, 65535),
    "console_key": _key,
    "console_key_old": _keys,
    "console_hosts": _hosts,
    "console_proxies": _number(0, 10),
    "console_debug": _switch,
    "directory_url": _web_address,
    "socketio_channel": _switch,
    "web_origins": _origins,
    "web_rate_session": _number(1, 100_000),
    "web_rate_address": _number(1, 100_000),
    "web_proxies": _number(0, 10),
    "web_name": _label,
    "web_accent": _colour,
    "web_exit": _page,
    "whatsapp_link": _page,
    "whatsapp_phone_id": _plain,
    "whatsapp_token": _plain,
    "whatsapp_app_secret": _plain,
    "whatsapp_verify_token": _plain,
    "whatsapp_graph": _web_address,
    "whatsapp_audio": _folder,
    "whatsapp_sandbox": _switch,
    "sandbox_port": _number(1, 65535),
}
