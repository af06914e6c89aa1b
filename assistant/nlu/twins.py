"""Words in Arabic script that sound like a word of Arabizi: "tssjil" and "تسجيل" have one skeleton.

The lexicon writes the frequent words of Arabizi in Arabic letters; this is for all the others, which everybody spells
in a way of their own. The words come from the examples.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.nlu.normalise import arabic_share
from assistant.nlu.skeleton import skeleton

FILE = "twins.json"
MOST = 3  # the most frequent words of one sound
SHORTEST = 2  # consonants: one alone sounds like everything


class Twins:
    """Words by their sound.

    Args:
        by_sound: skeleton -> words in Arabic script, most frequent first.
    """

    def __init__(self, by_sound: dict[str, list[str]]) -> None:
        self._by_sound = by_sound

    @classmethod
    def learn(cls, messages: Iterable[Sequence[str]]) -> "Twins":
        """Out of the folded words of messages."""
        heard: dict[str, Counter[str]] = defaultdict(Counter)
        for words in messages:
            for word in words:
                if arabic_share(word) > 0.5 and len(skeleton(word)) >= SHORTEST:
                    heard[skeleton(word)][word] += 1
        return cls({sound: [word for word, _ in found.most_common(MOST)] for sound, found in heard.items()})

    def of(self, words: Iterable[str]) -> list[str]:
        """Twins of the words in Latin script.

        Args:
            words: folded; those that the lexicon knows are left out by whoever asks.
        """
        latin = (word for word in words if arabic_share(word) < 0.5)
        return [twin for word in latin for twin in self._by_sound.get(skeleton(word), ())]

    def save(self, folder: Path) -> None:
        """Write `twins.json` into a folder."""
        (folder / FILE).write_text(json.dumps(self._by_sound, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Twins":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return cls(json.loads((folder / FILE).read_text(encoding="utf-8")))
