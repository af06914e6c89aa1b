"""One sandbox for all tests of this folder; each begins with an empty one."""

from collections.abc import Iterator

import pytest

from tests.conftest import free_port
from tests.whatsapp.sandbox import Sandbox, started


@pytest.fixture(scope="session")
def _shared_sandbox() -> Iterator[Sandbox]:
    with started(f"http://127.0.0.1:{free_port()}/webhooks/whatsapp/webhook") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_shared_sandbox: Sandbox) -> Sandbox:
    """A sandbox in which nothing was said yet; nobody listens at its `webhook` unless the test does."""
    _shared_sandbox.forget()
    return _shared_sandbox
