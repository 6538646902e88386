"""A line of a chart as pieces: chords, bar lines, marks for "goes on" and "again", repeats, endings, jumps.

Knows no bars and no time. Whether a word is a chord it is told. Every pattern takes time linear in the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

from sideman.charts.sheet import Jump
from sideman.charts.symbols import joins

Kind = Literal[
    "again", "again two", "bar", "chord", "close", "comment", "ending", "hold", "meter", "open", "optional",
    "separator", "sign", "times", "word",
]  # fmt: skip
Reads = Callable[[str], bool]


class Piece(NamedTuple):
    """A piece of a line, and the characters of the text where it stands.

    ``beats`` are those of a chord with dots behind it, and ``duration`` what stands behind its colon; ``number`` how
    often something is played, ``numbers`` the times of an ending. ``sign`` names a segno, coda or fine.
    """

    kind: Kind
    text: str
    start: int
    end: int
    beats: int = 0
    duration: str | None = None
    of: int = 1  # chords that share its beats: ``[Am Am/G]`` in a line with dots
    number: int = 0
    numbers: tuple[int, ...] = ()
    sign: str = ""
    jump: Jump | None = None
    begins: bool = False  # a bar line after which a repeat begins
    ends: bool = False  # a bar line before which one ends

    def moved(self, offset: int) -> Piece:
        """The piece so many characters further on."""
        return Piece._make((*self[:2], self.start + offset, self.end + offset, *self[4:]))  # twice as fast as _replace


BARS = "|｜│┃¦‖∣❘𝄀𝄁𝄂𝄃"
REPEAT_BEGINS, REPEAT_ENDS = "𝄆", "𝄇"
MAX_WORD = 64  # characters of a word that may be a chord
ROOTS = "ABCDEFGH"
OPEN = (" on", "/", ",", "(")  # what a symbol goes on behind
MAX_PIECES = 20_000  # of a line
MAX_RUN = 4_000  # characters without a space that are looked into

_TIMES = r"(?:[x×*]\s?\d{1,4}|\d{1,2}\s?[x×]|\d{1,2}\s+times|repeat(?:\s+[x×]?\d{1,2}x?)?)"
_SIGNS = (
    r"(?:d\.\s?[cs]|d[cs]|da\s+capo|dal\s+segno)\.?(?:\s+al\s+(?:fine|(?:\d\w*\s+)?(?:coda|end(?:ing)?)))?"
    r"|to\s+coda|al\s+coda|coda|fine|segno"
)
# Each is looked for in turn. ``symbol`` is what nearly all chords are, and would be a word anyway.
_PIECE = re.compile(
    rf"""
    \s*+(?:
    (?P<symbol>[A-G][#b]?+(?:m(?:aj|in)?+|dim|sus)?+[0-9]*+(?:b[0-9]++)?+(?:/[A-G][#b]?+)?+(?=[\s|]|$))
  | (?P<comment>(?:\#(?=\s)|//\s*(?=[a-z]))[^\n]*+)
  | (?P<bar>(?:[:：]{{1,2}})?(?:\[(?=[{BARS}]))?[{BARS}{REPEAT_BEGINS}{REPEAT_ENDS}]{{1,8}}+
      (?:\](?=\s|$))?(?:\d{{1,2}}[x×](?=:))?(?:[:：](?=[\s\S]))?)
  | (?P<sign>[(\[]?(?i:{_SIGNS})\b\.?[)\]]?(?=[\s{BARS},.:]|$)|[𝄋𝄌⊕§])
  | (?P<times>[(\[]?(?i:{_TIMES})[)\]]?(?=[\s{BARS},.]|$))
  | (?P<meter>\d{{1,2}}/(?:2|4|8|16)(?=[\s{BARS}]|$))
  | (?P<group>\[(?!\s)[^\[\]{BARS}\n]{{1,80}}(?<!\s)\](?=[\s,;]|[x×*]\d|$))
  | (?P<brace>[{{}}\[\]<>](?=[\s{BARS}{{}}\[\]]|$)|[{{\[<](?=\s))
  | (?P<separator>(?:->|=>|[-–—]>|[→⇒»>,;、，・•·]|[-–—~+:](?=\s|$)(?<![-–—]{{2}}))(?![-–—]))
  | (?P<word>(?:[^\s(){BARS}:]|:(?![{BARS}])|\([^(){BARS}\n]*+\)|[()])++)
    )""",
    re.VERBOSE,
)
HOLDS = frozenset({"/", ".", "-", "–", "—", "--", "---", "_", "//", "///", "////", "''", '"', "´"})
AGAINS = frozenset({"%", "x", "X", "./.", ".//.", "./", "·/·", "𝄎", "simile", "sim.", "sim", "·/.", "°/°", "٪", "*"})
AGAINS_TWO = frozenset({"%%", "r", "𝄏", "%2", "2%"})
_ENDING = re.compile(r"(?:N|\[)?(\d(?:\s?[,.&+–-]\s?\d)*)(?:\.|\)|\]|st|nd|rd|th|:)+|N(\d)|\[(\d)")
_DOTS = re.compile(r"(.*?[^.])(\.{1,8})")
_ABBREVIATED = ("dim", "min", "maj", "aug", "sus", "N.C", "n.c")  # a dot behind them counts no beat
DURATION = re.compile(r"([^:]+):([0-9./]{1,16}t?)?")
_SPLIT = re.compile(r"(?:->|=>|[→⇒»,;、，・•]|[–—](?![0-9]))")
_GLUED = re.compile(r"[-–—/~]")
_DOUBT = re.compile(r"\((?:\?|!|[ivxIVX]+)\)")
_OPTIONAL = re.compile(r"\((.*)\)")
_COUNTED = re.compile(r"(\(.*\))([x×*]\d{1,4})")


class Lexer:
    """Cuts the lines of one chart; ``reads`` tells whether a word is a chord. A word is looked at once."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads
        self._known: dict[str, tuple[Piece, ...]] = {}  # by the word, as if it stood at the beginning

    def pieces(self, line: str, offset: int) -> list[Piece]:
        """The pieces of a line that begins at ``offset`` in its text."""
        found: list[Piece] = []
        for match in islice(_PIECE.finditer(line.rstrip()), MAX_PIECES):
            kind = match.lastgroup or ""
            text, end = match[kind], offset + match.end()
            start = end - len(text)
            match kind:
                case "symbol" | "word":
                    found += [piece.moved(start) for piece in self._word(text)]
                case "bar":
                    found.append(_bar(text, start, end))
                case "comment" | "meter":
                    found.append(Piece(kind, text, start, end))
                case "sign":
                    found.append(_sign(text, start, end))
                case "times":
                    found.append(Piece("times", text, start, end, number=int(re.sub(r"\D", "", text) or 2)))
                case "group":
                    found += _group(text, start, self.reads)
                case "brace":
                    found.append(_brace(text, start, end))
                case _:
                    found.append(Piece("hold" if text in HOLDS else "separator", text, start, end))
        return _join(found)

    def _word(self, text: str) -> tuple[Piece, ...]:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = tuple(_words(text, 0, self.reads))
        return known


def _join(row: list[Piece]) -> list[Piece]:
    """Words that go on with the symbol before them, as one piece: ``C maj7``, ``G on B``."""
    joined = row[:1]
    for piece in row[1:]:
        whole = _joined(joined[-1], piece) if piece.kind in ("word", "chord", "optional") else None
        if whole is None:
            joined.append(piece)
        else:
            joined[-1] = whole
    return joined


def _joined(last: Piece, piece: Piece) -> Piece | None:
    """Two pieces as one, None where the second doesn't go on with the first."""
    if last.kind == "word" and last.text.endswith("/") and piece.kind == "chord":
        return last._replace(kind="chord", text=last.text + piece.text, end=piece.end)  # G/ B
    if last.kind != "chord" or last.beats or last.duration:
        return None
    if piece.kind == "chord" and piece.text[0] in ROOTS and not last.text.endswith(OPEN):
        return None
    texts = (piece.text, f"({piece.text})") if piece.kind == "optional" else (piece.text,)
    text = next((text for text in texts if joins(last.text, text)), None)
    return None if text is None else last._replace(text=f"{last.text} {text}", end=piece.end)


def _bar(text: str, start: int, end: int) -> Piece:
    if text == "|":
        return Piece("bar", text, start, end)
    times = re.search(r"\d+", text)
    begins = text[-1] in ":：" or REPEAT_BEGINS in text
    ends = text[0] in ":：" or REPEAT_ENDS in text
    return Piece("bar", text, start, end, number=int(times[0]) if times else 0, begins=begins, ends=ends)


def _sign(text: str, start: int, end: int) -> Piece:
    """A jump, or the place of one."""
    words = text.lower().strip("([.)]").replace(".", "")
    if re.match(r"d\s?[cs]\b|da\s|dal\s", words):
        until = next((end for end in ("fine", "coda") if end in words), "end")
        to = "segno" if re.match(r"d\s?s\b|dal", words) else "beginning"
        return Piece("sign", text, start, end, jump=Jump(to, until))  # type: ignore[arg-type]
    sign = "segno" if words in ("segno", "𝄋", "§") else "fine" if words == "fine" else "coda"
    return Piece("sign", text, start, end, sign="to coda" if re.match(r"to|al", words) else sign)


def _brace(text: str, start: int, end: int) -> Piece:
    if text in "{}":
        return Piece("bar", text, start, end, begins=text == "{", ends=text == "}")
    if text in "<>":
        return Piece("separator", text, start, end)
    return Piece("open" if text == "[" else "close", text, start, end)


def _group(text: str, start: int, reads: Reads) -> Iterator[Piece]:
    """Chords in brackets, which share what one has; anything else in brackets as the words it is made of."""
    words = [(match.start(), match[0]) for match in re.finditer(r"[^\s\[\]]+", text)]
    row = [piece for place, word in words for piece in _words(word, start + place, reads)]
    if len(row) > 1 and all(piece.kind == "chord" and not (piece.beats or piece.duration) for piece in row):
        yield from (piece._replace(beats=1, of=len(row)) for piece in row)
        return
    yield from _words(text, start, reads) if " " not in text else row


def _words(text: str, start: int, reads: Reads) -> Iterator[Piece]:
    """A run of characters without a space or bar line: mostly one chord or mark."""
    end = start + len(text)
    if len(text) > MAX_RUN:
        yield Piece("word", text, start, end)
        return
    simple = _word(text, start, end, reads)
    if simple is not None:
        yield simple
        return
    counted = _COUNTED.fullmatch(text)
    row = _word(counted[1], start, start + len(counted[1]), reads) if counted else None
    if counted and row is not None:
        yield row
        yield Piece("times", counted[2], row.end, end, number=int(counted[2][1:]))
        return
    for separator in (_SPLIT, _GLUED):
        parts = _parts(text, separator)
        if len(parts) > 1 and all(_word(part, start, end, reads) for _, part in parts):
            for place, part in parts:
                piece = _word(part, start + place, start + place + len(part), reads)
                if piece is not None:
                    yield piece
            return
    for stripped in (text.lstrip("([{<\"'"), text.rstrip(")]}>,;\"'"), text.strip("([{<>}]),;\"'")):
        place = text.find(stripped)
        piece = _word(stripped, start + place, start + place + len(stripped), reads) if stripped != text else None
        if piece is not None:
            yield piece
            return
    yield Piece("word", text, start, end)


def _parts(text: str, separator: re.Pattern[str]) -> list[tuple[int, str]]:
    """What stands between separators, with its place."""
    parts, last = [], 0
    for match in separator.finditer(text):
        parts.append((last, text[last : match.start()]))
        last = match.end()
    parts.append((last, text[last:]))
    return [(place, part) for place, part in parts if part]


def _word(text: str, start: int, end: int, reads: Reads) -> Piece | None:
    """One word as a piece, None where it is nothing that is known."""
    if not text or len(text) > MAX_WORD:
        return None
    if _DOUBT.fullmatch(text):
        return Piece("comment", text, start, end)
    if text in HOLDS:
        return Piece("hold", text, start, end, number=len(text) if text.strip("/") == "" else 1)
    if text in AGAINS:
        return Piece("again", text, start, end)
    if text in AGAINS_TWO:
        return Piece("again two", text, start, end)
    dots = _DOTS.fullmatch(text)
    if dots and not dots[1].endswith(_ABBREVIATED) and reads(dots[1]):
        return Piece("chord", dots[1], start, start + len(dots[1]), beats=len(dots[2]))
    if reads(text):
        return Piece("chord", text, start, end)
    timed = DURATION.fullmatch(text)
    if timed and timed[2] and reads(timed[1]):
        return Piece("chord", timed[1], start, end, duration=timed[2])
    ending = _ENDING.fullmatch(text)
    if ending:
        numbers = _numbers(ending[1] or ending[2] or ending[3])
        return Piece("ending", text, start, end, numbers=numbers)
    optional = _OPTIONAL.fullmatch(text)
    if optional and all(map(reads, optional[1].split())) and optional[1].strip():
        return Piece("optional", optional[1].strip(), start, end)
    return None


def _numbers(text: str) -> tuple[int, ...]:
    """The times of ``1``, ``1,2``, ``1-3``."""
    numbers = [int(number) for number in re.findall(r"\d", text)]
    is_range = len(numbers) == 2 and re.search(r"[–-]", text)  # noqa: PLR2004 - from and to
    return tuple(range(numbers[0], numbers[1] + 1)) if is_range else tuple(numbers)
