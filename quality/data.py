"""The project's data as the gates read it: plain rows, independent of Rasa's own reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import yaml
from assistant.paths import ROOT


@dataclass(frozen=True)
class Example:
    """One thing that people ask: topic (with the dot), language and variety of its file, the text."""

    topic: str
    language: str
    variety: str
    text: str


@dataclass(frozen=True)
class Response:
    """One variant of one response, as its file holds it."""

    name: str
    path: str
    language: str
    conditioned: bool
    channel: str | None
    text: str
    metadata: dict[str, Any]


def examples(root: Path = ROOT) -> Iterator[Example]:
    """Every training example of `data/nlu/<language>/*.yml`."""
    for language in ("fr", "ar"):
        for path in sorted((root / "data/nlu" / language).glob("*.yml")):
            for block in yaml.read(path)["nlu"]:
                variety = (block.get("metadata") or {}).get("variety", "")
                topic = block["intent"].replace("/", ".", 1)
                for line in block["examples"].splitlines():
                    yield Example(topic, language, variety, line.removeprefix("- "))


def responses(root: Path = ROOT) -> Iterator[Response]:
    """Every response variant of `data/answers/*.yml`."""
    for path in sorted((root / "data/answers").glob("*.yml")):
        for name, variants in yaml.read(path)["responses"].items():
            for variant in variants:
                conditions = variant.get("condition") or []
                named = [c["value"] for c in conditions if c.get("name") == "language"]
                yield Response(
                    name=name,
                    path=path.name,
                    language=named[0] if named else "fr",
                    conditioned=bool(named),
                    channel=variant.get("channel"),
                    text=variant.get("text", ""),
                    metadata=variant.get("metadata") or {},
                )


def ruled_intents(root: Path = ROOT) -> set[str]:
    """Intents that some rule of `data/dialogue/*.yml` answers."""
    found: set[str] = set()
    for path in sorted((root / "data/dialogue").glob("*.yml")):
        for rule in yaml.read(path).get("rules") or []:
            found.update(step["intent"] for step in rule["steps"] if "intent" in step)
    return found


def domain_intents(root: Path = ROOT) -> set[str]:
    """Intents that `domain.yml` declares."""
    return set(yaml.read(root / "domain.yml")["intents"])
