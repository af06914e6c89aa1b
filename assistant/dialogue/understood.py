"""What the decision reads: a message as the language pipeline understood it, and the thresholds of the classifier."""

from dataclasses import dataclass
from functools import cached_property

from assistant.nlu.questions import Ranking


@dataclass(frozen=True)
class Named:
    """What a message names that a search in the directory can use.

    Attributes:
        need: id of a need (`legal_aid`).
        organisation: id of an organisation (`gadem`).
        nationality: organisation that is the consulate of a country or people, `unlisted` when the directory has none.
        city: id of the city that is meant; of "pas Tanger, Tétouan" the second.
        refused: whether it only names a city that is not meant.
        detail: what it asks of contacts that were shown (`phone`, `address`, `hours`, `email`, `all`, `more`, `city`).
        who: whether it asks who helps, or for a number or an address.
        nth: which of the contacts that were shown, from 1.
        leaves: whether it stops what is going on ("laisse tomber").
        anywhere: whether it names the whole country.
        only_city: whether it holds nothing but a city.
    """

    need: str | None = None
    organisation: str | None = None
    nationality: str | None = None
    city: str | None = None
    refused: bool = False
    detail: str | None = None
    who: bool = False
    nth: int | None = None
    leaves: bool = False
    anywhere: bool = False
    only_city: bool = False


@dataclass(frozen=True)
class Thresholds:
    """When to answer and when to ask; probabilities of the calibrated classifier, one set a language.

    Attributes:
        answer: least probability of the best topic to answer at once.
        ask: least probability that the three best topics hold together to ask back.
        out_of_scope: least probability of `out_of_scope` to say so.
        follow: least probability of a follow-up to lean on the last topic.
        urgent: least probability of a danger that only the classifier sees; below it the person is asked.
    """

    answer: float
    ask: float
    out_of_scope: float
    follow: float
    urgent: float


@dataclass(frozen=True)
class Understood:
    """What the language pipeline read in one message.

    Attributes:
        language: language of this message (`fr`, `ar`, `other`) or None when it does not tell.
        sure_of_language: whether that is enough to change the language of a conversation.
        wish: language that the message names as one to be answered in.
        ordered: whether that is an order, whatever else the message asks.
        interface: language of the page in which it was written, None on channels without one.
        ranking: topics with their probability, best first; empty for a message without words.
        second: topic of a second question in the same message.
        urgent: topic of a danger (`urgent.sea`).
        target: what a tapped button names, or what a number or title chose among the last offers.
        words: number of words.
        bare: whether it names nothing of its own besides a price, a time, papers or a place.
        about: need that the classifier reads in it, its cities apart; None when it is not sure of one.
        named: what it names that a search in the directory can use.
        unread: what came in the place of words or beside them and cannot be read (`audio`, `image`), None with words.
    """

    ranking: Ranking = ()
    language: str | None = None
    sure_of_language: bool = False
    wish: str | None = None
    ordered: bool = False
    interface: str | None = None
    second: str | None = None
    urgent: str | None = None
    target: str | None = None
    words: int = 0
    bare: bool = False
    about: str | None = None
    named: Named = Named()
    unread: str | None = None

    @cached_property
    def readings(self) -> Ranking:
        """The ranking without follow-ups: without a topic to lean on none is a reading of the message."""
        return without(self.ranking, "follow.")


def without(ranking: Ranking, beginning: str) -> Ranking:
    """A ranking without the topics that begin so; their share goes to the others."""
    left = max(1 - sum([p for name, p in ranking if name.startswith(beginning)]), 1e-9)
    return [(name, p / left) for name, p in ranking if not name.startswith(beginning)]
