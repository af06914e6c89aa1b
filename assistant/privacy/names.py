"""Names of people after the words that announce them: "je m'appelle", "mon nom est", سميتي, "smiti".

As people write these words on a phone ("jmapel", "mon non c"). A name is the first word that is not known to be
something else, up to two more and the particles between them; it ends before a word that goes on with the sentence
(`words.yml`). A name without such a lead cannot be told from other words and stays.
"""

import re

from assistant.privacy import words
from assistant.privacy.shadow import INVISIBLE
from assistant.privacy.words import LETTER, QUOTE, WORD

_MOST_BEFORE = 40  # characters in which the thing that has the name is looked for

# Leads in regular expressions: a quote or space, no letter before.
_Q = f"[{QUOTE} ]"
_ALONE = r"(?<![^\W\d_])"

# "appelle", in every misspelling: apel, apl, appele, "a pel".
_CALLED = r"a ?p{1,3}[eéèê]{0,2}l{1,3}"
_NOUN = r"(?:pr[eéè]?n[oô]m?[nms]?|n[oô]ms?)"
_WHOLE = r"(?: (?:complet|entier|de famille|de jeune fille|à moi|moi|ici))?"
_MY = r"m[oa]?n (?:vrai |petit |propre )?"
_IS = rf",?{_Q}{{1,2}}(?:[cs]?{_Q}?est|[cs]?é|ces|[ce]s?)"
_TITLE = r"(?:monsieur|madame|mademoiselle|mme|mlle|mrs?\.?|mister|m\.|(?-i:M))"

_ALEF = "[اأإآٱ]"
_NAME_AR = rf"{_ALEF}?سم[يا]{{0,2}}ت"
_MINE_AR = rf"(?:{_ALEF}سم[يى]{{1,4}}|{_NAME_AR}[يى]{{1,4}}|(?:ال)?سمي[ةه] ديالي|ال{_ALEF}سم ديالي)"
_THEIRS_AR = rf"(?:{_ALEF}سم(?:ه|ها|هم|و)|{_NAME_AR}(?:و|ه|ها|هم|هوم))"
_SMIT = r"s{1,2}[aei]?m{1,2}[aeiy]{0,3}t{1,2}"
_MINE_ARABIZI = rf"(?:{_SMIT}[iy]{{1,4}}|[aei]sm[iy]|(?:l?sm(?:i?y|i)a|lism) d[iy]{{0,2}}al[iy])"
_THEIRS_ARABIZI = rf"(?:{_SMIT}(?:ou?|u|h[ao]|ho?m|hum)|ism(?:ou?|ha|hom))"

# Tried in this order at each place. `written`: French or English, `spoken`: Arabic or Arabizi. `skip`: what looks like
# a lead and is none. `capital`: one only before a capital letter, `first`: one only where a clause begins, `kin`: one
# only after a word for a person, `other`: one unless it is the name of a thing ("برنامج اسمو …").
_LEADS = (
    ("skip", rf"(?:à|a|au|en|sous) (?:mon|son|ton|leur|votre) {_NOUN}"),
    ("skip", rf"b[ -]?{_MINE_ARABIZI}"),
    ("written", rf"j[eé]?{_Q}{{0,2}}m[eé]?{_Q}{{0,2}}{_CALLED}[a-zéè]{{0,3}}|je {_CALLED}e?s?"),
    ("written", rf"je (?:me |m{_Q}?)?(?:nomm?e|pr[eé]nomme)"),
    ("written", rf"{_MY}{_NOUN} et (?:mon )?{_NOUN}(?:{_IS})?"),
    ("written_first", rf"m{_Q}?{_CALLED}e?s?|{_MY}{_NOUN} (?:et|e)"),
    ("written", rf"{_MY}{_NOUN}{_WHOLE}(?:{_IS})?"),
    ("written", rf"{_MY}(?:non|nn|no|nm){_WHOLE}{_IS}"),
    ("written_other", rf"son {_NOUN}(?: de famille)?{_IS}"),
    ("written", rf"{_NOUN}(?: (?:complet|de famille|et {_NOUN}))?(?= ?[:=])"),
    ("written", rf"(?:j{_Q}?e?{_Q}?suis|chuis?|c{_Q}?est|moi|ici) {_TITLE}"),
    ("written_kin", rf"(?:ne )?s{_Q}?{_CALLED}[a-zéè]{{0,3}}"),
    ("written", rf"my (?:full |real )?name(?:{_Q}?s| is)"),
    ("capital", rf"moi,? c{_Q}?(?:est)?|on m{_Q}?{_CALLED}e?"),
    ("spoken", rf"[وف]?{_MINE_AR}|{_ALEF}نا (?:السيدة?|ال[آا]نسة|ال[أا]ستاذة?)"),
    ("spoken", rf"كنتسم[ىا]|كيسميوني|يسمونني|w?{_MINE_ARABIZI}|kaysm{{1,2}}i[wou]{{1,2}}ni"),
    ("spoken_other", rf"{_THEIRS_AR}|{_THEIRS_ARABIZI}"),
)
_GAP = rf"(?:[ {INVISIBLE}\"{QUOTE}«“\-]|[:=] ?\n?){{0,5}}"
_BETWEEN = (
    rf"(?:(?:{_TITLE}|dr\.?|ana|howa|hi?ya|hw?[ao]|houwa|d[iy]{{0,2}}al[iy]|kamla?|هو|هي|هوا|[أا]نا|ديالي|الكامل|الحقيقي|"
    rf"الشخصي|العائلي|السيدة?)(?!\w){_GAP}){{0,3}}"
)
_ANY = "|".join(f"(?P<{kind}_{i}>{lead})" for i, (kind, lead) in enumerate(_LEADS))
_LEAD = re.compile(rf"{_ALONE}(?:{_ANY})(?!{LETTER}){_GAP}{_BETWEEN}", re.IGNORECASE)

_GREETINGS = frozenset(["bonjour", "bjr", "bonsoir", "bsr", "slt", "salut", "salam", "hello", "coucou", "moi", "donc"])
# Between a thing and the lead.
_JOINING = frozenset(["là", "la", "ne", "kan", "howa", "li", "lli", "hada", "اللي", "لي", "كان", "هو"])
# A part of every lead, in lower case; `redact` has looked for smaller parts.
_LIKELY = re.compile(
    rf"{_CALLED}|nom|n n(?:on|n|m|o )|n pr[eéè]?n[oô]|(?:s|st|i) {_TITLE}[ .]|moi,? c{_Q}?(?:est)? |name|"
    rf"{_ALEF}سم[يىهو]|{_NAME_AR}|سمي[ةه] د|سم ديا|نا ال|كنتسم|كيسم|يسمون|"
    rf"{_SMIT}|[aei]sm[iyoh]|sm(?:i?y|i)a d|lism d|kaysm"
)
_FURTHER = re.compile(rf"(?:(?<=\b[A-Za-z])\. ?|[ {INVISIBLE}]{{1,2}})(?P<word>{WORD.pattern})")


def may_hold(low: str) -> bool:
    """Whether it is worth while to look for names in a text.

    Args:
        low: the text in lower case.
    """
    return bool(_LIKELY.search(low))


def find(shadow: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of every name that is announced, from left to right.

    Args:
        shadow: of a text (`assistant.privacy.shadow`).
    """
    found, position = [], 0
    while lead := _LEAD.search(shadow, position):
        position = lead.end()
        kind = (lead.lastgroup or "").rpartition("_")[0]
        first = WORD.match(shadow, position)
        if (
            first
            and _announces(kind, shadow[max(0, lead.start() - _MOST_BEFORE) : lead.start()])
            and _begins_a_name(first, kind)
        ):
            end = _end_of_name(shadow, first)
            found.append((position, end, "name"))
            position = end
    return found


def _announces(kind: str, before: str) -> bool:
    """Whether a lead of some kind announces a name, after what stands before it."""
    said = [word for word in before.replace(",", " ").split() if word.lower() not in _JOINING]
    if kind.endswith("_other"):
        return not _any_of(said[-1:], words.THINGS)
    if kind.endswith("_kin"):
        return _any_of(said[-4:], words.PEOPLE) and not _any_of(said[-2:], words.THINGS)
    if kind.endswith("_first"):
        before = before.rstrip()
        return not before or not before[-1].isalnum() or _any_of(said[-1:], _GREETINGS)
    return kind != "skip"


def _any_of(said: list[str], listed: frozenset[str]) -> bool:
    return any(words.belongs(word, listed) for word in said)


def _begins_a_name(first: re.Match[str], kind: str) -> bool:
    word = first.group()
    if len(word) == 1:  # "K. Diallo", not "mon nom w numéro"
        return word.isupper() and first.string[first.end() : first.end() + 1] == "."
    capital = word[0].isupper() and word[1].islower()
    if not capital and (kind == "capital" or words.plain(word) in words.LINKING):
        return False
    if kind == "capital" and words.belongs(word, words.PLACES):
        return False
    if kind.endswith(("_other", "_kin")) and words.belongs(word, words.THINGS):
        return False
    known = words.SPOKEN if kind.startswith("spoken") else words.WRITTEN
    return not words.goes_on(word, known) and not words.built(word)


def _end_of_name(shadow: str, first: re.Match[str]) -> int:
    end = at = first.end()
    last = words.plain(first.group())
    more = words.MOST_WORDS - (last not in words.PARTICLES)
    for _ in range(words.MOST_WORDS + words.MOST_PARTICLES):
        further = _FURTHER.match(shadow, at)
        if not further or (last not in words.BINDING and words.ends_a_name(further["word"])):
            break
        # Whoever writes a name with capital letters does so to its end: "Awa Diallo fatiguée".
        if more < words.MOST_WORDS - 1 and first.group()[0].isupper() and further["word"][0].islower():
            break
        last, at = words.plain(further["word"]), further.end()
        if last not in words.PARTICLES:
            if not more:
                break
            more -= 1
        if last not in words.LINKING:
            end = at
    return end
