"""People who talk to the running system on both channels, steadily: as the widget sends, and as WhatsApp's people do.

Everybody writes a message, rests, and writes the next. On the web a message is sent again under its own id until it is
answered, with the pauses of `widget/client.js`; on WhatsApp the sandbox delivers it as Meta does.
"""

import asyncio
import json
import random
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from assistant.channels.sessions import opened
from assistant.privacy.senders import pseudonym

PAUSES = (2, 4, 8, 16, 30)  # seconds before the second, third … attempt, as in widget/client.js
PATIENCE = 25.0  # seconds that one request of the widget may take
WORTH_A_RETRY = (401, 429)  # of the statuses below 500, as the channel says of them
EVERY = (4.0, 8.0)  # seconds between two messages of a person
PROBED = 1.0  # seconds between two looks at whether somebody new is answered
DANGER = "mon mari me frappe"
CONTACTS = ("qui peut m'aider pour un avocat à Tanger ?", "شكون يقدر يعاوني على محامي فطنجة؟")
SAID = (
    "/regul/card",
    "comment renouveler ma carte de séjour ?",
    CONTACTS[0],
    "/services/health",
    "شنو هي المنظمة الدولية للهجرة؟",
    "/asylum/how",
    CONTACTS[1],
    "bghit n9ra wladi f lmadrasa",
    DANGER,
    "/iom/who",
)


@dataclass
class Message:
    """What a person wrote, and what became of it.

    Attributes:
        channel: `web` or `whatsapp`.
        person: id of the conversation, as it is stored.
        number: which of the person's messages it is, from 0.
        key: how it is known in the database: the message's id on the web, the inbox's key on WhatsApp.
        text: its words.
        sent: when, seconds since 1970.
        answered: when its reply was there.
        told: when the person was first told that it takes longer, by a failed attempt (the widget says so too).
        failures: attempts that failed, by HTTP status; 0 is no answer at all.
        wordless: failed attempts in whose answer no sentence of ours stood: the widget says its own.
        reply: the words of the reply.
    """

    channel: str
    person: str
    number: int
    key: str
    text: str
    sent: float
    answered: float | None = None
    told: float | None = None
    failures: list[int] = field(default_factory=list)
    wordless: int = 0
    reply: str = ""


@dataclass(frozen=True)
class Place:
    """Where people write to.

    Attributes:
        site: origin of the web channel.
        sandbox: origin of what stands in for Meta.
        key: secret behind the pseudonyms of people.
    """

    site: str
    sandbox: str
    key: bytes


class Crowd:
    """So many people on each channel, who are new.

    Attributes:
        messages: everything that they wrote, in the order of sending.
        probes: the first messages of further people, one a second, sent once each: whether the system is as usual.
    """

    def __init__(
        self,
        place: Place,
        each: int,
        seed: int,
        every: tuple[float, float] = EVERY,
        channels: Collection[str] = ("web", "whatsapp"),
    ) -> None:
        """Args: `each` is people a channel, `seed` makes them others than those of another crowd, `every` is seconds
        between two messages of one."""
        self._place, self._dice, self._every = place, random.Random(seed), every
        self._each, self._seed, self._channels = each, seed, channels
        self._quiet = asyncio.Event()
        self.messages: list[Message] = []
        self.probes: list[Message] = []

    async def talk(self) -> None:
        """Write until `hush`, then go on until the web's last message is answered, or this is cancelled."""
        ways = {"web": self._on_the_web, "whatsapp": self._on_whatsapp}
        people = [ways[channel](number) for channel in self._channels for number in range(self._each)]
        await asyncio.gather(*people, self._probe())

    def hush(self) -> None:
        """Nobody begins another message."""
        self._quiet.set()

    async def _on_the_web(self, number: int) -> None:
        async with _session(f"127.1.{self._seed % 250}.{number + 1}") as session:
            page = _Page(session, self._place, "ar" if number % 2 else "fr")
            await asyncio.sleep(self._dice.uniform(0, self._every[1]))
            await page.begin()
            for turn, text in enumerate(self._texts(number)):
                await page.say(self._wrote("web", page.conversation, turn, text))
                if await self._rest():
                    return

    async def _probe(self) -> None:
        probing: list[asyncio.Task[None]] = []
        while not self._quiet.is_set():
            probing.append(asyncio.create_task(self._probe_once(len(probing))))
            await asyncio.sleep(PROBED)
        await asyncio.gather(*probing)

    async def _probe_once(self, number: int) -> None:
        message = Message("web", "", number, "", "/menu/main", time.time())
        self.probes.append(message)
        async with _session(f"127.2.{self._seed % 250}.{number % 250 + 1}") as session:
            page = _Page(session, self._place, "fr")
            if not await page.opens() or not await page.tries(message, uuid4().hex):
                message.failures.append(0)

    async def _on_whatsapp(self, number: int) -> None:
        phone = f"2126{self._seed % 1000:03d}{number:05d}"
        person = pseudonym(f"whatsapp {phone}", self._place.key)
        async with aiohttp.ClientSession() as session:
            await asyncio.sleep(self._dice.uniform(0, self._every[1]))
            for turn, text in enumerate(self._texts(number)):
                message = self._wrote("whatsapp", person, turn, text)
                sent = {"from": phone, "message": _on_the_wire(text)}
                async with session.post(f"{self._place.sandbox}/sandbox/messages", json=sent) as answer:
                    answer.raise_for_status()
                    wamid = (await answer.json())["id"]
                message.key = pseudonym(f"whatsapp message {wamid}", self._place.key)
                if await self._rest():
                    return

    def _texts(self, number: int) -> Iterator[str]:
        turn = number
        while not self._quiet.is_set():
            yield SAID[turn % len(SAID)]
            turn += 1

    def _wrote(self, channel: str, person: str, number: int, text: str) -> Message:
        message = Message(channel, person, number, "", text, time.time())
        self.messages.append(message)
        return message

    async def _rest(self) -> bool:
        """Wait until the next message; whether there is none."""
        try:
            await asyncio.wait_for(self._quiet.wait(), self._dice.uniform(*self._every))
        except asyncio.TimeoutError:
            return False
        return True


class _Page:
    """The widget of one person: session, ids, attempts and pauses as in `widget/client.js`."""

    def __init__(self, session: aiohttp.ClientSession, place: Place, language: str) -> None:
        self._session, self._place, self._language = session, place, language
        self._token, self.conversation = "", ""

    async def begin(self) -> None:
        """Open a session, however long it takes."""
        failures = 0
        while True:
            if await self.opens():
                return
            failures += 1
            await asyncio.sleep(_pause(failures))

    async def opens(self) -> bool:
        """Try once to open a session."""
        status, answer = await self._post("session", {})
        if status == 200 and answer.get("session"):
            self._token = answer["session"]
            self.conversation = found.conversation if (found := opened(self._token, [self._place.key], now=0)) else ""
        return bool(self._token)

    async def say(self, message: Message) -> None:
        """Send a message until it is answered, or refused for good, which counts as lost."""
        name = uuid4().hex
        message.key = pseudonym(f"{self.conversation} {name}", self._place.key)
        while not await self.tries(message, name):
            if message.failures[-1] in range(400, 500) and message.failures[-1] not in WORTH_A_RETRY:
                return
            await asyncio.sleep(_pause(len(message.failures)))

    async def tries(self, message: Message, name: str) -> bool:
        """Send a message once under a name; whether it was answered."""
        status, answer = await self._post("message", {"session": self._token, "id": name, "text": message.text})
        reply = answer.get("reply") or {}
        if status == 200 and reply.get("parts"):
            message.answered = time.time()
            message.reply = "\n".join(part["text"] for part in reply["parts"])
            return True
        message.failures.append(status)
        message.told = message.told or time.time()
        message.wordless += not (answer.get("error") or {}).get("message")
        return False

    async def _post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Status, 0 for none, and the JSON object of the answer, empty for what is none."""
        raw = json.dumps({**body, "language": self._language}).encode()
        kind = {"Content-Type": "text/plain;charset=UTF-8"}
        try:
            async with self._session.post(f"{self._place.site}/webhooks/web/{path}", data=raw, headers=kind) as answer:
                return answer.status, _object(await answer.read())
        except (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError):
            return 0, {}


def _session(address: str) -> aiohttp.ClientSession:
    """Connections from one of loopback's sixteen million addresses: everybody has their own, as in life."""
    limit = aiohttp.ClientTimeout(total=PATIENCE)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(address, 0)), timeout=limit)


def _pause(failures: int) -> float:
    return PAUSES[min(failures, len(PAUSES)) - 1] * random.uniform(0.75, 1.25)


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:  # a page of some gateway
        return {}
    return found if isinstance(found, dict) else {}


def _on_the_wire(text: str) -> Mapping[str, Any]:
    if text.startswith("/"):
        reply = {"id": text, "title": "x"}
        return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    return {"type": "text", "text": {"body": text}}
