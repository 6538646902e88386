"""A chord while it is built: thirds upon a root, then altered, added to and left out. Knows no spellings.

What contradicts itself, such as a sharp fifth in a diminished chord, raises :class:`ContradictionError`.
"""

from __future__ import annotations

__all__ = ["MAJOR_SEVENTH", "MINOR_SEVENTH", "ContradictionError", "Stack"]

MINOR_SEVENTH, MAJOR_SEVENTH = 10, 11  # in semitones, as all that follows
_DIMINISHED_SEVENTH = 9
_NATURAL = {2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 9: 2, 10: 4, 11: 5, 13: 9}
_ALTERED = {(9, -1), (9, 1), (11, 1), (13, -1)}  # beside fifth and seventh
_SIMPLE = {4: 11, 6: 13}  # a sign before 4 or 6 is one before the tension an octave above


class ContradictionError(Exception):
    """Two parts of a chord cannot be true at once. Never leaves the music package."""


class Stack:
    """The tones of a chord as musicians count them; a major triad at first."""

    def __init__(self) -> None:
        self.third: int | None = 4
        self.fifths = {7}
        self.seventh: int | None = None
        self.number = 0  # the highest third that a number brought, or 6
        self._thirds: dict[int, int] = {}  # the 9, 11 and 13 that it brought
        self._others: set[int] = set()
        self._fifth_is_fixed = False
        self._said: set[tuple[int, int]] = set()

    @property
    def tones(self) -> set[int]:
        """Semitones above the root."""
        third = set() if self.third is None else {self.third}
        return third | self.fifths | self._others | set(self._thirds.values()) | {self.seventh or 0}

    @property
    def is_diminished(self) -> bool:
        """Whether its triad is, by its name."""
        return self._fifth_is_fixed and self.fifths == {6}

    def fix(self, third: int, fifth: int) -> None:
        """Make it a diminished or augmented triad, whose fifth is not altered any more."""
        self.third, self.fifths, self._fifth_is_fixed = third, {fifth}, True

    def extend(self, number: int, *, is_major: bool) -> None:
        """All thirds up to a 7, 9, 11 or 13."""
        self.number = number
        self.say(number)
        self.set_seventh(self._seventh(is_major))
        self._thirds = {degree: _NATURAL[degree] for degree in (9, 11, 13) if degree <= number}

    def add_sixth(self) -> None:
        """The 6 of a sixth chord."""
        self.number = 6
        self.say(6)
        self.add(6)

    def _seventh(self, is_major: bool) -> int:
        if is_major:
            return MAJOR_SEVENTH
        if self.seventh is not None:
            return self.seventh
        return _DIMINISHED_SEVENTH if self.is_diminished else MINOR_SEVENTH

    def set_seventh(self, seventh: int) -> None:
        """A seventh, where there is no other."""
        if self.seventh not in {None, seventh}:
            raise ContradictionError
        self.seventh = seventh

    def add_seventh(self, *, is_major: bool) -> None:
        """A 7 behind the rest: nothing new in ``9/7``."""
        if self.seventh is None:
            self.seventh = self._seventh(is_major)

    def add_major_seventh(self, number: int = 7) -> None:
        """A major seventh behind the rest, with the thirds up to a number; ``9(maj7)`` has no other."""
        if self.number > 7:
            self.seventh = MAJOR_SEVENTH
        self.set_seventh(MAJOR_SEVENTH)
        self._others |= {_NATURAL[degree] for degree in (9, 11, 13) if degree <= number}

    def replace_seventh_by_sixth(self) -> None:
        """Make 9/6 what it means: 6/9."""
        self.seventh = None
        self.add(6)

    def say(self, number: int, sign: int = 0) -> None:
        """Nothing is said twice."""
        if (number, sign) in self._said:
            raise ContradictionError
        self._said.add((number, sign))

    def alter(self, number: int, sign: int) -> None:
        """A tone raised (1) or lowered (-1): in the place of the natural one, where a number brought it."""
        self.say(number, sign)
        if number == 7:
            self.set_seventh(MAJOR_SEVENTH if sign > 0 else MINOR_SEVENTH)
        elif number == 5:
            if self._fifth_is_fixed and 7 + sign not in self.fifths:
                raise ContradictionError
            self.fifths = self.fifths - {7} | {7 + sign}
        else:
            tension = _SIMPLE.get(number, number)
            if (tension, sign) not in _ALTERED or tension == self.number:
                raise ContradictionError
            self._thirds.pop(tension, None)
            self._others.add(_NATURAL[tension] + sign)

    def add(self, number: int) -> None:
        """A natural tone, whatever else there is."""
        if number in {3, 10}:
            if self.third == 3:
                raise ContradictionError
            self.third = 4
        elif number == 5:
            self.fifths.add(7)
        elif number == 7:
            self.set_seventh(MAJOR_SEVENTH)
        elif number in _NATURAL:
            self._others.add(_NATURAL[number])
        else:
            raise ContradictionError

    def add_fourth(self) -> None:
        """A 4 is in the third's place, but beside a minor third."""
        if self.is_diminished:
            raise ContradictionError
        if self.third == 3:
            self.add(4)
        else:
            self.suspend(4)

    def suspend(self, number: int) -> None:
        """A 2 or 4 in the third's place."""
        if self.is_diminished:
            raise ContradictionError
        self.third = None
        self._thirds.pop(11, None)
        self.add(number)

    def omit(self, number: int) -> None:
        """Leave out a tone."""
        if number == 3:
            self.third = None
        elif number == 5:
            self.fifths = set()
        elif number == 7:
            self.seventh = None
        elif number in {9, 11, 13}:
            self._thirds.pop(number, None)
        else:
            raise ContradictionError
