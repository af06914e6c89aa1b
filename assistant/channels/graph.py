"""Sending through Meta's Graph API, with `pywa`: one attempt at a time, and what its outcome means.

Error codes: developers.facebook.com, "Cloud API error codes".
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import Counter
from pywa.types import Button, Section, SectionList, SectionRow
from pywa.utils import Version
from pywa_async import WhatsApp
from pywa_async.errors import AuthorizationError, ReEngagementMessage, ThrottlingError, WhatsAppError

from assistant.channels.bubbles import Bubble
from assistant.settings import Settings

logger = logging.getLogger(__name__)

META = "https://graph.facebook.com"
TIMEOUT = httpx.Timeout(10.0, connect=5.0)  # seconds
MOST_AT_ONCE = 16  # requests
# Meta's own trouble, besides HTTP 429 and 5xx: unknown error, service unavailable, maintenance.
PASSING = frozenset([1, 2, 131000, 131016, 131057])
# A request that ended so never reached Meta.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Recordings by the end of their name, as Meta names their kinds; a voice note must be Opus in Ogg.
RECORDINGS = {".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".amr": "audio/amr"}

SENDS = Counter("dalil_whatsapp_sends_total", "Attempts to send a part of a reply, by their outcome.", ["outcome"])
ACCEPTED, OUTCOMES = "accepted", ("refused", "too_late", "token", "in_doubt", "not_now")
for _outcome in (ACCEPTED, *OUTCOMES):  # a rate needs a first value
    SENDS.labels(_outcome)


class NotNow(Exception):
    """Not sent, and may be tried again.

    Attributes:
        wait: seconds that Meta asks for, 0 when it does not.
        in_doubt: whether it may have been sent all the same.
        ours: whether only the operator can mend it (a token that is refused).
    """

    def __init__(self, wait: float = 0.0, in_doubt: bool = False, ours: bool = False) -> None:
        super().__init__("not sent")
        self.wait, self.in_doubt, self.ours = wait, in_doubt, ours

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        return "token" if self.ours else "in_doubt" if self.in_doubt else "not_now"


class Never(Exception):
    """Refused for what it is; sending it again would change nothing.

    Attributes:
        code: Meta's error code.
        window: whether it is only too late: the person wrote more than 24 hours ago.
    """

    def __init__(self, code: int, window: bool = False) -> None:
        super().__init__(f"refused with code {code}")
        self.code, self.window = code, window

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        return "too_late" if self.window else "refused"


class Graph:
    """One business number at Meta."""

    def __init__(self, settings: Settings) -> None:
        """Opens no connection yet."""
        session = httpx.AsyncClient(timeout=TIMEOUT)
        self._client = WhatsApp(phone_id=settings.whatsapp_phone_id, token=settings.whatsapp_token, session=session)
        # pywa has no setting for it, and sets Meta's own on the session that it is given.
        session.base_url = httpx.URL(f"{settings.whatsapp_graph or META}/v{Version.GRAPH_API.value}")
        self._session = session
        self._recordings = settings.whatsapp_audio
        self._uploaded: dict[tuple[str, float], str] = {}
        # httpx looks through all that wait for a connection at each step: a long queue takes all of the time.
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.aclose()

    async def read(self, message_id: str, typing: bool = False) -> None:
        """Mark a message as read, with the sign that a reply is being written; what fails is left at that."""
        mark = self._client.indicate_typing if typing else self._client.mark_message_as_read
        try:
            async with self._places:
                await mark(message_id)
        except Exception as error:
            logger.debug("A message was not marked as read (%s)", type(error).__name__)

    def recording(self, name: str) -> Path | None:
        """The file of a recorded answer (`regul.card.ar`), None when the deployer has not supplied it."""
        if not self._recordings:
            return None
        return next((path for end in RECORDINGS if (path := self._recordings / f"{name}{end}").is_file()), None)

    async def send(self, bubble: Bubble, to: str, reply: str) -> None:
        """Send one message.

        Args:
            bubble: what.
            to: phone number (digits) or Meta's id of the person.
            reply: what Meta shall say of it in its statuses (at most 512 characters).

        Raises:
            NotNow, Never: it was not sent.
        """
        try:
            await self._try(bubble, to, reply)
        except (NotNow, Never) as trouble:
            SENDS.labels(trouble.outcome).inc()
            raise
        SENDS.labels(ACCEPTED).inc()

    async def _try(self, bubble: Bubble, to: str, reply: str) -> None:
        try:
            async with self._places:
                await self._send(bubble, to, reply)
        except WhatsAppError as error:
            raise _meaning(error) from None
        except httpx.RequestError as error:
            raise NotNow(in_doubt=not isinstance(error, NOT_SENT)) from None
        except (KeyError, ValueError, TypeError):  # an answer that is not Meta's: a proxy's page
            raise NotNow(in_doubt=True) from None

    async def _send(self, bubble: Bubble, to: str, reply: str) -> None:
        if bubble.kind == "location" and bubble.place:
            await self._client.send_location(to, *bubble.place, tracker=reply)
        elif bubble.kind == "speech":
            await self._speak(bubble.text, to, reply)
        else:
            await self._client.send_message(to, bubble.text, buttons=_choices(bubble), tracker=reply)

    async def _speak(self, name: str, to: str, reply: str) -> None:
        """Send a recording; its upload serves as long as this process and the file live (Meta keeps it 30 days)."""
        path = self.recording(name)
        if path is None:
            return
        known = (str(path), path.stat().st_mtime)
        if known not in self._uploaded:
            self._uploaded[known] = (await self._client.upload_media(path, mime_type=RECORDINGS[path.suffix])).id
        await self._client.send_audio(to, self._uploaded[known], tracker=reply)


def _choices(bubble: Bubble) -> Any:  # noqa: ANN401 - pywa takes one of several kinds
    if bubble.kind == "buttons":
        return [Button(title, callback_data=payload) for title, payload in bubble.buttons]
    if bubble.kind == "list":
        rows = [SectionRow(title, callback_data=payload) for title, payload in bubble.buttons]
        return SectionList(bubble.opens, sections=[Section(bubble.opens, rows)])
    return None


def _meaning(error: WhatsAppError) -> NotNow | Never:
    """What an error of Meta's means for the message."""
    status = error.status_code or 0
    if isinstance(error, ReEngagementMessage):
        return Never(error.code, window=True)
    if isinstance(error, AuthorizationError) or status == 401:
        return NotNow(ours=True)
    if status == 429 or status >= 500 or error.is_transient or isinstance(error, ThrottlingError):
        return NotNow(_asked_wait(error), in_doubt=status >= 500)
    return NotNow() if error.code in PASSING else Never(error.code)


def _asked_wait(error: WhatsAppError) -> float:
    asked = error.raw_response.headers.get("retry-after", "") if error.raw_response is not None else ""
    return min(float(asked), 3600.0) if asked.isascii() and asked.isdigit() else 0.0
