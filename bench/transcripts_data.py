"""Made-up transcripts, many of them, for measurements and for pages that are to look like a busy installation.

    cd console && ../.venv/bin/python manage.py shell -c "from bench.transcripts_data import make; make(100_000)"

The messages are those of the development set; how they are spread over topics, channels and days is made up.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice

from django.db.models import Max
from django.utils import timezone
from figures.recounting import note_days
from transcripts.models import Conversation, Turn
from transcripts.search import searchable

from assistant.dialogue.search import FIND
from assistant.dialogue.topics import family, topics
from evaluation.development import questions

BATCH = 2000  # conversations
CHANNELS = {"web": 58, "whatsapp": 40, "socketio": 2}  # shares in per cent
CITIES = ("casablanca", "rabat", "tanger", "oujda", "fes", "marrakech", "agadir", "nador")
NEEDS = ("legal_aid", "health", "housing", "work", "school", "women")
MISSED, THUMBS, RETURNING = 0.09, 0.06, 0.3  # shares


@dataclass(frozen=True)
class Question:
    """A message that somebody may send."""

    topic: str
    language: str
    text: str
    words: str


def make(number: int, days: int = 90, seed: int = 1, until: datetime | None = None) -> None:
    """Fill the tables with conversations.

    Args:
        number: how many.
        days: over how many days before `until` they are spread, more of them on the later ones.
        seed: of chance; the same number and seed make the same conversations.
        until: the last moment, now by default.
    """
    dice, until = random.Random(seed), until or timezone.now()
    event = max(Conversation.objects.aggregate(last=Max("event"))["last"] or 0, _last_turn()) + 1
    made = (_conversation(dice, one, number, until, days) for one in range(number))
    while batch := list(islice(made, BATCH)):
        for conversation, turns in batch:
            conversation.event = event
            for turn in turns:
                event += 1
                turn.event, turn.message = event, f"made-{event}"
            event += 1
        Conversation.objects.bulk_create([conversation for conversation, _turns in batch], 500)
        turns = [turn for _conversation, turns in batch for turn in turns]
        for conversation, own in batch:
            for turn in own:
                turn.conversation_id = conversation.pk
        Turn.objects.bulk_create(turns, 500)
        note_days(turn.at for turn in turns)


def _last_turn() -> int:
    return Turn.objects.aggregate(last=Max("event"))["last"] or 0


@cache
def _questions() -> Sequence[Question]:
    """What people ask; a topic that stands earlier in a shuffled list is asked more often."""
    listed = [
        Question(asked.topic, asked.language, asked.text, searchable(asked.text))
        for asked in questions()
        if asked.topic in topics() and asked.topic != "out_of_scope"
    ]
    names = sorted({question.topic for question in listed})
    random.Random(7).shuffle(names)
    weight = {name: 30 // (rank + 1) + 1 for rank, name in enumerate(names) if family(name) != "urgent"}
    weight[FIND] = 40
    return [question for question in listed for _time in range(weight.get(question.topic, 1))]


def _conversation(
    dice: random.Random, one: int, number: int, until: datetime, days: int
) -> tuple[Conversation, list[Turn]]:
    first = _questions()[dice.randrange(len(_questions()))]
    same = [first, *_more(dice, first.language)]
    at = until - timedelta(days=days * (1 - dice.random() ** 0.8), minutes=30)
    sender = f"{dice.randrange(max(1, int(number * (1 - RETURNING)))):032x}"
    turns = list(_turns(dice, same, at))
    missed = any(turn.decision != "answer" for turn in turns)
    return Conversation(
        sender=sender,
        channel=dice.choices(list(CHANNELS), list(CHANNELS.values()))[0],
        language=first.language,
        started=turns[0].at,
        ended=turns[-1].at,
        turn_count=len(turns),
        text_shown=turns[0].text[:120],
        least_confidence=min(turn.confidence for turn in turns),
        fallback=missed,
        urgent=any(turn.urgent for turn in turns),
        misconduct=any(turn.reply == "report.misconduct" for turn in turns),
        asked_person=any(turn.reply == "chat.human" for turn in turns),
        unhappy=any(turn.reply == "chat.unhappy" for turn in turns),
        switched=False,
        thumbs_down=any(turn.feedback == "down" for turn in turns),
        sampled=one % 10 == 0,
    ), turns


def _more(dice: random.Random, language: str) -> Iterator[Question]:
    for _number in range(min(dice.getrandbits(3), dice.getrandbits(3))):
        question = _questions()[dice.randrange(len(_questions()))]
        if question.language == language and family(question.topic) != "urgent":
            yield question


def _turns(dice: random.Random, asked: Sequence[Question], at: datetime) -> Iterator[Turn]:
    for question in asked:
        urgent = family(question.topic) == "urgent"
        is_missed = not urgent and dice.random() < MISSED
        decision = dice.choice(("ask", "lost", "out_of_scope")) if is_missed else "answer"
        confidence = round(dice.uniform(0.1, 0.4) if is_missed else dice.uniform(0.5, 1.0), 3)
        found = [["city", dice.choice(CITIES)], ["need", dice.choice(NEEDS)]] if question.topic == FIND else []
        yield Turn(
            at=at,
            text=question.text,
            words=question.words,
            language=question.language,
            spoken=question.language,
            topic=question.topic,
            decision=decision,
            reply=decision if is_missed else question.topic,
            confidence=confidence,
            ranking=[[question.topic, confidence], ["iom.who", 0.05]],
            entities=found,
            urgent=urgent,
            said=[{"response": f"utter_{question.topic}", "text": "…", "buttons": [], "sources": [], "as_of": ""}],
            seconds=round(dice.lognormvariate(-2.5, 0.9), 3),
            feedback=dice.choices(("up", "down"), (3, 1))[0] if dice.random() < THUMBS else "",
        )
        at += timedelta(seconds=dice.randrange(5, 120))
