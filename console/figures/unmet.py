"""What people asked for and were not understood: by the topic that came nearest, with words that many of them used.

Read from the transcripts themselves, since counts hold no words: so it goes back only as far as conversations are kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, reduce
from pathlib import Path

from transcripts.models import Turn
from transcripts.search import searchable

from assistant import yaml
from assistant.paths import DATA
from assistant.privacy.redact import MARKS
from figures.counting import NOT_UNDERSTOOD
from figures.disclosure import LEAST
from figures.grids import CHANNEL, LANGUAGE, Column, Grid, grid
from figures.recounting import midnight
from figures.selection import Selection
from quality.examples import function_words

MOST_READ = 5000  # messages, the newest: the page says so
MOST_WORDS = 8
SHORTEST = 3  # letters
_LEXICON: Path = DATA / "lexicon" / "languages.yml"


@dataclass(frozen=True)
class Unmet:
    """What was not understood.

    Attributes:
        grid: messages by nearest topic.
        words: of each topic, most frequent first.
        read: how many messages were looked at.
    """

    grid: Grid
    words: dict[str, list[str]]
    read: int


@dataclass(frozen=True)
class Missed:
    """A message that was not understood."""

    sender: str
    channel: str
    language: str
    nearest: str
    text: str
    words: str = ""

    def is_in(self, column: Column) -> bool:
        """Whether it is of the channel or the language that was chosen."""
        own = {"": "", CHANNEL: self.channel, LANGUAGE: self.language}[column.kind]
        return own == column.value


def unmet(selection: Selection) -> Unmet:
    """What was not understood in a period; nothing of conversations about danger or misconduct."""
    found = list(_missed(selection))
    by_topic: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for one in found:
        by_topic[one.nearest][one.channel, one.language] += 1
    return Unmet(grid(by_topic), frequent_words(one for one in found if one.is_in(selection.column)), len(found))


def frequent_words(messages: Iterable[Missed]) -> dict[str, list[str]]:
    """Words that at least five different people used, by nearest topic."""
    users: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for message in messages:
        for word in _words(message):
            users[message.nearest][word].add(message.sender)
    return {nearest: _most_used(by_word) for nearest, by_word in users.items()}


def _most_used(users: dict[str, set[str]]) -> list[str]:
    many = [word for word, people in users.items() if len(people) >= LEAST]
    return sorted(many, key=lambda word: (-len(users[word]), word))[:MOST_WORDS]


def _words(message: Missed) -> set[str]:
    """Words of a message that say something: no marks of what was redacted, no numbers, no function words."""
    found = set(_all_words(message).split()) - _function_words()
    return {word for word in found if len(word) >= SHORTEST and any(map(str.isalpha, word))}


def _all_words(message: Missed) -> str:
    """The words that are stored for the search, unless some of them are marks."""
    if message.words and not any(mark in message.text for mark in MARKS.values()):
        return message.words
    return searchable(reduce(lambda text, mark: text.replace(mark, " "), MARKS.values(), message.text))


@cache
def _function_words() -> frozenset[str]:
    """Words of French and Arabic that say nothing by themselves: the gates', and those that tell no language."""
    neutral = map(str, yaml.read(_LEXICON)["neutral"])
    return frozenset(word for listed in (*function_words(), *neutral) for word in searchable(listed).split())


def _missed(selection: Selection) -> Iterator[Missed]:
    begin, end = midnight(selection.since), midnight(selection.until + timedelta(days=1))
    rows = Turn.objects.filter(
        conversation__ended__gte=begin,
        conversation__started__lt=end,
        conversation__fallback=True,
        conversation__urgent=False,
        conversation__misconduct=False,
        decision__in=NOT_UNDERSTOOD,
        at__gte=begin,
        at__lt=end,
    )
    of_conversation = ("conversation__sender", "conversation__channel", "conversation__language")
    columns = (*of_conversation, "ranking", "text", "words")
    for sender, channel, language, ranking, text, words in rows.order_by("-event").values_list(*columns)[:MOST_READ]:
        yield Missed(sender, channel, language, ranking[0][0] if ranking else "", text, words)
