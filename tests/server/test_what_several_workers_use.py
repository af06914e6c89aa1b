"""The endpoints of several workers: those of one, and the locks that they share."""

from pathlib import Path

import pytest
from rasa.utils.endpoints import read_endpoint_config

from assistant.server.serve import LOCKS, _endpoints
from assistant.settings import Settings
from tests.conftest import ACTIONS_TOKEN


def test_the_action_server_is_where_it_was_and_locks_are_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIONS_PORT", "5999")
    monkeypatch.setenv("ACTIONS_TOKEN", ACTIONS_TOKEN)
    alone = _endpoints(Settings(var_dir=tmp_path))
    several = _endpoints(Settings(var_dir=tmp_path, redis_url="redis://127.0.0.1:6379/0"))
    for file in (alone, several):
        found = read_endpoint_config(str(file), "action_endpoint")
        assert found is not None
        assert found.url == "http://127.0.0.1:5999/webhook"
    locks = read_endpoint_config(str(several), "lock_store")
    assert locks is not None
    assert locks.type == LOCKS
    assert read_endpoint_config(str(alone), "lock_store") is None
