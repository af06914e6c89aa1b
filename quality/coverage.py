"""Every topic has examples, an answer and a rule, in both languages, and nothing is left that leads nowhere.

Rasa's own validator lets an intent without a rule and a topic without a response pass.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.dialogue.component import CHAT, RETRIEVAL
from assistant.dialogue.topics import DIMENSIONS, LANGUAGES, families, is_target, topics
from assistant.paths import ROOT
from quality.data import domain_intents, examples, responses, ruled_intents
from quality.problem import Problem

# At least so many examples a topic.
LEAST = {"fr": 30, "ar": 45}
# Topics of the table that nobody asks for in words: buttons, and lines of the dialogue.
NOT_ASKED = frozenset(["chat.erased", "chat.privacy_full", "language.fr", "language.ar"])
# What is said besides answers to topics.
DIALOGUE_LINES = frozenset(
    [
        *("utter_ask", "utter_lost", "utter_lost_again", "utter_unreadable", "utter_other_language", "utter_menu"),
        *("utter_follow_unknown", "utter_line/source", "utter_line/privacy", "utter_line/second"),
    ]
)
# Short follow-ups are few by nature.
LEAST_FOLLOW_UPS = 15


def check(root: Path = ROOT) -> Iterator[Problem]:
    """Problems of coverage in the project at `root`."""
    table = topics(root / "data/topics")
    yield from _examples(root, set(table))
    yield from _answers(root, set(table))
    yield from _rules(root)
    yield from _links(root)


def _examples(root: Path, table: set[str]) -> Iterator[Problem]:
    counted = Counter((e.topic, e.language) for e in examples(root))
    for topic in sorted(table - NOT_ASKED):
        for language in LANGUAGES:
            least = LEAST_FOLLOW_UPS if topic.startswith("follow.") else LEAST[language]
            number = counted[topic, language]
            if number < least:
                where = f"data/nlu/{language}"
                yield Problem("examples", where, f"{topic} has {number} examples, {least} are needed. Write more.")
    for topic in sorted({topic for topic, _ in counted} - table):
        yield Problem("examples", "data/nlu", f"{topic} is in no table of data/topics. Add it there or rename it.")


def response_of(topic: str) -> str:
    """Name of the response that answers a topic."""
    family, _, rest = topic.partition(".")
    slashed = family in RETRIEVAL or (family == "chat" and rest in CHAT)
    return f"utter_{family}/{rest}" if slashed else f"utter_{topic}"


def _answers(root: Path, table: set[str]) -> Iterator[Problem]:
    said = {(r.name, r.language) for r in responses(root)}
    follow_ups = {f"follow.{dimension}" for dimension in DIMENSIONS}
    answered = {topic for topic in table if not topic.startswith("language.")} - follow_ups
    reached = {target for topic in topics(root / "data/topics").values() for target in topic.follow.values()}
    wanted = {response_of(topic) for topic in answered | reached} | DIALOGUE_LINES
    for name in sorted(wanted):
        for language in LANGUAGES:
            if (name, language) not in said:
                yield Problem("answers", "data/answers", f"{name} has no text in '{language}'. Write it.")
    for name in sorted({name for name, _ in said} - wanted):
        yield Problem("answers", "data/answers", f"{name} is said by nothing. Remove it or give it a topic.")


def _rules(root: Path) -> Iterator[Problem]:
    declared, ruled = domain_intents(root), ruled_intents(root)
    for intent in sorted(declared - ruled):
        yield Problem("rules", "data/dialogue", f"intent {intent} has no rule: it would get no reply. Add one.")
    for intent in sorted(ruled - declared):
        yield Problem("rules", "domain.yml", f"intent {intent} has a rule but is not declared. Declare it.")
    asked = {e.topic for e in examples(root)}
    intents = {t.partition(".")[0] if response_of(t).count("/") else t for t in asked}
    for intent in sorted(intents - declared):
        yield Problem("rules", "domain.yml", f"intent {intent} has examples but is not declared. Declare it.")


def _links(root: Path) -> Iterator[Problem]:
    """Buttons, menus and follow-ups that lead to nothing."""
    for name, topic in topics(root / "data/topics").items():
        for target in topic.next:
            if not is_target(target):
                yield Problem("links", "data/topics", f"{name} offers {target}, which does not exist.")
    for name, family in families(root / "data/topics").items():
        for target in family.menu:
            if not is_target(target):
                yield Problem("links", "data/topics/menus.yml", f"menu {name} offers {target}, which does not exist.")
