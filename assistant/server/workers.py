"""One assistant on a database, or several that share their locks (`REDIS_URL`): never several that do not.

Two that share none would both answer a message that comes twice. Each takes a place on the database itself: for itself
alone, or beside others that share.

`python -m assistant.server.workers <port> …` waits for the assistants at these ports, and fails when the locks of one
of them are not in Redis: it asks Redis, in which each running assistant holds a lock of its own, not the settings.
"""

import socket
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from redis.exceptions import RedisError
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from assistant.server.system import StopError, answers, complain, load_settings, only_one, say
from assistant.settings import Settings, SettingsError
from assistant.storage.database import checked_url, default_url, file_of, mend, place, prepare_file

SHOWN = 15.0  # seconds within which an assistant that answers has taken its lock
PLACE = zlib.crc32(b"dalil worker")  # of PostgreSQL's advisory locks
TAKEN = (
    "Another assistant works on {database}, and the two share no locks: a message could be answered twice. "
    "Stop the other one, or set the same REDIS_URL for all of them."
)


@contextmanager
def place_among_workers(settings: Settings) -> Iterator[None]:
    """Hold a place on the database as long as the block; it is free again however the process ends.

    Raises:
        StopError: others work on it, and they or this one share no locks; or the database cannot be reached.
    """
    url, shared = checked_url(default_url()), bool(settings.redis_url)
    taken = TAKEN.format(database=place(url))
    if url.get_backend_name() == "postgresql":
        with _advisory_lock(url, taken, shared):
            yield
    elif file := file_of(url):
        prepare_file(url)
        with only_one(file.with_name(f"{file.name}.worker"), taken, shared):
            yield
    else:  # in memory: nobody else can be there
        yield


@contextmanager
def _advisory_lock(url: URL, taken: str, shared: bool) -> Iterator[None]:
    """A lock that PostgreSQL holds for a connection."""
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    take = sa.text(f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}({PLACE})")
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise StopError(mend(error, place(url))) from error
    with connection:
        if not connection.execute(take).scalar():
            raise StopError(taken)
        yield


def main(ports: Sequence[str]) -> int:
    """Command line."""
    try:
        check_shared(load_settings(), ports)
    except (SettingsError, StopError) as error:
        complain(error)
        return 1
    say(f"{len(ports)} assistants share their locks in Redis.")
    return 0


def check_shared(settings: Settings, ports: Sequence[str]) -> None:
    """Wait until the assistants at these ports of this machine answer, and make sure that they share their locks.

    Raises:
        StopError: the locks of one of them are not in the Redis of `REDIS_URL`.
    """
    if not settings.redis_url:
        raise StopError("Several assistants need REDIS_URL, in which they share their locks.")
    from assistant.storage import locks  # Rasa takes a second

    for port in ports:
        while not answers("127.0.0.1", int(port)):
            time.sleep(0.2)
    names, deadline = {f"{socket.gethostname()}:{port}" for port in ports}, time.monotonic() + SHOWN
    while missing := names - _seen(locks.workers, settings.redis_url):
        if time.monotonic() > deadline:
            raise StopError(
                f"Not in Redis (REDIS_URL): the locks of {', '.join(sorted(missing))}. Without them a message could be "
                "answered twice. Start every assistant with the same REDIS_URL and endpoints.yml as it is in git."
            )
        time.sleep(0.2)


def _seen(look: Callable[[str], set[str]], url: str) -> set[str]:
    try:
        return look(url)
    except RedisError:  # away for a moment, or for longer: then none is seen
        return set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
