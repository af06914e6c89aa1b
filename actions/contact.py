"""The custom actions on contacts: they fetch the directory and say which places to show, in words of `data/answers`.

What is looked for was decided in the assistant and travels in the message's turn (`assistant.dialogue.state.Search`).
Each action ends with the slot `answered`: without it the assistant itself says that the directory cannot be reached.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Thread
from typing import Any

from prometheus_client import Counter
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.services.directory import DirectoryUnavailable
from actions.services.opening import ZONE, Opening, opening
from actions.services.places import Place, Span
from actions.services.reading import Contacts, contacts
from actions.services.search import Result, cities_with, find
from assistant.dialogue.needs import wider_needs
from assistant.dialogue.state import Search, search_from_dict

SHOWN = 3  # contacts a reply
SHOWN_IN_BOTH = 1  # while the language is unknown the reply is said twice
CITIES_OFFERED = 8  # with "whole country" and the menu a WhatsApp list is full
WARM_UP_TRIES, WARM_UP_PAUSE = 6, 10.0  # seconds; the directory itself rests as long after a failure
IOM = "iom-morocco"
MENU = "menu.main"
UNAVAILABLE = "utter_contact.unavailable"
REPLIES = Counter("dalil_contact_replies_total", "Replies of the action server, by what is said.", ["response"])
REPLIES.labels(UNAVAILABLE)  # a rate needs a first value


@dataclass(frozen=True)
class Reply:
    """What an action says: a response, its variables, the targets of its buttons, and the places that it shows."""

    response: str
    variables: Mapping[str, Any]
    offers: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What an action has to go on.

    Attributes:
        search: what the person looks for.
        places: the directory.
        shown: ids of the places shown last.
        seen: ids of the places shown so far in this search.
        most: places in one reply.
    """

    search: Search
    places: tuple[Place, ...]
    shown: tuple[str, ...]
    seen: tuple[str, ...]
    most: int


class ContactFind(Action):
    """Who helps with a need, in a city: at most three, nearest and freshest first."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_contact_find"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """See `_answer`."""
        return _answer(dispatcher, tracker, _find)


class ContactDetail(Action):
    """Phone, address, hours or e-mail of the contacts shown last, or all that is known of one."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_contact_detail"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """See `_answer`."""
        return _answer(dispatcher, tracker, _detail)


class ContactIom(Action):
    """IOM's office, as staff keep it; without a number or address there, the answer that says where to ask."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_contact_iom"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """See `_answer`."""
        return _answer(dispatcher, tracker, _office)


class ContactCities(Action):
    """Cities in which the directory has contacts."""

    def name(self) -> str:
        """Its name in the domain."""
        return "action_contact_cities"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """See `_answer`."""
        return _answer(dispatcher, tracker, _cities)


def warm_up() -> Thread:
    """Read the directory and search in it once, in a thread, before the first person does: both take a second."""

    def search() -> None:
        for _ in range(WARM_UP_TRIES):
            try:
                found = contacts()
            except DirectoryUnavailable:
                time.sleep(WARM_UP_PAUSE)
                continue
            for place in _find(Asked(Search(need="health", city="rabat"), found.places, (), (), SHOWN)).places:
                _shown(place, "health")
            return

    thread = Thread(target=search, daemon=True)
    thread.start()
    return thread


def _answer(dispatcher: CollectingDispatcher, tracker: Tracker, replying: Callable[[Asked], Reply]) -> list[EventType]:
    """Read the directory and reply once.

    Returns:
        The slot `answered`, and `shown` with the ids of the places that the reply shows.
    """
    try:
        found = contacts()
    except DirectoryUnavailable:
        REPLIES.labels(UNAVAILABLE).inc()
        dispatcher.utter_message(response=UNAVAILABLE)
        return [SlotSet("answered", True)]
    turn = tracker.latest_message.get("turn") or {}
    shown = tracker.get_slot("shown") or {}
    most = SHOWN if tracker.get_slot("language") else SHOWN_IN_BOTH
    search = search_from_dict(turn.get("search") or {})
    reply = replying(Asked(search, found.places, tuple(shown.get("ids", ())), tuple(shown.get("seen", ())), most))
    _say(dispatcher, reply, found)
    events = [SlotSet("answered", True)]
    if reply.places:
        events.append(SlotSet("shown", {"ids": [place.id for place in reply.places], "seen": list(reply.seen)}))
    return events


def _find(asked: Asked) -> Reply:
    search, more = asked.search, asked.search.wants == "more"
    if search.missing == "city":
        offers = (*_offered(cities_with(asked.places, search.need, wider_needs())), "city.national", MENU)
        return Reply("utter_contact.city", {"need": search.need}, offers)
    seen = asked.seen if more else ()
    result = find(
        asked.places, search.need, search.city, search.organisation, search.near, skip=seen, parents=wider_needs()
    )
    places = result.places[: asked.most]
    if not places:
        return _nothing(search, more)
    offers = (
        *(("search.more",) if len(result.places) > asked.most else ()),
        *(("search.city", "search.need") if search.need else ()),
        MENU,
    )
    variables = {
        "need": search.need,
        "wider": result.wider,
        "city": search.city,
        "nearby": result.city,
        "distance": result.distance_km,
    }
    return Reply(_response(search, result), variables, offers, places, (*seen, *(place.id for place in places)))


def _detail(asked: Asked) -> Reply:
    search = asked.search
    ids = (search.place or "",) if search.wants == "place" else asked.shown
    if search.nth:
        ids = ids[search.nth - 1 : search.nth]
    by_id = {place.id: place for place in asked.places}
    places = tuple(by_id[name] for name in ids if name in by_id)[: asked.most]
    if not places:
        return Reply("utter_contact.not_found", {}, ("contact.find", "contact.cities", MENU))
    variables = {"detail": None if search.wants == "place" else search.wants, "need": search.need}
    seen = tuple(dict.fromkeys([*asked.seen, *(place.id for place in places)]))
    return Reply("utter_contact.details", variables, ("search.more", "search.city", MENU), places, seen)


def _office(asked: Asked) -> Reply:
    listed = find(asked.places, organization=IOM).places
    offices = tuple(place for place in listed if place.phones or place.address)[: asked.most]
    offers = ("return.how", "fraud.money", MENU)
    if not offices:
        return Reply("utter_contact.iom", {}, offers)
    return Reply("utter_contact.organization", {}, offers, offices, tuple(place.id for place in offices))


def _cities(asked: Asked) -> Reply:
    cities = cities_with(asked.places)
    return Reply("utter_contact.cities_served", {"cities": list(cities)}, (*_offered(cities), MENU))


def _say(dispatcher: CollectingDispatcher, reply: Reply, found: Contacts) -> None:
    REPLIES.labels(reply.response).inc()
    dispatcher.utter_message(
        response=reply.response,
        **{
            **reply.variables,
            "offers": list(reply.offers),
            "places": [_shown(place, reply.variables.get("need")) for place in reply.places],
            "read_at": found.read_at.date().isoformat() if found.stale and reply.places else None,
        },
    )


def _offered(cities: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"city.{city}" for city in list(cities)[:CITIES_OFFERED])


def _nothing(search: Search, more: bool) -> Reply:
    if more:
        return Reply("utter_contact.no_more", {}, ("search.city", "search.need", MENU))
    return Reply("utter_contact.nothing", {"need": search.need}, ("search.need", "contact.cities", "chat.human", MENU))


def _response(search: Search, result: Result) -> str:
    if search.organisation:
        return "utter_contact.organization_elsewhere" if result.kind == "nearby" else "utter_contact.organization"
    if search.near:
        return "utter_contact.near_you"
    if result.kind == "national":
        return "utter_contact.national_instead" if search.city else "utter_contact.national"
    return f"utter_contact.{result.kind}"


@lru_cache(maxsize=1000)
def _opening(spans: tuple[Span, ...], minute: datetime) -> Opening:
    """Whether a place is open, worked out once a minute: hours begin and end on the minute."""
    return opening(spans, minute)


def _shown(place: Place, need: str | None) -> dict[str, Any]:
    """A place as `assistant.dialogue.contacts` reads it."""
    now = _opening(place.spans, datetime.now(ZONE).replace(second=0, microsecond=0))
    offer = next((o for o in place.offers if o.need == need), None) or next(iter(place.offers), None)
    return {
        "id": place.id,
        "name": place.name,
        "short_name": place.short_name,
        "offer": offer.name if offer else {},
        "city": place.city,
        "city_name": place.city_name,
        "address": place.address,
        "point": place.point,
        "phones": [phone.display for phone in place.phones],
        "emails": list(place.emails),
        "website": place.website,
        "hours": place.hours,
        "opening": {
            "state": now.state,
            "until": now.until.isoformat() if now.until else None,
            "phone_only": now.phone_only,
            "around_the_clock": now.around_the_clock,
            "holiday": now.holiday,
        },
        "as_of": place.as_of,
        "read_on": place.read_on,
        "verified_on": place.verified_on,
        "sources": [source.url for source in place.sources],
    }
