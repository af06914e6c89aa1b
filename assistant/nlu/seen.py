"""What the topic classifier sees of a text: its words as typed and as usually spelt, its concepts, its language."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.nlu.features import Features, features
from assistant.nlu.lexicon import lexicon
from assistant.nlu.normalise import fold
from assistant.nlu.tokens import tokenize, words
from assistant.nlu.twins import Twins


@dataclass(frozen=True)
class Seen:
    """One text; `language` is `fr`, `ar`, or what else was told of it."""

    typed: Sequence[str]
    standard: Sequence[str]
    concepts: Sequence[str]
    language: str | None

    def features(self, twins: Twins) -> Features:
        """Features for the linear classifier (features.py); Arabizi that the lexicon does not know brings its twins."""
        unknown = [word for word in self.typed if word not in lexicon().arabizi] if self.language == "ar" else []
        return features(self.typed, self.standard, self.concepts, twins.of(unknown))


def seen(text: str, language: str | None) -> Seen:
    """A text as the components of the pipeline see it, one after the other."""
    folded = fold(text)
    typed = words(tokenize(folded))
    standard = lexicon().standard(typed, language)
    return Seen(typed, standard, lexicon().find(folded, standard)[0], language)
