"""What is sent has the form that serves the person: choices to tap or to type, a map, a recording, no preview."""

import pytest
import requests

from tests.whatsapp.channel.conftest import ON_THE_MAP, POINT, Channel, Person
from tests.whatsapp.payloads import Object, tap, text, voice
from tests.whatsapp.sandbox import wait_for
from tests.whatsapp.sent import choices, words

FRENCH, ARABIC = tap("/language/fr"), tap("/language/ar")
MENU = tap("/menu/main")
SCENES: dict[str, list[Object]] = {
    "a number": [FRENCH, MENU, text("2")],
    "a word for a number": [FRENCH, MENU, text("le deuxième")],
    "a title": [FRENCH, MENU, text("aide et services")],
    "a number in Arabic": [ARABIC, MENU, text("٢")],
    "a place": [FRENCH, tap(f"/place/{ON_THE_MAP}")],
    "a place in Arabic": [ARABIC, tap(f"/place/{ON_THE_MAP}")],
    "a place without coordinates": [FRENCH, tap("/place/omdh-tanger")],
    "its hours only": [FRENCH, tap(f"/place/{ON_THE_MAP}"), text("quels horaires ?")],
    "several places": [FRENCH, tap("/need/legal_aid"), tap("/city/rabat")],
    "a danger": [FRENCH, tap("/urgent/violence")],
    "spoken to": [FRENCH, voice(), tap("/services/health"), tap("/regul/cost")],
    "never spoken to": [FRENCH, tap("/services/health")],
    "about privacy": [FRENCH, tap("/chat/privacy_full")],
}


@pytest.fixture(scope="module")
def played(channel: Channel) -> dict[str, list[list[Object]]]:
    """All scenes, played at once."""
    return channel.play(SCENES)


@pytest.mark.parametrize("name", ["a number", "a word for a number", "a title", "a number in Arabic"])
def test_a_row_of_a_list_is_chosen_by_typing(played: dict[str, list[list[Object]]], name: str) -> None:
    (menu,) = played[name][1]
    assert menu["interactive"]["type"] == "list"
    assert list(choices(menu).values())[1] == "/menu/services"
    (chosen,) = played[name][2]
    assert "/services/health" in choices(chosen).values()


def test_a_list_is_opened_in_the_persons_language(played: dict[str, list[list[Object]]]) -> None:
    opens = [played[name][1][0]["interactive"]["action"]["button"] for name in ("a number", "a number in Arabic")]
    assert opens == ["Choisir", "اختاروا"]


def test_links_have_no_preview(played: dict[str, list[list[Object]]]) -> None:
    """It would cost data, and show on a shared phone what the talk is about."""
    texts = [
        message for replies in played.values() for reply in replies for message in reply if message["type"] == "text"
    ]
    assert texts
    assert all(message["text"]["preview_url"] is False for message in texts)


@pytest.mark.parametrize(
    ("name", "place", "city"), [("a place", "Groupe antiraciste", "Rabat"), ("a place in Arabic", "", "الرباط")]
)
def test_a_place_is_shown_on_the_map(played: dict[str, list[list[Object]]], name: str, place: str, city: str) -> None:
    pin, said = played[name][1]
    where = pin["location"]
    assert (float(where["latitude"]), float(where["longitude"])) == POINT
    assert where["name"] in words(said).replace("\u2066", "").replace("\u2069", "")
    assert place in where["name"] and city in where["address"]


@pytest.mark.parametrize("name", ["a place without coordinates", "several places"])
def test_no_map_where_there_is_nothing_to_show(played: dict[str, list[list[Object]]], name: str) -> None:
    assert [message["type"] for message in played[name][-1]] == ["interactive"]


def test_who_asks_for_hours_gets_no_map(played: dict[str, list[list[Object]]]) -> None:
    (said,) = played["its hours only"][2]
    assert "Heures" in words(said)


def test_a_danger_is_one_text_without_choices(played: dict[str, list[list[Object]]]) -> None:
    (said,) = played["a danger"][1]
    assert said["type"] == "text"
    assert "19" in words(said)


def test_who_sends_voice_notes_gets_recordings_where_there_are_any(
    channel: Channel, played: dict[str, list[list[Object]]]
) -> None:
    _, unheard, health, price = played["spoken to"]
    assert [[message["type"] for message in reply] for reply in (unheard, health, price)] == [
        ["audio", "interactive"],
        ["audio", "interactive"],
        ["interactive"],
    ]
    for (recording, _), name in ((unheard, "voice.fr.ogg"), (health, "services.health.fr.ogg")):
        heard = requests.get(f"{channel.sandbox.url}/sandbox/media/{recording['audio']['id']}", timeout=30)
        assert heard.content == b"OggS" + name.encode()
        assert heard.headers["Content-Type"].startswith("audio/ogg")
    assert "audio" not in [message["type"] for message in played["never spoken to"][1]]


def test_who_asks_is_told_that_meta_looks_on(played: dict[str, list[list[Object]]]) -> None:
    assert "WhatsApp" in "".join(words(message) for message in played["about privacy"][1])


def test_a_recording_is_uploaded_once(channel: Channel) -> None:
    people = channel.person(), channel.person()
    for person in people:
        person.send(FRENCH)
        channel.settle()
        person.send(voice())
        channel.settle()
    first, second = (
        [message["audio"]["id"] for message in person.got() if message["type"] == "audio"] for person in people
    )
    assert first == second and len(first) == 1


def test_a_reply_is_announced_and_its_parts_are_followed(channel: Channel, person: Person) -> None:
    asked = person.send(tap(f"/place/{ON_THE_MAP}"))
    channel.settle()
    wait_for(channel.sandbox.reads, lambda reads: {"id": asked, "typing": True} in [_brief(read) for read in reads])
    query = "SELECT part, state FROM deliveries WHERE sender_id = :sender ORDER BY part"
    parts = [(part, "read") for part in range(len(person.got()))]
    assert len(parts) > 1
    wait_for(lambda: channel.rows(query, sender=channel.sender_id(person)), lambda rows: rows == parts)


def _brief(read: Object) -> Object:
    return {name: read[name] for name in ("id", "typing")}
