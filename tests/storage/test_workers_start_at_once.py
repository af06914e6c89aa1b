"""Several workers that start at the same moment on an empty database: each makes the tables that are missing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.url import make_url

from assistant.storage.tracker_store import TrackerStore
from tests.storage.talk import DOMAIN

WORKERS = 4


@pytest.mark.parametrize("attempt", range(3))
def test_none_of_them_fails(server: str, attempt: int) -> None:
    name = f"empty_{attempt}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    ready = Barrier(WORKERS)

    def start(_: int) -> TrackerStore:
        ready.wait()
        return TrackerStore(DOMAIN, host=url)

    with ThreadPoolExecutor(WORKERS) as pool:
        stores = list(pool.map(start, range(WORKERS)))
    tables = set(sa.inspect(stores[0].engine).get_table_names())
    for store in stores:
        store.engine.dispose()
    assert {"events", "inbox", "tails"} <= tables
