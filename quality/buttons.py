"""Buttons fit, and no two that stand below one reply say the same."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from assistant import yaml
from assistant.dialogue.topics import LANGUAGES, families, family, search_buttons, topics
from assistant.nlu.normalise import fold
from assistant.paths import ROOT
from quality.data import responses, topic_file
from quality.problem import Problem

LONGEST_TITLE = 20  # a WhatsApp reply button holds no more
MAIN_MENU = "menu.main"
# Buttons of a search in the directory -> the file of data/lexicon that names them.
SEARCHED = {"city": "cities.yml", "need": "needs.yml"}
# Never offered when the assistant asks back (assistant/dialogue/decision.py); any two others may then stand together.
NEVER_ASKED_BACK = frozenset(["chat", "urgent", "follow", "out_of_scope", "language"])


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of the buttons of the project at `root`."""
    yield from _long(root)
    yield from _around_a_list(root)
    yield from _same(root)


def _titles(root: Path) -> dict[str, dict[str, str]]:
    """Target -> words of its button by language; a family's menu shows its emoji."""
    table, menus = topics(root / "data/topics"), families(root / "data/topics")
    titles = {name: dict(topic.title) for name, topic in table.items()}
    titles |= {name: dict(shown) for name, shown in search_buttons(root / "data/topics").items()}
    for kind, file in SEARCHED.items():
        listed = yaml.read(root / "data/lexicon" / file)[file.removesuffix(".yml")]
        titles |= {f"{kind}.{name}": {lang: str(row[lang]) for lang in LANGUAGES} for name, row in listed.items()}
    for name, shown in menus.items():
        titles[f"menu.{name}"] = {language: f"{shown.emoji} {words}" for language, words in shown.title.items()}
    return titles


def _file(root: Path, target: str) -> str:
    kind = family(target)
    if kind in SEARCHED and target not in search_buttons(root / "data/topics"):
        return f"data/lexicon/{SEARCHED[kind]}"
    if target in search_buttons(root / "data/topics"):
        return "data/topics/search.yml"
    return topic_file(root, "families" if kind == "menu" else "topics", target.removeprefix("menu."))


def _long(root: Path) -> Iterator[Problem]:
    """WhatsApp refuses the whole message when one title is too long."""
    for target, titles in _titles(root).items():
        for language in LANGUAGES:
            words = titles.get(language, "")
            if not 0 < len(words) <= LONGEST_TITLE:
                what = f"the button of {target} ({language}) is {words!r}, {len(words)} characters; 1 to "
                yield Problem("titles", _file(root, target), f"{what}{LONGEST_TITLE} are shown. Shorten it.")
    for response in responses(root):
        for words in response.titles:
            if not 0 < len(words) <= LONGEST_TITLE:
                what = f"{response}: the button {words!r} has {len(words)} characters; shorten it to {LONGEST_TITLE}."
                yield Problem("titles", response.path, what)


def _around_a_list(root: Path) -> Iterator[Problem]:
    """The words of the button that opens a list on WhatsApp are a title too, of the button and of the list."""
    where = "data/interface/whatsapp.yml"
    for language, words in yaml.read(root / where)["list"].items():
        if not 0 < len(words) <= LONGEST_TITLE:
            what = f"list ({language}) is {words!r}, {len(words)} characters; 1 to "
            yield Problem("titles", where, f"{what}{LONGEST_TITLE} are shown. Shorten it.")


def _same(root: Path) -> Iterator[Problem]:
    """Two buttons with the same words: nobody can choose, and a typed title picks one by chance."""
    titles = _titles(root)
    # What a person types is compared without accents and emoji (assistant/dialogue/choice.py).
    said = {
        (target, language): " ".join(w for w in fold(words).split() if any(c.isalnum() for c in w))
        for target, shown in titles.items()
        for language, words in shown.items()
    }
    told = set()
    for offered in _together(root):
        for one, other in combinations(sorted(offered & titles.keys()), 2):
            for language in LANGUAGES:
                words = said.get((one, language))
                if words and words == said.get((other, language)) and (one, other, language) not in told:
                    told.add((one, other, language))
                    what = f"{one} and {other} can stand together and both say {titles[one][language]!r}. Rename one."
                    yield Problem("same title", _file(root, other), what)


def _together(root: Path) -> Iterator[set[str]]:
    """Sets of targets that can stand below one reply."""
    table, menus = topics(root / "data/topics"), families(root / "data/topics")
    always = {MAIN_MENU, "language.fr", "language.ar"}  # the two languages while none is known
    yield always | {name for name in table if family(name) not in NEVER_ASKED_BACK}
    for topic in table.values():
        yield always | set(topic.next)
    for menu in menus.values():
        yield always | set(menu.menu)
    # All cities, or all needs, may stand below one question; more of the same search below contacts.
    titles, extra = _titles(root), set(search_buttons(root / "data/topics"))
    for kind in SEARCHED:
        yield {MAIN_MENU, *extra} | {name for name in titles if family(name) == kind}
