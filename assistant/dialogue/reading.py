"""What a message names that a search in the directory can use, read from the words that the lexicon found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from assistant import yaml
from assistant.dialogue.choice import ordinals
from assistant.dialogue.needs import CONSULATE, need_of, needs
from assistant.dialogue.state import Search
from assistant.dialogue.topics import family
from assistant.dialogue.understood import Named
from assistant.nlu import tokens
from assistant.nlu.lexicon import PLACE_PREPOSITIONS, lexicon
from assistant.nlu.normalise import fold
from assistant.nlu.questions import Ranking
from assistant.paths import DATA

# What a concept of the lexicon asks of a contact; the first that a message holds counts.
DETAIL_CONCEPTS = {
    "phone_number": "phone",
    "address_where": "address",
    "opening_hours": "hours",
    "email": "email",
    "website": "all",
}
# Needs where a message names no other: one's own country gives a passport.
CONCEPT_NEEDS = {"passport": CONSULATE}
# Words before "deuxième" that make it one of several.
ARTICLES = frozenset(["le", "la", "du", "l", "dyal", "ديال"])
# Words before the country of whoever writes ("ana mn", "je suis du"), and before one where they only were.
SELF = frozenset(["suis", "sommes", "ana", "wana", "7na", "hna", "انا", "وانا", "حنا", "وحنا", "احنا", "نحن"])
WITHIN = frozenset(["a", "au", "en", "f", "fi", "في", "ف", "ب"])
WORDS_BEFORE_A_COUNTRY = 2
# An answer to "which city?" of so few words is a misspelt city, if any is close.
WORDS_OF_A_CITY = 3
MOST_NTH = 3  # contacts are shown three at a time
# How probable a need must be: by itself, and of all that a message can be about but the search itself.
LEAST_OF_A_NEED, PART_OF_A_NEED = 0.2, 0.45
SEARCHING, SEARCH = frozenset(["contact", "follow"]), "search"
Found = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Phrases:
    leave: frozenset[str]
    not_this: frozenset[str]
    anywhere: frozenset[str]


@cache
def _phrases() -> _Phrases:
    listed = yaml.read(DATA / "lexicon" / "details.yml")
    return _Phrases(
        *(frozenset(_key(fold(str(p))) for p in listed[name]) for name in ("leave", "not_this", "anywhere"))
    )


def _key(folded: str) -> str:
    return " ".join(tokens.words(tokens.tokenize(folded)))


def named(
    folded: str, typed: Sequence[str], concepts: Iterable[str], found: Found, unheard: Sequence[str], search: Search
) -> Named:
    """What a message names.

    Args:
        folded: the message in matching form.
        typed: its words.
        concepts: concepts that the lexicon found in it.
        found: entities that the lexicon found in it.
        unheard: words that no example has, as usually spelt; empty while nothing is looked for.
        search: as it was before the message.
    """
    need = _first(found, "need") or _need_of(concepts) or _misspelt_need(unheard)
    nationality = _nationality(folded, found)
    if nationality is None and CONSULATE in (need, search.need):
        nationality = _misspelt_nationality(unheard)
    cities = [entity for entity in found if entity["entity"] == "city"]
    wanted = [entity["value"] for entity in cities if not _is_refused(folded, entity)]
    if not cities and search.missing == "city" and len(typed) <= WORDS_OF_A_CITY:
        close = lexicon().closest_city(typed)
        wanted = [close] if close else []
    said = " ".join(typed)
    return Named(
        need=need,
        organisation=_first(found, "organisation"),
        nationality=nationality,
        city=wanted[0] if wanted else None,
        refused=bool(cities) and not wanted,
        detail=_detail(concepts, found),
        who=any(entity["value"] == "who" for entity in found if entity["entity"] == "detail"),
        nth=_nth(typed),
        leaves=said in _phrases().leave,
        anywhere=_without_prepositions(typed) in _phrases().anywhere or said in _phrases().anywhere,
        only_city=bool(wanted) and _length(cities) >= len(folded.strip(" .!?")) - 2,
    )


def need_read(ranking: Ranking) -> str | None:
    """The need that the topics of a message are about, if they are surely about one.

    Args:
        ranking: topics of the message without its cities: beside one, most questions look like a search for contacts.
    """
    shares: dict[str | None, float] = {}
    for topic, probability in ranking:
        need = _about(topic)
        if need != SEARCH:
            shares[need] = shares.get(need, 0.0) + probability
    best = max((need for need in shares if need), key=lambda need: shares[need], default=None)
    sure = shares.get(best, 0.0) >= max(LEAST_OF_A_NEED, PART_OF_A_NEED * sum(shares.values()))
    return best if sure else None


@cache
def _about(topic: str) -> str | None:
    """The need that a topic is about, None without one, `SEARCH` for a topic that only searches."""
    kind = family(topic)
    if kind in SEARCHING:
        return SEARCH
    return None if kind == "urgent" else need_of(topic)  # a danger was told from one before


def _nationality(folded: str, found: Found) -> str | None:
    """The country of whoever writes: the one after "je suis" before others, one that was only passed through last."""

    def weight(entity: Mapping[str, Any]) -> int:
        before = tokens.words(tokens.tokenize(folded[: entity["start"]]))[-WORDS_BEFORE_A_COUNTRY:]
        return 2 * (not SELF.isdisjoint(before)) - (bool(before) and before[-1] in WITHIN)

    countries = [entity for entity in found if entity["entity"] == "nationality"]
    return max(countries, key=weight)["value"] if countries else None


def _need_of(concepts: Iterable[str]) -> str | None:
    return next((CONCEPT_NEEDS[one] for one in concepts if one in CONCEPT_NEEDS), None)


def _misspelt_need(unheard: Sequence[str]) -> str | None:
    if not unheard:
        return None  # as of nearly every message
    labels = [*(f"need:{need}" for need in needs()), *(f"concept:{concept}" for concept in CONCEPT_NEEDS)]
    kind, _, value = (lexicon().closest(unheard, labels) or "").partition(":")
    return (CONCEPT_NEEDS[value] if kind == "concept" else value) or None


def _misspelt_nationality(unheard: Sequence[str]) -> str | None:
    labels = [f"nationality:{consulate}" for consulate in lexicon().consulates]
    return (lexicon().closest(unheard, labels) or "").partition(":")[2] or None


def _first(found: Found, kind: str) -> str | None:
    return next((entity["value"] for entity in found if entity["entity"] == kind), None)


def _length(entities: Found) -> int:
    return sum(entity["end"] - entity["start"] for entity in entities)


def _is_refused(folded: str, city: Mapping[str, Any]) -> bool:
    """ "pas Tanger", "machi f tanja": the word before the city, or before its preposition, says no."""
    before = [word for word in tokens.words(tokens.tokenize(folded[: city["start"]])) if word not in PLACE_PREPOSITIONS]
    return bool(before) and before[-1] in _phrases().not_this


def _detail(concepts: Iterable[str], found: Found) -> str | None:
    details = [entity["value"] for entity in found if entity["entity"] == "detail" and entity["value"] != "who"]
    for first in ("nothing", "city", "more"):
        if first in details:
            return first if first != "nothing" else None
    held = set(concepts)
    asked = [detail for concept, detail in DETAIL_CONCEPTS.items() if concept in held]
    return next(iter([*asked, *details]), None)


def _nth(typed: Sequence[str]) -> int | None:
    """ "Le numéro du deuxième": which of those shown."""
    for before, word in pairwise(typed):
        number = ordinals().get(word)
        if before in ARTICLES and number and number <= MOST_NTH and not word.isdigit():
            return number
    return None


def _without_prepositions(typed: Sequence[str]) -> str:
    return " ".join(word for word in typed if word not in PLACE_PREPOSITIONS)
