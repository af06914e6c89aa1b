"""Makes conversations and turns of stored events, again and again, as they come.

A step reads the row ids that are new, and makes the sessions anew in which they stand. Whatever is interrupted or done
twice comes to the same: sessions and turns are known by row ids. On PostgreSQL a transaction with a lower id can be
committed after one with a higher: so the last `LOOKED_BACK` ids are looked at again each time.
"""

import json
import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone

from django.db import DatabaseError, close_old_connections, transaction
from prometheus_client import Counter
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.storage.database import mend, place
from transcripts import source
from transcripts.erasing import alone, erase_what_was_asked
from transcripts.models import Conversation, Position, Turn
from transcripts.reading import HUMAN, MISCONDUCT, UNHAPPY, ReadSession, ReadTurn, sessions, switches
from transcripts.search import searchable
from transcripts.signals import turns_changed

logger = logging.getLogger(__name__)

PASSED_OVER = Counter("dalil_projector_passed_over_total", "Conversations that could not be made a transcript.")
LOOKED_BACK = 1000  # row ids
FEEDBACK_LOOKED_BACK = 60.0  # seconds: clocks of several machines
LONGEST_SHOWN = 120  # characters
ONE_OF = 10  # conversations in which nothing went wrong is read all the same
EVENTS, FEEDBACK = "events", "feedback"


def step(engine: Engine) -> int:
    """Read one batch.

    Args:
        engine: the conversations' database.

    Returns:
        How many events were new; fewer than `source.BATCH` means that all is read.
    """
    position, _ = Position.objects.get_or_create(table=EVENTS)
    erase_what_was_asked(engine)
    begin = max(0, int(position.read_to) - LOOKED_BACK)
    known = set(position.recent)
    found = source.event_ids(engine, begin, source.BATCH + LOOKED_BACK)
    new = [(number, sender) for number, sender in found if number not in known]
    first: dict[str, int] = {}
    for number, sender in new:
        first.setdefault(sender, number)
    for sender, number in first.items():
        _project_or_pass_over(engine, sender, number)
    if new:  # written last: what a crash leaves undone is done again
        position.read_to = max(position.read_to, found[-1][0])
        position.recent = [number for number, _ in found if number > position.read_to - LOOKED_BACK]
        position.save()
    _read_feedback(engine)
    return len(new)


def _project_or_pass_over(engine: Engine, sender: str, event: int) -> None:
    """As `project`; what cannot be read is named and passed over, so that one person cannot stop the rest."""
    try:
        project(engine, sender, event)
    except (SQLAlchemyError, DatabaseError):
        raise
    except Exception as error:  # its text may quote the person
        PASSED_OVER.inc()
        kind = type(error).__name__
        logger.error("The conversation of event %s is no transcript (%s). Mended, it is with --rebuild.", event, kind)


def project(engine: Engine, sender: str, event: int) -> None:
    """Make the sessions of a person anew, from the one on in which an event stands; if it begins one, from the one
    before, which it may have cut in two."""
    with transaction.atomic():
        alone()
        since = source.session_begin(engine, sender, event - 1)
        found = sessions(source.events(engine, sender, since))
        for session in found:
            _keep(sender, session)
        # The beginning of a session that was committed late moves its turns to another conversation.
        made = [session.event for session in found]
        moved = Conversation.objects.filter(sender=sender, event__gte=since).exclude(event__in=made)
        for old in moved:
            _carry_over(old)
        moved.delete()


def rebuild(engine: Engine, progress: Callable[[int], None] = lambda _: None) -> None:
    """Make everything anew; what staff said of a turn stays with it.

    Args:
        engine: the conversations' database.
        progress: called with the number of events after each batch.
    """
    Position.objects.all().delete()
    while (new := step(engine)) > 0:
        progress(new)


def follow(
    engine: Engine,
    pause: float,
    stop: Callable[[], bool] = lambda: False,
    chores: Callable[[], None] = lambda: None,
) -> None:
    """Read what comes until `stop` says so. A database that fails is named, and read again when it is back.

    Args:
        engine: the conversations' database.
        pause: seconds between two looks when nothing is new.
        stop: asked between two looks.
        chores: called whenever everything that is there was read.
    """
    while not stop():
        try:
            idle = not source.is_ready(engine) or step(engine) < source.BATCH
            if idle:
                chores()
        except SQLAlchemyError as error:
            logger.error(mend(error, place(engine.url)))
            idle = True
        except DatabaseError as error:
            close_old_connections()
            logger.error("Transcripts are not written: %s. Check the console's database.", type(error).__name__)
            idle = True
        if idle:
            time.sleep(pause)


def _carry_over(old: Conversation) -> None:
    """What staff said of a conversation goes to the one before it, of which it turned out to be a part."""
    new = Conversation.objects.filter(sender=old.sender, event__lt=old.event).order_by("-event").first()
    if new is None:
        return
    new.note = "\n".join(filter(None, (new.note, old.note)))
    new.assigned = new.assigned or old.assigned
    new.save(update_fields=["note", "assigned"])
    new.tags.add(*old.tags.all())


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
            "sampled": zlib.crc32(str(session.event).encode()) % ONE_OF == 0,
        },
    )
    kept, is_changed = {turn.event: turn for turn in conversation.turns.all()}, False
    for turn in turns:
        values = _values(turn)
        known = kept.get(turn.event)
        if known is None:
            is_changed = True
            defaults = {"conversation": conversation, **values}
            _turn, is_new = Turn.objects.update_or_create(event=turn.event, defaults=defaults)
            if is_new and conversation.reviewed:
                conversation.reviewed = None
                conversation.save(update_fields=["reviewed"])
        elif any(getattr(known, name) != value for name, value in values.items()):
            is_changed = True
            Turn.objects.filter(pk=known.pk).update(**values)
    if is_changed:  # the language of a conversation is that of all its messages
        turns_changed.send(sender=Turn, moments=[_moment(turn.at) for turn in turns])


def _values(turn: ReadTurn) -> dict[str, object]:
    """A turn as its row holds it: tuples are lists there, the time is a moment."""
    values: dict[str, object] = json.loads(json.dumps(asdict(turn)))
    del values["event"]
    return {**values, "at": _moment(turn.at), "words": searchable(turn.text)}


def _read_feedback(engine: Engine) -> None:
    """Thumbs may come long after their turn was read, and may change."""
    position, _ = Position.objects.get_or_create(table=FEEDBACK)
    given = source.verdicts(engine, position.read_to - FEEDBACK_LOOKED_BACK)
    for one in given:
        turns = Turn.objects.filter(message=one.message, conversation__sender=one.sender)
        for turn in turns.exclude(feedback=one.verdict):
            turn.feedback = one.verdict
            turn.save(update_fields=["feedback"])
            turns_changed.send(sender=Turn, moments=[turn.at])
            down = Turn.objects.filter(conversation=turn.conversation_id, feedback="down").exists()
            Conversation.objects.filter(pk=turn.conversation_id).update(thumbs_down=down)
    if given and given[-1].timestamp > position.read_to:
        position.read_to = given[-1].timestamp
        position.save()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=timezone.utc)
