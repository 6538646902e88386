"""Chords as degrees of a key: Nashville numbers (``1 4 5``, ``6-``, ``1/3``) and Roman numerals (``vi``, ``V7/ii``).

Degrees count in the key's own scale: in C minor ``3`` and ``III`` are E flat, ``6`` A flat, ``7`` B flat. There ``b3``,
``b6`` and ``b7`` are the same notes, as those who count from the major scale write them, and a diminished seventh
degree stands on the leading note (``viio7`` is B dim7). A numeral in small letters is a minor chord. A number is a
major chord, but where no chord of a chart is marked minor those are minor that are so in the key
(:func:`are_diatonic`). Knows no bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sideman.charts.dialects import ENGLISH, LONGEST_SYMBOL, Dialect, others
from sideman.charts.reading import Notes
from sideman.charts.symbols import Symbol, read_symbol
from sideman.errors import ChordSyntaxError
from sideman.music.key import Key
from sideman.music.notes import MAJOR_ROOTS, NATURALS, NOTE_NAMES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.symbol import ROOT_SIGNS, plain, syntax_error

__all__ = ["are_diatonic", "is_number", "is_numeral", "read_number", "split_numbers"]

_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)
_LETTERS = "".join(NATURALS)
_ACCIDENTALS = {"": 0, "b": -1, "#": 1}
_C_MAJOR = Key(0)
_NUMERALS = {numeral: degree for degree, numeral in enumerate(("I", "II", "III", "IV", "V", "VI", "VII"))}
_SUBTONIC = 6  # the seventh degree, counted from 0
_FLAT_IN_MINOR = {2, 5, 6}
_MINOR_IN_MAJOR = {1: "m", 2: "m", 5: "m", 6: "dim"}
_MINOR_IN_MINOR = {0: "m", 1: "dim", 3: "m", 4: "m"}

_REST = r"(?:[^/,;(]|\([^()]*+\)?+)*+"  # of a suffix: a comma outside parentheses parts numbers
_NUMBER = re.compile(rf"([b#]?)([1-7])((?:7|9|11|13|6|69)(?!\d){_REST}|(?![\d,;]){_REST})(?:/([b#]?)([1-7]))?")
_NUMERAL = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?![IVXivx])([^/]*)(?:/([^/]+))?")
_BASS_DEGREE = re.compile(r"([b#]?)([1-7])")
_TOGETHER = re.compile(r"[1-7]{3,}|[1-7][1-5]")
_IN_A_ROW = re.compile(r"[1-7](?:[-–—][1-7]){2,}")
_MARKS = "*~_'^<>!?,;:"
_IS_MINOR = re.compile(r"(?:-|m(?!aj)|mi)")
_HAS_QUALITY = re.compile(r"(?:-|m(?!aj)|mi|dim|°|o|ø|h|aug|\+|sus)")
_IS_DIMINISHED = re.compile(r"(?:dim|°|o|ø|h|m?7?b5)")


def read_number(text: str, key: Key, dialect: Dialect = ENGLISH, *, diatonic: bool = False) -> Symbol:
    """The chord of a number or numeral in a key. Raises :class:`ChordSyntaxError`.

    ``diatonic``: a number without anything behind it is the chord of the key's scale, minor on 2, 3 and 6.
    """
    found = _find(text, key, dialect, diatonic) if len(text) <= LONGEST_SYMBOL else None
    if found is None:
        raise syntax_error("unknown chord", text, 1, "degrees are 1 to 7 or I to VII, as in 6-, 1/3, bVII, V7/ii")
    return found


def is_number(text: str) -> bool:
    """Whether it is a Nashville number, or several written together: ``5411``."""
    parts = split_numbers(text)
    return bool(parts) and all(_NUMBER.fullmatch(_bare(part)) and _is_read(part) for part in parts)


def is_numeral(text: str) -> bool:
    """Whether it is a Roman numeral."""
    return len(text) <= LONGEST_SYMBOL and bool(_NUMERAL.fullmatch(_bare(text))) and _is_read(text)


def split_numbers(text: str) -> tuple[str, ...]:
    """Numbers written together, one by one: ``5411`` and ``5-4-1-1`` are 5 4 1 1, ``57`` a seventh chord on 5."""
    if len(text) > LONGEST_SYMBOL:
        return ()
    bare = _bare(text)
    if _IN_A_ROW.fullmatch(bare):
        return tuple(bare[::2])
    return tuple(bare) if _TOGETHER.fullmatch(bare) else (text,)


def are_diatonic(numbers: Iterable[str], notes: Notes, key: Key = _C_MAJOR) -> bool:
    """Whether numbers without a sign are minor where the key has them so: 2, 3 and 6 in major, 1, 4 and 5 in minor.

    They are where no number of the chart is marked minor. It is noted.
    """
    in_scale = _MINOR_IN_MINOR if key.minor else _MINOR_IN_MAJOR
    single = (part for text in numbers for part in split_numbers(text[:LONGEST_SYMBOL]))
    found = [(match, text) for text in single if (match := _NUMBER.fullmatch(_bare(text)))]
    unmarked = [text for match, text in found if not match[3] and not match[1] and int(match[2]) - 1 in in_scale]
    if not unmarked:
        return False
    is_marked = any(_IS_MINOR.match(match[3]) for match, _ in found)
    answers = ("major", "diatonic") if is_marked else ("diatonic", "major")
    return notes.ask("numbers", answers, text=unmarked[0]) == "diatonic"


def _bare(text: str) -> str:
    return plain(text).strip(_MARKS)


def _is_read(text: str) -> bool:
    return _find(text, _C_MAJOR, ENGLISH, False) is not None


@lru_cache(maxsize=4096)
def _find(text: str, key: Key, dialect: Dialect, diatonic: bool) -> Symbol | None:
    symbol = _bare(text)
    if match := _NUMBER.fullmatch(symbol):
        return _number(match, key, dialect, diatonic=diatonic)
    if match := _NUMERAL.fullmatch(symbol):
        return _numeral(match, key, dialect)
    return None


def _number(match: re.Match[str], key: Key, dialect: Dialect, *, diatonic: bool) -> Symbol | None:
    degree, suffix = int(match[2]) - 1, match[3]
    in_scale = (_MINOR_IN_MINOR if key.minor else _MINOR_IN_MAJOR).get(degree, "")
    is_open = not suffix and not match[1] and bool(in_scale)
    root = _note(key, degree, match[1], is_diminished=bool(_IS_DIMINISHED.match(suffix)))
    bass = _note(key, int(match[5]) - 1, match[4]) if match[5] else None
    symbol = _chord(root, in_scale if is_open and diatonic else suffix, bass, dialect)
    if symbol is None or not is_open:
        return symbol
    answer = "diatonic" if diatonic else "major"
    return Symbol(symbol.chord, (*symbol.answers, ("numbers", answer, others("numbers", answer))))


def _numeral(match: re.Match[str], key: Key, dialect: Dialect) -> Symbol | None:
    sign, numeral, suffix, below = match.groups()
    bass: str | None = None
    if below and (degree := _BASS_DEGREE.fullmatch(below)):
        bass = _note(key, int(degree[2]) - 1, degree[1])
    elif below in NOTE_NAMES:
        bass = below
    elif below:
        target = _NUMERAL.fullmatch(below)
        if target is None or target[4] or target[3]:
            return None
        tonic = _note(key, _NUMERALS[target[2].upper()], target[1])
        key = Key.of(tonic)  # what leads to a minor chord comes from its major scale: V7/ii is A7 in C
    if numeral.islower() and not _HAS_QUALITY.match(suffix):
        suffix = f"m{suffix}"
    root = _note(key, _NUMERALS[numeral.upper()], sign, is_diminished=bool(_IS_DIMINISHED.match(suffix)))
    return _chord(root, suffix, bass, dialect)


def _note(key: Key, degree: int, sign: str, *, is_diminished: bool = False) -> str:
    """The name of a degree, counted from 0, on the staff of its key."""
    step = (_MINOR_SCALE if key.minor else _MAJOR_SCALE)[degree] + _ACCIDENTALS[sign]
    if key.minor and sign == "b" and degree in _FLAT_IN_MINOR:
        step += 1
    if key.minor and not sign and degree == _SUBTONIC and is_diminished:
        step += 1
    letter = _LETTERS[(_LETTERS.index(key.tonic_name[0]) + degree) % len(_LETTERS)]
    target = (key.tonic + step) % PITCH_CLASSES
    spelled = (letter + accidental for accidental in _ACCIDENTALS if NOTE_NAMES[letter + accidental] == target)
    return next(spelled, MAJOR_ROOTS[target])


def _chord(root: str, suffix: str, bass: str | None, dialect: Dialect) -> Symbol | None:
    suffix = f"({suffix})" if suffix.startswith(ROOT_SIGNS) else suffix
    over = f"/{bass}" if bass else ""
    try:
        return read_symbol(f"{root}{suffix}{over}", dialect)
    except ChordSyntaxError:
        return None
