"""The project's data as the gates read it: plain rows, independent of Rasa's own reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import yaml
from assistant.dialogue.topics import LANGUAGES
from assistant.paths import ROOT


@dataclass(frozen=True)
class Example:
    """One thing that people ask: topic (with the dot), language and variety of its file, the text, the file."""

    topic: str
    language: str
    variety: str
    text: str
    path: str


@dataclass(frozen=True)
class Response:
    """One variant of one response, as its file holds it; `language` is that of its condition, French without one."""

    name: str
    path: str
    language: str
    conditioned: bool
    channel: str | None
    text: str
    titles: tuple[str, ...]
    metadata: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name} ({self.language}{', ' + self.channel if self.channel else ''})"


def examples(root: Path = ROOT) -> Iterator[Example]:
    """Every training example of `data/nlu/<language>/*.yml`."""
    for language in LANGUAGES:
        for path in sorted((root / "data/nlu" / language).glob("*.yml")):
            where = str(path.relative_to(root))
            for block in (yaml.read(path) or {}).get("nlu") or []:
                variety = (block.get("metadata") or {}).get("variety", "")
                topic = block["intent"].replace("/", ".", 1)
                for line in block["examples"].splitlines():
                    if line.startswith("-"):  # Rasa reads no other line
                        yield Example(topic, language, variety, line[1:].strip(), where)


def table(path: Path) -> list[list[str]]:
    """Rows of a table of `tests/nlu`, cells between tabs, without the line that names them."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:] if line]


def responses(root: Path = ROOT) -> Iterator[Response]:
    """Every response variant of `data/answers/*.yml`."""
    for path in sorted((root / "data/answers").glob("*.yml")):
        for name, variants in ((yaml.read(path) or {}).get("responses") or {}).items():
            for variant in variants:
                conditions = variant.get("condition") or []
                named = [str(c["value"]) for c in conditions if c.get("name") == "language"]
                yield Response(
                    name=name,
                    path=str(path.relative_to(root)),
                    language=named[0] if named else "fr",
                    conditioned=bool(named),
                    channel=variant.get("channel"),
                    text=variant.get("text", ""),
                    titles=tuple(button["title"] for button in variant.get("buttons") or ()),
                    metadata=variant.get("metadata") or {},
                )


@dataclass(frozen=True)
class Rule:
    """One rule: the intents that it answers, what it does, whether it holds only while a form is open."""

    path: str
    intents: frozenset[str]
    actions: tuple[str, ...]
    in_form: bool


def rules(root: Path = ROOT) -> Iterator[Rule]:
    """Every rule of `data/dialogue/*.yml`."""
    for path in sorted((root / "data/dialogue").glob("*.yml")):
        for rule in (yaml.read(path) or {}).get("rules") or []:
            steps = [one for step in rule["steps"] for one in step.get("or", [step])]
            yield Rule(
                path=str(path.relative_to(root)),
                intents=frozenset(step["intent"] for step in steps if "intent" in step),
                actions=tuple(step["action"] for step in steps if "action" in step),
                in_form=any(condition.get("active_loop") for condition in rule.get("condition") or []),
            )


def domain_intents(root: Path = ROOT) -> set[str]:
    """Intents that `domain.yml` declares."""
    return {intent if isinstance(intent, str) else next(iter(intent)) for intent in _domain(root)["intents"]}


def _domain(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.read(root / "domain.yml")
    return content


def topic_file(root: Path, key: str, name: str) -> str:
    """File of `data/topics` whose `topics` or `families` (the key) hold a name."""
    for path in sorted((root / "data/topics").glob("*.yml")):
        if name in ((yaml.read(path) or {}).get(key) or {}):
            return str(path.relative_to(root))
    return "data/topics"
