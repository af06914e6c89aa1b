"""What the assistant needs to answer people."""

import os

import sqlalchemy as sa
from rasa.core.agent import Agent

from assistant.operation.readiness import NotReady, Readiness
from assistant.storage.database import mend, place
from assistant.storage.turns import database_of

TIMEOUT = 1.0  # seconds for Redis


def readiness_of(agent: Agent) -> Readiness:
    """A loaded model, the conversations' database, and Redis where several assistants share it."""

    def model() -> None:
        if not agent.is_ready():
            raise NotReady("none is loaded")

    checks = {"model": model, "database": lambda: answers(database_of(agent))}
    redis_url = os.environ.get("REDIS_URL", "")
    return Readiness({**checks, **({"Redis": lambda: ping(redis_url)} if redis_url else {})})


def answers(engine: sa.engine.Engine) -> None:
    """Make sure that the conversations can be read.

    Raises:
        NotReady: they cannot.
    """
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1 FROM events LIMIT 1")).first()
    except Exception as error:
        raise NotReady(mend(error, place(engine.url), "Conversations cannot be read")) from None


def ping(url: str) -> None:
    """Make sure that Redis answers.

    Raises:
        NotReady: it does not.
    """
    import redis  # one assistant alone goes without it

    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
            client.ping()
    except redis.RedisError as error:
        raise NotReady(f"{type(error).__name__}: start it, or correct REDIS_URL") from None
