"""The training data, read once: what Rasa's importers give, without their copies, their hashing and the answers.

Rasa reads the examples three times, each time with a parser in pure Python to check them first, copies all of them in
every merge, and hashes each word of each for each component. With 24,700 of them that took 110 s of a training.
"""

import hashlib
from functools import cache
from typing import Any

import pkg_resources
import rasa.shared.utils.io as rasa_io
from pykwalify.core import Core
from pykwalify.errors import SchemaError
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import E2EImporter, ResponsesSyncImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import NLU_SCHEMA_FILE, RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method
from rasa.shared.utils.validation import PACKAGE_NAME, RESPONSES_SCHEMA_FILE, SCHEMA_EXTENSIONS_FILE
from ruamel.yaml.error import YAMLError


class Examples(TrainingData):
    """Training data whose fingerprint hashes a message at once, not word by word."""

    def fingerprint(self) -> str:
        """Hash of everything that is on the messages, and of the rest of the data."""
        rest = TrainingData(None, self.entity_synonyms, self.regex_features, self.lookup_tables, self.responses)
        total = hashlib.md5(rest.fingerprint().encode(), usedforsecurity=False)
        for example in self.training_examples:
            features = [one.fingerprint() for one in example.features]
            total.update(repr((example.data, features)).encode("utf-8", "surrogatepass"))
        return total.hexdigest()

    @staticmethod
    def sanitize_examples(examples: list[Message]) -> list[Message]:
        """Each example once, the first of those that are equal."""
        once: dict[str, Message] = {}
        for example in examples:
            once.setdefault(repr(example.data), example)
        return list(once.values())

    def validate(self) -> None:
        """Rasa warns of every example that has no answer here, where none has one; `make validate` looks for both."""


class Project(E2EImporter):
    """The project as the training reads it.

    What is learned holds no answers, so that a changed answer trains nothing anew; the domain has them.
    """

    def __init__(self, config: str, domain: str, data: str) -> None:
        """Find the files; they are read when they are asked for."""
        self._files = _Files(config, domain, [data])
        super().__init__(ResponsesSyncImporter(self._files))

    def get_nlu_data(self, language: str | None = None) -> Examples:
        """The examples; rules and default actions bring none that a component of ours could learn."""
        return self._examples()

    @cached_method
    def _examples(self) -> Examples:
        read = self._files.get_nlu_data()
        return Examples(read.training_examples, read.entity_synonyms, read.regex_features, read.lookup_tables)


class _Files(RasaFileImporter):
    """The files, each read once."""

    @cached_method
    def get_domain(self) -> Domain:
        """See Rasa's."""
        return super().get_domain()

    @cached_method
    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """See Rasa's."""
        return super().get_stories(exclusion_percentage)

    @cached_method
    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """Examples and answers of all files, merged without a copy of each example."""
        examples: list[Message] = []
        merged = TrainingData().merge(*(_Reader(examples).read(path) for path in self._nlu_files))
        merged.training_examples = examples
        return merged


class _Reader(RasaYAMLReader):
    """Rasa's reader, with its schema held against what the fast parser read.

    Rasa would look for double examples in each file; they are set aside, for `Examples` to look in all at once.
    """

    def __init__(self, examples: list[Message]) -> None:
        """Set the examples aside in a list."""
        super().__init__()
        self._aside = examples

    def _parse_nlu(self, nlu_data: list[dict[str, Any]] | None) -> None:
        super()._parse_nlu(nlu_data)
        self._aside.extend(self.training_examples)
        self.training_examples.clear()

    def validate(self, string: str) -> None:
        """Check against Rasa's schema.

        Raises:
            YamlException: the text is not as it should be; Rasa's own check, much slower, tells where.
        """
        try:
            extensions = [pkg_resources.resource_filename(PACKAGE_NAME, SCHEMA_EXTENSIONS_FILE)]
            Core(source_data=rasa_io.read_yaml(string), schema_data=_schema(), extensions=extensions).validate()
        except (SchemaError, YAMLError):
            super().validate(string)


@cache
def _schema() -> dict[str, Any]:
    files = [pkg_resources.resource_filename(PACKAGE_NAME, name) for name in (NLU_SCHEMA_FILE, RESPONSES_SCHEMA_FILE)]
    return {key: value for file in files for key, value in rasa_io.read_yaml_file(file).items()}
