"""The database of the tests of the API."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.hsds.directory import make_directory


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rows of `make_directory`, written once a file of tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_directory()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def directory(rows: None, db: None) -> None:
    """The rows of `make_directory`; what a test changes is taken back."""
