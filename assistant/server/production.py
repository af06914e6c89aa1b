"""What suits a laptop and endangers people where they use it: named all at once, and refused with `PRODUCTION=on`."""

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from assistant.paths import ROOT
from assistant.settings import LOOPBACK, Settings, SettingsError

KEYS = ("sender_key", "console_key", "actions_token")
MAKE_ONE = "openssl rand -hex 32"
FEWEST_CHARACTERS = 10  # different ones in a random key; 32 hexadecimal digits have 10 in all but one of 10,000 cases


def refuse_unsafe(settings: Settings) -> None:
    """Make sure that people can be let in, where the operator says that they are.

    Raises:
        SettingsError: they are not safe; a line for each reason, with its mend.
    """
    found = list(unsafe(settings)) if settings.production else []
    if found:
        raise SettingsError(
            "PRODUCTION is on, and people would not be safe:" + "".join(f"\n  - {one}" for one in found)
        )


def unsafe(settings: Settings, file: Path = ROOT / ".env") -> Iterator[str]:
    """Each setting with which people would not be safe, and its mend, one line each.

    Args:
        settings: of the system.
        file: in which settings may stand.
    """
    if file.is_file() and file.stat().st_mode & stat.S_IRWXO:
        yield f"{file} holds secrets, and every account of this machine may read it. Close it: chmod 600 '{file}'"
    yield from _secrets(settings)
    if settings.console_debug:
        yield "CONSOLE_DEBUG is on: its error pages show secrets. Set CONSOLE_DEBUG=off."
    if settings.log_level == "DEBUG":
        yield "LOG_LEVEL is DEBUG. Set it to WARNING or INFO."
    for name in ("rest_channel", "socketio_channel"):
        if getattr(settings, name):
            yield f"{name.upper()} is on: whoever reaches it may name any conversation. Set {name.upper()}=off."
    yield from _whatsapp(settings)
    yield from _network(settings)


def _secrets(settings: Settings) -> Iterator[str]:
    for name in KEYS:
        key = getattr(settings, name)
        if not key:
            where = settings.var_dir / name.replace("_", ".")
            yield (
                f"{name.upper()} is not set: the one in {where} is lost with that folder, and stolen with the data. "
                f"Set a secret of your own: {MAKE_ONE}"
            )
        elif len(set(key)) < FEWEST_CHARACTERS:
            yield f"{name.upper()} is no random secret. Make one: {MAKE_ONE}"
    given = [key for name in KEYS if (key := getattr(settings, name))]
    if len(set(given)) < len(given):
        yield f"Two of {', '.join(name.upper() for name in KEYS)} are the same. Make one for each: {MAKE_ONE}"


def _whatsapp(settings: Settings) -> Iterator[str]:
    if not settings.whatsapp and settings.whatsapp_sandbox:
        yield (
            "WHATSAPP_SANDBOX would stand in for Meta. Set Meta's credentials (docs/whatsapp.md), or "
            "WHATSAPP_SANDBOX=off to go without WhatsApp."
        )
    if settings.whatsapp_graph and urlsplit(settings.whatsapp_graph).scheme != "https":
        yield "WHATSAPP_GRAPH is a test server's, over plain HTTP. Leave it empty: that is Meta's."


def _network(settings: Settings) -> Iterator[str]:
    for part, proxies in (("assistant", "web_proxies"), ("console", "console_proxies")):
        if getattr(settings, f"{part}_host") not in LOOPBACK and not getattr(settings, proxies):
            yield (
                f"{part.upper()}_HOST is reached from the network, over plain HTTP and without a proxy before it. "
                f"Set it to 127.0.0.1, or {proxies.upper()} to how many proxies (nginx, with TLS) stand before it."
            )
    public = [host for host in settings.console_hosts.split(",") if host.strip("[]") not in LOOPBACK]
    if public and not settings.console_proxies:
        yield (
            f"CONSOLE_HOSTS names {public[0]}, and no proxy with TLS stands before the console: passwords and cookies "
            "would cross the network in clear. Set CONSOLE_PROXIES=1 once it does."
        )
    for origin in filter(None, settings.web_origins.split(",")):
        if not _is_private(origin):
            yield f"WEB_ORIGINS names {origin}: others on that network could read and change the page. Use https."
    if not _is_private(settings.directory):
        yield (
            f"DIRECTORY_URL {settings.directory} is read over plain HTTP: others could change the numbers that people "
            "are given. Use https."
        )


def _is_private(address: str) -> bool:
    """Whether nobody on the way reads along: HTTPS, this machine, or a name or address of one's own network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" or ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host  # a service of the same machine or cluster
