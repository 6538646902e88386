"""One chord symbol, in whatever way people write it. Knows no bars and no lines.

What has two meanings is read by a :class:`Dialect`, which a chart's other symbols decide (:func:`dialect_of`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sideman.charts.reading import Notes
from sideman.errors import ChordSyntaxError
from sideman.music.chords import read_chord
from sideman.music.progression import Chord


@dataclass(frozen=True, slots=True)
class Dialect:
    """How symbols are read that mean different things in different places."""


ENGLISH = Dialect()


class Symbol(NamedTuple):
    """A chord, and the answers on which it rests: (code, answer, other answers) of questions."""

    chord: Chord
    answers: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@lru_cache(maxsize=4096)
def read_symbol(text: str, dialect: Dialect = ENGLISH) -> Symbol:
    """The chord of a symbol. Raises :class:`ChordSyntaxError`, whose position counts within the symbol."""
    del dialect
    return Symbol(read_chord(text))


def is_symbol(text: str, dialect: Dialect = ENGLISH) -> bool:
    """Whether it can be read."""
    try:
        read_symbol(text, dialect)
    except ChordSyntaxError:
        return False
    return True


def dialect_of(symbols: Iterable[str], notes: Notes) -> Dialect:
    """The dialect that a chart is written in, by all its symbols; what was decided is noted."""
    return ENGLISH
