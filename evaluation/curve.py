"""The learning curve: right topics on the development set by the number of examples that were learned."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluation.development import questions, share
from evaluation.training import Text, train
from quality.data import Example, examples

SHARES = (0.125, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Point:
    """One training: mean number of examples a topic and language, and right shares (0 to 1) by variety."""

    examples: float
    right: dict[str, float]


def curve(shares: Sequence[float] = SHARES) -> Iterator[Point]:
    """Train on growing shares of each topic's examples and ask the development set.

    Args:
        shares: parts of the examples, 0 to 1, ascending; each holds the ones before.
    """
    asked = questions()
    varieties = list(dict.fromkeys(question.variety for question in asked))
    texts = [Text(question.text, question.topic, question.language) for question in asked]
    for part in shares:
        learned = list(_some(part))
        read_topics = train(learned).read(texts)
        right = {
            variety: share(
                topic == q.topic for topic, q in zip(read_topics, asked, strict=True) if q.variety == variety
            )
            for variety in varieties
        }
        yield Point(len(learned) / len({(one.label, one.language) for one in learned}), right)


def _some(part: float) -> Iterator[Text]:
    by_topic: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples():
        by_topic[example.topic, example.language].append(example)
    for (topic, language), listed in by_topic.items():
        random.Random(0).shuffle(listed)
        for example in listed[: max(1, round(part * len(listed)))]:
            yield Text(example.text, topic, language)
