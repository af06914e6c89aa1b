"""`python -m quality.launch` (`make check-launch`): what a person must still do before the assistant goes live.

Reads the settings, the answers and the live directory. Exit status 1 while anything is open.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from actions.services.directory import Directory, DirectoryUnavailable
from actions.services.places import Place, places
from assistant.dialogue.directory import phones
from assistant.server.production import unsafe
from assistant.server.system import environment
from assistant.settings import WHATSAPP_CREDENTIALS, Settings, SettingsError
from quality.answers import named_places
from quality.data import responses

IOM = "iom-morocco"
NAMED = 5  # of a long list


def main() -> int:
    """Print every open point; exit status 1 when there is one."""
    try:
        env = environment()
        found = list(open_points(Settings.from_environment(env)))
    except SettingsError as error:
        found = [str(error)]
    for point in found:
        print(f"open  {point}")  # noqa: T201 - a command speaks here
    print(f"{len(found)} points are open: not ready to go live." if found else "Nothing is open.")  # noqa: T201
    return 1 if found else 0


def open_points(settings: Settings) -> Iterator[str]:
    """What is still to be done, a sentence with its mend each.

    Args:
        settings: of the running system.
    """
    yield from _settings(settings)
    yield from _dangers()
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = Directory(settings.directory, Path(folder) / "directory.json").services()
        except DirectoryUnavailable:
            yield f"The directory at {settings.directory} does not answer. Start it (make run) and check again."
            return
    yield from directory_points(places(reading.services))


def _settings(settings: Settings) -> Iterator[str]:
    if not settings.production:
        yield "PRODUCTION is off: nothing would keep the start from these settings. Set PRODUCTION=on."
    yield from unsafe(settings)
    if set(settings.console_hosts.split(",")) <= {"localhost", "127.0.0.1", "[::1]"}:
        yield "CONSOLE_HOSTS names this machine only. Add the host name under which staff reach the console."
    if not settings.whatsapp:
        needed = ", ".join(name.upper() for name in WHATSAPP_CREDENTIALS)
        yield f"WhatsApp has no credentials: {needed} not set. They are in Meta's console (docs/whatsapp.md)."


def _dangers() -> Iterator[str]:
    """Dangers whose answer says itself (`metadata: {own_line: false}`) that no line exists for them."""
    names = {r.name for r in responses() if r.metadata.get("own_line") is False}
    for name in sorted(names):
        yield f"{name} gives the general numbers: no line for this danger is known. Find one, then drop own_line there."


def directory_points(listed: Iterable[Place]) -> Iterator[str]:
    """Open points of the contacts.

    Args:
        listed: the places of the live directory.
    """
    live = {place.id: place for place in listed}
    offices = [place for place in live.values() if place.organization == IOM]
    if not any(place.phones and place.address for place in offices):
        yield "IOM's own office has no phone or no address in the directory. Staff must enter both in the console."
    yield from _many(live, lambda p: not p.verified_on, "were never verified. Call them, then mark them verified.")
    yield from _many(live, lambda p: not p.phones, "have no phone number. Find one, or archive the place.")
    seed = phones()
    for name in sorted({name for response in responses() for name in named_places(response.text)}):
        shown = live[name].phones[0].display if name in live and live[name].phones else None
        if shown is None:
            yield f"Answers give the number of {name}, which the live directory does not show. Correct one of them."
        elif _digits(shown) != _digits(seed[name]):
            where = "Correct data/contacts/organizations.yml: export_contacts writes it."
            yield f"Answers give {seed[name]} for {name}, the live directory {shown}. {where}"


def _many(live: Mapping[str, Place], lacks: Callable[[Place], bool], what: str) -> Iterator[str]:
    names = sorted(name for name, place in live.items() if lacks(place))
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"{len(names)} contacts {what} ({', '.join(names[:NAMED])}{more})"


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


if __name__ == "__main__":
    sys.exit(main())
