"""What must be done before going live is named, and nothing else keeps it open."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from actions.services.places import Phone, Place, places
from assistant.paths import ROOT
from assistant.settings import Settings
from quality.launch import directory_points, open_points
from tests.actions.seed import services
from tests.conftest import free_port

SEED = places(services())
READY = Settings(
    production=True,
    rest_channel=False,
    sender_key="s0123456789" * 4,
    console_key="c0123456789" * 4,
    actions_token="a0123456789" * 4,
    console_hosts="console.example.org",
    console_proxies=1,
    log_level="INFO",
    whatsapp_token="t",
)
NOWHERE = replace(READY, directory_url=f"http://127.0.0.1:{free_port()}/hsds")


def points(settings: Settings) -> str:
    return "\n".join(open_points(settings))


def told(listed: list[Place]) -> str:
    return "\n".join(directory_points(listed))


def verified(place: Place) -> Place:
    """A place of which nothing is open."""
    phones = place.phones or (Phone("+212537000000", "05 37 00 00 00"),)
    return replace(place, verified_on="2026-11-20", phones=phones, address={"fr": "a", "ar": "ب"})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"production": False}, "PRODUCTION"),
        ({"console_debug": True}, "CONSOLE_DEBUG"),
        ({"log_level": "DEBUG"}, "LOG_LEVEL"),
        ({"rest_channel": True}, "REST_CHANNEL"),
        ({"socketio_channel": True}, "SOCKETIO_CHANNEL"),
        ({"sender_key": ""}, "SENDER_KEY"),
        ({"console_key": ""}, "CONSOLE_KEY"),
        ({"console_hosts": "localhost,127.0.0.1"}, "CONSOLE_HOSTS"),
    ],
)
def test_settings_of_a_laptop_are_open_points(change: dict[str, object], named: str) -> None:
    assert named not in points(NOWHERE)
    assert named in points(replace(NOWHERE, **change))


def test_missing_credentials_of_whatsapp_are_named() -> None:
    assert "WHATSAPP" not in points(NOWHERE)
    assert "WHATSAPP_TOKEN" in points(replace(NOWHERE, whatsapp_token=""))


def test_a_directory_that_does_not_answer_is_an_open_point() -> None:
    assert "does not answer. Start it (make run)" in points(NOWHERE)


def test_dangers_without_a_line_of_their_own_are_named() -> None:
    text = points(NOWHERE)
    for danger in ("suicide", "sea", "missing", "detention"):
        assert f"utter_urgent/{danger}" in text
    assert "utter_urgent/medical" not in text


def test_the_seed_lacks_the_office_and_every_verification() -> None:
    text = told(list(SEED))
    assert "IOM's own office has no phone or no address" in text
    assert "were never verified" in text
    assert "have no phone number" in text


def test_a_whole_and_verified_directory_has_no_open_point() -> None:
    assert told([verified(place) for place in SEED]) == ""


def test_a_number_in_an_answer_that_differs_from_the_live_one_is_named() -> None:
    listed = [verified(place) for place in SEED]
    changed = [
        replace(place, phones=(Phone("+212537999999", "05 37 99 99 99"),)) if place.id == "hcr-rabat" else place
        for place in listed
    ]
    assert "Answers give 05 37 54 54 00 for hcr-rabat, the live directory 05 37 99 99 99." in told(changed)
    assert "hcr-rabat" in told([place for place in listed if place.id != "hcr-rabat"])


def test_the_same_number_written_otherwise_is_the_same() -> None:
    listed = [
        replace(verified(place), phones=(Phone("+212537545400", "0537-545400"),)) if place.id == "hcr-rabat" else place
        for place in map(verified, SEED)
    ]
    assert told(listed) == ""


def test_the_command_ends_with_1_while_something_is_open(tmp_path: Path) -> None:

    env = {**os.environ, "VAR_DIR": str(tmp_path), "DIRECTORY_URL": NOWHERE.directory_url}
    command = [sys.executable, "-m", "quality.launch"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "points are open: not ready to go live." in done.stdout
