"""`make bench`: how fast and how small the assistant is, beside a stock Rasa project on the same machine.

Writes `docs/benchmarks.md` and its pictures. The first run trains the stock projects and takes ten minutes more.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from assistant.paths import MODELS
from assistant.server.models import newest_model
from bench import page, sizes, stock, training
from bench.load import load, talk
from bench.servers import Ours, machine, megabytes, ours
from evaluation.development import Question, questions

ROUNDS = 3
TURNS, STOCK_TURNS = 1_000, 200  # of a round
# Not what is asked of contacts and dangers: other turns, measured apart.
FAQ = frozenset(["iom", "conference", "regul", "asylum", "services", "return", "fraud"])
CONTACTS = [
    "qui peut m'aider pour un avocat à Tanger ?",
    "leur numéro ?",
    "et à Oujda ?",
    "شكون يقدر يعاوني على محامي فطنجة؟",
    "الرقم ديالهم؟",
    "وفوجدة؟",
]
# One conversation with everything that makes it grow: answers, fallbacks, a search, two languages.
LONG = [
    "comment renouveler ma carte de séjour ?",
    "c'est combien ?",
    "blorf zzkrt vmpq",
    "qui peut m'aider pour un avocat à Tanger ?",
    "leur numéro ?",
    "بالعربية",
    "شنو هي المنظمة الدولية للهجرة؟",
    "شكرا",
    "en français",
    "et l'école pour mes enfants ?",
]
LAST, STOCK_LAST = 1_000, 200


@dataclass
class Measured:
    """All figures; lists hold one value a round. Milliseconds, megabytes, seconds."""

    machine: str = ""
    model: str = ""
    answered: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)
    alone: dict[str, list[float]] = field(default_factory=dict)
    at_once: dict[str, list[float]] = field(default_factory=dict)
    contact: dict[str, list[float]] = field(default_factory=dict)
    growth: dict[str, list[float]] = field(default_factory=dict)
    fresh: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    scaffold: tuple[float, float] = (0.0, 0.0)
    trained: tuple[float, float] = (0.0, 0.0)
    by_topics: dict[int, float] = field(default_factory=dict)
    by_examples: dict[int, float] = field(default_factory=dict)
    by_conversations: dict[int, float] = field(default_factory=dict)


def main() -> int:
    """Measure, and write the page."""
    begun = time.perf_counter()
    found = Measured(machine(), newest_model(MODELS).name)
    faq = [one for one in questions() if one.topic.split(".")[0] in FAQ]
    steps = (_scaffold, _side_by_side, _per_language, _training, _sizes)
    project = stock.ours_in_stock()
    for step in steps:
        with tempfile.TemporaryDirectory() as name:
            step(found, Path(name), faq, project)
        _say(f"{step.__name__.strip('_')}: {time.perf_counter() - begun:.0f} s so far")
    page.write(found)
    _say(f"docs/benchmarks.md is written; {time.perf_counter() - begun:.0f} s")
    return 0


def _scaffold(found: Measured, folder: Path, _faq: list[Question], _project: Path) -> None:
    """What `rasa init` itself does here: whether this machine, now, is like the one of earlier runs."""
    with stock.running(stock.scaffold(), folder, "hello") as server:
        load(server.url, ["hello"], 1, 20)
        one = load(server.url, ["hello"], 1, STOCK_TURNS)
    found.scaffold = (one.turns_a_second, one.p50)


def _side_by_side(found: Measured, folder: Path, faq: list[Question], project: Path) -> None:
    """Both servers are up, and take turns."""
    texts = [one.text for one in faq]
    with ExitStack() as stack:
        system = stack.enter_context(ours(_empty(folder / "ours"), texts[0]))
        directory = f"{system.console.url}/hsds"
        other = stack.enter_context(stock.running(project, _empty(folder / "stock"), texts[0], directory))
        found.start = {"ours": system.seconds, "stock": other.seconds}
        both = (("ours", system.assistant.url, TURNS), ("stock", other.url, STOCK_TURNS))
        for _, url, turns in both:
            load(url, texts, 8, turns // 4)  # warm
        for _ in range(ROUNDS):
            for name, url, turns in both:
                many, one = load(url, texts, 8, turns), load(url, texts, 1, turns // 2)
                found.answered.setdefault(name, []).append(many.answered)
                found.rates.setdefault(name, []).append(many.turns_a_second)
                found.at_once.setdefault(name, []).append(many.p50)
                found.alone.setdefault(name, []).append(one.p50)
                contacts = load(url, CONTACTS, 1, turns // 10)
                found.contact.setdefault(name, []).append(contacts.p50)
        _memory(found, system)
        found.memory["stock"] = megabytes(other.process)
        found.growth["ours"] = talk(system.assistant.url, _times(LONG, LAST + len(LONG)))
        found.fresh["ours"] = [ms for _ in range(5) for ms in talk(system.assistant.url, _times(LONG, 20))[10:]]
        found.growth["stock"] = talk(other.url, _times(LONG, STOCK_LAST))


def _memory(found: Measured, system: Ours) -> None:
    found.memory["ours"] = megabytes(system.assistant.process)
    found.memory["ours and actions"] = found.memory["ours"] + megabytes(system.actions.process)


def _per_language(found: Measured, folder: Path, faq: list[Question], project: Path) -> None:
    """The common set-up of two languages: a stock server for each."""
    texts = [one.text for one in faq]
    with ExitStack() as stack:
        servers = [stack.enter_context(stock.running(project, _empty(folder / n), texts[0])) for n in ("fr", "ar")]
        for server in servers:
            load(server.url, texts, 8, 40)
        found.memory["stock, a server a language"] = sum(megabytes(server.process) for server in servers)


def _training(found: Measured, folder: Path, _faq: list[Question], _project: Path) -> None:
    found.trained = training.seconds(folder)


def _sizes(found: Measured, folder: Path, faq: list[Question], _project: Path) -> None:
    asked = [(one.text, one.language) for one in faq][::3]
    found.by_topics, found.by_examples = sizes.by_topics(asked), sizes.by_examples(asked)
    found.by_conversations = sizes.by_conversations(folder)


def _times(texts: list[str], turns: int) -> list[str]:
    return [texts[turn % len(texts)] for turn in range(turns)]


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
