"""ABC tunes as fields and tokens: what stands where in a collection of them. Knows no bars and no chords."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sideman.music.song import Place

_FIELD = re.compile(r"([A-Za-z]):(?![|:])[ \t]*([^\r\n%]*)")
_CHORD = re.compile(r'"[A-G][^"\n]{0,24}"')
# Possessive: no text makes the reader go back over it, so its time is linear.
_TOKEN = re.compile(
    r"""
    (?P<comment>%.*+)
  | (?P<field>\[[A-Za-z]:[^\[\]\n]*+\])
  | (?P<quoted>"[^"\n]*+"?)
  | (?P<decoration>![^!\n]{1,40}!)
  | (?P<bar>(?::++\|++[\]:]*+|\|++[\]:]*+|\[\|++:*+|:{2,8}+)
        (?:\s*+\[?[1-9][0-9]?(?:[,-][1-9][0-9]?){0,8}(?=[^0-9/]|$))?)
  | (?P<ending>\[[1-9][0-9]?(?:[,-][1-9][0-9]?){0,8})
  | (?P<grace>\{[^{}\n]*+\})
  | (?P<tuplet>\([2-9](?::[0-9]?)?(?::[0-9]?)?)
  | (?P<multirest>[ZX][0-9]{0,3})
  | (?P<note>(?:[_=^]{0,2}+[A-Ga-g][,']*+|[zx]|\[[^\[\]\n|:"]++\])(?P<length>[0-9]{0,3}+/{0,4}+[0-9]{0,3}+))
  | (?P<broken>>{1,3}|<{1,3})
  | (?P<overlay>&)
  | (?P<other>[^%\[\]"!|:{(ZXA-Ga-gzx_=^<>&]++|.)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a line of music, and the characters where it stands."""

    kind: str
    text: str
    start: int
    end: int
    length: str = ""  # of a note, as it is written


@dataclass(slots=True)
class Tune:
    """A tune: the fields of its head by their letters, and its lines of music with the fields between them.

    ``places`` tells where the values of the fields stand. ``body`` has (offset, line) of music and (offset, "V:1") of
    fields. ``headed`` tells whether there is a head at all.
    """

    fields: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    body: list[tuple[int, str]] = field(default_factory=list)
    headed: bool = True

    @property
    def title(self) -> str:
        """Its first title."""
        return self.fields.get("T", "")

    def add(self, letter: str, value: str, start: int) -> None:
        """A field of the head, whose value begins at ``start``; the first of a letter holds."""
        if letter not in self.fields:
            self.fields[letter], self.places[letter] = value, Place(start, start + len(value))


def tunes_of(text: str) -> list[Tune]:
    """The tunes of a text: each begins with X:, its music behind K:. Lines without any head are a tune as well."""
    tunes: list[Tune] = []
    in_head = False
    for offset, line in _lines(text):
        match = _FIELD.match(line)
        letter, value = (match[1], match[2].strip()) if match else ("", "")
        start = offset + match.start(2) if match else 0
        if letter == "X":
            tunes.append(Tune())
            tunes[-1].add(letter, value, start)
            in_head = True
        elif in_head and letter:
            tunes[-1].add(letter, value, start)
            in_head = letter != "K"
        elif line.strip() and not line.startswith("%"):
            if not tunes:
                in_head = letter in ("T", "M", "L", "K") and bool(letter)
                tunes.append(Tune(headed=in_head))
                if in_head:
                    tunes[-1].add(letter, value, start)
                    in_head = letter != "K"
                    continue
            in_head = False
            tunes[-1].body.append((offset, line))
    return tunes


def has_chords(line: str) -> bool:
    """Whether a line of music has chord names above its notes."""
    return _CHORD.search(line) is not None


def chord_names(line: str) -> list[str]:
    """What stands in quotes in a line of music and begins as a chord does."""
    return [name.strip('"') for name in _CHORD.findall(line)]


def field_of(line: str) -> tuple[str, str, int] | None:
    """The letter and value of a line that is a field, ``P:A``, and the offset of the value."""
    match = _FIELD.match(line)
    return (match[1], match[2].strip(), match.start(2)) if match else None


def tokens_of(line: str, offset: int) -> Iterator[Token]:
    """The pieces of a line of music that begins at ``offset``."""
    for match in _TOKEN.finditer(line):
        if match["comment"]:
            return
        if match["other"]:
            continue
        kind = "note" if match["note"] else match.lastgroup or ""
        yield Token(kind, match[0], offset + match.start(), offset + match.end(), match["length"] or "")


def voice_of(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines of the voice that has the most chord names; all of them where there is but one."""
    voices: dict[str, list[tuple[int, str]]] = {}
    voice = ""
    for offset, line in lines:
        match = re.match(r"\[?V:\s*([^\s\]]+)\s*[^\]\n]*\]?", line)
        if match:
            voice = match[1]
        if match and line[0] != "[":
            continue
        begin = match.end() if match else 0
        voices.setdefault(voice, []).append((offset + begin, line[begin:]))
    if not voices:
        return []
    best = max(voices, key=lambda name: sum(len(_CHORD.findall(line)) for _, line in voices[name]))
    before = voices[""] if "" in voices and best else []  # what stands before the first voice is for all
    return [*before, *voices[best]]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in text.splitlines(keepends=True):
        yield offset, line.rstrip("\r\n")
        offset += len(line)
