"""The lines of a text, and what each is: chords, words with chords in them, a label, a field of the head, nothing.

Knows no bars. A line is of chords where nearly all its words are; what is left is words of the song, and passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from sideman.charts.heads import FIELDS
from sideman.charts.labels import Label, label
from sideman.charts.lexing import BARS, DURATION, HOLDS, Lexer, Piece, Reads
from sideman.charts.wished import Wish, cut_wishes

LineKind = Literal["blank", "barred", "plain", "inline", "label", "head", "directive", "words", "nothing"]

LONG = 2_000  # characters
ENOUGH = 0.7  # of the words of a line are chords where it is one of chords
FEW = 2  # words that a line of chords may have
LONGEST_COUNT = 3  # characters of a count behind one chord: x210 is a fingering
HELD = "--"  # in brackets: a bar in which the chord goes on
MOST_UNREAD = 0.5  # of them may be unread between bar lines

# Possessive where two parts could share characters, so that the time is linear in the line.
_TAB = re.compile(r"\s*+[A-Ga-g]?+[#b]?+\s*+[|:\[]{0,8}[-–—|][-–—|0-9xXhpbrstv/\\~^().*:\s=<>]{7,}.{0,12}")
_RULE = re.compile(r"\s*+(?:[-=_*~#+]{3,}+|[|:\s]*+-[:\s-]*+\||[─━═]{2,}+)[-=_*~|:+\s]*+")
_FRET = r"(?:[0-9]{1,2}|[xXoO])"
_SHAPE = re.compile(
    rf"\s*+\S{{1,14}}(?:\s*+[:=]?+\s*+[(\[]?(?:{_FRET}[-\s]){{3,}}{_FRET}[)\]]?|(?:\s*+[:=])?+\s++[xXoO0-9]{{6}})\s*+"
)
_DEGREES = re.compile(r"\(?[1-7](?:[-–—\s]+[1-7])+\)?")  # which are frets, too
_FRETS = frozenset("0123456789xXoO-")
_FEWEST_FRETS = 7  # characters, with what stands between them
_AT_A_WORD = re.compile(r"\][^\s|)\]]|[^\s|(\[]\[")  # a bracket that touches one
_INLINE = re.compile(r"\\?\[([^\[\]\s][^\[\]]{0,40})\]")
_DOTTED = re.compile(r"([^\s.]+)(\.{1,8})")  # [C..]: so many beats
_COUNT = re.compile(r"[(\[]?(?:[x×]\s?\d{1,2}|\d{1,2}\s?[x×])[)\]]?")
_TIGHT = r"[(\[]?(?:[x×](?:[2-9]|[1-9]\d)|(?:[2-9]|[1-9]\d)[x×])[)\]]?"
# Behind a chord in brackets, or at the end of the line; by whether it has words, which may be a number and an x, too.
_PLAYED_AGAIN = {
    has_words: re.compile(rf"(?<=\])\s*({count})(?=\s|$)|\s({count})\s*$")
    for has_words, count in ((False, _COUNT.pattern), (True, _TIGHT))
}
_REMARK = re.compile(r"\s*(?://|#(?![#a-zA-Z]\b)|;)")
# What is a chord by its looks, whether or not it can be read: a line of such is one of chords.
_LOOKS = re.compile(r"\(?[A-H](?:##?|bb?|[♯♭])?(?:(?:m|M|mi|min|maj|ma|dim|aug|sus|add|alt|[-+°ºøΔ△^0-9(/])\S*)?,?\)?")
_IS_COUNTED = re.compile(r"[0-9/]")  # as in Gmaaj7, but not in A-part
_DIRECTIVE = re.compile(r"\s*\{\s*([^{}:\s|]+)\s*(?::\s*([^{}]*)|([^{}|]*))\}\s*")
_TAGS = re.compile(
    r"</?(?:pre|span|b|i|u|br|p|div|code|strong|em|font|a|sup)\b[^<>\n]{0,200}>|\[/?(?:ch|tab)\]|\[\s*key\s*[:=][^\[\]\n]{1,20}\]",
    re.IGNORECASE,
)
_TENSION_BAR = re.compile(r"(?<=[0-9+-])\|(?=[0-9]{1,2}[+-]?(?:[\s|]|$))")  # Hm7|5-, as Russians have it
_BAR = re.compile(rf"[{BARS}]")
_LONE_L = re.compile(r"(?<!\S)l(?!\S)")
_ENDS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")


@dataclass(slots=True)
class Line:
    """A line, where it begins in the text, and what it is."""

    text: str
    start: int
    kind: LineKind = "words"
    pieces: list[Piece] = field(default_factory=list)
    label: Label | None = None
    maybe: Label | None = None  # what names a section, unless it is a chord
    name: str = ""  # of a directive
    value: str = ""
    fields: tuple[tuple[str, str], ...] = ()  # of the head that it tells, and their values
    wishes: tuple[Wish, ...] = ()  # of the section that it names


def split(text: str) -> list[Line]:
    """All lines; tags and wishes are blanked out, so that every character keeps its place."""
    blank = _TENSION_BAR.sub("/", _TAGS.sub(lambda match: " " * len(match[0]), text))
    lines, start = [], 0
    for match in _ENDS.finditer(blank):
        lines.append(Line(blank[start : match.start()], start))
        start = match.end()
    lines.append(Line(blank[start:], start))
    if "=" in blank:
        for line in lines:
            line.text, line.wishes = cut_wishes(line.text, line.start)
    return lines


def is_long(line: Line) -> bool:
    """Whether it is longer than lines that people write: a chart in one line may be, a few paragraphs of words."""
    return len(line.text) > LONG


def directive(line: str) -> tuple[str, str] | None:
    """Name and value of a line such as ``{title: …}``; None for other lines, as ``{ C:2 | G }``, which is repeated."""
    match = _DIRECTIVE.fullmatch(line)
    if not match:
        return None
    name, value = match[1].lower(), (match[2] or match[3] or "").strip()
    return None if "|" in value and name not in FIELDS else (name, value)


def symbols_of(line: Line) -> list[str]:
    """The symbols of a line's chords, those in parentheses among them."""
    return [
        symbol
        for piece in line.pieces
        if piece.kind in ("chord", "optional")
        for symbol in (piece.text.split() if piece.kind == "optional" else [piece.text])
    ]


def is_nothing(line: str) -> bool:
    """Whether a line is tablature, a rule or the fingering of a chord."""
    bare = line.strip()
    if _RULE.fullmatch(line) or (_ends_in_frets(bare) and _SHAPE.fullmatch(line) and not _DEGREES.fullmatch(bare)):
        return True
    if sum(map(line.count, "-–—")) * 3 <= len(bare) or all(word in HOLDS for word in line.split()):
        return False
    return _TAB.fullmatch(line) is not None


def _ends_in_frets(line: str) -> bool:
    """Whether a line may be the fingering of a chord: tells at once that most are not."""
    return _FRETS.issuperset("".join(line.rstrip(")]")[-_FEWEST_FRETS:].split()))


def inline(line: str, start: int, reads: Reads) -> list[Piece]:
    """The chords that stand in brackets among words: ``[D]Over, and o[A]go``.

    What looks like one and is not is a word, which is a fault: it is not passed over as a remark would be.
    """
    found: list[Piece] = []
    for match in _INLINE.finditer(line):
        inner = match[1].strip().rstrip("*")
        place = start + match.start(1)
        counted = _counted(inner, place, reads)
        if counted:
            found.append(counted)
            continue
        for word in [inner] if reads(inner) else inner.split():
            if reads(word):
                found.append(Piece("chord", word, place, place + len(match[1])))
            elif _is_misspelt(word):
                begin = place + match[1].index(word)
                found.append(Piece("word", word, begin, begin + len(word)))
    for match in _PLAYED_AGAIN[bool(_words(line))].finditer(line):
        text, place = match[match.lastindex or 0], start + match.start(match.lastindex or 0)
        found.append(Piece("times", text, place, place + len(text), number=int(re.sub(r"\D", "", text))))
    return sorted(found, key=lambda piece: piece.start)


def _words(line: str) -> str:
    """What stands outside brackets, but for counts."""
    return _COUNT.sub("", _INLINE.sub("", line)).strip(" |.,-:")


def _counted(text: str, place: int, reads: Reads) -> Piece | None:
    """A chord whose time is counted, ``C..`` or ``C:2``, or a mark for "goes on"; None for other texts."""
    if text == HELD:
        return Piece("hold", text, place, place + len(text))
    dotted = _DOTTED.fullmatch(text)
    if dotted and reads(dotted[1]):
        return Piece("chord", dotted[1], place, place + len(dotted[1]), beats=len(dotted[2]))
    timed = DURATION.fullmatch(text)
    if timed and timed[2] and reads(timed[1]):
        return Piece("chord", timed[1], place, place + len(text), duration=timed[2])
    return None


def is_inline(line: str, reads: Reads) -> bool:
    """Whether a line has chords in brackets among its words, or more than one pair of brackets with nothing else."""
    if "[" not in line:
        return False
    inside = [match[1].strip().rstrip("*") for match in _INLINE.finditer(line)]
    matches = [word for word in inside if reads(word) or _counted(word, 0, reads) or _is_misspelt(word)]
    rest = _words(line)
    outside = [word.strip("()") for word in rest.split()]
    if outside and not _AT_A_WORD.search(line) and all(map(reads, outside)):
        return False  # all are chords, some of them in brackets
    return bool(matches) and (len(matches) > 1 or bool(rest)) and not _BAR.search(line)


def classify(line: Line, lexer: Lexer) -> None:
    """Say what a line is that is no directive and no field of the head."""
    text = line.text
    if not text.strip():
        line.kind = "blank"
        return
    if is_nothing(text):
        line.kind = "nothing"
        return
    if is_inline(text, lexer.reads):
        line.kind, line.pieces = "inline", inline(text, line.start, lexer.reads)
        return
    found = label(text)
    if found and found.rest >= len(text):
        if found.certain or line.wishes or not _chords(text, line.start, lexer):
            line.kind, line.label = "label", found
            return
        line.maybe = found
    elif found:
        kind, row = _row(text[found.rest :], line.start + found.rest, lexer)
        if row:
            line.kind, line.pieces, line.label = kind, row, found
            return
        if found.certain:
            line.kind, line.label = "label", found
            return
    if _REMARK.match(text):
        line.kind = "nothing"
        return
    line.kind, line.pieces = _row(text, line.start, lexer)


def _chords(text: str, start: int, lexer: Lexer) -> bool:
    row = _row(text, start, lexer)[1]
    return bool(row) and all(piece.kind != "word" for piece in row)


def _is_misspelt(word: str) -> bool:
    """Whether a word that is not a chord was meant as one."""
    return _IS_COUNTED.search(word) is not None and _LOOKS.fullmatch(word) is not None


def _are_words(text: str, reads: Reads) -> bool:
    """Whether a line has plainly more words than chords: it is not looked into any further."""
    words = text.split()
    plain = sum(len(word) > 1 and word.isalpha() and not reads(word) for word in words)
    return plain > FEW and plain > len(words) * ENOUGH and not _BAR.search(text)


def _are_fingered(row: list[Piece]) -> bool:
    """Whether each chord of a line has its fingering behind it: ``Am x210 C 0003``."""
    frets = [piece for before, piece in pairwise(row) if before.kind == "chord" and _is_fingering(piece)]
    chords = sum(piece.kind == "chord" for piece in row)
    return len(frets) == chords and any(piece.kind == "times" for piece in frets)


def _is_fingering(piece: Piece) -> bool:
    text = piece.text.strip("()[],;")
    return len(text) > LONGEST_COUNT and (piece.kind == "times" or _FRETS.issuperset(text))


def _row(text: str, start: int, lexer: Lexer) -> tuple[LineKind, list[Piece]]:
    """The pieces of a line of chords, none where it is not one."""
    bars = len(_LONE_L.findall(text))
    if bars > 1 and not _BAR.search(text):
        text = _LONE_L.sub("|", text)
    if _are_words(text, lexer.reads):
        return "words", []
    row = lexer.pieces(text, start)
    kinds = [piece.kind for piece in row]
    if set(kinds) == {"chord"}:
        return "plain", row
    looks = sum(piece.kind == "word" and _LOOKS.fullmatch(piece.text) is not None for piece in row)
    chords, words = kinds.count("chord") + kinds.count("optional") + looks, kinds.count("word") - looks
    marks = sum(kinds.count(kind) for kind in ("again", "again two", "hold"))
    barred = "bar" in kinds
    if barred:
        known = chords + marks
        if known and words <= MOST_UNREAD * (known + words):
            return "barred", row
        return "words", []
    aside = sum(kind in ("times", "sign", "ending", "meter", "comment") for kind in kinds)
    if len(row) == 1 and row[0].text in "xX":  # more a remark than a bar
        return "words", []
    if _are_fingered(row):
        return "nothing", []
    if not words and not looks and (chords or marks or aside) and kinds.count("comment") < len(kinds):
        return "plain", row
    if chords > 2 and chords >= ENOUGH * (chords + words):  # noqa: PLR2004 - fewer may be words of a song
        return "plain", row
    return "words", []
