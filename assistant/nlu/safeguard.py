"""The safeguard: recognises dangers (injury, violence, trafficking, suicide, detention, sea, missing) by patterns.

All words and patterns are in `data/lexicon/urgent.yml`, which says how to read them. A message becomes a list of words
of one spelling; each word belongs to classes; a pattern is a sequence of classes with bounded gaps, in which words of a
barred class may not stand. Nothing is learnt: the same message always gives the same answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant import yaml
from assistant.nlu.language import COUNTED
from assistant.nlu.normalise import LONGEST_WORD, fold
from assistant.nlu.skeleton import skeleton
from assistant.paths import DATA

# A long message is read in windows of so many words, which share a part wider than any pattern: a danger told at the
# end is seen as one at the beginning, and work grows no faster than the message.
WINDOW_WORDS, SHARED_WORDS = 200, 50
# Lengths from which an Arabic word (a stem) also matches Arabizi by its sound key, and from which a Latin word bears
# one typing slip: below them, ordinary words of the training messages were taken for dangers.
SURE_SOUND, SURE_SOUND_STEM, SURE_TYPO = 4, 5, 7
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_BRACES = re.compile(r"\{([^{}]*)\}")
_GAP = re.compile(r"~(\d+)((?:![A-Z]+)*)")
# "mabghitch", "ومابقاش", Egyptian "مرجعش": the negation is a word of its own.
_NEGATED = re.compile(r"[wو]?(?:ما?(..+ش)|ma(..+(?:ch|sh|x)))")
_NEGATION_END = re.compile(r"(?<=...)(?:ش|ch|sh|x)$")
# "-ni": done to me.
_ME_END = re.compile(r"(?:ني|n[iy])$")
# Spellings that French does not have: with one such word, or one of the list `arabizi`, a message is read by sound too.
_ARABIZI = re.compile(
    rf"[a-z]+[3579][a-z]*|(?!\d(?:{COUNTED})$)[379][a-z]{{2,}}|"
    r"k(?:ay|at|an)[a-z]{3,}|\w*(?:kh|gh[^tn])\w+|\w{4,}ou?ni"
)
# "jsaigne", "mexpulser": a pronoun without its apostrophe.
_ELISION = re.compile(r"[mltdjsn][a-z]{4,}")
_ARABIC_START = re.compile(r"[\u0621-\u064a]")
_ARABIC_PREFIXES = ("وال", "فال", "بال", "كال", "هال", "عال", "شال", "ال", "ول", "وب", "وف", "و", "ف", "ب", "ل", "ه")
_LATIN_PREFIXES = ("wl", "fl", "bl", "l", "w", "f", "b")
_VERB_PREFIXES = (
    *("", "ي", "ت", "ن", "ا", "كي", "كت", "كن", "كا", "تي", "تا", "بي", "بت", "بن"),
    *("غي", "هي", "هن", "هت", "ح", "حي", "ست", "سي", "سا", "سن"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One class of a pattern, how many words may stand before it, and the classes that none of these may be of."""

    name: str
    gap: int
    barred: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of steps as written in `source`.

    `tail` is how many words may follow when the message must end. None of the `after` words that follow may be of a
    `barred` class.
    """

    source: str
    steps: tuple[Step, ...]
    at_start: bool
    tail: int | None
    after: int
    barred: tuple[str, ...]
    needs: frozenset[str]


@dataclass(frozen=True)
class Match:
    """A pattern found at the words `start` to `end` (exclusive)."""

    kind: str
    pattern: str
    start: int
    end: int


Spans = dict[str, dict[int, list[int]]]
# Of names and steps that are alike there is one: thousands of small objects took 5 MB.
_step = cache(Step)


@cache
def _one(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


@cache
def safeguard() -> "Safeguard":
    """The project's dangers, compiled once a process: that takes more than a second."""
    return Safeguard()


class _Names(dict[str, tuple[str, ...]]):
    """Names of classes by word."""

    def put(self, word: str, name: str) -> None:
        """Add the name of a class of a word."""
        self[word] = _one(tuple(sorted({*self.get(word, ()), name})))


class Safeguard:
    """The dangers of one file, ready to match."""

    def __init__(self, path: Path = DATA / "lexicon" / "urgent.yml") -> None:
        """Compile the file.

        Raises:
            FileNotFoundError, ValueError: the file is missing or not readable, or a pattern names an unknown class.
        """
        content = yaml.read(path)
        self._exact, self._stems = _Names(), _Names()
        self._sounds, self._sound_stems = _Names(), _Names()
        self._bears_a_slip: dict[str, set[str]] = defaultdict(set)
        self._phrases: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        self._spellings = {_bare(word): _words(standard) for word, standard in content["spellings"].items()}
        self._arabizi = frozenset(_bare(word) for word in content["arabizi"].split())
        self._names = set(content["classes"])
        for name, entries in content["classes"].items():
            self._add(name, entries.split())
        dangers = content["dangers"]
        self._harmless = _Index(("", pattern) for pattern in self._patterns(content["never"]))
        self._deciding = _Index(
            (f"urgent.{kind}", pattern)
            for tier in ("first", "patterns")
            for kind in content["order"]
            for pattern in self._patterns(dangers[kind].get(tier, ()))
        )
        self._classes_of = lru_cache(maxsize=50_000)(self._look_up)
        _one.cache_clear()  # of those that were only on the way

    def kind(self, text: str) -> str | None:
        """The danger in a message as a topic (`urgent.sea`), or None.

        Args:
            text: the message as typed, or folded: the result is the same.
        """
        found = next(self.matches(text), None)
        return found.kind if found else None

    def matches(self, text: str) -> Iterator[Match]:
        """Every pattern that holds, the deciding one first."""
        yield from self._matches(self.words(text))

    def kind_after(self, earlier: Sequence[str], text: str) -> str | None:
        """The danger that only shows together with the messages before ("mon mari" / "il me frappe").

        Args:
            earlier: messages just before, oldest first.
            text: the message.

        Returns:
            A topic whose words begin in an earlier message and end in this one, or None.
        """
        before = [word for one in earlier for word in self.words(one)]
        for match in self._matches([*before, *self.words(text)]):
            if match.start < len(before) < match.end:
                return match.kind
        return None

    def _matches(self, words: list[str]) -> Iterator[Match]:
        """Every pattern that holds among words; of a long text window by window."""
        step = WINDOW_WORDS - SHARED_WORDS
        for begin in range(0, max(1, len(words) - SHARED_WORDS), step):
            for match in self._in_window(words[begin : begin + WINDOW_WORDS]):
                yield Match(match.kind, match.pattern, match.start + begin, match.end + begin)

    def _in_window(self, words: list[str]) -> Iterator[Match]:
        spans = self._spans(words)
        harmless = list(self._harmless.matches(spans, len(words)))
        for match in self._deciding.matches(spans, len(words)):
            if not any(other.start < match.end and match.start < other.end for other in harmless):
                yield match

    def words(self, text: str) -> list[str]:
        """Words of a message in the one spelling that patterns see."""
        found: list[str] = []
        for word in _words(fold(text)):
            if word in self._spellings:
                found.extend(self._spellings[word])
            elif negated := _NEGATED.fullmatch(word):
                found.extend(("ما", negated[1]) if negated[1] else ("ma", negated[2]))
            elif _ELISION.fullmatch(word) and not self._classes_of(word, False) and self._classes_of(word[1:], False):
                found.extend((word[0], word[1:]))
            else:
                found.append(word)
        return found

    def _spans(self, words: list[str]) -> Spans:
        spans: Spans = {}
        by_sound = any(word in self._arabizi or _ARABIZI.fullmatch(word) for word in words)
        for i, word in enumerate(words):
            for name in self._classes_of(word, by_sound):
                spans.setdefault(name, {}).setdefault(i, []).append(i + 1)
            for phrase, name in self._phrases.get(word, ()):
                if words[i : i + len(phrase)] == phrase:
                    spans.setdefault(name, {}).setdefault(i, []).append(i + len(phrase))
        return spans

    def _look_up(self, word: str, by_sound: bool) -> tuple[str, ...]:
        """Classes of a word: as spelt, behind a prefix, by sound, with one slip."""
        names: set[str] = set()
        is_arabic = bool(_ARABIC_START.match(word))
        for form in _forms(word, _ARABIC_PREFIXES if is_arabic else _LATIN_PREFIXES if by_sound else ()):
            names.update(self._exact.get(form, ()), _by_stem(form, self._stems))
            if by_sound and not is_arabic:
                key = _sound(form)
                names.update(self._sounds.get(key, ()), _by_stem(key, self._sound_stems))
        if not names and len(word) >= SURE_TYPO and not is_arabic and not by_sound:
            for known, _, _ in process.extract_iter(
                word, self._bears_a_slip.get(word[0], ()), scorer=OSA.distance, score_cutoff=1
            ):
                names.update(self._exact[known])
        return tuple(names)

    def _add(self, name: str, entries: Iterable[str]) -> None:
        for entry in (form for written in entries for form in _expanded(written)):
            if "_" in entry:
                phrase = [w for word in entry.split("_") for w in _words(fold(word))]
                phrase = [w for word in phrase for w in self._spellings.get(word, [word])]
                self._phrases[phrase[0]].append((phrase, name))
                continue
            by_sound, is_stem = entry.startswith("~"), entry.endswith("*")
            word = _bare(entry.strip("~*"))
            if not by_sound:
                (self._stems if is_stem else self._exact).put(word, name)
            key = _sound(word)
            if len(key) >= (SURE_SOUND_STEM if is_stem else SURE_SOUND) and (by_sound or _ARABIC_START.match(word)):
                (self._sound_stems if is_stem else self._sounds).put(key, name)
            elif not is_stem and len(word) >= SURE_TYPO and word.isascii():
                self._bears_a_slip[word[0]].add(word)

    def _patterns(self, sources: Iterable[str]) -> Iterator[Pattern]:
        for source in sources:
            for items in product(*map(self._alternatives, source.split())):
                one = " ".join(items)
                either = re.fullmatch(r"(.+?) <(\d+)> (.+)", one)
                if either:
                    left, gap, right = either.groups()
                    yield self._pattern(f"{left} ~{gap} {right}")
                    yield self._pattern(f"{right} ~{gap} {left}")
                else:
                    yield self._pattern(one)

    def _alternatives(self, item: str) -> list[str]:
        """`A|B|word|other` of a pattern as A, B, and the words together."""
        parts = item.split("|")
        own = [part for part in parts if part in self._names or part == "$"]
        plain = [part for part in parts if part not in own]
        return own + (["|".join(plain)] if plain else [])

    def _pattern(self, source: str) -> Pattern:
        steps: list[Step] = []
        gap, at_start, tail = 0, False, None
        barred: tuple[str, ...] = ()
        for item in source.split():
            if item == "^":
                at_start = True
            elif item == "$":
                tail = gap
            elif found := _GAP.fullmatch(item):
                gap, barred = int(found[1]), tuple(found[2].split("!")[1:])
                for name in barred:
                    self._check(name, source)
            else:
                if item.isupper() and item.isascii():
                    self._check(item, source)
                if item not in self._names:
                    self._names.add(item)
                    self._add(item, item.split("|"))
                steps.append(_step(item, gap, barred))
                gap, barred = 0, ()
        return Pattern(source, tuple(steps), at_start, tail, gap, barred, frozenset(step.name for step in steps))

    def _check(self, name: str, source: str) -> None:
        if name not in self._names:
            raise ValueError(f"urgent.yml: {name} in '{source}' is no class.")


class _Index:
    """Patterns in order, found by the class they begin with."""

    def __init__(self, patterns: Iterable[tuple[str, Pattern]]) -> None:
        self._patterns = list(patterns)
        self._by_first: dict[str, list[int]] = defaultdict(list)
        for i, (_, pattern) in enumerate(self._patterns):
            self._by_first[pattern.steps[0].name].append(i)

    def matches(self, spans: Spans, length: int) -> Iterator[Match]:
        """Where patterns hold among words, in the order of the patterns."""
        present = frozenset(spans)
        for i in sorted(i for name in present for i in self._by_first.get(name, ())):
            kind, pattern = self._patterns[i]
            if pattern.needs <= present:
                for start, end in _find(pattern, spans, length):
                    yield Match(kind, pattern.source, start, end)


def _find(pattern: Pattern, spans: Spans, length: int) -> Iterator[tuple[int, int]]:
    """Where a pattern holds: at most one end for each beginning."""
    first = pattern.steps[0]
    for start, ends in spans[first.name].items():
        if (pattern.at_start and start > first.gap) or _any_of(first.barred, start - first.gap, start, spans):
            continue
        for end in ends:
            last = _rest(pattern, 1, end, spans, length)
            if last is not None:
                yield start, last
                break


def _rest(pattern: Pattern, index: int, position: int, spans: Spans, length: int) -> int | None:
    if index == len(pattern.steps):
        ends = pattern.tail is None or length - position <= pattern.tail
        return position if ends and not _any_of(pattern.barred, position, position + pattern.after, spans) else None
    step = pattern.steps[index]
    starts = spans[step.name]
    for start in range(position, position + step.gap + 1):
        for end in starts.get(start, ()):
            last = _rest(pattern, index + 1, end, spans, length)
            if last is not None:
                return last
        if _any_of(step.barred, start, start + 1, spans):
            return None
    return None


def _any_of(names: tuple[str, ...], begin: int, end: int, spans: Spans) -> bool:
    """Whether a word of the classes begins at one of the places."""
    return any(i in spans.get(name, ()) for name in names for i in range(begin, end))


def _words(folded: str) -> list[str]:
    return [_DOUBLED.sub(r"\1", word[:LONGEST_WORD]) for word in _WORD.findall(folded)]


def _bare(word: str) -> str:
    return _DOUBLED.sub(r"\1", fold(str(word)))


def _forms(word: str, prefixes: tuple[str, ...]) -> Iterator[str]:
    """The word, and what is left of it without one of the prefixes and without the second half of a negation."""
    yield word
    bare = _NEGATION_END.sub("", word) if prefixes else word
    if bare != word:
        yield bare
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) > (1 if prefix == "و" else 2):
            yield word[len(prefix) :]
            if bare != word:
                yield bare[len(prefix) :]


def _sound(word: str) -> str:
    """The sound key, where "-ni" (me) differs from "-in" (many).

    >>> _sound("kaytbe3ni") == _sound("كيتبعني") != _sound("katbeyyen")
    True
    """
    return skeleton(word) + ("i" if _ME_END.search(word) else "")


def _by_stem(word: str, stems: _Names) -> set[str]:
    return {name for end in range(2, len(word) + 1) for name in stems.get(word[:end], ())}


def _expanded(entry: str) -> Iterator[str]:
    """`a{b,c}d` as abd, acd; `@x` as x behind every Arabic verb prefix.

    >>> list(_expanded("{k,}ab"))
    ['kab', 'ab']
    """
    head, at, tail = entry.partition("@")
    if at:
        for prefix in _VERB_PREFIXES:
            yield from _expanded(head + prefix + tail)
        return
    parts = _BRACES.split(entry)
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    yield from ("".join(chosen) for chosen in product(*choices))
