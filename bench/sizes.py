"""What a message costs by topics and examples, and what a turn's storage costs by stored conversations."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered

from assistant.nlu.seen import seen
from assistant.storage.tracker_store import TrackerStore
from evaluation.training import Text, train
from quality.data import examples

TOPICS, EXAMPLES, CONVERSATIONS = (10, 50, 86), (1_000, 5_000, 20_000), (1_000, 100_000, 1_000_000)
A_TOPIC = 40  # examples a topic while topics are counted
ASKED = 300
# A conversation of two turns as small as they come: what is measured is the table's size.
_FILL = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
    "INSERT INTO events (sender_id, type_name, timestamp, data) SELECT 'stored-' || (i / 4), 'action', i, "
    """'{"event": "action", "timestamp": 1, "name": "action_listen"}' FROM n"""
)
EVENTS_A_CONVERSATION = 4


def by_topics(asked: Sequence[tuple[str, str]]) -> dict[int, float]:
    """Median milliseconds of the classifier for a message, by number of topics.

    Args:
        asked: messages and their languages.
    """
    texts = _texts()
    names = sorted({text.label for text in texts})
    chosen = {count: set(random.Random(count).sample(names, min(count, len(names)))) for count in TOPICS}
    return {
        count: _classified(_some(texts, lambda text, kept=kept: text.label in kept, A_TOPIC * len(kept)), asked)
        for count, kept in chosen.items()
    }


def by_examples(asked: Sequence[tuple[str, str]]) -> dict[int, float]:
    """The same by number of examples, all topics among them."""
    return {count: _classified(_some(_texts(), lambda _: True, count), asked) for count in EXAMPLES}


def by_conversations(folder: Path) -> dict[int, float]:
    """Median milliseconds to read a conversation of ten turns and write its next turn, by stored conversations."""
    domain = Domain.from_dict({"intents": ["iom"], "slots": {}})
    store = TrackerStore(domain, host=f"sqlite:///{folder / 'conversations.db'}")
    found, filled = {}, 0
    for count in CONVERSATIONS:
        with store.engine.begin() as connection:
            last = count * EVENTS_A_CONVERSATION - 1
            connection.execute(_FILL, {"first": filled * EVENTS_A_CONVERSATION, "last": last})
        filled = count
        found[count] = statistics.median(
            asyncio.run(_turns(store, domain, f"talk-{count}-{n}"))[-1] for n in range(ASKED // 10)
        )
    store.engine.dispose()
    return found


async def _turns(store: TrackerStore, domain: Domain, sender: str) -> list[float]:
    times = []
    for number in range(10):
        begun = time.perf_counter()
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        start = (
            []
            if number
            else [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
        )
        said = UserUttered(f"question {number}", {"name": "iom", "confidence": 1.0})
        for event in [*start, said, ActionExecuted("utter_iom"), BotUttered("Voici."), ActionExecuted("action_listen")]:
            tracker.update(event, domain)
        await store.save(tracker)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _texts() -> list[Text]:
    return [Text(example.text, example.topic, example.language) for example in examples()]


def _some(texts: Iterable[Text], wanted: Callable[[Text], bool], count: int) -> list[Text]:
    found = [text for text in texts if wanted(text)]
    return random.Random(0).sample(found, min(count, len(found)))


def _classified(learned: Sequence[Text], asked: Sequence[tuple[str, str]]) -> float:
    trained = train(learned)
    times = []
    for text, language in asked[:ASKED]:
        begun = time.perf_counter()
        trained.model.ranking(seen(text, language).features(trained.twins))
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
