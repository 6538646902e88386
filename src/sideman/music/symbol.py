"""One chord symbol: root, suffix and bass, to a Chord; or what is wrong with it, and what may be meant.

Whatever has two meanings is an error that names both. Knows no bars and no durations.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from sideman.errors import ChordSyntaxError
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import MINOR_THIRD, Chord
from sideman.music.qualities import AMBIGUOUS, SPELLINGS, Quality
from sideman.music.suffixes import LONGEST_SUFFIX, read_suffix

__all__ = ["REPEAT", "ROOT_SIGNS", "SIGNS", "plain", "quality_of_suffix", "read_chord", "short", "syntax_error"]

REPEAT = "%"
NO_CHORD_SPELLINGS = frozenset({"N.C.", "N.C", "NC", "N", "n.c."})
LONGEST_VALUE = 32  # characters of the text that an error repeats
LONGEST_KNOWN = 64  # characters of a symbol that is kept once it was read
LONGEST_GUESS = 12  # characters of a suffix for which a likely spelling is looked up

# What people type or paste for the signs of the table.
SIGNS = str.maketrans(
    {
        "\N{MUSIC SHARP SIGN}": "#",
        "\N{MUSIC FLAT SIGN}": "b",
        "\N{MUSICAL SYMBOL DOUBLE SHARP}": "##",
        "\N{MUSICAL SYMBOL DOUBLE FLAT}": "bb",
        "&": "b",
        "\N{INCREMENT}": "Δ",
        "\N{WHITE UP-POINTING TRIANGLE}": "Δ",
        "\N{WHITE UP-POINTING SMALL TRIANGLE}": "Δ",
        "\N{BLACK UP-POINTING TRIANGLE}": "Δ",
        "\N{LATIN CAPITAL LETTER O WITH STROKE}": "ø",
        "\N{EMPTY SET}": "ø",
        "\N{MASCULINE ORDINAL INDICATOR}": "°",
        "\N{RING ABOVE}": "°",
        "\N{WHITE CIRCLE}": "°",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
    }
)

_ROOT = re.compile(r"[A-G](?:bb?|##?|♮)?")
ROOT_SIGNS = ("b", "#", "♮")
_LETTERS = re.compile(r"(?<![A-Za-z])(?![A-G])[A-Za-z]{3,}")
_DOUBLED = re.compile(r"(.)\1")
_WORDS = ("maj", "min", "dim", "aug", "sus", "add", "alt", "omit", "madd", "msus", "mmaj", "dom")


def read_chord(text: str, position: int = 1) -> Chord:
    """One chord symbol, such as ``F#m7b5`` or ``C6/9/E``, without a duration.

    Its :attr:`Chord.suffix` is what stands in the text. ``position`` is that of its first character, counted from 1,
    for errors. Raises :class:`ChordSyntaxError`.
    """
    chord = _known(text) if len(text) <= LONGEST_KNOWN else _chord(text)
    if chord is None:
        raise _error(text, position)
    return chord


class _Parts(NamedTuple):
    """What a symbol is made of; without a ``quality`` where its suffix has none, or several."""

    root: str
    suffix: str
    bass: str | None
    quality: Quality | None


def _chord(text: str) -> Chord | None:
    """The chord of a symbol, None for a fault."""
    symbol = plain(text)
    if symbol in NO_CHORD_SPELLINGS:
        return Chord.no_chord()
    parts = _parts(symbol)
    if parts is None or parts.quality is None or (parts.bass is not None and parts.bass not in NOTE_NAMES):
        return None
    suffix = None if parts.suffix.startswith(ROOT_SIGNS) else parts.suffix
    return Chord(parts.root, parts.quality, parts.bass, suffix)


_known = lru_cache(maxsize=4096)(_chord)


def _parts(symbol: str) -> _Parts | None:
    """The parts of a symbol, None where it has no root."""
    match = _ROOT.match(symbol)
    if not match:
        return None
    root, suffix = match[0].removesuffix("♮"), symbol[match.end() :]
    quality = quality_of_suffix(suffix)
    if quality is not None or "/" not in suffix:
        return _Parts(root, suffix, None, quality)
    suffix, _, bass = suffix.rpartition("/")
    return _Parts(root, suffix, bass, quality_of_suffix(suffix))


def plain(text: str) -> str:
    """A symbol without spaces, in the signs of the table: full-width letters, sharps, triangles and dashes."""
    text = "".join(text.split())
    return text if text.isascii() and "&" not in text else normalize("NFKC", text.translate(SIGNS)).translate(SIGNS)


def quality_of_suffix(suffix: str) -> Quality | None:
    """The quality that a suffix means, None where it means none or several."""
    if suffix in SPELLINGS:
        return SPELLINGS[suffix]
    return None if suffix in AMBIGUOUS or len(suffix) > LONGEST_SUFFIX else read_suffix(suffix)


def syntax_error(problem: str, value: str, position: int, remedy: str, *suggestions: str) -> ChordSyntaxError:
    """The error, with no more of a long value than fits a line; nothing takes the place of a part of a value."""
    shown = short(value)
    return ChordSyntaxError(problem, shown, position, remedy, suggestions if shown == value else ())


def short(text: str) -> str:
    """No more of a text than fits a message."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


# ---- what may be meant ----


def _error(text: str, position: int) -> ChordSyntaxError:
    """What is wrong with a symbol that is not a chord."""
    symbol = plain(text)
    parts = _parts(symbol)
    if parts is None:
        return _root_error(text, position, symbol)
    if parts.bass is not None and parts.bass not in NOTE_NAMES:
        return _bass_error(text, position, parts.bass)
    return _suffix_error(text, position, parts.root, parts.suffix, "" if parts.bass is None else f"/{parts.bass}")


def _bass_error(text: str, position: int, bass: str) -> ChordSyntaxError:
    slash = max(text.rfind("/"), text.rfind("\N{FULLWIDTH SOLIDUS}")) + 1
    upper = [name for name in (bass[:1].upper() + bass[1:],) if name in NOTE_NAMES]
    remedy = f"bass notes are A to G with up to two '#' or 'b'{', upper case' if upper else ''}"
    return syntax_error("unknown bass note", text[slash:], position + slash, remedy, *upper)


def _suffix_error(text: str, position: int, root: str, suffix: str, over_bass: str) -> ChordSyntaxError:
    if meanings := _meanings(suffix):
        names = [root + name for name in meanings]
        remedy = f"write {' or '.join(names)}"
        return syntax_error("ambiguous chord", text, position, remedy, *(name + over_bass for name in names))
    remedy = f"qualities are written as in {root}m7, {root}maj7, {root}sus4, {root}dim7, {root}7b9"
    likely = _likely(root, suffix)
    if likely:
        remedy = f"did you mean {likely}?"
    return syntax_error("unknown chord", text, position, remedy, *([likely + over_bass] if likely else []))


def _meanings(suffix: str) -> list[str]:
    """What an ambiguous suffix may mean, with more in parentheses or without: ``2(add6)``."""
    start, bracket, rest = suffix.partition("(")
    names = [name + bracket + rest for name in AMBIGUOUS.get(start, ())]
    return [name for name in names if quality_of_suffix(name) is not None]


def _likely(root: str, suffix: str) -> str | None:
    """The chord that was meant, if there is but one: by a letter too many, too few, or wrong, and by ``EBM7``."""
    if len(suffix) > LONGEST_GUESS:
        return None
    if suffix.startswith("B") and len(root) == 1:
        flat = f"{root}b{suffix[1:]}"
        return flat if quality_of_suffix(suffix[1:]) is not None else None
    undoubled = _DOUBLED.sub(r"\1", suffix)
    if quality_of_suffix(undoubled) is not None:
        return root + undoubled
    spellings = []
    for run in _LETTERS.finditer(suffix):
        word = run[0].lower()
        others = [other for other in _WORDS if word != other and _is_a_slip(word, other)]
        spellings += [suffix[: run.start()] + other + suffix[run.end() :] for other in others]
    meant = {quality: spelling for spelling in reversed(spellings) if (quality := quality_of_suffix(spelling))}
    return root + next(iter(meant.values())) if len(meant) == 1 else None


def _is_a_slip(word: str, meant: str) -> bool:
    """Whether two words differ by one letter, or by two that changed places."""
    if len(word) == len(meant):
        differing = [place for place, pair in enumerate(zip(word, meant, strict=True)) if pair[0] != pair[1]]
        if len(differing) == 2 and differing[1] == differing[0] + 1:  # noqa: PLR2004 - a pair
            first, second = differing
            return word[first] == meant[second] and word[second] == meant[first]
        return len(differing) == 1
    longer, shorter = sorted((word, meant), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )


def _root_error(text: str, position: int, symbol: str) -> ChordSyntaxError:
    """The error of a chord that begins with no root: written small, where it may be a minor chord, or as H."""
    if symbol.startswith(REPEAT):
        return syntax_error("unknown chord", text, position, f"{REPEAT} stands alone between bar lines")
    first, remedy, meant = symbol[:1], "roots are A to G", []
    if first == "/":
        remedy += ": give durations instead of slashes, C:2"
    elif first and first in "hH":
        remedy += " (H is B)"
        meant = _meant("B" + symbol[1:])
    elif first and first in "abcdefg":
        remedy += ", upper case"
        meant = _meant(first.upper() + symbol[1:])
    if first.islower() and meant:
        root = _ROOT.match(meant[0])
        minor = f"{root[0]}m{meant[0][root.end() :]}" if root else ""
        chord = _chord(meant[0])  # None where more than the root is wrong
        if chord is not None and MINOR_THIRD not in chord.quality.intervals and _meant(minor) == [minor]:
            meant.append(minor)
            remedy += f": {' or '.join(meant)}"
    return syntax_error("unknown chord", text, position, remedy, *meant)


def _meant(symbol: str) -> list[str]:
    """A symbol, or what is suggested in its place."""
    try:
        read_chord(symbol)
    except ChordSyntaxError as error:
        start = error.position - 1
        before, after = symbol[:start], symbol[start + len(error.value) :]
        return [before + suggestion + after for suggestion in error.suggestions]
    return [symbol]
