"""Two assistants on one database share their locks in Redis: each message is answered once, whatever stops."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from operator import lt
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from assistant.storage import locks
from tests.channels.web import Client, error_of
from tests.conftest import Assistant, free_port, start_assistant, start_part, stop
from tests.services import Redis, nginx, postgres, redis
from tests.whatsapp.sandbox import Sandbox, started, wait_for

pytestmark = pytest.mark.long
CARD = "comment renouveler ma carte de séjour ?"


@dataclass
class Pair:
    """Two workers, what they share, and the sandbox in Meta's place, which reaches them through nginx."""

    workers: list[Assistant]
    redis: Redis
    database: sa.engine.Engine
    sandbox: Sandbox
    settings: dict[str, str]

    def page(self) -> Client:
        return Client(self.workers[0].site).begin()

    def turns(self, mark: str = "") -> list[str]:
        """Messages of which a turn was made, by the ids of what came."""
        query = "SELECT data FROM events WHERE type_name = 'user' ORDER BY id"
        with self.database.connect() as connection:
            events = [json.loads(data) for (data,) in connection.exec_driver_sql(query) if mark in data]
        return [key for event in events for key in event["metadata"].get("messages", [event["message_id"]])]

    def owed(self) -> int:
        with self.database.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM inbox WHERE sealed IS NOT NULL").scalar())

    def log(self) -> str:
        return "".join(worker.log.read_text(encoding="utf-8") for worker in self.workers)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    ports = [free_port(), free_port()]
    with ExitStack() as running:
        url = running.enter_context(postgres())
        shared = running.enter_context(redis())
        door, _, _ = running.enter_context(nginx([f"127.0.0.1:{port}" for port in ports]))
        sandbox = running.enter_context(started(f"http://127.0.0.1:{door}/webhooks/whatsapp/webhook"))
        settings = {
            **sandbox.environment,
            "DATABASE_URL": url,
            "REDIS_URL": shared.url,
            "SENDER_KEY": "k" * 40,
            "WHATSAPP_GRAPH": sandbox.url,
            "WEB_RATE_ADDRESS": "100000",
            "WEB_RATE_SESSION": "8",
        }
        workers = []
        for port in ports:
            var = tmp_path_factory.mktemp(f"worker{port}")
            workers.append(start_assistant(var, port=port, **settings))
            running.callback(lambda number: stop(found.workers[number]), len(workers) - 1)
        found = Pair(workers, shared, sa.create_engine(url), sandbox, settings)
        wait_for(lambda: len(locks.workers(shared.url)), lambda number: number == 2)
        yield found
        found.database.dispose()


def test_the_same_message_at_both_at_once_is_one_turn(pair: Pair) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(12):
            mark, once = uuid4().hex, uuid4().hex
            page = pair.page()
            both = [Client(worker.site, session=page.session) for worker in pair.workers]
            sent = [pool.submit(client.say, f"{CARD} {mark}", once) for client in both + both]
            replies = [one.result() for one in sent]
            assert all(reply == replies[0] for reply in replies)
            assert len(pair.turns(mark)) == 1


def test_rates_are_counted_together(pair: Pair) -> None:
    page = pair.page()
    answers = []
    for number in range(10):
        page.site = pair.workers[number % 2].site
        answers.append(page.send("merci").status_code)
    assert answers == [200] * 8 + [429] * 2


def test_a_third_without_redis_is_refused(pair: Pair, tmp_path: Path) -> None:
    settings = {**pair.settings, "REDIS_URL": "", "ASSISTANT_PORT": str(free_port())}
    with pytest.raises(AssertionError, match=r"share no locks.*set the same REDIS_URL for all"):
        start_part("assistant.server.serve", "http://127.0.0.1:1/", tmp_path, **settings)


def test_without_redis_people_are_told_and_answered_when_it_is_back(pair: Pair) -> None:
    page, once, mark = pair.page(), uuid4().hex, uuid4().hex
    person = "212600990001"
    pair.redis.stop()
    try:
        refused = page.send(f"mon mari me frappe {mark}", once)
        assert error_of(refused) == (503, "unavailable")
        assert refused.json()["error"]["retry"] and "19" in refused.json()["error"]["message"]
        pair.sandbox.say(person, f"bonjour {mark}")
        pair.sandbox.wait_until_delivered()
        assert pair.owed() == 1
        assert pair.sandbox.sent(person) == []
    finally:
        pair.redis.start()
    page.site = pair.workers[1].site
    assert "19" in str(page.say(f"mon mari me frappe {mark}", once))
    assert len(pair.sandbox.wait_for_sent(1, person)) == 1
    wait_for(pair.owed, lambda owed: owed == 0)
    assert len(pair.turns(mark)) == 2, "one on the page, one on WhatsApp"
    assert "does not answer: ConnectionError. Nobody's turn is made until it does" in pair.log()
    assert "Traceback" not in pair.log() and "A turn failed" not in pair.log()


def test_what_a_killed_worker_had_taken_is_answered_by_the_other(pair: Pair) -> None:
    taps = ("/regul/card", "/services/health", "/menu/main", "/iom/who", "/asylum/how")
    before = set(pair.turns())
    people = [f"21260002{number:04d}" for number in range(15)]
    pair.sandbox.set_faults(duplicates=0.3, duplicate_delay=[0, 2], slow=[0.02, 0.2], seed=3)
    for tap in taps:
        for person in people:
            reply = {"type": "button_reply", "button_reply": {"id": tap, "title": "x"}}
            pair.sandbox.send(person, {"type": "interactive", "interactive": reply})
    wait_for(lambda: len(set(pair.turns()) - before), lambda made: made >= 20)
    worker = pair.workers[0]
    worker.process.kill()
    worker.process.wait()
    pair.sandbox.wait_until_delivered()
    made = 0
    while made < len(taps) * len(people):  # fails when nothing moves any more
        made = wait_for(lambda: len(set(pair.turns()) - before), partial(lt, made))
    wait_for(pair.owed, lambda owed: owed == 0)
    pair.sandbox.set_faults()
    pair.workers[0] = start_assistant(worker.var, port=int(worker.site.rpartition(":")[2]), **pair.settings)
    answered = Counter(key for key in pair.turns() if key not in before)
    assert len(answered) == len(taps) * len(people)
    assert set(answered.values()) == {1}, "a message became two turns"
    tags = Counter(
        sent["message"]["biz_opaque_callback_data"] for person in people for sent in pair.sandbox.sent(person)
    )
    assert [tag for tag, number in tags.items() if number > 1][1:] == [], "a kill leaves one part in doubt at most"
