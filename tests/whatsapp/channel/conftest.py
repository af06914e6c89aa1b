"""One started system that answers on WhatsApp, shared by all tests of this folder; each test has people of its own."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from operator import gt
from pathlib import Path
from typing import Any

import pytest

from assistant.privacy.senders import pseudonym
from assistant.settings import Settings, sender_key
from tests import stores
from tests.actions.seed import services
from tests.actions.server import pages, running
from tests.conftest import Assistant, free_port, start_actions, start_assistant, stop
from tests.whatsapp.payloads import Object, text
from tests.whatsapp.sandbox import Sandbox, started, wait_for

# No place of the seed has coordinates; here this one has.
ON_THE_MAP, POINT = "gadem-rabat", (33.9995, -6.8543)
# Recordings that the deployer supplied: enough of Ogg for who only looks at the name.
RECORDED = ("voice.fr.ogg", "voice.ar.ogg", "services.health.fr.ogg")
NUMBERS = (str(number) for number in itertools.count(212_600_200_001))


@dataclass
class Person:
    """Somebody with a number that nobody else has."""

    sandbox: Sandbox
    number: str = field(default_factory=lambda: next(NUMBERS))

    def say(self, words: str, **more: Any) -> str:
        return self.send(text(words), **more)

    def send(self, message: Object, **more: Any) -> str:
        """Send any message; see `Sandbox.send`."""
        return self.sandbox.send(self.number, message, **more)

    def got(self) -> list[Object]:
        """Bodies of what was sent to them, in order."""
        return [sent["message"] for sent in self.sandbox.sent(self.number)]


@dataclass
class Channel:
    """The running assistant, and the sandbox that it talks to."""

    assistant: Assistant
    sandbox: Sandbox

    def person(self) -> Person:
        return Person(self.sandbox)

    def settle(self) -> None:
        """Wait until everything has come in and nobody is owed a reply; fails when nothing moves any more."""
        self.sandbox.wait_until_delivered()
        owed = self.owed()
        while owed:
            owed = wait_for(self.owed, partial(gt, owed))

    def owed(self) -> int:
        """How many messages are owed a reply."""
        return int(self.rows("SELECT count(*) FROM inbox WHERE sealed IS NOT NULL")[0][0])

    def play(self, scenes: Mapping[str, Sequence[Object]]) -> dict[str, list[list[Object]]]:
        """Let people play scenes, all at once: everybody's first message, everybody's second, and so on.

        Args:
            scenes: messages of each person, in order, by the name of the scene.

        Returns:
            What was sent for each message.
        """
        people = {name: self.person() for name in scenes}
        replies: dict[str, list[list[Object]]] = {name: [] for name in scenes}
        for number in range(max(map(len, scenes.values()))):
            playing = {name: messages[number] for name, messages in scenes.items() if number < len(messages)}
            before = {name: len(people[name].got()) for name in playing}
            for name, message in playing.items():
                people[name].send(message)
            self.settle()
            for name in playing:
                replies[name].append(people[name].got()[before[name] :])
        return replies

    def sender_id(self, person: Person) -> str:
        """The id of a person's conversation."""
        key = sender_key(Settings(var_dir=self.assistant.var)).encode()
        return pseudonym(f"whatsapp {person.number}", key)

    def counted(self, name: str) -> int:
        """How often something was counted; a second may pass until it is written."""
        return int(self.rows("SELECT coalesce(sum(number), 0) FROM counts WHERE name = :name", name=name)[0][0])

    def said(self, person: Person) -> list[str]:
        """The texts of a person's turns, as they are stored."""
        query = "SELECT data FROM events WHERE sender_id = :sender AND type_name = 'user' ORDER BY id"
        return [json.loads(data)["text"] for (data,) in self.rows(query, sender=self.sender_id(person))]

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of the conversations' database."""
        return stores.select(self.assistant.var, query, **values)


@pytest.fixture(scope="session")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channel]:
    """The one system: sandbox, directory, actions, assistant. Who sets faults takes them back."""
    var, port = tmp_path_factory.mktemp("whatsapp"), free_port()
    with started(f"http://127.0.0.1:{port}/webhooks/whatsapp/webhook") as sandbox, running() as directory:
        directory.respond = pages(_with_a_point(services()))
        actions = start_actions(var, free_port(), directory.url)
        try:
            settings = {
                **sandbox.environment,
                "WHATSAPP_GRAPH": sandbox.url,
                "WHATSAPP_AUDIO": str(_recordings(var / "audio")),
                "ACTION_TIMEOUT": "20",  # the tests' own machine may be slow
            }
            assistant = start_assistant(var, int(actions.url.rpartition(":")[2]), port=port, **settings)
            try:
                yield Channel(assistant, sandbox)
            finally:
                stop(assistant)
        finally:
            stop(actions)


@pytest.fixture
def person(channel: Channel) -> Person:
    """Somebody new."""
    return channel.person()


def _with_a_point(seed: list[Object]) -> list[Object]:
    found = deepcopy(seed)
    for service in found:
        for at in service["service_at_locations"]:
            if at["location"]["slug"] == ON_THE_MAP:
                at["location"]["latitude"], at["location"]["longitude"] = POINT
    return found


def _recordings(folder: Path) -> Path:
    folder.mkdir()
    for name in RECORDED:
        (folder / name).write_bytes(b"OggS" + name.encode())
    return folder
