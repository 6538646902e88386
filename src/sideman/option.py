"""A row of the table of options: what one is called, what its value may be. Imports no numpy, nor does the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal

from sideman.errors import OptionError
from sideman.music.styles import NEAR, STYLES, near_styles

SHOWN = 32  # characters of a value in an error

Kind = Literal["number", "whole", "text", "several", "flag"]
_TYPES: dict[Kind, tuple[type, ...]] = {
    "number": (Real,),  # numpy's too
    "whole": (Integral,),
    "text": (str,),
    "several": (str, list, tuple),
    "flag": (bool,),
}
_WORDS: dict[Kind, str] = {
    "number": "a number",
    "whole": "a whole number",
    "text": "a text",
    "several": "a list, or a text such as drums,bass",
    "flag": "true or false",
}
_NUMBERS = "number", "whole"


@dataclass(frozen=True)
class Option:
    """A row: what an option is called and what its value may be.

    ``kind`` says of what type: several are a sequence of ``choices``, or their names with commas in between. Numbers
    lie from ``minimum`` (with ``above``, above it) to ``maximum``; with ``zero`` they may be 0 too. ``nothing`` says
    what None, or several of none, stands for; where it is empty, None is not a value. ``shapes``: another value gives
    other notes. ``relative``: to what the model wants, so that a value says nothing of another model's piece. What is
    not ``live`` a band that is led bar by bar can't know, or play.
    """

    kind: Kind
    help: str
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    nothing: str = ""
    above: bool = False
    zero: bool = False
    shapes: bool = True
    relative: bool = False
    live: bool = True
    name: str = ""  # at every door; unless told otherwise, the attribute
    attribute: str = ""  # of ArrangeOptions
    default: Any = None

    @property
    def row(self) -> dict[str, Option]:
        """As the metadata of a field."""
        return {"option": self}

    @property
    def range(self) -> str:
        """What is allowed, for people."""
        if self.kind == "flag":
            return _WORDS[self.kind]
        if self.choices:
            *others, last = self.choices
            return f"{'one or more' if self.kind == 'several' else 'one'} of {', '.join(others)} or {last}"
        low, high = (f"{value:g}" if self.kind == "number" else str(value) for value in (self.minimum, self.maximum))
        return f"more than {low}, at most {high}" if self.above else f"{'0 or ' if self.zero else ''}{low} to {high}"

    def check(self, value: Any) -> Any:  # noqa: ANN401 - of the option's type, or not
        """The value, as :class:`ArrangeOptions` holds it; choices may be written in capitals.

        Raises :class:`OptionError` where it is not one.
        """
        if self.nothing and (value is None or (self.kind == "several" and value in ("", [], ()))):
            return None
        if isinstance(value, bool) != (self.kind == "flag") or not isinstance(value, _TYPES[self.kind]):
            raise OptionError(f"{self.name} is {str(value)[:SHOWN]!r}: give {_WORDS[self.kind]}")
        typed: Any = value
        if self.kind == "several":
            return self._several(typed)
        if self.choices:
            return self._choice(value)
        if self.kind in _NUMBERS:
            number: float = int(typed) if isinstance(value, Integral) else float(typed)
            if not self._is_inside(number):
                raise OptionError(f"{self.name} {str(number)[:SHOWN]} is out of range: give {self.range}")
            return number
        return value

    def _choice(self, value: object) -> str:
        """The choice that is called so, whatever its case."""
        choice = next((choice for choice in self.choices if choice == str(value).lower()), None)
        if choice is None:
            raise OptionError(self._unknown(str(value)))
        return choice

    def _unknown(self, value: str) -> str:
        """What is wrong with a choice that there is not, and what may have been meant."""
        word = value[:SHOWN]
        near = guess(near_styles(word)) if self.choices is STYLES else near_of(word, map(str, self.choices))
        return f"unknown {self.name} {word!r}: {near}give {self.range}"

    def _is_inside(self, value: float) -> bool:
        """Written so that NaN isn't."""
        inside = self.minimum < value if self.above else self.minimum <= value
        return (inside and value <= self.maximum) or (self.zero and value == 0)

    def _several(self, value: str | Sequence[str]) -> tuple[str, ...]:
        if isinstance(value, str):
            value = list(dict.fromkeys(name.strip().lower() for name in value.split(",") if name.strip()))
        names = tuple(map(self._choice, value))
        if not names or len(set(names)) < len(names):
            raise OptionError(f"{self.name} wants at least one, each once: give {self.range}")
        return names


def near_of(word: str, names: Iterable[str]) -> str:
    """Which of some names may have been meant, as the beginning of a remedy; empty where none is near."""
    from difflib import get_close_matches  # it takes a while to import

    return guess(get_close_matches(word.lower(), list(names), cutoff=NEAR))


def guess(near: Sequence[str]) -> str:
    """The nearest of some names as the beginning of a remedy."""
    return f"perhaps {near[0]}; " if near else ""
