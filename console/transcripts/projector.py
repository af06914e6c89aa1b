"""Makes conversations and turns of stored events, again and again, as they come.

A step reads the row ids that are new, and makes the sessions anew in which they stand. Whatever is interrupted or done
twice comes to the same: sessions and turns are known by row ids. On PostgreSQL a transaction with a lower id can be
committed after one with a higher: so the last `LOOKED_BACK` ids are looked at again each time.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone

from django.db import DatabaseError, close_old_connections, transaction
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.storage.database import mend, place
from transcripts import source
from transcripts.models import Conversation, Position, Turn
from transcripts.reading import HUMAN, MISCONDUCT, UNHAPPY, ReadSession, ReadTurn, sessions, switches

logger = logging.getLogger(__name__)

LOOKED_BACK = 1000  # row ids
FEEDBACK_LOOKED_BACK = 60.0  # seconds: clocks of several machines
LONGEST_SHOWN = 120  # characters
EVENTS, FEEDBACK = "events", "feedback"


def step(engine: Engine) -> int:
    """Read one batch.

    Args:
        engine: the conversations' database.

    Returns:
        How many events were new; fewer than `source.BATCH` means that all is read.
    """
    position, _ = Position.objects.get_or_create(table=EVENTS)
    begin = max(0, int(position.read_to) - LOOKED_BACK)
    known = set(position.recent)
    found = source.event_ids(engine, begin, source.BATCH + LOOKED_BACK)
    new = [(number, sender) for number, sender in found if number not in known]
    first: dict[str, int] = {}
    for number, sender in new:
        first.setdefault(sender, number)
    for sender, number in first.items():
        project(engine, sender, number)
    if new:  # written last: what a crash leaves undone is done again
        position.read_to = max(position.read_to, found[-1][0])
        position.recent = [number for number, _ in found if number > position.read_to - LOOKED_BACK]
        position.save()
    _read_feedback(engine)
    return len(new)


def project(engine: Engine, sender: str, event: int) -> None:
    """Make the sessions of a person anew, from the one on in which an event stands; if it begins one, from the one
    before, which it may have cut in two."""
    since = source.session_begin(engine, sender, event - 1)
    found = sessions(source.events(engine, sender, since))
    with transaction.atomic():
        for session in found:
            _keep(sender, session)
        # The beginning of a session that was committed late moves its turns to another conversation.
        made = [session.event for session in found]
        Conversation.objects.filter(sender=sender, event__gte=since).exclude(event__in=made).delete()


def rebuild(engine: Engine, progress: Callable[[int], None] = lambda _: None) -> None:
    """Make everything anew; what staff said of a turn stays with it.

    Args:
        engine: the conversations' database.
        progress: called with the number of events after each batch.
    """
    Position.objects.all().delete()
    while (new := step(engine)) > 0:
        progress(new)


def follow(engine: Engine, pause: float, stop: Callable[[], bool] = lambda: False) -> None:
    """Read what comes until `stop` says so. A database that fails is named, and read again when it is back.

    Args:
        engine: the conversations' database.
        pause: seconds between two looks when nothing is new.
        stop: asked between two looks.
    """
    while not stop():
        try:
            idle = not source.is_ready(engine) or step(engine) < source.BATCH
        except SQLAlchemyError as error:
            logger.error(mend(error, place(engine.url)))
            idle = True
        except DatabaseError as error:
            close_old_connections()
            logger.error("Transcripts are not written: %s. Check the console's database.", type(error).__name__)
            idle = True
        if idle:
            time.sleep(pause)


def _keep(sender: str, session: ReadSession) -> None:
    turns, changed = session.turns, switches(session.turns)
    languages = [turn.language for turn in turns if turn.language]
    conversation, _ = Conversation.objects.update_or_create(
        event=session.event,
        defaults={
            "sender": sender,
            "channel": session.channel,
            "language": languages[-1] if languages else "",
            "started": _moment(turns[0].at),
            "ended": _moment(turns[-1].at),
            "turn_count": len(turns),
            "text_shown": next((turn.text for turn in turns if turn.text), "")[:LONGEST_SHOWN],
            "least_confidence": min(turn.confidence for turn in turns),
            "fallback": any(turn.decision != "answer" for turn in turns),
            "urgent": any(turn.urgent for turn in turns),
            "misconduct": any(turn.reply == MISCONDUCT for turn in turns),
            "asked_person": any(turn.reply == HUMAN for turn in turns),
            "unhappy": any(turn.reply in UNHAPPY for turn in turns),
            "switched": any(changed),
        },
    )
    kept = {turn.event: turn for turn in conversation.turns.all()}
    for turn in turns:
        values = _values(turn)
        known = kept.get(turn.event)
        if known is None:
            Turn.objects.update_or_create(event=turn.event, defaults={"conversation": conversation, **values})
        elif any(getattr(known, name) != value for name, value in values.items()):
            Turn.objects.filter(pk=known.pk).update(**values)


def _values(turn: ReadTurn) -> dict[str, object]:
    """A turn as its row holds it: tuples are lists there, the time is a moment."""
    values: dict[str, object] = json.loads(json.dumps(asdict(turn)))
    del values["event"]
    return {**values, "at": _moment(turn.at)}


def _read_feedback(engine: Engine) -> None:
    """Thumbs may come long after their turn was read, and may change."""
    position, _ = Position.objects.get_or_create(table=FEEDBACK)
    given = source.verdicts(engine, position.read_to - FEEDBACK_LOOKED_BACK)
    for one in given:
        turns = Turn.objects.filter(message=one.message, conversation__sender=one.sender)
        turns.exclude(feedback=one.verdict).update(feedback=one.verdict)
    if given and given[-1].timestamp > position.read_to:
        position.read_to = given[-1].timestamp
        position.save()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=timezone.utc)
