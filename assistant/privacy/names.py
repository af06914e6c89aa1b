"""Names of people after the words that announce them: "je m'appelle", "mon nom est", سميتي, "smiti".

As people write these words on a phone ("jmapel", "mon non c"). A name is the first word that is not known to be
something else, up to two more and the particles between them; it ends before a word that goes on with the sentence
(`words.yml`). A name without such a lead cannot be told from other words and stays.
"""

import re

from assistant.privacy import words
from assistant.privacy.shadow import INVISIBLE
from assistant.privacy.words import LETTER, QUOTE

_MOST_WORDS = 3  # of a name, particles not counted
_MOST_PARTICLES = 3

_Q = f"[{QUOTE} ]"
_ALONE = rf"(?<!{LETTER})"
_CLAUSE = (
    r"(?:^|[\n.,;:!?()«»\"،؛؟…]|(?<![^\W\d_])(?:bonjour|bjr|bonsoir|bsr|slt|salut|salam|hello|coucou|moi|donc)) {0,2}"
)
_THING = rf"(?:{'|'.join(sorted(words.THINGS))})"

# "appelle", in every misspelling: apel, apl, appele, "a pel".
_CALLED = r"a ?p{1,3}[eéèê]{0,2}l{1,3}"
_NOUN = r"(?:pr[eéè]?n[oô]m?[nms]?|n[oô]ms?)"
_WHOLE = rf"(?: (?:complet|entier|de famille|de jeune fille|à moi|moi|ici|et (?:mon )?{_NOUN}))?"
_MY = r"m[oa]?n (?:vrai |petit |propre )?"
_IS = rf"{_Q}{{1,2}}(?:c{_Q}?est|s{_Q}?est|[cs]é|ces?|cest|est|é|es|:|=)"
_KIN = (
    r"(?:ils?|elles?|[qk]ui|mari|femme|[ée]pou[sx]e?|fils|fille|gar[cç]on|enfant|b[ée]b[ée]|fr[eè]re|s(?:œ|oe?)ur|"
    r"p[eè]re|m[eè]re|maman|papa|cousine?|neveu|ni[eè]ce|oncle|tante|patron(?:ne)?|voisine?|monsieur|dame|gars|homme|"
    r"cop(?:ain|ine)|amie?)s?"
)
_TITLE = r"(?:monsieur|madame|mademoiselle|mme|mlle|mrs?\.?|mister|m\.|(?-i:M))"

_ALEF = "[اأإآٱ]"
_NAME_AR = r"سم[يا]{0,2}ت"
_MINE_AR = rf"(?:{_ALEF}سم[يى]|{_NAME_AR}[يى]|(?:ال)?سمي[ةه] ديالي|ال{_ALEF}سم ديالي)"
_THEIRS_AR = rf"(?:{_ALEF}سم(?:ه|ها|هم|و)|{_NAME_AR}(?:و|ه|ها|هم|هوم))"
_SMIT = r"s{1,2}[aei]?m{1,2}[aeiy]{0,3}t{1,2}"
_MINE_ARABIZI = rf"(?:{_SMIT}[iy]{{1,2}}|[aei]sm[iy]|(?:l?smi?ya|lism) d[iy]{{0,2}}al[iy])"
_THEIRS_ARABIZI = rf"(?:{_SMIT}(?:ou?|u|h[ao]|ho?m|hum)|ism(?:ou?|ha|hom))"

# Tried in this order at each place. `skip`: what looks like a lead and is none. `capital`: what is one only before a
# capital letter. `spoken`: a lead in Arabic or Arabizi.
_LEADS = (
    ("skip", rf"(?:à|a|au|en|sous) (?:mon|son|ton|leur|votre) {_NOUN}"),
    ("skip", rf"{_THING}(?: l[àa])? (?:[qk]ui )?(?:ne )?s{_Q}?{_CALLED}[a-zéè]{{0,3}}"),
    ("skip", rf"{_THING},? (?:اللي |لي |li |lli |hada |كان )?(?:{_THEIRS_AR}|{_THEIRS_ARABIZI})"),
    ("skip", rf"b[ -]?{_MINE_ARABIZI}"),
    ("written", rf"j[eé]?{_Q}{{0,2}}m[eé]?{_Q}{{0,2}}{_CALLED}[a-zéè]{{0,3}}|je {_CALLED}e?s?"),
    ("written", rf"je (?:me |m{_Q}?)?(?:nomm?e|pr[eé]nomme)"),
    ("written", rf"{_MY}{_NOUN}{_WHOLE}(?:{_IS})?"),
    ("written", rf"{_MY}(?:non|nn|no|nm){_WHOLE}{_IS}"),
    ("written", rf"son {_NOUN}(?: de famille)?{_IS}"),
    ("written", rf"{_NOUN}(?: (?:complet|de famille|et {_NOUN}))? ?[:=]"),
    ("written", rf"(?:j{_Q}?e?{_Q}?suis|chuis?|c{_Q}?est|moi|ici) {_TITLE}"),
    ("written", rf"{_KIN} (?:ne )?s{_Q}?{_CALLED}[a-zéè]{{0,3}}"),
    ("written", rf"my (?:full |real )?name(?:{_Q}?s| is)|i am called"),
    ("capital", rf"moi,? c{_Q}?(?:est)?|on m{_Q}?{_CALLED}e?"),
    ("spoken", rf"[وف]?{_MINE_AR}|{_THEIRS_AR}|{_ALEF}نا (?:السيدة?|ال[آا]نسة|ال[أا]ستاذة?)"),
    (
        "spoken",
        rf"كنتسم[ىا]|[أا]دعى|كيسميوني|يسمونني|w?{_MINE_ARABIZI}|{_THEIRS_ARABIZI}|kan?t?sem+a|kaysm{{1,2}}i[wou]{{1,2}}ni",
    ),
)
_GAP = rf"(?:[ {INVISIBLE}\"{QUOTE}«“\-]|[:=] ?\n?){{0,5}}"
_BETWEEN = (
    rf"(?:(?:{_TITLE}|dr\.?|ana|howa|hiya|hw?[ao]|houwa|d[iy]{{0,2}}al[iy]|kamla?|هو|هي|هوا|[أا]نا|ديالي|الكامل|الحقيقي|"
    rf"الشخصي|العائلي|السيدة?)(?!\w){_GAP}){{0,3}}"
)
# After a sign that begins a clause a lead needs less: "m'appelle awa", "mon nom et awa".
_OPENING = rf"{_CLAUSE}(?:m{_Q}?{_CALLED}e?s?|{_MY}{_NOUN} (?:et|e))"
_LEAD = re.compile(
    rf"(?:{_ALONE}(?:{'|'.join(f'(?P<{kind}{i}>{lead})' for i, (kind, lead) in enumerate(_LEADS))})|"
    rf"(?P<written>{_OPENING}))(?!{LETTER}){_GAP}{_BETWEEN}",
    re.IGNORECASE,
)


def may_hold(text: str) -> bool:
    """Whether it is worth while to look for names in a text: a part of every lead, found as fast as can be."""
    low = text.lower()
    return "pel" in low or "pl" in low or "nom" in low or "سم" in low


def find(shadow: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of every name that is announced, from left to right.

    Args:
        shadow: of a text (`assistant.privacy.shadow`).
    """
    found, position = [], 0
    while lead := _LEAD.search(shadow, position):
        kind = (lead.lastgroup or "").rstrip("0123456789")
        position = lead.end()
        end = None if kind == "skip" else _end_of_name(shadow, position, kind)
        if end:
            found.append((position, end, "name"))
            position = end
    return found
