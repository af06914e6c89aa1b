"""Pages that talk to the shared assistant."""

import pytest

from tests.channels.web import Client
from tests.conftest import Assistant


@pytest.fixture
def page(assistant: Assistant) -> Client:
    """A page in French with a session of its own."""
    return Client(assistant.site).begin()
