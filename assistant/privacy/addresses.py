"""Where somebody lives: a street, a block or a flat with its number, in French, Arabic and Arabizi.

A place that many share stays: a town, a quarter, "avenue de France" that somebody asks for. A street without a number
is somebody's address only where it is said to be ("mon adresse est …", "j'habite …", ساكن).
"""

import re

from assistant.privacy import words
from assistant.privacy.shadow import INVISIBLE
from assistant.privacy.words import LETTER, QUOTE, WORD

# A part of every kind of place, in lower case.
_KIND_HINT = re.compile(
    r"r(?:ue|[ée]sid)|a(?:v(?:en|e?[ .])|ll[ée]e|pp?[at]|r[ie]?3)|b(?:oulev|l?v?d[ .]|loc)|d(?:e?rb|ouar)|"
    r"h(?:ay|[aeo]?[q9])|imm|lot|mara|quartier|villa|z[ae]?n|7ay|زنق|شارع|درب|زقاق|عمار|شق|فيلا|بلوك|تجزئ|حي|دوار"
)

_MOST_PIECES = 8  # "immeuble 4, appartement 2, rue Ibn Sina, hay Salam"

_SIGN = r"(?:n ?[°º]|no?\.?|nr|num(?:[eé]ro)?|(?:ال)?رقم|ra9m|raqm|nmra)"
# Kinds of places: those that a number can stand before, those it stands after, those that only belong to an address.
_STREET = (
    r"rue|ruelle|avenue|ave?\.|(?-i:Ave?|AVE?)|boulevard|bl?vd\.?|bd\.?|impasse|all[ée]e|de?rb|z[ae]?n[kq9][ae]t?|[cs]h?ar[ei]?3|"
    r"زنق[ةهت]|شارع|درب|زقاق"
)
_FLAT = r"appartement|appart|appt\.?|apt\.?|[cs]h[aeo]?[q9]{1,2}a|شق[ةهت]"
_UNIT = (
    r"immeuble|imm\.?|villa|bloc|lotissement|lot|(?<!de )r[ée]sidence|quartier|hay|7ay|douar|3?imara|3mara|"
    r"عمار[ةهت]|فيلا|بلوك|تجزئ[ةه]|حي|دوار"
)
_PART = (
    r"(?:\d{1,2} ?(?:[eè]me|er|e)? ?)?[eé]tage|porte|escalier|entr[ée]e|cit[ée]|b[aâ]t(?:iment)?|taba[q9]|"
    r"طابق|باب|[اإ]قامة"
)
# "bus 12 avenue Hassan II" is a line.
_BEFORE = (
    rf"(?<![\w.,:/\-])(?<!bus )(?<!tram )(?<!ligne )(?<!taxi )(?<!طوبيس )(?P<sign>{_SIGN}[ :]{{0,2}})?"
    r"\d{1,4} ?(?:bis|ter|[a-d])?[ ,]{1,2}(?(sign)(?:de la |de l['’]|du )?)"
)
# With the small words that are written in one with the next: فزنقة, "fderb", "lhay".
_PIECE = re.compile(
    rf"(?P<before>{_BEFORE})?(?<![\w/])(?:[وفبل]{{1,2}}|f?l|[fb])?"
    rf"(?P<kind>(?:ال)?(?:(?P<street>{_STREET})|(?P<flat>{_FLAT})|(?P<unit>{_UNIT})|{_PART}))(?!{LETTER})",
    re.IGNORECASE,
)
# What no name of a street goes on with: "bloc", "numéro", "n14", "3eme".
_NEXT_PART = re.compile(rf"{_SIGN}\d*|\d{{1,2}}(?:[eè]me|er|e)|(?:{_STREET}|{_FLAT}|{_UNIT}|{_PART})\d*", re.IGNORECASE)
# Kings are numbered, and so are their avenues: "hassan 2", محمد 5.
_KING = re.compile(r"(?:hassan|moham+[ae]d|med|(?:ال)?حسن|محمد) ?[256](?!\w)", re.IGNORECASE)
_QUARTERS = frozenset(["salam", "السلام"])  # greetings elsewhere
_GAP = rf"[ {INVISIBLE}]"
_BETWEEN = re.compile(rf"[ {INVISIBLE},،;.\-/]{{1,3}}")
_AFTER = re.compile(
    rf"(?P<gap>{_GAP}{{0,2}}[,،]?{_GAP}{{0,2}})(?P<sign>{_SIGN}[ :]{{0,2}})?(?!(?:19|20)\d\d(?!\d))"
    r"(?P<number>\d{1,4})(?: ?(?:bis|ter)|[a-d])?(?!\w)(?![.,:/\-]\d)",
    re.IGNORECASE,
)
_THING = re.compile(rf"{_GAP}{{0,2}}(?P<word>{WORD.pattern}|[%€$])")
_OF = rf"(?:de la |d[eu] |des |d[{QUOTE}]|(?:de )?l[{QUOTE}])"
_FIRST = re.compile(rf"{_GAP}{{1,2}}(?:{_OF}|l[ae]s? |el )?(?P<word>{WORD.pattern})", re.IGNORECASE)
_FURTHER = re.compile(rf"{_GAP}{{1,2}}(?:{_OF})?(?P<word>{WORD.pattern})", re.IGNORECASE)
# Right before a street: it is where the person lives. Not "dans la rue", الزنقة: that is to have no home.
_HOME = re.compile(
    rf"(?<!{LETTER})(?:mon adresse|l?adresse d[iy]?al[iy]|j[{QUOTE} ]?h?abite|عنواني|العنوان ديالي|"
    rf"(?:كن)?نسكن|ساكنة?|(?:kan)?n?sko?n|sake?na?)(?:[ :={QUOTE},]{{1,3}}"
    rf"(?:est|c[{QUOTE} ]?est|c|à|a|au|sur|هو|في|ف|f|howa)?){{0,2}}"
    r"[ فب]{0,2}\Z",
    re.IGNORECASE,
)


def may_hold(low: str) -> bool:
    """Whether it is worth while to look for addresses in a text.

    Args:
        low: the text in lower case.
    """
    return bool(_KIND_HINT.search(low))


def find(shadow: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of every address, from left to right.

    Args:
        shadow: of a text (`assistant.privacy.shadow`).
    """
    found, position = [], 0
    while piece := _PIECE.search(shadow, position):
        start, end, known = _read(shadow, piece)
        position = max(end, piece.end())
        for _ in range(_MOST_PIECES):
            between = _BETWEEN.match(shadow, end)
            following = _PIECE.match(shadow, between.end()) if between else None
            if not following:
                break
            _, further, numbered = _read(shadow, following)
            if further <= following.end() and not following["kind"][0].isdigit():  # "2e étage"
                break
            end = position = further
            known = known or numbered
        if known:
            found.append((start, end, "address"))
    return found


def _read(shadow: str, piece: re.Match[str]) -> tuple[int, int, bool]:
    """Where a piece begins and ends with its name and number, and whether it is somebody's address by itself."""
    named = _end_of_street(shadow, piece.end())
    is_named = named > piece.end()
    number = _house_number(shadow, named, piece, is_named)
    before = (
        piece["before"] and is_named and bool(piece["street"] or (piece["sign"] and (piece["unit"] or piece["flat"])))
    )
    start = piece.start("before") if before else piece.start("kind")
    home = bool(piece["street"] and is_named and _HOME.search(shadow, max(0, start - 30), start))
    known = bool(before or home or (number and (piece["street"] or piece["unit"] or piece["flat"])))
    return start, number or named, known


def _end_of_street(shadow: str, start: int) -> int:
    """Where the name of a street or quarter ends; `start` itself when it has none."""
    word, end, words_left, particles_left = _FIRST.match(shadow, start), start, words.MOST_WORDS, words.MOST_PARTICLES
    while word:
        is_particle = words.plain(word["word"]) in words.PARTICLES
        if not (particles_left if is_particle else words_left) or _ends(word["word"], first=end == start):
            break
        particles_left, words_left = particles_left - is_particle, words_left - (not is_particle)
        king = _KING.match(shadow, word.start("word"))
        end = king.end() if king else word.end()
        word = _FURTHER.match(shadow, end)
    return end


def _ends(word: str, first: bool) -> bool:
    """Whether the name of a street ends before a word; it can begin with many more: "rue de la Paix", "bloc A"."""
    if _NEXT_PART.fullmatch(word) or words.plain(word) in words.LINKING:
        return True
    if first:
        return words.goes_on(word, words.GRAMMAR) and words.plain(word) not in _QUARTERS and not _is_letter(word)
    return words.ends_a_name(word)


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _house_number(shadow: str, start: int, piece: re.Match[str], is_named: bool) -> int | None:
    """Where the number of a house ends that stands behind a street, a unit or a part of one."""
    number = _AFTER.match(shadow, start)
    if not number or (not number["sign"] and not is_named and number["gap"].strip() != ""):
        return None
    if piece["flat"] and not number["sign"] and int(number["number"]) >= 1000:
        return None  # a rent
    again = _AFTER.match(shadow, number.end())
    if again and again["sign"]:  # "derb 5 numéro 12"
        number = again
    thing = _THING.match(shadow, number.end())
    if thing and (thing["word"] in "%€$" or words.belongs(thing["word"], words.COUNTED)):
        return None
    return number.end()
