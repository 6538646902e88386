"""The grammar of chord suffixes: what people write behind a root, part by part, to exact tones. Knows no roots.

    suffix   [quality] [number] change*        m7   maj9   dim   sus4   5+
    change   alteration, addition or omission, in any order, with or without ``( ) , / .`` between them
             b9   9-   (#11)   /13   add9   no3   sus4   maj7   +

An unaltered number right behind the quality brings the thirds below it; one in a change brings only itself. The signs
``b`` ``-`` and ``#`` ``+`` stand before a number or behind it. Words are read in any case, ``m`` and ``M`` as written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sideman.errors import OptionError
from sideman.music.qualities import SPELLINGS, Quality
from sideman.music.stack import MAJOR_SEVENTH, MINOR_SEVENTH, ContradictionError, Stack
from sideman.music.tones import quality_of

__all__ = ["LONGEST_SUFFIX", "read_suffix"]

LONGEST_SUFFIX = 48  # characters

_WORDS = {
    "maj": r"(?i:major|maj|ma(?!dd|ug|lt))|M(?![Ii])",
    "min": r"(?i:minor|min|mi)|m",
    "delta": r"[Δ^jJ]",
    "omit": r"(?i:omit|no)",
    "half": r"(?i:half-?diminished|half-?dim|hdim)|[øh%]",
    "dim": r"(?i:diminished|dim)\.?|[°o]",
    "aug": r"(?i:augmented|aug)",
    "sus": r"(?i:suspended|sus)",
    "add": r"(?i:add)",
    "dom": r"(?i:dominant|dom)",
    "power": r"(?i:power)",
    "number": r"1[013]|[2-79]",
    "flat": r"[b-]",
    "sharp": r"[#+]",
    "natural": r"♮",
    "open": r"\(",
    "close": r"\)",
    "mark": r"[,/.]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _WORDS.items()))
_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)", re.IGNORECASE)
_ALTERED = re.compile(r"7?(?:alt(?:ered)?7?|\(alt(?:ered)?\))", re.IGNORECASE)
_SIGNS = {"flat": -1, "sharp": 1, "natural": 0}
_THIRDS = {7, 9, 11, 13}


@lru_cache(maxsize=4096)
def read_suffix(suffix: str) -> Quality | None:
    """The quality that a suffix tells, None where it tells none or says two things at once."""
    if len(suffix) > LONGEST_SUFFIX:
        return None
    if _ALTERED.fullmatch(suffix):
        return SPELLINGS["7alt"]
    tokens = _tokens(_ORDINAL.sub("", suffix))
    for signs_behind in (False, True):
        if tokens is not None:
            try:
                return quality_of(_Reader(tokens, signs_behind).read())
            except (ContradictionError, OptionError):
                continue
    return None


def _tokens(suffix: str) -> list[tuple[str, str]] | None:
    """Kinds and texts; None where a part is none of them."""
    tokens, position = [], 0
    while position < len(suffix):
        match = _TOKEN.match(suffix, position)
        if match is None:
            return None
        tokens.append((match.lastgroup or "", match[0]))
        position = match.end()
    return tokens


class _Reader:
    """Reads tokens from left to right. ``signs_behind``: a sign between two numbers belongs to the one before it."""

    def __init__(self, tokens: list[tuple[str, str]], signs_behind: bool) -> None:
        self.tokens = tokens
        self.signs_behind = signs_behind
        self.at = 0
        self.stack = Stack()
        self.quality = ""

    def read(self) -> set[int]:
        """Semitones above the root. Raises :class:`ContradictionError` for what is no part of a chord, too."""
        self._read_quality()
        self._read_number()
        is_open = False
        while kind := self._kind():
            if kind in {"open", "close"}:
                if is_open == (kind == "open") or (kind == "close" and self._kind(-1) in {"open", "mark"}):
                    raise ContradictionError
                is_open = kind == "open"
                self.at += 1
            elif self._take("mark"):
                if self._kind() in {"", "mark", "close"}:
                    raise ContradictionError
            else:
                self._read_change(is_open)
        if is_open:
            raise ContradictionError
        return self.stack.tones

    def _kind(self, ahead: int = 0) -> str:
        """The kind of a token; nothing before the first and behind the last."""
        place = self.at + ahead
        return self.tokens[place][0] if 0 <= place < len(self.tokens) else ""

    def _text(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self._kind(ahead) else ""

    def _take(self, *kinds: str) -> str:
        """The next token's kind, if it is one of these."""
        kind = self._kind()
        if kind not in kinds:
            return ""
        self.at += 1
        return kind

    def _take_number(self) -> int:
        return int(self._text(-1)) if self._take("number") else 0

    # ---- the quality and the number behind it ----

    def _read_quality(self) -> None:
        first = self._kind()
        if self._text() == "-":
            first = "min"
        elif self._text() == "+" and (self._kind(1) != "number" or self._text(1) == "7"):
            first = "aug"  # before 9, 11 and so on it could be a sign
        elif self._text() == "+" and self._text(1) != "5":
            raise ContradictionError
        if first not in {"maj", "min", "delta", "half", "dim", "aug", "dom", "power"}:
            return
        self.at += 1
        self.quality = first
        if first == "min":
            self.stack.third = 3
        elif first == "power":
            self.stack.third = None
        elif first == "aug":
            self.stack.fix(4, 8)
        elif first in {"half", "dim"}:
            self.stack.fix(3, 6)
        if first in {"half", "dom"}:
            self.stack.set_seventh(MINOR_SEVENTH)
        elif first == "delta":
            self.stack.set_seventh(MAJOR_SEVENTH)

    def _read_number(self) -> None:
        is_major = self.quality in {"maj", "delta"}
        if self.quality in {"min", "dim", "aug"} and self._take("maj", "delta"):
            is_major = True
            if self._kind() != "number" and self._kind(-1) == "maj":
                raise ContradictionError  # a minor major triad
            self.stack.set_seventh(MAJOR_SEVENTH)
        number = self._take_number()
        is_first = self.at == 1
        if number in _THIRDS:
            is_major = self._take_major_behind(number) or is_major
            self.stack.extend(number, is_major=is_major and self.quality != "half")
        elif number == 6 and self.stack.seventh is None and self.quality in {"", "maj", "min"}:
            self.stack.add_sixth()
        elif number == 5 and self.quality in {"", "min"} and self._take_sign_behind(number):
            pass
        elif number == 5 and is_first and self._kind() != "number":
            self.stack.third = None
            self.quality = "power"
        elif number == 4 and is_first and len(self.tokens) > 1:
            self.stack.say(4)
            self.stack.suspend(4)
        elif number == 2 and is_first and self._is_third_left_out():
            self.stack.suspend(2)
        elif number:
            raise ContradictionError

    def _take_major_behind(self, number: int) -> bool:
        """Whether ``M`` stands behind a number: ``7M``, ``9maj``."""
        is_next_its_own = number > 7 and self._kind(1) == "number"  # 9maj7
        return not is_next_its_own and bool(self._take("maj", "delta"))

    def _is_third_left_out(self) -> bool:
        rest = [token for token in self.tokens[self.at :] if token[0] not in {"open", "close"}]
        return [kind for kind, _ in rest] == ["omit", "number"] and rest[1][1] == "3"

    # ---- changes ----

    def _read_change(self, is_open: bool) -> None:
        kind = self._kind()
        if kind == "number":
            self._read_plain(is_open)
        elif kind in _SIGNS:
            self._read_sign()
        elif self._take("add"):
            self._read_addition()
        elif self._take("omit"):
            self.stack.omit(self._take_number())
        elif self._take("sus"):
            self._read_suspension()
        elif self._take("maj", "delta"):
            self._read_major(kind)
        elif self._take("aug", "dim"):
            self._read_fifth(kind)
        else:
            raise ContradictionError

    def _read_plain(self, is_open: bool) -> None:
        """A number without a sign before it."""
        follows_mark = self._kind(-1) == "mark"
        number = self._take_number()
        if number == 7 and self._take("maj", "delta"):
            self.stack.add_major_seventh()
            return
        if number != 7 and self._take_sign_behind(number):
            return
        self.stack.say(number)
        if number == 7:
            self.stack.add_seventh(is_major=self.quality == "maj")
        elif number == 6 and self.stack.number == 9 and follows_mark and self.stack.seventh == MINOR_SEVENTH:
            self.stack.replace_seventh_by_sixth()
        elif number == 4 and self.quality != "power":
            self.stack.add_fourth()
        elif number == 5 and is_open and len(self.tokens) == len("(5)"):
            self.stack.third = None
        elif number in {6, 9, 11, 13} or (number == 5 and self.stack.number and self.stack.fifths == {7}):
            self.stack.add(number)
        else:
            raise ContradictionError

    def _read_sign(self) -> None:
        is_plus = self._text() == "+"
        kind = self._take(*_SIGNS)
        number = self._take_number()
        if number:
            if is_plus and number in {4, 6}:
                raise ContradictionError  # an added fourth to some, a raised one to others
            if self.quality == "maj" and not self.stack.number and number > 7:
                raise ContradictionError  # maj#11 has a seventh to some, none to others
            self._alter(number, _SIGNS[kind])
            if self._kind() in _SIGNS and self._kind(1) != "number":
                raise ContradictionError  # a sign before and behind
        elif is_plus:
            self._read_fifth("aug")
        else:
            raise ContradictionError

    def _take_sign_behind(self, number: int) -> bool:
        """Whether a sign stands behind a number, which is altered then."""
        if self._kind() not in _SIGNS or (self._kind(1) == "number" and not self.signs_behind):
            return False
        self._alter(number, _SIGNS[self._take(*_SIGNS)])
        return True

    def _alter(self, number: int, sign: int) -> None:
        if sign:
            self.stack.alter(number, sign)
        else:
            self.stack.add(number)

    def _read_fifth(self, kind: str) -> None:
        """A ``+``, ``aug`` or ``dim`` behind the rest: it is about the fifth."""
        number = self._take_number()
        if kind == "dim" and not number and not self.quality and not self.stack.number:
            self.stack.fix(3, 6)
            return
        is_minor_with_number = self.quality == "min" and self.stack.number  # m7+ is a minor major seventh to some
        if number not in {0, 5} or (not number and (kind == "dim" or is_minor_with_number or self.stack.number > 9)):
            raise ContradictionError
        self.stack.alter(5, 1 if kind == "aug" else -1)

    def _read_suspension(self) -> None:
        steps, highest = set(), 0
        while number := self._take_number():
            if number in {2, 4}:
                steps.add(number)
            elif number in {7, 9, 13}:
                highest = max(highest, number)
            else:
                raise ContradictionError
        for step in steps or {4}:
            self.stack.suspend(step)
        if highest:
            self.stack.add_seventh(is_major=False)
        for number in (9, 13):
            if number <= highest:
                self.stack.add(number)

    def _read_addition(self) -> None:
        if kind := self._take("maj", "delta"):
            self._read_major(kind)
            return
        kind = self._take(*_SIGNS)
        number = self._take_number()
        if kind and number:
            self._alter(number, _SIGNS[kind])
        elif number in {0, 7}:
            raise ContradictionError  # add7 is a minor seventh to some, a major one to others
        elif not self._take_sign_behind(number):
            self.stack.add(number)

    def _read_major(self, kind: str) -> None:
        """A major seventh behind the rest: ``(maj7)``, ``/M7``."""
        number = self._take_number() or (7 if kind == "delta" else 0)
        if number not in _THIRDS:
            raise ContradictionError
        self.stack.add_major_seventh(number)
