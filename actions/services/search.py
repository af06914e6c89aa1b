"""Which places to show a person, and in which order.

A number that answers is worth more than a name without contact; after that, the nearer the better, and what was
verified last. The person's own city comes first, then what serves its people from elsewhere, then the nearest other
city and the lines for the whole country.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import inf
from typing import Literal

from actions.services import gazetteer
from actions.services.gazetteer import Point
from actions.services.places import Offer, Place

EMERGENCY = "emergency"  # the need whose lines are given only to who asks for them
AROUND = 15.0  # km around a shared position that are "here": the next town is often nearer than the own one's centre
FAR = 60.0  # km: about an hour in a shared taxi; beyond it a national line is of more use than the place
CONTACTS = (("phones",), ("address", "emails"), ("website",))  # fields of a place, the best way to reach it first
Kind = Literal["here", "nearby", "national", "nothing"]


@dataclass(frozen=True)
class Result:
    """What was found.

    Attributes:
        kind: `here`: in the city or around the position, or serving its people. `nearby`: not there, but in `city`.
            `national`: lines for the whole country (places farther than an hour come last); without a city or a
            position, places of the whole country. `nothing`: no place at all.
        city: slug of the person's city when `here`, of the nearest one that has a place when `nearby`.
        distance_km: to that nearest city, in whole km.
        places: all of them, best first, without those already shown.
        wider: the wider need that was used as well, because nobody near by or on the phone meets the one asked.
    """

    kind: Kind
    city: str | None = None
    distance_km: int | None = None
    places: tuple[Place, ...] = ()
    wider: str | None = None


@dataclass(frozen=True)
class _Asked:
    """One look.

    Attributes:
        needs: the asked one first, then wider ones; none means any.
        city: the person's.
        position: the person's, where it was shared.
        around: whether places around the position count as "here" as well: no city was named.
    """

    needs: tuple[str, ...]
    city: str | None
    position: Point | None
    around: bool


def find(
    places: Iterable[Place],
    need: str | None = None,
    city: str | None = None,
    organization: str | None = None,
    near: Point | None = None,
    skip: Iterable[str] = (),
    parents: Mapping[str, str] | None = None,
) -> Result:
    """Places that help.

    The need itself is looked for first. When it is not met within an hour, nor by a line that can be called, the wider
    need is added. In an emergency the lines of the whole country come first.

    Args:
        places: the directory.
        need: slug; None means any need but emergency.
        city: slug of the person's city.
        organization: slug or UUID; only its places.
        near: the person's position, from which distances count; without `city`, the nearest city is theirs.
        skip: ids of places already shown.
        parents: wider need of needs of which the directory has no offer, and so cannot tell it.

    Raises:
        ValueError: `near` is no point on Earth.
    """
    candidates = _candidates(places, need, organization)
    home = city or (gazetteer.nearest(*near) if near else None)
    around = near is not None and not city
    looks = [_look(candidates, _Asked(needs, home, near, around)) for needs in _widening(candidates, need, parents)]
    best = next(filter(_helps, looks), None) or next((look for look in looks if look.places), looks[0])
    shown = set(skip)
    return replace(best, places=_one_an_organization([place for place in best.places if place.id not in shown]))


def cities_with(
    places: Iterable[Place], need: str | None = None, parents: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Slugs of the cities that have a place for a need, or for its wider need when none has: most places first.

    Places that can be reached count before names without contact.

    Args:
        places: the directory.
        need: slug; None means any need but emergency.
        parents: see `find`.
    """
    candidates = _candidates(places, need, None)
    for needs in _widening(candidates, need, parents):
        in_cities = [place for place in candidates if place.city and _offers(place, needs)]
        if in_cities:
            return _most_first(in_cities)
    return ()


def reachable(place: Place) -> bool:
    """Whether the place has a phone, an address, an e-mail address or a web site."""
    return _contact(place) < len(CONTACTS)


def _candidates(places: Iterable[Place], need: str | None, organization: str | None) -> list[Place]:
    if organization:
        return [place for place in places if place.organization == organization]
    if need:
        return list(places)
    return [place for place in places if any(offer.need != EMERGENCY for offer in place.offers)]


def _widening(places: list[Place], need: str | None, parents: Mapping[str, str] | None) -> list[tuple[str, ...]]:
    """The need, then the need with its wider one, and so on; one empty tuple (any need) when none was asked."""
    if not need:
        return [()]
    told = {offer.need: offer.parent for place in places for offer in place.offers if offer.parent}
    wider = {**(parents or {}), **told}
    needs = [need]
    while (parent := wider.get(needs[-1])) and parent not in needs:  # a foreign taxonomy may run in circles
        needs.append(parent)
    return [tuple(needs[:n]) for n in range(1, len(needs) + 1)]


def _look(places: list[Place], asked: _Asked) -> Result:
    met = [place for place in places if _offers(place, asked.needs)]
    if not asked.city:
        return _result("national", met, asked)
    here = [place for place in met if _is_here(place, asked)]
    away = [place for place in met if not _is_here(place, asked)]
    lines = [place for place in away if _is_national(place, asked)]
    if any(map(reachable, here)):
        return _result("here", here + lines, asked, asked.city, further=_to_call(here + lines, away, asked))
    nearest = _nearest(away, asked)
    city, distance = (nearest.city, _distance(nearest, asked)) if nearest else (None, inf)
    there = [place for place in away if city and place.city == city and place not in lines]
    if distance <= FAR and EMERGENCY not in asked.needs:
        return _result("nearby", here + lines + there, asked, city, distance)
    if here:  # names without contact: what can be reached elsewhere comes after them
        return _result("here", here + lines, asked, asked.city, further=there)
    if nearest and not any(line.phones for line in lines):
        return _result("nearby", lines + there, asked, city, distance)
    return _result("national", lines + there or met, asked)  # met: places of which nobody knows where they are


def _to_call(found: list[Place], away: list[Place], asked: _Asked) -> list[Place]:
    """The nearest place with a phone, however far, where none of those found has one: advice is given by phone too."""
    if not asked.needs or any(place.phones for place in found):
        return []
    nearest = _nearest([place for place in away if place.phones], asked)
    return [nearest] if nearest else []


def _result(
    kind: Kind,
    found: list[Place],
    asked: _Asked,
    city: str | None = None,
    distance: float | None = None,
    further: Sequence[Place] = (),
) -> Result:
    if not found:
        return Result("nothing")
    ordered = tuple(place for part in (found, further) for place in sorted(part, key=lambda p: _rank(p, asked)))
    widened = not all(_offers(place, asked.needs[:1]) for place in ordered)
    whole_km = None if distance is None else max(1, round(distance))
    return Result(kind, city, whole_km, ordered, asked.needs[-1] if widened else None)


def _helps(look: Result) -> bool:
    """Whether no wider need has to be tried: there is more than a name within an hour, or somebody to call."""
    close = look.kind == "here" or (look.distance_km is not None and look.distance_km <= FAR)
    if close:
        return reachable(look.places[0])
    return look.kind == "national" and any(place.phones for place in look.places)


def _nearest(away: list[Place], asked: _Asked) -> Place | None:
    """The nearest place of another city, one that can be reached if there is any."""
    located = [place for place in away if place.city and _distance(place, asked) < inf]
    candidates = [place for place in located if reachable(place)] or located
    return min(candidates, key=lambda place: (_distance(place, asked), place.id), default=None)


def _rank(place: Place, asked: _Asked) -> tuple[int, bool, int, float, int, int, str]:
    return (
        _contact(place),
        not _offers(place, asked.needs[:1]),  # the need itself before a wider one
        _tier(place, asked),
        _distance(place, asked),
        -_digits(place.verified_on),
        -_digits(place.as_of),
        place.id,
    )


def _contact(place: Place) -> int:
    """The best way to reach a place: 0 a phone, 1 an address or an e-mail address, 2 a web site, 3 none."""
    return next((n for n, fields in enumerate(CONTACTS) if any(getattr(place, name) for name in fields)), len(CONTACTS))


def _tier(place: Place, asked: _Asked) -> int:
    """How much a place is the person's: in the city, serving it, within an hour, for the whole country, far away."""
    national = _is_national(place, asked)
    if not asked.city or EMERGENCY in asked.needs:
        return 0 if national else 1
    if _is_here(place, asked):
        return 1 if place.city != asked.city and _serves(place, asked) else 0
    if not _is_line(place) and _distance(place, asked) <= FAR:
        return 2
    return 3 if national else 4


def _is_here(place: Place, asked: _Asked) -> bool:
    around = asked.around and not _is_line(place) and _distance(place, asked) <= AROUND
    return around or place.city == asked.city or _serves(place, asked)


def _serves(place: Place, asked: _Asked) -> bool:
    return any(asked.city in offer.cities for offer in _offers(place, asked.needs))


def _is_national(place: Place, asked: _Asked) -> bool:
    return _is_line(place) or any(offer.national for offer in _offers(place, asked.needs))


def _is_line(place: Place) -> bool:
    return place.city is None and not place.city_name


def _offers(place: Place, needs: Sequence[str]) -> list[Offer]:
    return [offer for offer in place.offers if not needs or offer.need in needs]


def _distance(place: Place, asked: _Asked) -> float:
    """Km from the person; a line is as near from everywhere, and what is at an unknown point is far.

    Without the person's position all places of a city are as near: their coordinates would only favour its centre.
    """
    if _is_line(place) or not asked.city:
        return 0.0
    origin = asked.position or _centre(asked.city)
    point = (asked.position and place.point) or _centre(place.city)
    return gazetteer.distance_km(origin, point) if origin and point else inf


def _centre(city: str | None) -> Point | None:
    known = gazetteer.cities().get(city or "")
    return known.point if known else None


def _digits(date: str | None) -> int:
    """2014-03 -> 20140300: a date that is less exact counts as its beginning."""
    return int((date or "").replace("-", "").ljust(8, "0"))


def _most_first(found: list[Place]) -> tuple[str, ...]:
    every, reached = Counter(p.city for p in found), Counter(p.city for p in found if reachable(p))
    return tuple(sorted(filter(None, every), key=lambda city: (-reached[city], -every[city], city)))


def _one_an_organization(places: list[Place]) -> tuple[Place, ...]:
    """Each organisation once before any comes again, so that a page shows several; only a name never displaces."""
    order: list[Place] = []
    seen: set[str] = set()
    for _, group in groupby(places, key=reachable):
        again: list[Place] = []
        for place in group:
            (again if place.organization in seen else order).append(place)
            seen.add(place.organization)
        order += again
    return tuple(order)
