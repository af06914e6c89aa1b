"""Replies of the contact actions in words: whole, short, with a number that works, fresh or said not to be."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa_sdk.executor import CollectingDispatcher

from actions import contact
from actions.contact import Asked, Reply
from actions.services.places import Phone, Place, places
from actions.services.reading import Contacts
from actions.services.search import cities_with
from assistant import yaml
from assistant.dialogue.answers import Answers
from assistant.dialogue.needs import needs
from assistant.dialogue.state import Search, Turn
from assistant.nlu.lexicon import lexicon
from assistant.paths import DATA, ROOT
from quality.coverage import SAID_BY_ACTIONS
from tests.actions.seed import services

# A WhatsApp message with buttons holds no more characters.
LONGEST = 1024
LONGEST_TITLE = 20
SEED = places(services())
PLACES = {place.id: place for place in SEED}
GADEM = PLACES["gadem-rabat"]
LAWYER = Search(need="legal_aid", city="tanger", found=True)
LANGUAGES = ("fr", "ar")


@pytest.fixture(scope="module")
def answers() -> Answers:
    responses = yaml.read_folder(DATA / "answers", "responses")
    return Answers(domain=Domain.from_dict({"responses": responses}))


Said = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def said(answers: Answers) -> Said:
    """What a person reads of an action's reply."""

    def say(reply: Reply, search: Search, language: str | None, stale: bool = False) -> dict[str, Any]:
        read_at = datetime(2026, 11, 20, 8, tzinfo=timezone.utc)
        dispatcher = CollectingDispatcher()
        contact._say(dispatcher, reply, Contacts(SEED, read_at, stale))
        (message,) = dispatcher.messages
        variables = {name: value for name, value in message.items() if name not in ("response", "text", "buttons")}
        turn = Turn("contact.find", "answer", "contact.find", language=language, search=search, privacy_told=True)
        tracker = SimpleNamespace(
            latest_message=SimpleNamespace(parse_data={"turn": turn.to_dict()}), events=[], sender_id="x"
        )
        return asyncio.run(answers.generate(message["response"], tracker, "rest", **variables))

    return say


def asked(search: Search, listed: tuple[Place, ...] = SEED, shown: tuple[str, ...] = (), seen: tuple[str, ...] = ()):
    return Asked(search, listed, shown, seen, contact.SHOWN)


def card(place: Place, language: str = "fr", said: Said | None = None, **more: Any) -> str:
    search = Search(wants="place", place=place.id, found=True)
    return said(contact._detail(asked(search, (place,))), search, language, **more)["text"]


EVERYWHERE = [*cities_with(SEED), "midelt", "figuig", None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_need_in_every_city_gets_a_whole_reply(said: Said, language: str) -> None:
    for need, city in product(needs(), EVERYWHERE):
        search = Search(need=need, city=city, anywhere=city is None, found=True)
        reply = contact._find(asked(search))
        text, buttons = (said(reply, search, language)[part] for part in ("text", "buttons"))
        where = f"{need} in {city}: {text}"
        assert len(text) <= LONGEST, f"{len(text)} characters. {where}"
        assert not re.search(r"[{}<>]|None|utter_", text), where
        assert bool(re.search("[\u0621-\u064a]", text)) == (language == "ar"), where
        assert text.count("📍") == len(reply.places) <= 3, where
        titles = [button["title"] for button in buttons]
        assert len(set(titles)) == len(titles) and all(0 < len(title) <= LONGEST_TITLE for title in titles), titles


def test_a_place_says_what_for_number_address_hours_and_how_fresh(said: Said) -> None:
    assert card(GADEM, said=said).splitlines() == [
        f"📞 📍 {GADEM.name['fr']}",
        "Conseil et assistance juridique aux étrangers",
        "Tél. : 05 37 77 03 32",
        "Adresse : 54, avenue de France, appartement 3, Agdal, Rabat",
        "Heures : non connues",
        "Site : gadem-asso.org",
        "Non vérifié depuis août 2025 : appelez avant de vous déplacer",
        "Source : gadem-asso.org, medioq.com",
    ]


def test_numbers_and_addresses_of_the_web_stay_left_to_right_in_arabic(said: Said) -> None:
    text = card(GADEM, "ar", said)
    assert "الهاتف: \u206605 37 77 03 32\u2069" in text
    assert "الموقع: \u2066gadem-asso.org\u2069" in text


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({"verified_on": "2026-11-03"}, "Vérifié le 3 novembre 2026"),
        ({"as_of": "2014"}, "Non vérifié depuis 2014 : appelez avant de vous déplacer"),
        ({"as_of": "2014-03-10"}, "Non vérifié depuis mars 2014 : appelez avant de vous déplacer"),
        ({"as_of": None}, "Source sans date, non vérifiée : appelez avant de vous déplacer"),
        ({"phones": ()}, "Non vérifié depuis août 2025 : renseignez-vous avant de vous déplacer"),
    ],
)
def test_how_fresh_it_is(said: Said, known: dict[str, Any], line: str) -> None:
    assert line in card(replace(GADEM, **known), said=said).splitlines()


def test_the_date_of_a_directory_that_cannot_be_reached(said: Said) -> None:
    assert "Annuaire injoignable : ces données sont du 20 novembre 2026" in card(GADEM, said=said, stale=True)
    assert "20 نونبر 2026" in card(GADEM, "ar", said, stale=True)


@pytest.mark.parametrize(
    ("detail", "has", "lacks"),
    [
        ("phone", "Tél. : 05 37 77 03 32", "Adresse"),
        ("address", "Adresse : 54, avenue de France", "Tél."),
        ("hours", "Heures : non connues", "Adresse"),
        ("email", "E-mail : non connu", "Adresse"),
        ("all", "Site : gadem-asso.org", "E-mail"),
    ],
)
def test_a_detail_is_given_or_said_to_be_unknown(said: Said, detail: str, has: str, lacks: str) -> None:
    search = replace(LAWYER, wants=detail)
    reply = contact._detail(asked(search, shown=("gadem-rabat",)))
    text = said(reply, search, "fr")["text"]
    assert has in text
    assert lacks not in text


def test_a_detail_of_several_names_each(said: Said) -> None:
    search = replace(LAWYER, wants="phone")
    reply = contact._detail(asked(search, shown=("gadem-rabat", "omdh-tanger")))
    text = said(reply, search, "fr")["text"]
    assert text.count("📍") == 2
    assert ("Téléphone : non connu" in text) and ("05 37 77 03 32" in text)


def test_the_second_of_several() -> None:
    search = replace(LAWYER, wants="phone", nth=2)
    assert contact._detail(asked(search, shown=("gadem-rabat", "omdh-tanger"))).places == (PLACES["omdh-tanger"],)


def test_another_one_shows_none_twice_and_then_says_so(said: Said) -> None:
    search, seen = replace(LAWYER, city="rabat", need="social"), ()
    shown: list[str] = []
    for _ in range(len(SEED)):
        reply = contact._find(asked(replace(search, wants="more" if seen else "places"), seen=seen))
        if not reply.places:
            break
        shown += [place.id for place in reply.places]
        seen = reply.seen
    assert reply.response == "utter_contact.no_more"
    assert len(shown) == len(set(shown)) > 3


def test_a_city_without_contact_gets_the_nearest_with_its_distance(said: Said) -> None:
    search = replace(LAWYER, need="housing", city="martil")
    text = said(contact._find(asked(search)), search, "fr")["text"]
    assert re.search(r"rien à Martil pour : Logement\. Le plus proche : Tétouan, à \d+ km", text)


def test_the_wider_need_is_named(said: Said) -> None:
    search = replace(LAWYER, need="maternal", city="rabat")
    assert "Grossesse, bébé (élargi à : Santé) – Rabat" in said(contact._find(asked(search)), search, "fr")["text"]


def test_an_unknown_language_gets_one_place_in_both(said: Said) -> None:
    reply = contact._find(replace(asked(LAWYER), most=contact.SHOWN_IN_BOTH))
    text = said(reply, LAWYER, None)["text"]
    assert text.count("📍") == 2
    assert "Aide juridique" in text and "مساعدة قانونية" in text


def test_the_office_without_number_says_where_to_ask_and_with_one_gives_it(said: Said) -> None:
    assert contact._office(asked(Search())).response == "utter_contact.iom"
    office = replace(
        PLACES["iom-rabat"], phones=(Phone("+212537000000", "05 37 00 00 00"),), address={"fr": "a", "ar": "ب"}
    )
    reply = contact._office(asked(Search(), (office,)))
    assert "05 37 00 00 00" in said(reply, Search(), "fr")["text"]


def test_the_private_number_of_2014_is_in_no_reply(said: Said) -> None:
    search = Search(organisation="iom-morocco", found=True)
    for language in LANGUAGES:
        text = said(contact._find(asked(search)), search, language)["text"]
        assert not re.search(r"61\s?44\s?08\s?38|astrauss", text)
    assert "iom-rabat-presse-2014" not in PLACES


def test_an_organisation_that_is_not_in_the_city_is_said_to_be_elsewhere(said: Said) -> None:
    search = Search(organisation="cndh", city="laayoune", found=True)
    text = said(contact._find(asked(search)), search, "fr")["text"]
    assert text.startswith("📞 Je ne connais pas de bureau de cette organisation à Laâyoune. Le plus proche :\n📍")


def test_the_city_is_asked_for_with_those_that_have_the_need() -> None:
    reply = contact._find(asked(Search(need="disability", missing="city")))
    assert reply.response == "utter_contact.city"
    assert set(reply.offers) == {
        *(f"city.{name}" for name in ("sale", "casablanca", "marrakech", "fes", "oujda", "safi", "national")),
        "menu.main",
    }


def test_the_gate_knows_every_response_that_the_actions_say() -> None:
    code = (ROOT / "actions" / "contact.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"(utter_contact\.\w+)"', code))
    kinds = {f"utter_contact.{kind}" for kind in ("here", "nearby")}
    assert named | kinds == SAID_BY_ACTIONS


def test_the_lexicon_and_the_seed_name_the_same_needs_and_cities() -> None:
    seed = yaml.read(DATA / "contacts" / "organizations.yml")
    listed = {row["id"]: (row["fr"], row["ar"], row.get("parent")) for row in seed["needs"] if row["id"] != "emergency"}
    assert listed == {need: (row["fr"], row["ar"], row.get("wider")) for need, row in needs().items()}
    cities = {row["id"]: (row["fr"], row["ar"], *row["at"]) for row in seed["cities"]}
    assert cities == {name: (row["fr"], row["ar"], *row["at"]) for name, row in lexicon().cities.items()}


def test_where_nobody_can_be_called_the_nearest_number_stands_below() -> None:
    reply = contact._find(asked(LAWYER))
    assert [place.id for place in reply.places] == ["omdh-tanger", "gadem-rabat"]
    assert not PLACES["omdh-tanger"].phones
