"""What symbols mean in different places, and which of these places a chart comes from.

``B`` is B flat where ``H`` is written, ``a`` is A minor to Poles and Germans, ``Do`` is C in France, ``F7+`` has a
major seventh in Brazil. All symbols of a chart together decide; every decision is noted with its other reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sideman.charts.questions import QUESTIONS
from sideman.charts.reading import Notes
from sideman.music.symbol import plain, quality_of_suffix

__all__ = ["ANY", "ENGLISH", "LONGEST_SYMBOL", "SUFFIX_QUESTIONS", "Dialect", "SuffixQuestion", "dialect_of", "others"]

LONGEST_SYMBOL = 64  # characters


@dataclass(frozen=True, slots=True)
class Dialect:
    """How symbols are read that mean different things in different places.

    ``lower``: roots in small letters are chords. ``solfege``: notes are called Do, Re, Mi. ``answers`` are those to
    the questions of :data:`QUESTIONS` that came up; to any other the first is taken.
    """

    lower: bool = False
    solfege: bool = False
    answers: tuple[tuple[str, str], ...] = ()

    def answer(self, code: str) -> str:
        """The answer to a question."""
        return dict(self.answers).get(code) or next(iter(QUESTIONS[code].answers))


ENGLISH = Dialect()
ANY = Dialect(lower=True, solfege=True)  # reads whatever is a symbol somewhere: to find the symbols of a chart


def others(code: str, answer: str) -> tuple[str, ...]:
    """The other answers to a question."""
    return tuple(other for other in QUESTIONS[code].answers if other != answer)


class SuffixQuestion(NamedTuple):
    """A part of a suffix with several meanings, and what to write for each."""

    code: str
    pattern: re.Pattern[str]
    replacements: dict[str, str]  # by answer


_MINOR = r"(?:min|mi|MIN|Min|MI|m|-)"
SUFFIX_QUESTIONS = tuple(
    SuffixQuestion(code, re.compile(pattern), replacements)
    for code, pattern, replacements in (
        ("m7+", rf"^({_MINOR}[(/]?)(?:7\+|\+7)(?!\d)", {"mM7": r"\g<1>M7", "m7#5": r"\g<1>7#5"}),
        ("7+", r"(^|(?<=[(/]))7\+(?!\d)", {"aug7": "7+", "M7": "M7"}),
        ("0", r"^0(?=7|9|11|$|[(/,])", {"half-dim": "ø", "dim": "dim"}),
        ("2", r"^(?:2|\(2\))(?=$|[(/,]|add)(?!\(?(?:no|omit)3)", {"add9": "add9", "sus2": "sus2"}),
        ("4", r"^/?4$", {"sus4": "sus4", "add11": "add11"}),
        ("+4", r"\+4(?!\d)", {"add11": "add11", "add#11": "add#11"}),
        ("-5", r"^-5(?=$|[(/,])", {"(b5)": "(b5)", "dim": "dim"}),
        ("+9", r"^\+9$", {"9#5": "9#5", "7#9": "7#9"}),
        ("+11", r"^\+11$", {"add#11": "add#11", "7#11": "7#11"}),
    )
)

# Letters, German names with them, and solfège: what a symbol may begin with.
_LETTER = re.compile(r"[A-Ha-h](?:is(?:is)?|(?<=[CDFGHcdfgh])es(?:es)?|(?<=[EAea])s(?!us)|##?|bb?)?")
_GERMAN = re.compile(r"(?i:[cdefgah]is|[cdfg]es|[ea]s(?!us))", re.ASCII)
_SOLFEGE = re.compile(r"(?i:do|ut|r[eéÉ]|mi|fa|sol|la|si)(?:##?|bb?)?", re.ASCII)
_H_BASS = re.compile(r"/[Hh](?:is|es|[#b])?$")
_WORDS = {"a", "e"}  # of other languages, that are no evidence of small letters for chords
_STEMS = {"m", "min", "mi", "-"}

_MAJOR_SEVENTHS = re.compile(r"maj|ma7|M7|M9|7M|Δ|\^|j7")
_FIFTH_RAISED_BEHIND = re.compile(r"(?<!\d)5\+(?!\d)")
_SIGN_BEHIND = re.compile(r"(?<!\d)5-(?!\d)|[(/,](?:9|11|13)[-+](?!\d)|m7\+(?!\d)|[679]/(?:4|5|6|9|13)(?!\d)|4/9")
_HALF_DIMINISHED = re.compile(rf"ø|^h7?$|^{_MINOR}7\(?(?:b5|-5|5-)")
_DIMINISHED = re.compile(r"^(?:dim|°|o)")


class _Part(NamedTuple):
    """A symbol of the chart: its root as written, what follows, and how often it stands there."""

    root: str
    suffix: str
    times: int
    text: str


def dialect_of(symbols: Iterable[str], notes: Notes) -> Dialect:
    """The dialect that a chart is written in, by all its symbols; what was decided is noted, or as it was chosen.

    ``symbols`` are those that :data:`ANY` reads, in lines that have little else. A lone small ``a`` or ``e`` is no
    evidence, but among other chords.
    """
    counts = Counter[str]()
    for text, times in Counter(symbols).items():
        if len(text) <= LONGEST_SYMBOL and (symbol := plain(text)):
            counts[symbol] += times
    letters = list(_parts(counts, _LETTER))
    solfege = list(_parts(counts, _SOLFEGE))
    is_solfege = _is_solfege(solfege, letters)
    small = [part for part in letters if part.root[0].islower()]
    has_small = not is_solfege and _are_chords(small, letters)
    used = solfege if is_solfege else [part for part in letters if has_small or part.root[0].isupper()]
    is_continental = has_small or any(part.root[0] in "Hh" or _GERMAN.fullmatch(part.root) for part in used)
    is_continental = is_continental or (not is_solfege and any(_H_BASS.search(text) for text in counts))
    answers = dict(
        [
            *_ask_solfege(solfege, is_solfege, notes),
            *_ask_roots(used, small if has_small else [], is_continental and not is_solfege, notes),
            *_ask_suffixes(used, is_continental or is_solfege, notes),
        ]
    )
    return Dialect(has_small, is_solfege, tuple(sorted(answers.items())))


def _parts(counts: Counter[str], roots: re.Pattern[str]) -> Iterator[_Part]:
    """The symbols that begin with such a root and go on as a chord does."""
    for text, times in counts.items():
        match = roots.match(text)
        if match:
            suffix = text[match.end() :]
            before, _, bass = suffix.rpartition("/")
            suffix = before if _LETTER.fullmatch(bass) or _SOLFEGE.fullmatch(bass) else suffix
            if _goes_on(suffix):
                yield _Part(match[0], suffix, times, text)


@lru_cache(maxsize=4096)
def _goes_on(suffix: str) -> bool:
    ends = (suffix, suffix.removeprefix("-").replace("moll", "m").replace("dur", ""))
    asked = any(question.pattern.search(suffix) for question in SUFFIX_QUESTIONS)
    return asked or any(quality_of_suffix(end) is not None for end in ends)


def _is_solfege(solfege: list[_Part], letters: list[_Part]) -> bool:
    """Whether there are more chords called Do, Re, Mi than others, and they aren't one word sung again and again."""
    sung = {part.root.lower()[:2] for part in solfege}
    plainly = {part.text for part in letters} - {part.text for part in solfege}
    count = sum(part.times for part in solfege)
    lettered = sum(part.times for part in letters if part.text in plainly)
    has_more = len(sung) > 1 or any(part.suffix or not part.root.isascii() for part in solfege if sung != {"do"})
    return count > lettered and has_more


def _are_chords(small: list[_Part], letters: list[_Part]) -> bool:
    """Whether small letters are roots."""
    words = [part for part in small if part.text in _WORDS]
    if len(small) > len(words) or len(words) == len(_WORDS):
        return True
    around = sum(part.times for part in letters if part.root[0].isupper() and part.text.lower() not in _WORDS)
    return bool(words) and around >= 2 * sum(part.times for part in words)


def _ask_solfege(solfege: list[_Part], is_solfege: bool, notes: Notes) -> Iterator[tuple[str, str]]:
    do = [part for part in solfege if part.text.lower() == "do"]
    if do:
        yield "Do", notes.ask("Do", ("C", "Ddim") if is_solfege else ("Ddim", "C"), text=do[0].text)


def _ask_roots(used: list[_Part], small: list[_Part], is_continental: bool, notes: Notes) -> Iterator[tuple[str, str]]:
    b = [part for part in used if part.root in {"B", "b"}]
    has_h = any(part.root[0] in "Hh" for part in used)
    if b and is_continental:
        has_flat = any(part.root == "Bb" for part in used)
        yield "B", notes.ask("B", ("B", "Bb") if has_flat and not has_h else ("Bb", "B"), text=b[0].text)
    unmarked = [part for part in small if not re.match(_MINOR, part.suffix)]
    if unmarked:
        all_are_small = len(small) == len(used)
        are_lazy = len(unmarked) < len(small) or all_are_small
        order = ("major", "minor") if are_lazy else ("minor", "major")
        yield "lower", notes.ask("lower", order, text=unmarked[0].text)


def _ask_suffixes(used: list[_Part], is_foreign: bool, notes: Notes) -> Iterator[tuple[str, str]]:
    suffixes = {part.suffix for part in used}
    for question in SUFFIX_QUESTIONS:
        asked = set(filter(question.pattern.search, suffixes))
        if asked:
            likely = _likely(question.code, suffixes, is_foreign)
            answers = (likely, *others(question.code, likely))
            first = next(part for part in used if part.suffix in asked)
            yield question.code, notes.ask(question.code, answers, text=first.text)


def _likely(code: str, suffixes: set[str], is_foreign: bool) -> str:
    """What the other chords speak for."""

    def writes(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(suffix) for suffix in suffixes)

    if code == "7+":
        is_told_otherwise = writes(_MAJOR_SEVENTHS) or not (is_foreign or writes(_SIGN_BEHIND))
        return "aug7" if is_told_otherwise and not writes(_FIFTH_RAISED_BEHIND) else "M7"
    if code == "0" and not is_foreign and not writes(_HALF_DIMINISHED):
        has_other_diminished = writes(_DIMINISHED) or any(suffix.startswith("-") for suffix in suffixes)
        return "half-dim" if has_other_diminished else "dim"
    return next(iter(QUESTIONS[code].answers))
