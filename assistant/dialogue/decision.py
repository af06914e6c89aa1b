"""The one place that decides what a message gets: an answer, a question back, "I am lost", or "not my field".

A pure function of what was read in the message and of the turn before. The running assistant and
`python -m assistant.parse` both call it.
"""

from collections.abc import Mapping
from dataclasses import replace

from assistant.dialogue import search
from assistant.dialogue.state import Decision, Turn
from assistant.dialogue.topics import DIMENSIONS, LANGUAGES, families, family, topics
from assistant.dialogue.understood import Thresholds, Understood, without
from assistant.nlu.questions import Ranking

MAIN_MENU = "menu.main"
VOICE = "audio"  # the kind of what people say rather than write
# Asked back about a message: at most this many topics, and the way to everything else.
OFFERS = 3
# Less probable topics are no reading of a message; a danger that was not meant frightens.
LEAST_OFFERED, LEAST_DANGER_OFFERED = 0.1, 0.2
# Nobody is asked back a third time in a row: a topic of this probability is answered then.
MOST_FAILURES, AT_LAST = 2, 0.45
# A WhatsApp list holds no more.
MOST_OFFERS = 10
# A bare question of so few words leans on the last topic, if one of these topics is all that it can mean.
WORDS_OF_A_FOLLOW_UP = 4
BARE_DIMENSIONS = {
    "regul.cost": "cost",
    "return.cost": "cost",
    "regul.documents": "documents",
    "regul.where": "where",
}
# What is said to a follow-up of which a topic's row knows nothing.
UNTOLD = {"more": "follow_more"}
# So many times more probable, in a message of so few words, is a topic of the family spoken of before: "il y avait
# combien de personnes", after the conference (docs/decisions.md, "Thresholds").
LEANING, WORDS_THAT_LEAN = 4.0, 6
# "Et qui a le droit ?" alone is about what was spoken of: the topic on who may, of each family that has one.
WHO_MAY = {"regul": "regul.categories", "return": "return.who"}
# A message of so few words that names a language asks for it.
WORDS_OF_A_WISH = 4
# From this probability on, a topic in a longer message with such a wish is what it asks ("l'asile ? réponds en arabe").
ASKED_BESIDE_A_WISH = 0.2
# Families that carry on a conversation: they never change its subject.
SMALL_TALK = frozenset({"chat", "urgent", "follow", "out_of_scope"})
# Families that are never offered when asking back.
NOT_OFFERED = SMALL_TALK - {"urgent"}
# Replies with the main menu below.
MENU_BELOW = frozenset(
    [
        *("chat.greet", "chat.help", "chat.language", "chat.affirm", "contact.left"),
        *("lost", "out_of_scope", "unreadable", "number"),
    ]
)
# Replies with one button, to that menu: for people who do not read, one is easier than ten.
ONE_TAP = frozenset({"voice", "unread"})
# After these the person is told nothing about privacy: the reply is about nothing else.
SILENT = frozenset({"chat.privacy", "chat.privacy_full", "chat.delete_data", "chat.erased"})


def decide(message: Understood, before: Turn | None, thresholds: Mapping[str, Thresholds]) -> Turn:
    """What the assistant says to a message.

    Args:
        message: what was read.
        before: the turn before in this session, None at its beginning.
        thresholds: by language of the message.
    """
    last = before or Turn(reply="", decision="answer", topic="")
    if message.wish:
        message = replace(message, wish=_meant(message))
    language = _language(message, last.language)
    turn = search.after(_reply(message, last, thresholds[language or "fr"]), message, last)
    turn = replace(
        turn,
        language=turn.language or language,
        unseen=bool(message.unread and message.words),
        speaks=last.speaks or message.unread == VOICE,
    )
    return _with_offers(_with_privacy(turn, last), message)


def _meant(message: Understood) -> str | None:
    """The wish for a language, unless the words only name one ("un cours en français")."""
    best = _topic(message.ranking)
    short = message.words <= WORDS_OF_A_WISH and best != "services.language"
    return message.wish if message.ordered or short or best == "chat.language" else None


def _language(message: Understood, so_far: str | None) -> str | None:
    """Sticky: an explicit wish always wins, a sure reading changes it, anything else leaves it.

    While nothing was read, the page in which the person writes tells what they read.
    """
    if message.wish:
        return message.wish
    if message.language in LANGUAGES and (message.sure_of_language or so_far is None):
        return message.language
    return so_far or (message.interface if message.interface in LANGUAGES else None)


def _reply(message: Understood, last: Turn, bounds: Thresholds) -> Turn:
    ranking = message.ranking
    best = _topic(ranking)
    if message.urgent:
        return Turn(message.urgent, "answer", message.urgent, subject=last.subject, urgent=True)
    if message.unread and not message.words:
        return Turn("voice" if message.unread == VOICE else "unread", "lost", "chat.help", subject=last.subject)
    if message.target:
        return _chosen(message.target, last)
    if message.wish and _only_wishes(message):
        return Turn("chat.language", "answer", "chat.language", subject=last.subject, language=message.wish)
    searched = search.searched(message, last, bounds)
    if searched:
        return searched
    if not ranking:
        return _failed("number" if message.words else "unreadable", best, last, last.offered)
    if message.language == "other":
        return Turn("other_language", "lost", best, subject=last.subject, offered=("language.fr", "language.ar"))
    follow = _follow_up(message, last, bounds)
    if follow:
        return follow
    return _by_ranking(message, last, bounds)


def _only_wishes(message: Understood) -> bool:
    """Whether a message with a wish for a language asks nothing else."""
    if message.words <= WORDS_OF_A_WISH:
        return True
    asked = any(family(name) not in NOT_OFFERED and p >= ASKED_BESIDE_A_WISH for name, p in message.ranking)
    return _topic(message.ranking) == "chat.language" and not asked


def _who_may(ranking: Ranking, message: Understood, last: Turn) -> Ranking:
    """The ranking, with a bare question of who may read as one about the family spoken of."""
    best, probability = ranking[0]
    meant = WHO_MAY.get(family(search.subject(last) or ""))
    short = message.bare and message.words <= WORDS_OF_A_FOLLOW_UP
    return [(meant, probability), *ranking[1:]] if meant and short and best in WHO_MAY.values() else ranking


def _topic(ranking: Ranking) -> str:
    return next((name for name, _ in ranking if family(name) != "follow"), "out_of_scope")


def _chosen(target: str, last: Turn) -> Turn:
    searched = search.tapped(target, last)
    if searched:
        return searched
    kind, _, rest = target.partition(".")
    if kind == "language":
        return Turn("chat.language", "answer", "chat.language", subject=last.subject, language=rest)
    if kind == "menu":
        return Turn(target, "answer", "chat.help", subject=last.subject)
    return _answer(target, last)


def _answer(topic: str, last: Turn) -> Turn:
    """The answer to a topic; some of the dialogue's own topics depend on what was said before."""
    subject = last.subject if family(topic) in SMALL_TALK else topic
    turn = Turn(topic, "answer", topic, subject=subject, urgent=family(topic) == "urgent")
    if topic == "chat.affirm":
        return _affirmed(turn, last)
    if topic == "chat.repeat":
        return replace(turn, offered=last.offered)
    if topic == "chat.delete_data" or (topic == "chat.erased" and topic not in last.offered):
        return replace(turn, reply="chat.delete_data", offered=("chat.erased", "chat.deny"))
    return turn


def _affirmed(turn: Turn, last: Turn) -> Turn:
    """ "Yes" takes the one thing that was offered; erasing is never taken by a bare yes, but asked again."""
    if "chat.erased" in last.offered:
        return replace(turn, reply="chat.delete_data", offered=last.offered)
    open_offers = [name for name in last.offered if name != MAIN_MENU]
    if last.second or len(open_offers) == 1:
        return _chosen(last.second or open_offers[0], replace(last, offered=(), second=None))
    return replace(turn, offered=last.offered)


def _follow_up(message: Understood, last: Turn, bounds: Thresholds) -> Turn | None:
    """A short question about cost, time, papers, place, or for more, that leans on the last topic."""
    dimension, subject = _dimension(message, bounds), search.subject(last)
    if dimension == "more" and last.urgent:  # no word about anything else, and none less
        return replace(_answer("chat.repeat", last), urgent=True)
    if dimension is None or subject is None:
        return None
    reply = topics()[subject].follow.get(dimension)
    if reply is None or (dimension == "more" and reply == last.topic):  # all is told
        reply = UNTOLD.get(dimension, "follow_unknown")
    if reply == search.FIND:
        return search.tapped(reply, last)
    topic = reply if reply in topics() else subject
    return Turn(reply, "answer", topic, subject=subject, dimension=dimension)


def _dimension(message: Understood, bounds: Thresholds) -> str | None:
    """What a follow-up asks for: the classifier says so, or it is a bare "quels documents ?" of any topic's."""
    best, probability = message.ranking[0]
    kind, _, rest = best.partition(".")
    if kind == "follow":
        return rest if rest in DIMENSIONS and probability >= bounds.follow else None
    return BARE_DIMENSIONS.get(best) if message.bare and message.words <= WORDS_OF_A_FOLLOW_UP else None


def _by_ranking(message: Understood, last: Turn, bounds: Thresholds) -> Turn:
    ranking = message.readings
    if message.wish:  # heard already: what else is said is the question
        ranking = without(ranking, "chat.language")
    ranking = _who_may(_leaning(ranking, message, last), message, last)
    best, probability = ranking[0]
    if best == "out_of_scope" and probability >= bounds.out_of_scope:
        return Turn("out_of_scope", "out_of_scope", best, subject=last.subject)
    least = bounds.urgent if family(best) == "urgent" else bounds.answer
    if last.failures >= MOST_FAILURES:
        least = min(least, AT_LAST)
    if best != "out_of_scope" and probability >= least:
        return search.begun(message, last) if best == search.FIND else _answer(best, last)
    offers = [(name, p) for name, p in ranking[: OFFERS + 1] if _is_offered(name, p)][:OFFERS]
    if offers and sum(p for _, p in offers) >= bounds.ask and last.failures < MOST_FAILURES:
        topic = offers[0][0] if best == "out_of_scope" else best
        return _failed("ask", topic, last, tuple(name for name, _ in offers))
    return _failed("lost", best, last)


def _leaning(ranking: Ranking, message: Understood, last: Turn) -> Ranking:
    """The ranking of a short message after an answer, in which it is more probable that it goes on about it.

    A danger is no less probable for what was spoken of before.
    """
    spoken_of = family(last.subject or "")
    if message.words > WORDS_THAT_LEAN or spoken_of in ("", "contact") or family(ranking[0][0]) == "urgent":
        return ranking
    weighed = [(name, p * (LEANING if family(name) == spoken_of else 1.0)) for name, p in ranking]
    # What no word told stays as improbable as it was (UNHEARD in assistant/nlu/components.py).
    scale = sum(p for _, p in ranking) / sum(p for _, p in weighed)
    return sorted(((name, p * scale) for name, p in weighed), key=lambda one: -one[1])


def _is_offered(name: str, probability: float) -> bool:
    least = LEAST_DANGER_OFFERED if family(name) == "urgent" else LEAST_OFFERED
    return family(name) not in NOT_OFFERED and probability >= least


def _failed(reply: str, topic: str, last: Turn, offered: tuple[str, ...] = ()) -> Turn:
    decision: Decision = "ask" if reply == "ask" else "lost"
    if last.failures and reply == "lost":
        reply = "lost_again"
    return Turn(reply, decision, topic, subject=last.subject, offered=offered, failures=last.failures + 1)


def _with_privacy(turn: Turn, last: Turn) -> Turn:
    """The privacy sentence is said once, with the first reply that is not about a danger (or its repetition)."""
    if last.privacy_told or turn.urgent or turn.reply == "chat.repeat":
        return replace(turn, privacy_told=last.privacy_told)
    return replace(turn, privacy=turn.reply not in SILENT, privacy_told=True)


def _with_offers(turn: Turn, message: Understood) -> Turn:
    """The buttons below a reply. Nothing follows an urgent answer."""
    if turn.urgent:
        return replace(turn, offered=())
    offered = list(turn.offered)
    if turn.decision == "answer" and message.second not in (None, turn.reply):
        turn = replace(turn, second=message.second)
        offered = [message.second]
    elif not offered:
        offered = _usual_offers(turn)
    elif turn.reply == "ask":
        offered.append(MAIN_MENU)
    if turn.language is None:
        offered = ["language.fr", "language.ar", *(o for o in offered if family(o) != "language")][:MOST_OFFERS]
    return replace(turn, offered=tuple(dict.fromkeys(offered)))


def _usual_offers(turn: Turn) -> list[str]:
    kind, _, rest = turn.reply.partition(".")
    if kind == "menu":
        return list(families()[rest].menu)
    if turn.reply in MENU_BELOW:
        return list(families()["main"].menu)
    if turn.reply in ONE_TAP:
        return [MAIN_MENU]
    if turn.reply == "lost_again":
        return ["chat.human", MAIN_MENU]
    known = topics().get(turn.subject or "" if kind.startswith("follow") else turn.reply)
    return [*known.next, MAIN_MENU] if known and known.next else []
