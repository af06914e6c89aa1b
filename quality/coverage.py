"""Every topic has examples, an answer and a rule, in both languages, and nothing is left that leads nowhere.

Rasa's own validator lets an intent without a rule and a topic without a response pass.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from assistant.dialogue.topics import DIMENSIONS, LANGUAGES, Topic, families, family, topics
from assistant.paths import ROOT
from quality.data import domain_intents, examples, responses, rules, topic_file
from quality.problem import Problem

# At least so many examples a topic.
LEAST = {"fr": 30, "ar": 45}
# Follow-ups ("et c'est gratuit ?") are no topics of their own: a few words that lean on one, and few ways to say them.
LEAST_FOLLOW_UPS = 15
FOLLOW_UPS = frozenset(f"follow.{dimension}" for dimension in DIMENSIONS)
# Topics of the table that nobody asks for in words: buttons, and lines of the dialogue.
NOT_ASKED = frozenset(["chat.erased", "chat.privacy_full", "language.fr", "language.ar"])
# Replies of the dialogue itself: each is an intent with a rule and a response.
DIALOGUE = frozenset(
    [
        *("ask", "lost", "lost_again", "unreadable", "number", "other_language", "menu"),
        *("follow_unknown", "follow_more"),
        *("voice", "unread"),
        *("contact.need", "contact.need_again", "contact.city_again", "contact.left", "contact.gave_up"),
        "contact.no_consulate",
    ]
)
# Lines that are added to answers.
LINES = frozenset(
    f"utter_line/{name}" for name in ("source", "privacy", "unseen", "second", "resume_need", "resume_city")
)
# Lines that a contact is made of (assistant/dialogue/contacts.py).
PLACE_LINES = "utter_line/place_"
# Said by custom actions, which no rule shows (actions/contact.py); tests/actions holds the list to the code.
SAID_BY_ACTIONS = frozenset(
    f"utter_contact.{name}"
    for name in (
        *("unavailable", "iom", "city", "cities_served", "details", "not_found", "no_more", "nothing"),
        *("here", "nearby", "near_you", "national", "national_instead", "organization"),
        "organization_elsewhere",
    )
)


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of coverage in the project at `root`."""
    table = topics(root / "data/topics")
    yield from _examples(root, set(table))
    yield from _answers(root, table)
    yield from _rules(root, set(table))
    yield from _links(root, table)


def intent_of(topic: str, declared: set[str]) -> str:
    """Intent of a topic: its own, where `domain.yml` declares it with the dot, else its family's."""
    return topic if topic in declared else family(topic)


def response_of(topic: str, declared: set[str]) -> str:
    """Name of the response that answers a topic."""
    return f"utter_{topic}" if intent_of(topic, declared) == topic else f"utter_{topic.replace('.', '/', 1)}"


def _examples(root: Path, table: set[str]) -> Iterator[Problem]:
    """A topic without examples is never recognised; examples of an unknown topic get no reply."""
    counted = Counter((e.topic, e.language) for e in examples(root))
    for topic in sorted(table - NOT_ASKED):
        for language in LANGUAGES:
            least = LEAST_FOLLOW_UPS if topic in FOLLOW_UPS else LEAST[language]
            number = counted[topic, language]
            if number < least:
                where = f"data/nlu/{language}/{family(topic)}.yml"
                yield Problem("examples", where, f"{topic} has {number} examples, {least} are needed. Write more.")
    for topic, path in sorted({(e.topic, e.path) for e in examples(root)}):
        if topic not in table - NOT_ASKED:
            what = f"{topic} has examples but is no topic of data/topics that is asked for. Add it or rename it."
            yield Problem("examples", path, what)


def _answers(root: Path, table: Mapping[str, Topic]) -> Iterator[Problem]:
    """Without a response Rasa says nothing at all; without one in Arabic it answers an Arabic speaker in French."""
    # A variant for one channel is no answer on the others.
    said = {(r.name, r.language) for r in responses(root) if not r.channel}
    files = {r.name: r.path for r in responses(root)}
    declared = domain_intents(root)
    acted = {intent for rule in rules(root) for intent in rule.intents if _is_custom(rule.actions)}
    answered = {name for name in table if family(name) != "language" and name not in acted} - FOLLOW_UPS
    wanted = {response_of(name, declared): name for name in answered}
    wanted |= {f"utter_{name}": "chat" for name in DIALOGUE} | dict.fromkeys(LINES, "chat")
    for name in sorted(files.keys() | wanted.keys()):
        where = files.get(name) or f"data/answers/{family(wanted[name])}.yml"
        for language in LANGUAGES:
            if (name, language) not in said:
                yield Problem("answers", where, f"{name} has no text in '{language}'. Write it.")
    reached = {response_of(target, declared) for topic in table.values() for target in topic.follow.values()}
    lines = {name for name in files if name.startswith(PLACE_LINES)}
    for name in sorted(files.keys() - wanted.keys() - reached - SAID_BY_ACTIONS - lines):
        yield Problem("answers", files[name], f"{name} is said by nothing. Remove it or give it a topic.")


def _is_custom(actions: Iterable[str]) -> bool:
    """Whether a rule leaves the reply to a custom action."""
    return any(action.startswith("action_contact") for action in actions)


def _rules(root: Path, table: set[str]) -> Iterator[Problem]:
    """An intent without a rule gets no reply."""
    declared, said = domain_intents(root), {r.name for r in responses(root)}
    # A rule that holds inside a form only leaves everybody else without a reply.
    ruled = {intent for rule in rules(root) if not rule.in_form for intent in rule.intents}
    needed = DIALOGUE | {intent_of(topic, declared) for topic in table if family(topic) != "language"}
    for intent in sorted(declared - ruled):
        yield Problem("rules", "data/dialogue/rules.yml", f"{intent} has no rule: it would get no reply. Add one.")
    for intent in sorted((ruled | needed) - declared):
        yield Problem("rules", "domain.yml", f"{intent} has topics or a rule but is not declared. Declare it.")
    for intent in sorted(declared - needed):
        yield Problem("rules", "domain.yml", f"{intent} is declared but no topic leads to it. Remove it or add one.")
    spoken = said | {name.partition("/")[0] for name in said}
    for rule in rules(root):
        for action in rule.actions:
            if action.startswith("utter_") and action not in spoken:
                yield Problem("rules", rule.path, f"a rule says {action}, which does not exist. Write it or rename it.")


def _links(root: Path, table: Mapping[str, Topic]) -> Iterator[Problem]:
    """Buttons, menus and follow-ups that lead to nothing."""
    menus = families(root / "data/topics")
    targets = table.keys() | {f"menu.{name}" for name, shown in menus.items() if shown.menu}
    for name, topic in table.items():
        where = topic_file(root, "topics", name)
        for target in topic.next:
            if target not in targets:
                yield Problem("links", where, f"{name} offers {target}, which does not exist. Add it or offer another.")
        for dimension, target in topic.follow.items():
            if dimension not in DIMENSIONS:
                what = f"{name} follows up {dimension}, which nobody asks: it is none of {', '.join(DIMENSIONS)}."
                yield Problem("links", where, f"{what} Rename it.")
            if not _is_answer(root, target, table):
                what = f"{name}: the follow-up on {dimension} leads to {target}, which has no answer. Write it."
                yield Problem("links", where, what)
    for name, shown in menus.items():
        for target in shown.menu:
            if target not in targets:
                what = f"menu {name} offers {target}, which does not exist. Add it or offer another."
                yield Problem("links", topic_file(root, "families", name), what)


def _is_answer(root: Path, target: str, table: Mapping[str, Topic]) -> bool:
    """Whether a follow-up may lead here: another topic, or a response of its own (`utter_follow/regul_cost`)."""
    if family(target) == "follow":
        return f"utter_{target.replace('.', '/', 1)}" in {r.name for r in responses(root)}
    return target in table and family(target) != "language"
