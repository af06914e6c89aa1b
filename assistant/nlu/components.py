"""The language pipeline as Rasa graph components: each reads what the ones before left on the message.

Left on a message: `folded` (text in matching form), `typed` and `standard` (words as spelt, and in their usual
spelling), `concepts`, `found` (entities of the lexicon), `tongue` (language), `ranking` and `second` (topics), `apart`
(topics of the message without its cities), `danger`. The last component, `DialogueDecision` of
`assistant.dialogue.component`, turns them into what Rasa reads.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant import yaml
from assistant.nlu import fitting, folds
from assistant.nlu.features import Features
from assistant.nlu.language import Guess, LanguageIdentifier, has_letter
from assistant.nlu.lexicon import lexicon
from assistant.nlu.linear import LinearModel
from assistant.nlu.normalise import arabic_share, fold
from assistant.nlu.questions import parts, second_question
from assistant.nlu.safeguard import safeguard
from assistant.nlu.seen import Seen, seen
from assistant.nlu.slips import slipped
from assistant.nlu.tokens import tokenize, words
from assistant.nlu.twins import Twins
from assistant.nlu.vectors import WordVectors, unit
from assistant.paths import DATA

# Features that tell whether a word was ever heard of: itself, a concept, its sound if that is of so many consonants.
# Without any ("klmpq zorgvat", "كككخخخ") what its letters look like is a guess: this part of its probability is too
# little to answer, or to ask back.
TELLING, SOUNDS, CONSONANTS, UNHEARD = "w@", "k", 3, 0.2
# The safeguard reads a message together with at most so many before it, of so many seconds; a longer one is no piece.
PIECES_BEFORE, PIECES_WITHIN = 2, 300
WORDS_OF_A_PIECE = 8

Config = dict[str, Any]
Kind = DefaultV1Recipe.ComponentType


class _Step(GraphComponent):
    """A component without weights: `read` works on one message that has text."""

    @classmethod
    def create(
        cls, config: Config, model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "_Step":
        """Called by Rasa."""
        return cls(config)

    def __init__(self, config: Config) -> None:
        self._config = config

    def read(self, message: Message) -> None:
        """Leave on the message what this component finds."""
        raise NotImplementedError

    def process(self, messages: list[Message]) -> list[Message]:
        """Read messages that people sent."""
        for message in messages:
            if message.get(TEXT) is not None:
                self.read(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Read the examples, for the components that learn from them."""
        self.process(training_data.training_examples)
        return training_data


class _LearningStep(_Step):
    """A component whose weights are one linear model in the model archive."""

    def __init__(self, config: Config, model_storage: ModelStorage, resource: Resource, model: LinearModel) -> None:
        super().__init__(config)
        self._storage, self._resource, self._model = model_storage, resource, model

    @classmethod
    def create(
        cls, config: Config, model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "_LearningStep":
        """Called by Rasa before training."""
        return cls(config, model_storage, resource, LinearModel.empty())

    @classmethod
    def load(
        cls, config: Config, model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "_LearningStep":
        """Called by Rasa to serve, and within training after `train`."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def _keep(self, model: LinearModel) -> Resource:
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource


@DefaultV1Recipe.register(Kind.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(_Step):
    """Folds the text and splits it into words: `folded`, `typed`."""

    def read(self, message: Message) -> None:
        """See class."""
        folded = fold(message.get(TEXT))
        message.set("folded", folded)
        message.set("typed", words(tokenize(folded)))


@DefaultV1Recipe.register(Kind.MESSAGE_FEATURIZER, is_trainable=True)
class Language(_LearningStep):
    """Language of each message: `tongue`. Learns how French and Arabizi are spelt from the project's own examples."""

    def __init__(self, config: Config, model_storage: ModelStorage, resource: Resource, model: LinearModel) -> None:
        super().__init__(config, model_storage, resource, model)
        languages = yaml.read(DATA / "lexicon" / "languages.yml")
        self._identifier = LanguageIdentifier(languages, model, lexicon().names)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the Latin-script examples; an example's language is metadata of its intent."""
        examples = [(e.get("typed"), _language_of(e)) for e in training_data.intent_examples]
        latin = [(t, language) for t, language in examples if t and language and arabic_share("".join(t)) < 0.5]
        rows = [Features(typed).counts() for typed, _ in latin]
        settings = fitting.Settings(blocks={"w": 1.0, "c": 1.0}, slack=1.0, passes=1000)  # of two labels they matter
        model = fitting.train(rows, [language for _, language in latin], range(len(rows)), settings)
        return self._keep(model)

    def read(self, message: Message) -> None:
        """See class."""
        known = _language_of(message)
        guess = Guess(known, True) if known else self._identifier.guess(message.get("typed"))
        message.set("tongue", dict(vars(guess)))


def _language_of(message: Message) -> str | None:
    """Language of a training example, as its file says; None for a message of a person."""
    metadata = message.get(METADATA) or {}
    return (metadata.get(METADATA_INTENT) or {}).get("language")


@DefaultV1Recipe.register(Kind.MESSAGE_FEATURIZER, is_trainable=False)
class LexiconMatcher(_Step):
    """Concepts, cities, needs and organisations named in a message, and the usual spelling of its words."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._lexicon = lexicon()

    def read(self, message: Message) -> None:
        """See class."""
        standard = self._lexicon.standard(message.get("typed"), message.get("tongue")["language"])
        concepts, found = self._lexicon.find(message.get("folded"), standard)
        message.set("standard", standard)
        message.set("concepts", concepts)
        message.set("found", [entity.to_dict() for entity in found])


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_LearningStep):
    """Topics with calibrated probabilities: `ranking`, and `second` when a message asks two things.

    `unheard` are its words that no two examples have; `apart` is the ranking without its cities.
    """

    def __init__(
        self,
        config: Config,
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel,
        twins: Twins | None = None,
        vectors: WordVectors | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, model)
        self._lexicon, self._twins = lexicon(), twins or Twins({})
        self._vectors = vectors or WordVectors.none()

    @staticmethod
    def get_default_config() -> Config:
        """Settings of the linear model; the numbers are the outcome of the trials in docs/decisions.md."""
        return asdict(fitting.Settings(blocks={}))

    @classmethod
    def load(
        cls, config: Config, model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "TopicClassifier":
        """Called by Rasa to serve, and within training after `train`."""
        with model_storage.read_from(resource) as folder:
            model, twins = LinearModel.load(folder), Twins.load(folder)
            vectors = WordVectors.load(folder) if config["vectors"] else None
            return cls(config, model_storage, resource, model, twins, vectors)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the topics from all examples, and from each once more with slips of the thumb."""
        examples = [e for e in training_data.intent_examples if e.get("typed")]
        twins = Twins.learn(e.get("typed") for e in examples)
        texts, languages = zip(*((e.get(TEXT), e.get("tongue")["language"]) for e in examples), strict=True)
        settings = fitting.Settings(**{field.name: self._config[field.name] for field in fields(fitting.Settings)})
        with fitting.processes() as pool:
            table = pool.submit(WordVectors.read if settings.vectors else WordVectors.none)
            misspelt = pool.map(_misspelt, texts, languages, chunksize=500)
            rows = [_seen(example).features(twins).counts() for example in examples]
            groups = folds.groups([e.get("typed") for e in examples])
            copies = [one.features(twins).counts() for one in misspelt]
            vectors = table.result()
        labels, embeddings = [topic_of(e) for e in examples], self._embeddings(examples)

        def dense(model: LinearModel) -> np.ndarray:
            return np.array(
                [self._beside(model, vectors, _seen(e), one) for e, one in zip(examples, embeddings, strict=True)]
            )

        on = settings.vectors or settings.embedding
        model = fitting.train(rows, labels, groups, settings, copies, dense if on else None)
        with self._storage.write_to(self._resource) as folder:
            vectors.save(folder)
            twins.save(folder)
            model.save(folder)
        return self._resource

    def _beside(self, model: LinearModel, vectors: WordVectors, text: Seen, embedding: np.ndarray | None) -> np.ndarray:
        """Dense numbers of a text: of its words, and behind them of its embedding, each as long as its weight."""
        parts = [self._config["vectors"] * vectors.of(text.standard, model.rarity)]
        if embedding is not None:
            parts.append(self._config["embedding"] * unit(embedding))
        return np.concatenate(parts)

    def _embeddings(self, examples: Sequence[Message]) -> Sequence[np.ndarray | None]:
        """What a featurizer of Rasa's left on each example (docs/embeddings.md); nothing when embeddings are off.

        Raises:
            InvalidConfigException: they are on and no featurizer before this component makes them.
        """
        if not self._config["embedding"]:
            return [None] * len(examples)
        found = [_embedding(example) for example in examples]
        if any(one is None for one in found):
            raise InvalidConfigException(
                "config.yml gives TopicClassifier an `embedding`, but no featurizer before it makes one. "
                "Add LanguageModelFeaturizer as in docs/embeddings.md, or set `embedding: 0`."
            )
        return found

    def read(self, message: Message) -> None:
        """See class."""
        named = self._lexicon.whole(message.get("typed"))
        if named:
            message.set("ranking", [(topic, 1 / len(named)) for topic in named])
            message.set("apart", [])
            message.set("unheard", [])
            return
        whole = self._ranking(_seen(message), _embedding(message) if self._config["embedding"] else None)
        language = message.get("tongue")["language"]
        rankings = [self._ranking(seen(part, language)) for part in parts(message.get(TEXT))]
        first, second = second_question(whole, rankings)
        message.set("ranking", first)
        message.set("second", second)
        message.set("unheard", [word for word in message.get("standard") if not self._heard(word)])
        cities = [entity for entity in message.get("found") if entity["entity"] == "city"]
        message.set(
            "apart", self._ranking(seen(_without(message.get("folded"), cities), language)) if cities else whole
        )

    def _heard(self, word: str) -> bool:
        return self._model.word(word).known

    def _ranking(self, text: Seen, embedding: np.ndarray | None = None) -> list[tuple[str, float]]:
        if not any(map(has_letter, text.typed)):
            return []
        features = text.features(self._twins)
        dense = self._beside(self._model, self._vectors, text, embedding)
        ranking = self._model.ranking(features, dense)
        if embedding is not None or any(map(self._heard, features.words)) or any(map(self._tells, features.others)):
            return ranking
        return [(topic, UNHEARD * probability) for topic, probability in ranking]

    def _tells(self, feature: str) -> bool:
        telling = feature[0] in TELLING or (feature[0] == SOUNDS and len(feature) > CONSONANTS)
        return telling and feature in self._model.vocabulary


def _without(folded: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """A text without some of its entities."""
    for entity in sorted(entities, key=lambda one: -one["start"]):
        folded = f"{folded[: entity['start']]} {folded[entity['end'] :]}"
    return folded


def _seen(message: Message) -> Seen:
    typed, standard, concepts = (message.get(name) for name in ("typed", "standard", "concepts"))
    return Seen(typed, standard, concepts, message.get("tongue")["language"])


def _misspelt(text: str, language: str) -> Seen:
    return seen(slipped(text), language)


def _embedding(message: Message) -> np.ndarray | None:
    """Embedding of the whole message (its dimensions are the model's), or None."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]


def topic_of(example: Message) -> str:
    """Topic of a training example with the dot: `regul.card`, whether the intent is written with a slash or a dot."""
    return (example.get("intent_response_key") or example.get(INTENT)).replace("/", ".", 1)


@DefaultV1Recipe.register(Kind.INTENT_CLASSIFIER, is_trainable=False)
class SafeguardMatcher(_Step):
    """Dangers, by deterministic matching: `danger` is a topic of the family `urgent`, or None.

    A message is read alone, and then with those just before: people write one sentence in three.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._safeguard = safeguard()

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Read messages that people sent; Rasa hands the conversation in because the argument has this name."""
        earlier = _just_before(tracker)
        for message in messages:
            if message.get(TEXT) is not None:
                folded = message.get("folded")
                danger = self._safeguard.kind(folded)
                if danger is None and earlier and len(message.get("typed")) <= WORDS_OF_A_PIECE:
                    danger = self._safeguard.kind_after(earlier, folded)
                message.set("danger", danger)
        return messages


def _just_before(tracker: DialogueStateTracker | None) -> list[str]:
    """Pieces of a sentence that may have come before: short messages, no buttons, of which no danger was read."""
    said = [e for e in tracker.events if isinstance(e, UserUttered)][-PIECES_BEFORE:] if tracker else []
    since = time.time() - PIECES_WITHIN
    return [
        event.text or ""
        for event in said
        if event.timestamp >= since
        and not (event.text or "").startswith("/")
        and not (event.parse_data.get("turn") or {}).get("urgent")
        and len(tokenize(fold(event.text or ""))) <= WORDS_OF_A_PIECE
    ]
