"""Every dialogue goes as written on PostgreSQL with locks in Redis, as it does on one machine's file."""

from collections.abc import Iterator

import psycopg2
import pytest

from tests.conftest import Assistant, start_assistant, stop
from tests.dialogues.test_dialogues import test_it_goes_as_written  # noqa: F401 - collected here once more
from tests.services import postgres, redis

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def assistant(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """In the place of the shared one, beside it on its action server."""
    with postgres() as database, redis() as locks:
        engines = {"DATABASE_URL": database, "REDIS_URL": locks.url, "ACTION_TIMEOUT": "20"}
        started = start_assistant(tmp_path_factory.mktemp("scaled"), assistant.actions_port, **engines)
        yield started
        stop(started)
        with psycopg2.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events")
            assert cursor.fetchone()[0] > 1000  # they were kept there
