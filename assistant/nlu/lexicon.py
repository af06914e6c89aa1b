"""What `data/lexicon/` knows, matched by spaCy's PhraseMatcher: concepts, cities, needs, organisations, spellings.

Concepts are shared by both languages (carte de séjour, titre, إقامة, iqama are one) and are features of the classifier;
cities, needs and organisations become entities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from assistant import yaml
from assistant.nlu import tokens
from assistant.nlu.normalise import fold
from assistant.paths import DATA

# Words before a place name; an ambiguous spelling ("sale", "safi") is a city only after one of them, or alone when that
# is how the city itself is spelt.
PLACE_PREPOSITIONS = frozenset(
    [
        *("a", "de", "d", "sur", "vers", "depuis", "ville", "f", "fi", "b", "mn", "men", "l", "lmdinat"),
        *("في", "ف", "ب", "من", "الي", "ل", "مدينه", "بمدينه"),
    ]
)
ARABIC_PREFIXES = ("وف", "وب", "ول", "ف", "ب", "ل", "و")
# A typo counts as a city from this similarity on (0-100), and only for words of this length and after a preposition:
# measured on all words of the training examples, none of which may become a city that it does not name.
CLOSE_ENOUGH, LONG_ENOUGH = 88, 7
# The same where a city was asked for: a short message is probably one.
CLOSE_ENOUGH_AS_ANSWER, LONG_ENOUGH_AS_ANSWER = 86, 4
SHORTEST_WITH_A_SLIP = 5  # letters of a word of a need or country, and of what is taken for it
# Articles and prepositions that Arabic writes into a word, and what stays of them: "بالمساعدة" is "المساعدة".
ARABIC_CLITICS = {
    "وبال": "ال",
    "وال": "ال",
    "بال": "ال",
    "فال": "ال",
    "كال": "ال",
    "لل": "ال",
    "و": "",
    "ب": "",
    "ف": "",
    "ل": "",
}
_CLITICS = tuple(ARABIC_CLITICS)
# Letters from which a message that is only a keyword bears one slip of the thumb, and two. Of the examples and the
# development set six are read so, all rightly.
ONE_SLIP, TWO_SLIPS = 5, 11
NISBA, ARTICLE = "ي", "ال"  # of Arabic: what ends an adjective of a country, and what stands before a word
HARD_C = ("ca", "co", "cu")  # French that is written k on a phone: kamerounais, kongolais
SHORTEST_BARE = 3  # letters of a word without its clitic
# Concepts that are a topic when nothing else is said.
SMALL_TALK = {
    "yes": "chat.affirm",
    "no": "chat.deny",
    "thanks": "chat.thanks",
    "greeting": "chat.greet",
    "goodbye": "chat.goodbye",
}


@cache
def lexicon() -> "Lexicon":
    """The project's lexicon, loaded once a process: its matchers hold ten thousand phrases."""
    return Lexicon()


@dataclass(frozen=True)
class Entity:
    """Something named in a message: its kind (city, need, organisation, nationality, detail) and id, and its place."""

    kind: str
    value: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """As Rasa writes entities."""
        return {"entity": self.kind, "value": self.value, "start": self.start, "end": self.end, "extractor": "Lexicon"}


class Lexicon:
    """The lexicon of one folder, ready to match."""

    def __init__(self, folder: Path = DATA / "lexicon") -> None:
        """Read the files.

        Args:
            folder: folder with `concepts.yml`, `cities.yml`, `needs.yml`, `organisations.yml`,
                `nationalities.yml`, `details.yml`, `spellings_fr.yml`, `arabizi.yml`, `keywords.yml`, `vague.yml`.

        Raises:
            FileNotFoundError, ValueError: a file is missing or not readable.
        """
        self._folder = folder
        self._ambiguous = {fold(word): city for city, row in self.cities.items() for word in row.get("ambiguous") or ()}
        self._own_names = {fold(str(row["fr"])): city for city, row in self.cities.items()}
        self._phrases = dict(self._all_phrases())
        self._labels_of_word: dict[str, tuple[str, ...]] = {}
        self._matcher = PhraseMatcher(tokens.pipeline("fr").vocab)
        for label, phrases in self._phrases.items():
            self._add(label, phrases)
        small_talk = ((topic, self._phrases[f"concept:{concept}"]) for concept, topic in SMALL_TALK.items())
        self._keywords = {
            _key(fold(str(word))): topic for topic, words in self._section("keywords").items() for word in words
        }
        self._long_keywords = [word for word in self._keywords if len(word) >= ONE_SLIP]
        sure = {_key(phrase): topic for topic, phrases in small_talk for phrase in phrases} | self._keywords
        self._whole: dict[str, tuple[str, ...]] = {word: (topic,) for word, topic in sure.items()}
        for row in yaml.read(folder / "vague.yml")["vague"]:
            self._whole |= {_key(fold(str(word))): tuple(row["topics"]) for word in row["words"]}
        self._all_city_names = {
            phrase: label.removeprefix("city:")
            for label, phrases in self._phrases.items()
            if label.startswith("city:")
            for phrase in phrases
        }
        self._city_names = {name: city for name, city in self._all_city_names.items() if " " not in name}
        self._said = {
            phrase for label, phrases in self._phrases.items() if not label.startswith("city:") for phrase in phrases
        } | {fold(str(word)) for word in yaml.read(folder / "cities.yml")["no_cities"]}
        self._long_city_names = [name for name in self._city_names if len(name) >= LONG_ENOUGH]

    def _section(self, name: str) -> dict[str, Any]:
        return yaml.read(self._folder / f"{name}.yml")[name.removesuffix("_fr")]

    @cached_property
    def cities(self) -> dict[str, Any]:
        """City id -> `{fr, ar, spellings, ambiguous}`."""
        return self._section("cities")

    @cached_property
    def needs(self) -> dict[str, Any]:
        """Need id -> `{fr, ar, topic, words}`."""
        return self._section("needs")

    @cached_property
    def consulates(self) -> Sequence[str]:
        """Organisations that are the consulate of a country, and `unlisted`."""
        return list(self._section("nationalities"))

    @cached_property
    def french_spellings(self) -> dict[str, list[str]]:
        """SMS or misspelt French token -> its standard words."""
        return {
            fold(str(word)): fold(str(standard)).split() for word, standard in self._section("spellings_fr").items()
        }

    @cached_property
    def arabizi(self) -> dict[str, str]:
        """Arabizi token -> its word in Arabic script, folded."""
        return {fold(str(word)): fold(str(arabic)) for word, arabic in self._section("arabizi").items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of cities and organisations of one word: they tell nothing about the language of a message."""
        named = (found for label, found in self._phrases.items() if label.startswith(("city:", "organisation:")))
        return frozenset(name for found in named for name in found if " " not in name) | self._ambiguous.keys()

    def _all_phrases(self) -> Iterable[tuple[str, set[str]]]:
        for concept, phrases in self._section("concepts").items():
            yield f"concept:{concept}", {fold(str(p)) for p in phrases}
        for city, row in self.cities.items():
            names = {fold(str(name)) for name in [row["fr"], row["ar"], *(row.get("spellings") or ())]}
            yield f"city:{city}", names - self._ambiguous.keys()
        for need, row in self.needs.items():
            yield f"need:{need}", {fold(str(word)) for word in row["words"]}
        for organisation, row in self._section("organisations").items():
            yield f"organisation:{organisation}", {fold(str(name)) for name in row["names"]}
        for consulate, names in self._section("nationalities").items():
            yield f"nationality:{consulate}", {fold(form) for name in names for form in _forms(str(name))}
        for detail, phrases in self._section("details").items():
            yield f"detail:{detail}", {fold(str(p)) for p in phrases}

    def _add(self, label: str, phrases: Iterable[str]) -> None:
        """Words are looked up, and spaCy's matcher, which takes 1.6 KB for each, finds what is longer: one for both
        scripts, in which phrases stand as either tokenizer splits them."""
        docs = [doc for phrase in phrases if not phrase.isalpha() for doc in tokens.docs_of_phrase(phrase)]
        single = {phrase for phrase in phrases if phrase.isalpha()} | {doc[0].text for doc in docs if len(doc) == 1}
        for word in single:
            self._labels_of_word[word] = (*self._labels_of_word.get(word, ()), label)
        if longer := [doc for doc in docs if len(doc) > 1]:
            self._matcher.add(label, longer)

    def standard(self, typed: Sequence[str], language: str | None) -> list[str]:
        """Words in their usual spelling: SMS French written out, Arabizi in Arabic letters.

        Args:
            typed: folded words as spelt.
            language: language of the message; unknown Latin-script words are left as they are.
        """
        if language == "ar":
            return [part for word in typed for part in self.arabizi.get(word, word).split()]
        if language == "fr":
            return [part for word in typed for part in self.french_spellings.get(word, [word])]
        return list(typed)

    def whole(self, typed: Sequence[str]) -> tuple[str, ...]:
        """Topic of a message that is nothing but a yes, a no, a thanks, a greeting or a keyword (`keywords.yml`).

        Such words are too short to be learned, and answers tell people to write them: they must be understood, also
        with a slip of the thumb. Of a vague word ("papiers") the topics that it may mean; of anything else none.
        """
        text = " ".join(typed)
        return self._whole.get(text) or self._misspelt_keyword(text)

    def _misspelt_keyword(self, text: str) -> tuple[str, ...]:
        if len(text) < ONE_SLIP or text in self._said:
            return ()
        slips = 2 if len(text) >= TWO_SLIPS else 1
        close = process.extract(text, self._long_keywords, scorer=OSA.distance, score_cutoff=slips)
        topics = {self._keywords[word] for word, distance, _ in close if distance == close[0][1]}
        return tuple(topics) if len(topics) == 1 else ()

    def find(self, folded: str, standard: Sequence[str]) -> tuple[list[str], list[Entity]]:
        """Names of the concepts (sorted), and the entities at their place in the folded text.

        Args:
            folded: the message in matching form.
            standard: its words in their usual spelling, in which concepts are looked for too.
        """
        doc = tokens.tokenize(folded)
        concepts: set[str] = set()
        found: list[Entity] = []
        for label, start, end in self._matches(doc):
            kind, _, value = label.partition(":")
            if kind == "concept":
                concepts.add(value)
            else:
                span = doc[start:end]
                found.append(Entity(kind, value, span.start_char, span.end_char))
        bare = Doc(doc.vocab, [_bare(token.text) for token in doc]) if doc.lang_ == "ar" else None
        for label, start, end in self._matches(bare) if bare else ():
            kind, _, value = label.partition(":")
            if kind in ("need", "organisation", "nationality", "detail"):
                span = doc[start:end]
                found.append(Entity(kind, value, span.start_char, span.end_char))
        for label, _, _ in self._matches(tokens.tokenize(" ".join(standard))):
            if label.startswith("concept:"):
                concepts.add(label.partition(":")[2])
        found.extend(self._cities_in_context(doc, found))
        return sorted(concepts), _longest(found)

    def _matches(self, doc: Doc) -> Iterable[tuple[str, int, int]]:
        for i, token in enumerate(doc):
            for label in self._labels_of_word.get(token.text, ()):
                yield label, i, i + 1
        for key, start, end in self._matcher(doc):
            yield tokens.pipeline("fr").vocab.strings[key], start, end

    def _cities_in_context(self, doc: Doc, found: list[Entity]) -> Iterable[Entity]:
        """Cities behind an Arabic prefix, ambiguous names alone or after a preposition, and typos of long names."""
        own_name = self._own_names.get(_key(doc.text))  # "Salé", "Fès": nothing else was said
        if own_name and not self.whole(tokens.words(doc)):
            yield Entity("city", own_name, 0, len(doc.text))
            return
        taken = {i for entity in found if entity.kind == "city" for i in range(entity.start, entity.end)}
        previous = ""
        for token in doc:
            word = token.text.strip("'-")
            if word and token.idx not in taken:
                city = self._city_of(word, previous)
                if city:
                    yield Entity("city", city, token.idx, token.idx + len(token.text))
            previous = word or previous

    def closest_city(self, words: Sequence[str]) -> str | None:
        """City that a message of few words most likely misspells, where a city was asked for; None when none is close.

        Args:
            words: folded words of the message.
        """
        if self.whole(words):
            return None
        for text in dict.fromkeys([" ".join(words), *words]):
            if text in self._ambiguous:
                return self._ambiguous[text]
            if len(text) < LONG_ENOUGH_AS_ANSWER or text in self._said:
                continue
            close = process.extractOne(
                text, self._all_city_names.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH_AS_ANSWER
            )
            if close and close[0][0] == text[0]:
                return self._all_city_names[close[0]]
        return None

    def closest(self, words: Sequence[str], labels: Sequence[str]) -> str | None:
        """The label whose word one of the words is but for a slip; None when none is, or one of several.

        Args:
            words: folded words that nobody knows.
            labels: as of the matchers (`need:health`, `concept:passport`).
        """
        known = self._single_words(tuple(labels))
        for word in words:
            close = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=1)
            meant = {known[name] for name, _, _ in close if name[0] == word[0]}
            if len(meant) == 1 and len(word) >= SHORTEST_WITH_A_SLIP:
                return meant.pop()
        return None

    @cache  # noqa: B019 - there is one lexicon a process
    def _single_words(self, labels: tuple[str, ...]) -> dict[str, str]:
        phrases = ((phrase, label) for label in labels for phrase in self._phrases[label])
        return {phrase: label for phrase, label in phrases if " " not in phrase and len(phrase) >= SHORTEST_WITH_A_SLIP}

    def is_typo(self, word: str) -> bool:
        """Whether a word that was taken for a city is no known spelling of one."""
        return word not in self.names and not word.startswith(ARABIC_PREFIXES)

    def _city_of(self, word: str, previous: str) -> str | None:
        after_preposition = previous in PLACE_PREPOSITIONS
        if word in self._ambiguous:
            return self._ambiguous[word] if after_preposition else None
        for prefix in ARABIC_PREFIXES if word.startswith(ARABIC_PREFIXES) else ():
            bare = word.removeprefix(prefix)
            if bare != word and len(bare) > 2:
                city = self._city_names.get(bare) or self._ambiguous.get(bare)
                if city:
                    return city
        if len(word) < LONG_ENOUGH or not after_preposition or word in self._said:
            return None  # a bridge (القنطرة) is no misspelt Kenitra (القنيطرة)
        close = process.extractOne(word, self._long_city_names, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
        return self._city_names[close[0]] if close else None


def _forms(name: str) -> Iterable[str]:
    """A country or its people as written: with hyphens; French as on a phone ("kamerounai"); of an adjective in Arabizi
    the plural (sinighaliyin), of one in Arabic also the feminine and the article."""
    yield from (name, name.replace(" ", "-"))
    spoken = f"k{name[1:]}" if name.startswith(HARD_C) else name
    yield from (spoken, spoken.removesuffix("s") if spoken.endswith(("ais", "ois")) else spoken)
    if name.isascii() and name.endswith("i") and " " not in name:
        yield from (f"{name}yin", f"{name}yine")
    if name.endswith(NISBA) and " " not in name and not name.startswith(ARTICLE):
        forms = [name + ending for ending in ("", "ة", "ين", "ون", "ات")]
        yield from [*forms, *(ARTICLE + form for form in forms)]


def _bare(word: str) -> str:
    """An Arabic word without what is written into it at its beginning."""
    for clitic, stays in ARABIC_CLITICS.items() if word.startswith(_CLITICS) else ():
        if word.startswith(clitic) and len(word) - len(clitic) >= SHORTEST_BARE:
            return stays + word.removeprefix(clitic)
    return word


def _key(phrase: str) -> str:
    return " ".join(tokens.words(tokens.tokenize(phrase)))


def _longest(entities: Iterable[Entity]) -> list[Entity]:
    """Entities in order of the text; of one kind, none inside a longer one."""
    kept: list[Entity] = []
    for entity in sorted(set(entities), key=lambda e: (e.start - e.end, e.start, e.kind, e.value)):
        if not any(k.kind == entity.kind and k.start < entity.end and entity.start < k.end for k in kept):
            kept.append(entity)
    return sorted(kept, key=lambda e: (e.start, e.kind))
