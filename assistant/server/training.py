"""`python -m assistant.server.training <file>`: what `rasa train` does with this project, sooner.

The same graph of the same components. The data come from `reading.py`, and the archive is packed at the lowest level of
gzip: the highest, which is Rasa's, takes twenty times as long for 8 % of the size.
"""

import logging
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from rasa.engine.caching import LocalTrainingCache
from rasa.engine.graph import GraphModelConfiguration
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.engine.validation import validate
from rasa.shared.core.domain import Domain
from rasa.shared.data import TrainingType
from rasa.utils.log_utils import configure_structlog

from assistant.server.reading import Project
from assistant.server.system import hush_libraries

PACKED = 1  # level of gzip


def train(project: Project, archive: Path) -> None:
    """Train what Rasa's cache does not have, and pack the model.

    Args:
        project: the data; the folder of the cache is Rasa's own setting, RASA_CACHE_DIRECTORY.
        archive: where to write the model, `*.tar.gz`.

    Raises:
        RasaException: files, configuration or domain are not as they should be.
    """
    recipe = Recipe.recipe_for_name(project.get_config()["recipe"])
    graph = recipe.graph_config_for_recipe(project.get_config(), {}, training_type=TrainingType.BOTH)
    validate(graph)
    with TemporaryDirectory() as folder:
        GraphTrainer(_Storage(Path(folder)), LocalTrainingCache(), DaskGraphRunner).train(graph, project, archive)


class _Storage(LocalModelStorage):
    """Rasa's storage of components, packed sooner."""

    def create_model_package(
        self, model_archive_path: Path, model_configuration: GraphModelConfiguration, domain: Domain
    ) -> ModelMetadata:
        """See Rasa's."""
        metadata = self._create_model_metadata(domain, model_configuration)
        with TemporaryDirectory() as folder, tarfile.open(model_archive_path, "w:gz", compresslevel=PACKED) as archive:
            self._persist_metadata(metadata, Path(folder))
            archive.add(folder, arcname="")
            archive.add(self._storage_path, MODEL_ARCHIVE_COMPONENTS_DIR)
        return metadata


def main(archive: str) -> None:
    """Command line; progress goes to the log, as Rasa writes it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-8s %(name)s  - %(message)s")
    configure_structlog(logging.WARNING)
    hush_libraries()
    train(Project("config.yml", "domain.yml", "data"), Path(archive))


if __name__ == "__main__":
    main(sys.argv[1])
