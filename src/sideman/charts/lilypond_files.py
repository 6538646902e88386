"""A LilyPond file as tokens: which braces belong together, where its blocks of chords are. Knows no music."""

from __future__ import annotations

import re
from typing import NamedTuple

from sideman.music.song import Place

BLOCK = re.compile(r"\\(?:chordmode|chords)\s*\{")
# Possessive: no text makes the reader go back over it, so its time is linear.
_TOKEN = re.compile(
    r"""
    (?P<space>(?:\s|%\{(?:[^%]|%(?!\}))*+(?:%\})?|%(?!\{)[^\n]*+)++)
  | (?P<string>"(?:[^"\\]|\\.)*+"?)
  | (?P<command>\\[a-zA-Z]++(?:[-_][a-zA-Z]++)*+)
  | (?P<scheme>[#$]['`]?(?:"(?:[^"\\]|\\.)*+"?|[^\s{}"()]*+))
  | (?P<open>\{|<<|\()
  | (?P<close>\}|>>|\))
  | (?P<notes><[^<>{}"]*+>)
  | (?P<dotted>[a-zA-Z]++(?:\.[a-zA-Z-]++)++)
  | (?P<chord>[^\W\d_]++(?:-(?:sharp|flat))?+[',]*+[!?]*+[0-9]{0,3}+\.{0,3}+(?:\*[0-9]{1,4}(?:/[0-9]{1,4})?){0,2}
        (?::[^\s/{}|\\"()<>]*+)?(?:/\+?[^\W\d_]++(?:-(?:sharp|flat))?+[',]*+)?)
  | (?P<number>[0-9]++(?:[,/][0-9]++)*+\.{0,3}+(?:\*[0-9]{1,4}(?:/[0-9]{1,4})?)?)
  | (?P<equals>=)
  | (?P<other>[^\w\s%"\\\#${}<>()=]++|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"}": "{", ">>": "<<", ")": "("}


class Token(NamedTuple):
    """A word of the file, and the character where it begins."""

    kind: str
    text: str
    start: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.start, self.start + len(self.text))


END = Token("end", "", 0)


class File:
    """The tokens of a file. ``closing`` tells for each opening one where its partner is, the end where it has none."""

    def __init__(self, text: str) -> None:
        self.tokens = [
            Token(match.lastgroup or "", match[0], match.start())
            for match in _TOKEN.finditer(text)
            if match.lastgroup not in ("space", "other")
        ]
        self.closing: dict[int, int] = {}
        waiting: dict[str, list[int]] = {"{": [], "<<": [], "(": []}
        for number, token in enumerate(self.tokens):
            if token.kind == "open":
                waiting[token.text].append(number)
            elif token.kind == "close" and waiting[_PAIRS[token.text]]:
                self.closing[waiting[_PAIRS[token.text]].pop()] = number
        self.variables: dict[str, int] = {}  # name to the brace that opens its chords
        self.inline: list[int] = []  # braces of blocks without a name
        self._find_blocks()

    def __getitem__(self, number: int) -> Token:
        """A token, an empty one behind the last."""
        return self.tokens[number] if 0 <= number < len(self.tokens) else END

    def end(self, begin: int) -> int:
        """Where what opens here is closed."""
        return self.closing.get(begin, len(self.tokens))

    def blocks(self) -> list[tuple[str, int]]:
        """The blocks to be played, each with its name: those in the place, else those that chord names are made of."""
        if self.inline:
            return [("", begin) for begin in self.inline]
        for number, token in enumerate(self.tokens):
            if token.text == "ChordNames":
                end = next((at for at in range(number + 1, number + 8) if self[at].text in ("{", "<<")), number + 8)
                end = min(self.end(end), end + 100) if self[end].text in ("{", "<<") else end
                names = [self[at].text[1:] for at in range(number + 1, end)]
                used = [name for name in names if name in self.variables]
                if used:
                    return [(name, self.variables[name]) for name in used]
        return list(self.variables.items())

    def _find_blocks(self) -> None:
        done = 0
        for number, token in enumerate(self.tokens):
            if number >= done and token.text in ("\\chordmode", "\\chords") and self[number + 1].text == "{":
                if self[number - 1].text == "=":
                    self.variables[self[number - 2].text.strip('"')] = number + 1
                else:
                    self.inline.append(number + 1)
                done = self.end(number + 1)
