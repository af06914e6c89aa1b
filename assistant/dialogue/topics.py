"""The table of topics (`data/topics/`): titles of buttons, menus, what people ask next, what a follow-up leads to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assistant import yaml
from assistant.dialogue.needs import needs
from assistant.nlu.lexicon import lexicon
from assistant.paths import DATA

LANGUAGES = ("fr", "ar")
DIMENSIONS = ("cost", "time", "documents", "where", "more")
Text = Mapping[str, str]  # language -> words
WHOLE_COUNTRY = "national"
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_NEAR = re.compile(r"-?[0-8]?\d(?:\.\d{1,2})?,-?1?\d{1,2}(?:\.\d{1,2})?")


@dataclass(frozen=True)
class Topic:
    """One thing people want to know.

    Attributes:
        title: words of its button, at most 20 characters a language.
        about: noun phrase that names it inside a sentence.
        next: topics offered below its answer.
        follow: dimension of a follow-up question -> topic that answers it.
    """

    title: Text
    about: Text
    next: tuple[str, ...] = ()
    follow: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A group of topics with one emoji; `menu` lists what its menu offers, in order."""

    emoji: str
    title: Text
    menu: tuple[str, ...] = ()


@cache
def topics(folder: Path = DATA / "topics") -> dict[str, Topic]:
    """Every topic by id (`regul.card`)."""
    return {
        name: Topic(row["title"], row["about"], tuple(row.get("next", ())), row.get("follow") or {})
        for name, row in yaml.read_folder(folder, "topics").items()
    }


@cache
def families(folder: Path = DATA / "topics") -> dict[str, Family]:
    """Every family by id (`regul`)."""
    return {
        name: Family(row["emoji"], row["title"], tuple(row.get("menu", ())))
        for name, row in yaml.read_folder(folder, "families").items()
    }


@cache
def family(topic: str) -> str:
    """Family of a topic id: `regul` of `regul.card`."""
    return topic.split(".", 1)[0]


def payload(target: str) -> str:
    """What a button that leads to a target sends: `/regul/card` for `regul.card`, `/menu/main` for `menu.main`."""
    return "/" + target.replace(".", "/", 1)


def target(text: str) -> str | None:
    """Target that a payload names, or None when a text is no payload of ours.

    A payload names a topic, a menu, a language, a need, a city or a place and nothing else: whatever it asks, typing
    can ask too.

    Args:
        text: what was sent, cleaned (`assistant.nlu.normalise.clean`).
    """
    if not text.startswith("/") or " " in text:
        return None
    name = text[1:].replace("/", ".", 1)
    return name if is_target(name) else None


def is_target(name: str) -> bool:
    """Whether a name may stand on a button: a topic, a menu, a language, or a part of a search in the directory.

    A place of the directory is known to the directory only, so any id will do; `near` is a shared place, to two
    decimals.
    """
    kind, _, rest = name.partition(".")
    if kind == "menu":
        return rest in families() and bool(families()[rest].menu)
    if kind == "city":
        return rest == WHOLE_COUNTRY or rest in lexicon().cities
    if kind == "need":
        return rest in needs()
    if kind == "place":
        return bool(_PLACE.fullmatch(rest))
    if kind == "near":
        return bool(_NEAR.fullmatch(rest))
    return name in search_buttons() or (name in topics() and kind != "follow")


def title(target: str, language: str) -> str:
    """Words of the button that leads to a target; a family's menu shows its emoji.

    The button of a place carries its own name, which the reply that shows it knows (`assistant.dialogue.contacts`).
    """
    kind, _, rest = target.partition(".")
    if kind == "menu":
        shown = families()[rest]
        return f"{shown.emoji} {shown.title[language]}"
    if kind == "city" and rest != WHOLE_COUNTRY:
        return str(lexicon().cities[rest][language])
    if kind == "need":
        return str(needs()[rest][language])
    if kind in ("city", "place", "near", "search"):
        return search_buttons()[target if target in search_buttons() else kind][language]
    return topics()[target].title[language]


@cache
def search_buttons(folder: Path = DATA / "topics") -> dict[str, Text]:
    """Titles of the buttons of a search that are no topic, need or city."""
    return yaml.read_folder(folder, "search_buttons")
