"""Messages that ask two things: which is answered first, which is offered."""

import re
from collections.abc import Sequence

Ranking = Sequence[tuple[str, float]]
# Marks and words between two questions; "et" and "و" join words as often as questions, so both sides must then be
# questions that are understood alone.
_LINKS = "et aussi|et puis|et ensuite|ainsi que|w 7ta|w hta|o zid|وكذلك|وأيضا|وايضا|وزيد|et|w|و"
_ASKING = "كيف|فين|شنو|واش|أين|اين|كم|ما|هل|بشحال|شحال|إمتى|امتى|متى|علاش|لماذا|ماذا"
_BETWEEN = re.compile(rf"[?؟!;\n]+|\.\s|\s(?:{_LINKS})\s|\sو(?={_ASKING})", re.IGNORECASE)
LEAST_WORDS = 3
SURE, SURE_OF_WHOLE = 0.75, 0.95
NOT_A_QUESTION = ("chat.", "follow.", "out_of_scope", "urgent.")


def parts(text: str) -> list[str]:
    """The parts of a message that could each be a question; empty when there are not at least two."""
    found = [part for part in _BETWEEN.split(text) if part and len(part.split()) >= LEAST_WORDS]
    return found if len(found) > 1 else []


def second_question(whole: Ranking, rankings: Sequence[Ranking]) -> tuple[Ranking, str | None]:
    """What to answer first, and the topic of a second question or None.

    Args:
        whole: topics of the whole message.
        rankings: topics of its parts, in order.
    """
    sure = [r for r in rankings if r and r[0][1] >= SURE and not r[0][0].startswith(NOT_A_QUESTION)]
    topics = list(dict.fromkeys(r[0][0] for r in sure))
    if topics and whole[0][0].startswith("chat."):  # a greeting, a wish or thanks around a question
        return sure[0], topics[1] if len(topics) > 1 else None
    if len(topics) < 2 or whole[0][0] not in topics[:2]:
        return whole, None
    if whole[0][1] >= SURE_OF_WHOLE:  # "I am a volunteer and house a family: what help can they get?" asks the second
        return whole, next(topic for topic in topics if topic != whole[0][0])
    return sure[0], topics[1]
