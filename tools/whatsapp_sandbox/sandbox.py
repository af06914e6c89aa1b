"""What a person and the business do, and what follows from it."""

import time
from typing import Any

from tools.whatsapp_sandbox.conversations import Conversations, Line, Person
from tools.whatsapp_sandbox.delivery import Delivery
from tools.whatsapp_sandbox.errors import BAD_VALUE, OUTSIDE_WINDOW, Refused
from tools.whatsapp_sandbox.ids import media_id, message_id
from tools.whatsapp_sandbox.limits import check_message, recipient
from tools.whatsapp_sandbox.media import Media, check_media
from tools.whatsapp_sandbox.payloads import BUSINESS_NUMBER, Value, message_value, status_value, wire_message
from tools.whatsapp_sandbox.settings import Settings

BETWEEN_STATUSES = 0.05  # seconds


class Sandbox:
    """Conversations, and the way to the webhook.

    Attributes:
        settings: what the channel under test has in common with it.
        conversations: what was said.
        delivery: what goes to the webhook.
    """

    def __init__(self, settings: Settings, webhook: str) -> None:
        self.settings = settings
        self.conversations = Conversations()
        self.delivery = Delivery(webhook, settings, self._arrived)

    def now(self) -> float:
        """Seconds since 1970 on the sandbox's clock."""
        return time.time() + self.delivery.faults.clock_ahead

    async def forget(self) -> None:
        """Forget everything that was said, what is undelivered, and the faults."""
        # A page that looks on must see the change.
        self.conversations = Conversations(revision=self.conversations.revision + 1)
        await self.delivery.forget()

    def say(
        self,
        number: str,
        message: dict[str, Any],
        context: dict[str, Any] | None = None,
        only_user_id: bool = False,
        timestamp: int | None = None,
        name: str = "",
    ) -> str:
        """A person writes to the business.

        Args:
            number: their number, digits only.
            message: type and content, passed on as they are.
            context: what it answers (`{"id": wamid}`) or that it was forwarded; None is neither.
            only_user_id: whether their number stays hidden from the business.
            timestamp: when, in seconds since 1970; None is now.
            name: the name of their profile.

        Returns:
            The message's wamid.
        """
        person = self.conversations.person(number)
        person.name, person.hidden = name or person.name or f"Test {number[-4:]}", only_user_id
        at = int(self.now()) if timestamp is None else timestamp
        wamid = message_id(number, by_person=True)
        wired = wire_message(person, wamid, at, message, context and self._with_author(context))
        self.conversations.add(Line(wamid, number, True, at, wired))
        self.delivery.plan(message_value(self.settings.phone_id, person, wired))
        return wamid

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """The business writes to a person.

        Args:
            body: the request.

        Returns:
            The body of Meta's answer.

        Raises:
            Refused: Meta would not accept it.
        """
        check_message(body, self.conversations.media)
        person = self.conversations.person(recipient(body))
        line = Line(message_id(person.number, by_person=False), person.number, False, self.now(), body)
        self.conversations.add(line)
        self._plan_statuses(person, line)
        if body.get("to") is not None:
            contact = {"input": body["to"], "wa_id": person.number}
        else:
            contact = {"input": body["recipient"], "user_id": person.user_id}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": line.id}]}

    def read(self, wamid: object, typing: bool) -> None:
        """The business has read a person's message.

        Raises:
            Refused: no person wrote such a message.
        """
        line = self.conversations.lines.get(wamid) if isinstance(wamid, str) else None
        if line is None or not line.by_person:
            raise Refused(BAD_VALUE, "Param message_id is not the id of a message that was received")
        self.conversations.mark_read(line, self.now(), typing)

    def upload(self, media: Media) -> str:
        """The business uploads a file.

        Returns:
            Its id.

        Raises:
            Refused: Meta does not take its type or its size.
        """
        check_media(media)
        new = media_id()
        self.conversations.media[new] = media
        return new

    def _plan_statuses(self, person: Person, line: Line) -> None:
        faults, dice = self.delivery.faults, self.delivery.dice
        code = None
        if not self.conversations.window_is_open(person, self.now()):
            code = OUTSIDE_WINDOW
        elif dice.hits(faults.failed):
            code = faults.failed_code
        if code is not None:
            self.conversations.mark(line.id, "failed")
        for place, status in enumerate(("sent", "delivered", "read") if code is None else ("failed",)):
            lost = dice.hits(faults.lost_statuses)
            self.conversations.statuses.append(
                {"id": line.id, "status": status, "at": self.now(), "code": code, "lost": lost}
            )
            if not lost:
                value = status_value(self.settings.phone_id, person, line, status, self.now(), code)
                self.delivery.plan(value, place * BETWEEN_STATUSES)

    def _with_author(self, context: dict[str, Any]) -> dict[str, Any]:
        quoted = self.conversations.lines.get(context.get("id", ""))
        if quoted is None or "from" in context:
            return context
        return {"from": quoted.person if quoted.by_person else BUSINESS_NUMBER, **context}

    def _arrived(self, value: Value) -> None:
        for message in value.get("messages", []):
            self.conversations.mark(message["id"], "delivered")
