"""One chord symbol, in whatever way people write it. Knows no bars and no lines.

What has two meanings is read by a :class:`Dialect`, which a chart's other symbols decide (:func:`dialect_of`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sideman.charts.dialects import ANY, ENGLISH, LONGEST_SYMBOL, SUFFIX_QUESTIONS, Dialect, dialect_of, others
from sideman.errors import ChordSyntaxError
from sideman.music.chords import read_chord
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.symbol import ROOT_SIGNS, SIGNS, plain, quality_of_suffix, syntax_error

__all__ = [
    "ANY",
    "ENGLISH",
    "Dialect",
    "Symbol",
    "dialect_of",
    "is_no_chord",
    "is_symbol",
    "joins",
    "optional",
    "read_symbol",
]


Answers = tuple[tuple[str, str, tuple[str, ...]], ...]  # (code, answer, other answers)


class Symbol(NamedTuple):
    """A chord, and the answers to questions on which it rests."""

    chord: Chord
    answers: Answers = ()


_SOME_CHORD = Chord("C")
_NO_CHORD = {"n.c.", "n.c", "nc", "n/c", "nochord", "tacet"}
# Behind or before a chord, quotation marks among them: noted where they are passed over.
_MARKS = "*~_'\"`!?<>\u2018\u2019\u201c\u201d\u00b4"
_PUNCTUATION = ".,;:"
_SOLFEGE = {"do": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_SOLFEGE_NOTE = re.compile(r"(?i:(do|ut|r[eéÉ]|mi|fa|sol|la|si))(##?|bb?)?", re.ASCII)  # or a Turkish İ would be an i
_NOTE = re.compile(r"([A-Ha-h])(isis|is|(?<=[CDFGHcdfgh])es(?:es)?|(?<=[EAea])s(?:es)?(?!us)|##?|bb?|♮)?")
_GERMAN_SIGNS = {"is": "#", "isis": "##", "es": "b", "s": "b", "eses": "bb", "ses": "bb", "♮": ""}
_SIGN_IN_WORDS = re.compile(r"^([A-Ha-h])[ -]?(flat|sharp)\b", re.IGNORECASE)
_SPACED_ALTERATION = re.compile(r"^([A-H][b#]?)\s+([b#]\d\S*)$")
_ON = re.compile(r"(.+?)(?:\(on([^()]+)\)|on([A-H][^()]*))$")
_ALTERNATE = re.compile(r"([^()]+)\(([A-H][^()]*)\)$")
_BASS_ONLY = re.compile(r"W?/([A-Ha-h][^/]*)$")
_MODES = ((re.compile(r"^-?moll", re.IGNORECASE), "m"), (re.compile(r"^-?dur", re.IGNORECASE), ""))
_MINOR_TWO = re.compile(r"^(m|mi|min|-)2$")
_TAKES_NO_MINOR = re.compile(r"^(?:m(?!aj)|mi|-|dim|°|o|ø|0|sus|aug|\+|5|4$)")
_CONTINUES = re.compile(
    r"(?i:maj|min|mi|dim|aug|sus|add|omit|no|alt)|[mM]\d|[Δ^°ø]|[b#]\d|\((?:[b#]?\d|add|omit|no|sus|maj|on)"
)

# Whatever could be a symbol in plain letters: tells at once that most words are none. Possessive, so linear.
_LOOSE = re.compile(
    r"""[\s(<"'*~^_]*+
    (?: W | N | [a-h] | r[eé] | mi | fa | sol | la | si | ut | tacet | / )
    (?: maj(?:or)? | min(?:or)? | mi | half | hdim | dim(?:inished)? | aug(?:mented)? | sus(?:pended)? | omit | no
      | alt(?:ered)? | dom(?:inant)? | power | on | is | flat | sharp | moll | dur | st | nd | rd | th | chord
      | r[eé] | sol | la | si | ut | [a-hjmosn] | [\d\s#+()/\\,.|^%&*~_'"`!?<>;:-]
    )*+""",
    re.VERBOSE | re.IGNORECASE,
)


def read_symbol(text: str, dialect: Dialect = ENGLISH, before: Chord | None = None) -> Symbol:
    """The chord of a symbol. Words of one symbol are joined by spaces: ``C maj7``, ``G on B``.

    ``before`` is the chord before it: iReal's ``W`` is that chord, ``W/Bb`` and ``/Bb`` change its bass alone. The
    chord's suffix is a spelling that means the same everywhere. Raises :class:`ChordSyntaxError`, whose position counts
    within the symbol.
    """
    symbol = _find(text, dialect, before) if len(text) <= LONGEST_SYMBOL else None
    if symbol is None:
        raise _error(text)
    return symbol


def is_symbol(text: str, dialect: Dialect = ENGLISH) -> bool:
    """Whether it can be read."""
    return len(text) <= LONGEST_SYMBOL and _find(text, dialect, _SOME_CHORD) is not None


def is_no_chord(text: str) -> bool:
    """Whether it says that no chord sounds: ``N.C.``, ``(N.C.)``, ``tacet``."""
    symbol = plain(text)
    inside = symbol[1:-1] if symbol.startswith("(") and symbol.endswith(")") else symbol
    return inside.lower() in _NO_CHORD or inside == "N"


def joins(first: str, second: str) -> bool:
    """Whether a word goes on with the symbol before it: ``C maj7``, ``C7 b9``, ``G on B``, ``C (add 9)``."""
    if len(first) + len(second) >= LONGEST_SYMBOL:
        return False
    if first.count("(") > first.count(")"):
        return True
    if first.endswith((" on", "/")):
        return _NOTE.fullmatch(second.translate(SIGNS)) is not None
    if not is_symbol(first):
        return False
    if second in {"on", "add", "omit"}:
        return True
    continues = _CONTINUES.match(second.translate(SIGNS)) is not None
    is_open = second.startswith("(") and not second.endswith(")")
    return continues and (is_open or (not is_symbol(second) and is_symbol(f"{first} {second}")))


def optional(text: str) -> str | None:
    """The symbol in parentheses that may be left out, ``C7`` of ``(C7)``; None where it isn't one."""
    inside = text.strip()[1:-1]
    return inside if text.strip() == f"({inside})" and is_symbol(inside, ANY) else None


@lru_cache(maxsize=8192)
def _find(text: str, dialect: Dialect, before: Chord | None) -> Symbol | None:
    """The symbol, None where it is none."""
    if text.isascii() and not _LOOSE.fullmatch(text):
        return None
    symbol = _SPACED_ALTERATION.sub(r"\1(\2)", _SIGN_IN_WORDS.sub(_sign_in_words, text.strip()).translate(SIGNS))
    symbol = plain(symbol)
    if is_no_chord(symbol):
        return Symbol(Chord.no_chord())
    symbol, ignored = _without_marks(symbol)
    if symbol == "W" and before is not None:
        return Symbol(before)
    if bass := _BASS_ONLY.match(symbol):
        return _change_bass(bass[1], dialect, before)
    for read in (_read_plain, _read_over, _read_alternate):
        found = read(symbol, dialect)
        if found is not None:
            return Symbol(found.chord, (*found.answers, *ignored))
    return None


def _sign_in_words(match: re.Match[str]) -> str:
    return match[1] + ("b" if match[2].lower() == "flat" else "#")


def _without_marks(symbol: str) -> tuple[str, Answers]:
    """A symbol without what is no part of it, and an answer that tells so."""
    bare = symbol.rstrip(_MARKS + _PUNCTUATION).lstrip(_MARKS + "^")
    if bare == symbol:
        return symbol, ()
    marks = "".join(character for character in symbol.replace(bare, "", 1) if character not in _PUNCTUATION)
    held = symbol.endswith("..")
    ignored = "…" if held else marks
    return bare, (("ignored", ignored, ()),) if ignored and bare else ()


def _change_bass(name: str, dialect: Dialect, before: Chord | None) -> Symbol | None:
    note, answers = _bass(name, dialect)
    if note is None or before is None or before.root is None:
        return None
    return Symbol(Chord(before.root, before.quality, note, before.suffix), answers)


# ---- the ways to read it ----


def _read_plain(symbol: str, dialect: Dialect) -> Symbol | None:
    """Root, suffix and bass. The bass may be that of another chord: ``Fm7/Bb7``."""
    whole = _chord(symbol, None, dialect)
    if whole is not None or "/" not in symbol:
        return whole
    upper, _, lower = symbol.rpartition("/")
    return _over(upper, lower, dialect)


def _read_over(symbol: str, dialect: Dialect) -> Symbol | None:
    """``ConE``, ``C(onE)``, and Impro-Visor's chord over a chord, with a backslash."""
    if "\\" in symbol:
        upper, _, lower = symbol.partition("\\")
        return _over(upper, lower, dialect, is_chord=True)
    match = _ON.fullmatch(symbol)
    return _over(match[1], match[2] or match[3], dialect) if match else None


def _read_alternate(symbol: str, dialect: Dialect) -> Symbol | None:
    """``F(Dm)``: one chord or the other."""
    match = _ALTERNATE.fullmatch(symbol)
    if match is None:
        return None
    first, second = _read_plain(match[1], dialect), _read_plain(match[2], dialect)
    if first is None or second is None:
        return None
    answer = dialect.answer("alternate")
    chosen = first if answer == "first" else second
    return Symbol(chosen.chord, (*chosen.answers, ("alternate", answer, others("alternate", answer))))


def _over(upper: str, lower: str, dialect: Dialect, *, is_chord: bool = False) -> Symbol | None:
    note, answers = _bass(lower, dialect)
    if note is None:
        chord = _chord(lower, None, dialect)
        if chord is None:
            return None
        note, answers, is_chord = chord.chord.root, chord.answers, True
    if not is_chord:
        found = _chord(upper, note, dialect)
        return found and Symbol(found.chord, (*found.answers, *answers))
    answer = dialect.answer("polychord")
    found = _chord(upper, note if answer == "bass" else None, dialect)
    return found and Symbol(found.chord, (*found.answers, ("polychord", answer, others("polychord", answer))))


def _chord(symbol: str, bass: str | None, dialect: Dialect) -> Symbol | None:
    """A root and all that follows as its suffix."""
    for root, written, answers in _roots(symbol, dialect):
        suffix, more = _resolve(written, dialect)
        if quality_of_suffix(suffix) is not None:
            over = "" if bass is None else f"/{bass}"
            wrapped = f"({suffix})" if suffix.startswith(ROOT_SIGNS) and quality_of_suffix(f"({suffix})") else suffix
            try:
                return Symbol(read_chord(root + wrapped + over), (*answers, *more))
            except ChordSyntaxError:
                continue
    return None


def _roots(symbol: str, dialect: Dialect) -> list[tuple[str, str, Answers]]:
    """Root, suffix and answers, for each way to find a root in a symbol."""
    found: list[tuple[str, str, Answers]] = []
    if symbol.lower() == "do" and "Do" in dict(dialect.answers):
        answer = dialect.answer("Do")
        return [
            ("C" if answer == "C" else "D", "" if answer == "C" else "dim", (("Do", answer, others("Do", answer)),))
        ]
    match = _SOLFEGE_NOTE.match(symbol) if dialect.solfege else None
    if match:
        found.append((_SOLFEGE[match[1].lower()] + (match[2] or ""), symbol[match.end() :], ()))
    match = _NOTE.match(symbol)
    if match is None or (match[1].islower() and not dialect.lower):
        return found
    root, answers = _letter(match, dialect)
    suffix = symbol[match.end() :]
    for pattern, meaning in _MODES:
        if pattern.match(suffix):
            return [*found, (root, pattern.sub(meaning, suffix), answers)]
    if match[1].islower() and not _TAKES_NO_MINOR.match(suffix):
        answer = dialect.answer("lower")
        suffix = f"m{suffix}" if answer == "minor" else suffix
        answers += (("lower", answer, others("lower", answer)),)
    return [*found, (root, suffix, answers)]


def _letter(match: re.Match[str], dialect: Dialect) -> tuple[str, Answers]:
    """The English name of a note."""
    letter, sign = match[1].upper(), match[2] or ""
    sign = _GERMAN_SIGNS.get(sign, sign)
    if letter == "H":
        return f"B{sign}", ()
    if letter == "B" and not sign and "B" in dict(dialect.answers):
        answer = dialect.answer("B")
        return answer, (("B", answer, others("B", answer)),)
    return letter + sign, ()


def _bass(name: str, dialect: Dialect) -> tuple[str | None, Answers]:
    """The note of a bass in any letters; None where it is no note."""
    match = _SOLFEGE_NOTE.fullmatch(name) if dialect.solfege else None
    if match:
        return _SOLFEGE[match[1].lower()] + (match[2] or ""), ()
    match = _NOTE.fullmatch(name)
    if match is None:
        return None, ()
    note, answers = _letter(match, dialect)
    return (note, answers) if note in NOTE_NAMES else (None, ())


def _resolve(suffix: str, dialect: Dialect) -> tuple[str, Answers]:
    """A suffix in which what has several meanings is written as what it means here."""
    suffix = _MINOR_TWO.sub(r"\1add9", suffix.replace("|", "/"))
    answers = []
    for question in SUFFIX_QUESTIONS:
        if question.pattern.search(suffix):
            answer = dialect.answer(question.code)
            suffix = question.pattern.sub(question.replacements[answer], suffix, count=1)
            answers.append((question.code, answer, others(question.code, answer)))
    return suffix, tuple(answers)


def _error(text: str) -> ChordSyntaxError:
    """What the chord language says of what is no symbol."""
    symbol = plain(text[: LONGEST_SYMBOL + 1])
    if _BASS_ONLY.match(symbol):
        return syntax_error("no chord before", text, 1, "a bass alone changes that of the chord before it")
    try:
        read_chord(text)
    except ChordSyntaxError as error:
        return error
    return syntax_error("unknown chord", text, 1, f"a chord has at most {LONGEST_SYMBOL} characters")
