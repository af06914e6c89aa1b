"""A small project on which every gate passes, to break one thing at a time."""

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from quality.__main__ import problems
from quality.coverage import DIALOGUE, LEAST, LINES

# `regul` is a family whose topics only say something, `contact.find` an intent of its own.
LETTERS = {"fr": "bdfgjklmnprstvz", "ar": "بتجدرزسشصطعفقكمن"}
VOWELS = {"fr": "aeiou", "ar": "اوي"}
CONDITION = "condition: [{type: slot, name: language, value: ar}]"
SOURCED = '{sources: ["https://www.example.org/page"], as_of: "2014-03", read_on: "2026-11", status: historical}'
NONE = '{sources: [], as_of: null, read_on: "2026-11", status: none}'

DOMAIN = f"""version: "3.1"
intents: [regul, contact.find, chat.erased, chat, {", ".join(sorted(DIALOGUE))}]
"""

TOPIC_TABLE = """families:
  main: {emoji: "🧭", title: {fr: "Menu", ar: "القائمة"}, menu: [menu.regul, contact.find]}
  regul: {emoji: "🪪", title: {fr: "Papiers", ar: "الأوراق"}, menu: [regul.card]}
topics:
  regul.card:
    title: {fr: "Carte de séjour", ar: "بطاقة الإقامة"}
    about: {fr: "la carte", ar: "البطاقة"}
    next: [contact.find]
    follow: {cost: follow.card_cost, where: contact.find}
  contact.find: {title: {fr: "Trouver", ar: "بحث"}, about: {fr: "le contact", ar: "الجهة"}}
  chat.erased: {title: {fr: "Oui, effacer", ar: "نعم، امحوا"}, about: {fr: "cela", ar: "هذا"}}
  chat.privacy_full: {title: {fr: "Texte complet", ar: "النص الكامل"}, about: {fr: "cela", ar: "هذا"}}
  language.fr: {title: {fr: "Français", ar: "Français"}, about: {fr: "la langue", ar: "اللغة"}}
  language.ar: {title: {fr: "العربية", ar: "العربية"}, about: {fr: "la langue", ar: "اللغة"}}
"""

DIRECTORY = """organizations:
  - id: police
    locations:
      - {id: police-urgence, status: current, phones: [{number: "19", display: "19"}]}
      - id: hcr-rabat
        status: current
        phones: [{number: "+212537000011", display: "05 37 00 00 11"}, {number: "+212537000022", private: true}]
      - {id: old-office, status: historical, phones: [{number: "+212537000033"}]}
"""


def _answer(name: str, french: str, arabic: str, metadata: str) -> str:
    return (
        f'  {name}:\n  - text: "{french}"\n    metadata: {metadata}\n'
        f'  - {CONDITION}\n    text: "{arabic}"\n    metadata: {metadata}\n'
    )


def _examples(topic: str, language: str) -> str:
    """Examples that have nothing in common: three made-up words each."""
    dice = random.Random(f"{topic} {language}")
    letters, vowels = LETTERS[language], VOWELS[language]
    lines = [
        " ".join("".join(dice.choice(letters) + dice.choice(vowels) for _ in range(4)) for _ in range(3))
        for _ in range(LEAST[language])
    ]
    listed = "\n".join(f"    - {line}" for line in lines)
    return f"- intent: {topic}\n  metadata: {{language: {language}, variety: standard}}\n  examples: |\n{listed}\n"


def _write(root: Path) -> None:
    intents = {"regul.card": "regul/card", "contact.find": "contact.find"}
    files = {
        "domain.yml": DOMAIN,
        "data/topics/topics.yml": TOPIC_TABLE,
        "data/contacts/organizations.yml": DIRECTORY,
        "data/lexicon/cities.yml": "cities:\n  rabat: {fr: Rabat, ar: الرباط}\n  tanger: {fr: Tanger, ar: طنجة}\n",
        "data/lexicon/needs.yml": "needs:\n  health: {fr: Santé, ar: الصحة}\n  school: {fr: École, ar: المدرسة}\n",
        "data/topics/search.yml": 'search_buttons:\n  search.more: {fr: "Un autre", ar: "جهة أخرى"}\n',
        "data/interface/whatsapp.yml": 'list: {fr: "Choisir", ar: "اختاروا", both: "اختاروا · Choisir"}\n',
        "data/answers/regul.yml": "responses:\n"
        + _answer("utter_regul/card", "En 2014 : {phone:hcr-rabat}.", "سنة 2014: {phone:hcr-rabat}.", SOURCED)
        + _answer("utter_follow/card_cost", "En mars 2014, rien.", "في مارس 2014 لا شيء.", SOURCED),
        "data/answers/chat.yml": "responses:\n"
        + _answer("utter_line/source", "Source : {sources}{year}", "المصدر: {sources}{year}", NONE)
        + "".join(
            _answer(name, "Bonjour.", "مرحبا.", NONE)
            for name in [
                *("utter_contact.find", "utter_chat.erased", "utter_chat/privacy_full"),
                *sorted(LINES - {"utter_line/source"}),
                *(f"utter_{name}" for name in sorted(DIALOGUE)),
            ]
        ),
        "data/dialogue/rules.yml": "rules:\n"
        + "".join(
            f"- rule: {intent}\n  steps: [{{intent: {intent}}}, {{action: utter_{intent}}}]\n"
            for intent in ["regul", "contact.find", "chat.erased", "chat", *sorted(DIALOGUE)]
        ),
        "tests/nlu/french.tsv": "topic\tvariety\ttext\nregul.card\tstandard\tMa question à moi sur la carte\n",
    }
    for language in LEAST:
        for topic, intent in intents.items():
            block = _examples(topic, language).replace(topic, intent, 1)
            files[f"data/nlu/{language}/{topic.split('.')[0]}.yml"] = f"nlu:\n{block}"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


class Project:
    """A copy of the small project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, content: str) -> None:
        (self.root / name).write_text(content, encoding="utf-8")

    def replace(self, name: str, old: str, new: str, times: int = 1) -> None:
        content = self.read(name)
        assert old in content, f"{old!r} is not in {name}"
        self.write(name, content.replace(old, new, times))

    def examples(self, name: str) -> list[str]:
        return [line.removeprefix("    - ") for line in self.read(name).splitlines() if line.startswith("    - ")]

    def add_examples(self, name: str, texts: Iterable[str]) -> None:
        self.write(name, self.read(name) + "".join(f"    - {text}\n" for text in texts))

    def problems(self) -> list[str]:
        return [str(problem) for problem in sorted(set(problems(self.root)))]


@pytest.fixture(scope="session")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project, not to be changed."""
    root = tmp_path_factory.mktemp("passing") / "project"
    _write(root)
    return root


@pytest.fixture
def project(passing: Path, tmp_path: Path) -> Project:
    """A copy of the small project, to be broken."""
    shutil.copytree(passing, tmp_path / "project")
    return Project(tmp_path / "project")
