"""Turns as the projector leaves them, written directly."""

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from figures.recounting import note_days
from transcripts.models import Conversation, Turn
from transcripts.search import searchable

from tests.console.transcripts.conftest import conversations  # noqa: F401 - a fixture of this folder as well

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
Ask = Callable[..., Turn]


@pytest.fixture
def ask(db: None) -> Ask:
    """Have a person write a message; without `conversation` it begins one."""

    def ask(sender: str, text: str = "bonjour", at: datetime = NOON, **more: Any) -> Turn:
        event = Turn.objects.count() * 2 + 1
        conversation = more.pop("conversation", None) or Conversation.objects.create(
            event=event,
            sender=sender,
            channel=more.pop("channel", "web"),
            language=more.pop("language", "fr"),
            started=at,
            ended=at,
            turn_count=1,
            least_confidence=1.0,
            **{
                mark: more.pop(mark, False)
                for mark in ("fallback", "misconduct", "asked_person", "unhappy", "switched")
            },
            urgent=more.get("urgent", False),
        )
        if conversation.ended < at:
            conversation.ended = at
            conversation.save()
        values = {
            "decision": "answer",
            "reply": "regul.card",
            "topic": "regul.card",
            "urgent": False,
            "confidence": 1.0,
        }
        turn = Turn.objects.create(
            conversation=conversation,
            event=event + 1,
            message=f"m{event}",
            at=at,
            text=text,
            words=searchable(text),
            **{**values, **more},
        )
        note_days([at])
        return turn

    return ask
