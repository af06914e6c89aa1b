"""Looking for someone who helps: what a person needs and where, asked for in either order, changed at any time.

A pure function of a message and of the search so far. What is found is the business of the actions
(`actions/contact.py`), which read the search from the turn. The two things that it needs, a need and a city, come from
words of the lexicon and from buttons only: a frightened sentence never becomes a city.
"""

from dataclasses import replace

from assistant.dialogue.needs import CONSULATE, need_of, needs
from assistant.dialogue.state import Search, Turn
from assistant.dialogue.topics import family
from assistant.dialogue.understood import Thresholds, Understood

IOM = "iom-morocco"
FIND, DETAIL, OFFICE, MENU = "contact.find", "contact.detail", "contact.iom", "menu.main"
UNLISTED = "unlisted"  # country of which the directory has no consulate
# Needs offered when a search lacks one, most asked first; with the menu a WhatsApp list is full.
NEEDS_OFFERED = tuple(
    f"need.{need}"
    for need in ("legal_aid", "health", "housing", "social", "work", "school", "women", "children", "asylum")
)
# Cities offered again when the last reply had other buttons; the first time the directory says which.
CITIES_OFFERED = tuple(f"city.{city}" for city in ("rabat", "casablanca", "tanger", "oujda", "fes", "national"))
# Longest messages, in words, that are read as an answer to a question, as a follow-up, and as a search by themselves.
WORDS_OF_AN_ANSWER = 6
WORDS_OF_A_FOLLOW_UP = 6
WORDS_OF_A_SEARCH = 4
# A need and a city in one message are a search from this probability of `contact.find` on.
PLAUSIBLE = 0.30
# A danger that only the classifier sees, or a matter that is not ours, from which on a message is not a search.
VERY_SURE = 0.80
# Topics about contacts; that of the conference is often meant for a named organisation's.
CONTACTS = frozenset([FIND, DETAIL, OFFICE, "contact.cities", "conference.contact"])
# Small talk that ends a search, and small talk after which it goes on without being asked for again.
LEAVING = frozenset(["chat.greet", "chat.goodbye", "chat.thanks", "chat.deny", "chat.delete_data", "chat.erased"])
SILENT = frozenset(["chat.repeat"])
# Topics that a short message with a city may seem to be about ("aide à Midelt").
GENERAL = frozenset(["chat.help", "services.overview", "out_of_scope", "contact.cities", "contact.iom"])


def searched(message: Understood, last: Turn, bounds: Thresholds) -> Turn | None:
    """The turn of a message that belongs to a search, or None when it is about something else.

    Args:
        message: what was read.
        last: the turn before.
        bounds: thresholds of the message's language.
    """
    search = last.search or Search()
    if search.missing:
        return _answer(message, search, last, bounds)
    return _detail(message, search, last, bounds) or _changed(message, search, last) or _begun(message, last, bounds)


def tapped(target: str, last: Turn) -> Turn | None:
    """The turn of a button that belongs to a search (`city.tanger`, `need.health`, `place.gadem-rabat`), or None."""
    kind, _, value = target.partition(".")
    search = replace(last.search or Search(), tries=0, missing=None)
    if kind == "city":
        place = {"city": None, "anywhere": True} if value == "national" else {"city": value, "anywhere": False}
        return _turn(replace(search, near=None, **place), last)
    if kind == "need":
        return _turn(replace(search, need=value, organisation=None), last)
    if kind == "near":
        latitude, _, longitude = value.partition(",")
        here = replace(search, near=(float(latitude), float(longitude)), city=None, anywhere=False)
        return _turn(_with_subject(here, last), last)
    if kind == "place":
        return _shown(replace(search, wants="place", place=value, nth=None), last)
    if target == "search.more":
        return _turn(search, last, wants="more" if search.found else "places")
    if target == "search.city":
        return _turn(replace(search, city=None, near=None, anywhere=False, organisation=None), last)
    if target == "search.need":
        return _turn(replace(search, need=None, organisation=None), last)
    if target == FIND:
        return _turn(_with_subject(search, last), last)
    return None


def subject(last: Turn) -> str | None:
    """What "et c'est gratuit ?" leans on: while contacts are looked for, the topic of the need."""
    if family(last.subject or "") == "contact" and last.search and last.search.need:
        return needs()[last.search.need].get("topic", last.subject)
    return last.subject


def after(turn: Turn, message: Understood, last: Turn) -> Turn:
    """A turn about something else, with the search that it leaves behind.

    A question in between is answered and the search goes on; a greeting or a danger ends it.
    """
    search = last.search
    if search is None or turn.search is not None:
        return _remembering(turn, message)
    if search.missing is None:
        return _remembering(replace(turn, search=search), message)
    if turn.urgent or turn.reply in LEAVING or last.resumes:  # asked again once: a second question means no
        return replace(turn, search=replace(search, missing=None, tries=0))
    if turn.reply in SILENT:
        return replace(turn, search=search)
    return replace(turn, search=replace(search, tries=0), resumes=True, offered=_offered_again(search, last))


def _offered_again(search: Search, last: Turn) -> tuple[str, ...]:
    """Buttons for what is still missing: those of the last reply, where they were for that."""
    if search.missing == "need":
        return (*NEEDS_OFFERED, MENU)
    cities = tuple(target for target in last.offered if family(target) == "city")
    return (*(cities or CITIES_OFFERED), MENU)


def _remembering(turn: Turn, message: Understood) -> Turn:
    """A city told in passing, with a question about a service, is not asked for again."""
    if message.named.city and family(turn.subject or "") == "services":
        return replace(turn, search=replace(turn.search or Search(), city=message.named.city, anywhere=False))
    return turn


def _answer(message: Understood, search: Search, last: Turn, bounds: Thresholds) -> Turn | None:
    """A message after "which help?" or "in which city?"."""
    named = message.named
    if named.leaves:
        return Turn("contact.left", "answer", FIND, subject=last.subject, search=replace(search, missing=None, tries=0))
    best, probability = _best(message)
    told = _told(message, search) or (search if _names_country(message, search) else None)
    about_contacts = family(best) in ("contact", "services") or probability < bounds.answer
    if told and (message.words <= WORDS_OF_AN_ANSWER or about_contacts):
        return _looked_for(told, message, last)
    wanted = need_of(best) if search.missing == "need" and probability >= bounds.answer else None
    if wanted:
        return _looked_for(replace(search, need=wanted, city=named.city or search.city), message, last)
    if best == DETAIL:  # of those shown before: the person has moved on
        return _detail(message, replace(search, missing=None, tries=0), last, bounds)
    if _is_answered_otherwise(message, bounds):
        return None
    if not search.tries and search.missing == "city" and _asks_again(message, search):
        asked = _turn(search, last)
        return replace(asked, search=replace(asked.search or search, tries=1))
    return _failed(search, last)


def _told(message: Understood, search: Search) -> Search | None:
    """The search with what a message adds to it or changes in it; None when that is nothing."""
    named = message.named
    changed = search
    if named.city:
        changed = replace(changed, city=named.city, anywhere=False, near=None)
    elif named.refused:
        changed = replace(changed, city=None, anywhere=False)
    elif named.anywhere and search.missing == "city":
        changed = replace(changed, city=None, anywhere=True)
    best, _ = _best(message)
    short = message.words <= WORDS_OF_A_SEARCH and family(best) in ("services", "contact", "chat")
    if named.need and (search.missing == "need" or best == FIND or short):
        changed = replace(changed, need=named.need, organisation=None)
    if named.organisation and named.organisation != IOM and (search.missing == "need" or best == FIND):
        changed = replace(changed, organisation=named.organisation, need=None)
    return changed if changed != search or named.refused else None


def _is_answered_otherwise(message: Understood, bounds: Thresholds) -> bool:
    """Whether a message is a question of its own, and no failed answer."""
    best, probability = _best(message)
    if best in ("out_of_scope", "contact.find") or message.words == 0:
        return best == "out_of_scope" and probability >= bounds.out_of_scope and message.words > WORDS_OF_A_SEARCH
    return probability >= bounds.answer and best != "chat.affirm"


def _asks_again(message: Understood, search: Search) -> bool:
    """Whether a message is the question of the search once more: it names no city, so none is said to be unknown."""
    return _best(message)[0] == FIND or (search.need is not None and _need(message) == search.need)


def _failed(search: Search, last: Turn) -> Turn:
    if search.tries:
        search = replace(search, missing=None, tries=0)
        ways_on = (FIND, "contact.cities", "chat.human", MENU)
        return Turn(
            "contact.gave_up", "lost", FIND, last.subject, offered=ways_on, search=search, failures=last.failures + 1
        )
    reply, offered = f"contact.{search.missing}_again", _offered_again(search, last)
    search = replace(search, tries=1)
    return Turn(reply, "ask", FIND, subject=last.subject, search=search, offered=offered, failures=last.failures + 1)


def _detail(message: Understood, search: Search, last: Turn, bounds: Thresholds) -> Turn | None:
    """ "Leur numéro ?": something about the contacts that were shown; when there are none, who helps with the service
    just spoken of, or IOM's office."""
    named = message.named
    best, probability = _best(message)
    asked = best == DETAIL and probability >= bounds.answer
    if named.organisation or named.need or named.city:
        return None
    if not search.found:
        if asked and family(last.subject or "") == "services" and need_of(last.subject or ""):
            return _turn(_with_subject(search, last), last)
        return Turn(OFFICE, "answer", DETAIL, subject=OFFICE, search=last.search) if asked else None
    short = message.words <= WORDS_OF_A_FOLLOW_UP
    if named.detail == "more" and short:
        return _turn(search, last, wants="more")
    if named.detail == "city" and short:
        return tapped("search.city", last)
    if not asked and not (short and (named.detail or named.nth) and _leans(best, message)):
        return None
    return _shown(replace(search, wants=named.detail or "all", nth=named.nth), last)


def _leans(best: str, message: Understood) -> bool:
    """Whether a short message with a detail word has no other subject ("votre adresse" is IOM's)."""
    return message.bare or best in (DETAIL, FIND, "follow.where", "follow.time")


def _changed(message: Understood, search: Search, last: Turn) -> Turn | None:
    """ "Et à Oujda ?", "non, pas Tanger", "et pour un médecin ?" after contacts were shown."""
    named = message.named
    if not search.found or family(last.subject or "") != "contact" or message.words > WORDS_OF_A_FOLLOW_UP:
        return None
    if named.organisation:
        return None
    new_need = named.need and message.words <= WORDS_OF_A_SEARCH
    if not (named.city or named.refused or new_need or _names_country(message, search)):
        return None
    changed = _told(message, replace(search, missing=None))
    return _looked_for(changed or search, message, last)


def _begun(message: Understood, last: Turn, bounds: Thresholds) -> Turn | None:
    """A new search."""
    named = message.named
    best, _ = _best(message)
    if named.organisation == IOM and family(best) == "contact" and not named.need:
        return Turn(OFFICE, "answer", best, subject=OFFICE, search=last.search)
    return begun(message, last) if _is_search(message, last, bounds) else None


def begun(message: Understood, last: Turn) -> Turn:
    """The turn of a message that looks for somebody: who is shown, or what is still missing."""
    named, search = message.named, last.search or Search()
    city = named.city or (None if named.refused else search.city)
    fresh = Search(
        need=_need(message),
        organisation=named.organisation if named.organisation != IOM else None,
        city=city,
        near=search.near if city is None else None,
        found=search.found,
    )
    if named.need == CONSULATE and named.nationality:  # "ambassade de Guinée équatoriale" is not Guinea's
        fresh = replace(fresh, need=CONSULATE, organisation=None)
    if fresh.organisation:
        fresh = replace(fresh, need=None, city=named.city)
    return _looked_for(fresh if fresh.need or fresh.organisation else _with_subject(fresh, last), message, last)


def _names_country(message: Understood, search: Search) -> bool:
    return search.need == CONSULATE and message.named.nationality is not None


def _looked_for(search: Search, message: Understood, last: Turn) -> Turn:
    """The turn of a search; a consulate is that of the country which the message names, never another one's."""
    if not _names_country(message, search):
        return _turn(search, last)
    if message.named.nationality == UNLISTED:
        ended = replace(search, missing=None, tries=0, anywhere=False)
        ways_on = ("city.national", "chat.human", MENU)
        return Turn("contact.no_consulate", "answer", FIND, subject=FIND, search=ended, offered=ways_on)
    return _turn(replace(search, organisation=message.named.nationality, need=None), last)


def _is_search(message: Understood, last: Turn, bounds: Thresholds) -> bool:
    named = message.named
    best, probability = _best(message)
    wanted = _need(message) or need_of(last.subject or "")
    if best == "follow.where" and probability >= bounds.follow and _is_another(named.need, last):
        return True
    if best == FIND and probability >= (PLAUSIBLE if wanted else bounds.answer):
        return True
    return named.only_city or _is_organisation(message, bounds) or _is_place_or_person(message, bounds)


def _is_another(need: str | None, last: Turn) -> bool:
    """Whether a need is not the one just spoken of: "et mon ambassade, c'est où ?" after the answer on a lost card."""
    return need is not None and need != need_of(subject(last) or "")


def _is_organisation(message: Understood, bounds: Thresholds) -> bool:
    """ "Le contact du GADEM", "numéro de la gendarmerie", "gadem ?"; not what they do, nor a danger that names them."""
    named = message.named
    best, probability = _best(message)
    if not named.organisation or named.organisation == IOM:
        return False
    short = message.words <= WORDS_OF_A_SEARCH
    if family(best) == "urgent":
        return named.detail == "phone" and message.words <= WORDS_OF_A_FOLLOW_UP + 2 and probability < VERY_SURE
    return (
        best in CONTACTS
        or bool(named.detail and message.words <= WORDS_OF_A_FOLLOW_UP + 2)
        or (short and (probability < bounds.answer or bool(named.city) or best in GENERAL))
    )


def _is_place_or_person(message: Understood, bounds: Thresholds) -> bool:
    """ "École Tanger", "aide à Midelt", "qui peut m'aider ?": short, or with a word that asks who; no weather."""
    named = message.named
    best, probability = _best(message)
    other = family(best) not in ("services", "contact", "chat", "out_of_scope") and probability >= bounds.answer
    if other:
        return False
    short = message.words <= WORDS_OF_A_SEARCH
    if named.city and named.need:
        return short or named.who or _share(message, FIND) >= PLAUSIBLE
    foreign = best == "out_of_scope" and probability >= VERY_SURE
    if named.city and best in GENERAL and not foreign:
        return short
    return short and named.who and best in (FIND, "chat.help")


def _with_subject(search: Search, last: Turn) -> Search:
    """A search without a need takes that of the subject: after the answer on school, "qui peut m'aider ?" is school."""
    if search.need or search.organisation:
        return search
    subject = last.subject or ""
    if family(subject) == "contact" and last.search:
        return replace(search, need=last.search.need)
    return replace(search, need=need_of(subject))


def _turn(search: Search, last: Turn, wants: str = "places") -> Turn:
    """Shows contacts, or asks for what is missing: the need first, since it decides which cities there are."""
    search = replace(search, wants=wants, place=None, nth=None)
    if not search.need and not search.organisation:
        asking = replace(search, missing="need", tries=0)
        return Turn("contact.need", "answer", FIND, subject=FIND, search=asking, offered=(*NEEDS_OFFERED, MENU))
    if not (search.city or search.near or search.anywhere or search.organisation):
        asking = replace(search, missing="city", tries=0)
        return Turn(FIND, "answer", FIND, subject=FIND, search=asking)
    return Turn(FIND, "answer", FIND, subject=FIND, search=replace(search, missing=None, tries=0, found=True))


def _shown(search: Search, last: Turn) -> Turn:
    return Turn(DETAIL, "answer", DETAIL, subject=FIND, search=replace(search, missing=None, tries=0, found=True))


def _need(message: Understood) -> str | None:
    """What a message that looks for somebody needs.

    The classifier reads sentences ("où dormir ce soir", a wage that is not paid), the lexicon only words of them, such
    as the boss that a lawyer is needed against.
    """
    return message.about or message.named.need


def _best(message: Understood) -> tuple[str, float]:
    return message.ranking[0] if message.ranking else ("out_of_scope", 0.0)


def _share(message: Understood, topic: str) -> float:
    return dict(message.ranking).get(topic, 0.0)
