"""Several assistants count a person's requests together, in Redis; without it each goes on counting for itself."""

import logging
from collections.abc import Iterator

import pytest

from assistant.channels import rates
from assistant.channels.rates import Rates
from tests.services import Redis, redis


@pytest.fixture
def server() -> Iterator[Redis]:
    with redis() as started:
        yield started


def two(server: Redis, per_session: int = 2) -> tuple[Rates, Rates]:
    """As two processes have them."""
    return Rates(per_session, 100, server.url), Rates(per_session, 100, server.url)


def test_what_one_has_counted_the_other_knows(server: Redis) -> None:
    one, other = two(server)
    assert (one.wait("session", "awa"), other.wait("session", "awa")) == (0, 0)
    for process in (one, other):
        assert 0 < process.wait("session", "awa") <= 60
        assert process.wait("session", "omar") == 0
        assert process.wait("address", "awa") == 0


def test_without_redis_each_counts_for_itself_and_says_so_once(
    server: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two(server, per_session=1)
    server.stop()
    with caplog.at_level(logging.WARNING):
        for process in (one, other):
            assert process.wait("session", "awa") == 0
            assert process.wait("session", "awa") > 0
    said = [record.message for record in caplog.records if record.name == rates.__name__]
    assert said == 2 * [
        "Redis (REDIS_URL) does not answer (ConnectionError): until it does, each assistant counts rates for itself."
    ]


def test_when_redis_is_back_they_count_together_again(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "ALONE", 0.0)
    one, other = two(server, per_session=1)
    server.stop()
    assert one.wait("session", "awa") == 0
    server.start()
    assert one.wait("session", "awa") == 0
    assert other.wait("session", "awa") > 0


def test_while_redis_is_away_it_is_not_asked_with_each_request(server: Redis) -> None:
    one, _ = two(server)
    server.stop()
    one.wait("session", "awa")
    server.start()
    one.wait("session", "awa")
    assert one.wait("session", "awa") > 0, "counted in this process, where two are enough"
