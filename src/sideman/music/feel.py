"""How what is written is played: swung or straight, exact or human, in time or slower to the end.

Knows players and milliseconds; no notes. Imports no numpy: the table of options reads it. What becomes of notes stands
in :mod:`sideman.music.placing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sideman.errors import OptionError
from sideman.music.roles import Role

STRAIGHT, HARDEST_SWING = 50.0, 75.0  # per cent of a beat
TRIPLETS = 67.0  # what is called so: two thirds
MOST_HUMAN = 2.0
MAX_HAND_SEED = 2**32 - 1


class Hands(NamedTuple):
    """How far a player strays, as standard deviations, in milliseconds but for ``touch``.

    ``drift`` wanders from bar to bar, ``stroke`` is common to what is struck together, ``finger`` each note's own.
    ``lag`` is how late the player is on average. ``touch`` is of the velocity.
    """

    drift: float
    stroke: float
    finger: float
    lag: float
    touch: float


# Drummers miss the beat by 10 to 20 ms, and listeners prefer what is correlated, hence the drift (Hennig et al. 2011,
# doi 10.1371/journal.pone.0026457). Between the players of a trio without drums the standard deviation is 30 to 50 ms
# (Rasch 1979). The figures of each player are drawn between these two; strings need some centiseconds to speak.
HANDS: dict[Role, Hands] = {
    Role.DRUMS: Hands(4.0, 6.0, 6.0, 0.0, 6.0),
    Role.PIANO: Hands(6.0, 8.0, 6.0, 3.0, 5.0),
    Role.GUITAR: Hands(7.0, 10.0, 8.0, 5.0, 6.0),
    Role.BASS: Hands(5.0, 7.0, 2.0, 3.0, 4.0),
    Role.STRINGS: Hands(12.0, 16.0, 10.0, 15.0, 3.0),
    Role.MELODY: Hands(8.0, 8.0, 4.0, 5.0, 4.0),
}


@dataclass(frozen=True, slots=True)
class Feel:
    """How a band plays its notes; ids and grid stay as they are.

    ``swing`` is the share of a beat, in per cent, that its first half takes: 50 is straight, 67 (two thirds) triplets,
    75 the hardest. Who is in ``straight`` doesn't swing. ``humanize`` scales :data:`HANDS`: 0 is exact, 1 as people.
    ``seed`` makes that repeatable, note by note. With a ``ritardando`` the last bars are played ever slower. Raises
    :class:`OptionError` for a value out of range.
    """

    swing: float = STRAIGHT
    straight: tuple[Role, ...] = ()
    humanize: float = 0.0
    seed: int = 0
    ritardando: bool = False

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("swing", self.swing, STRAIGHT, HARDEST_SWING),
            ("humanize", self.humanize, 0, MOST_HUMAN),
            ("seed of humanize", self.seed, 0, MAX_HAND_SEED),
        ):
            if not low <= value <= high:
                raise OptionError(f"{name} {str(value)[:12]} is out of range: give {low:g} to {high:g}")

    def share(self, role: Role) -> float:
        """The share of a beat, 1/2 to 3/4, that its first half takes where ``role`` plays."""
        return 0.5 if role in self.straight else share_of(self.swing)


def share_of(swing: float) -> float:
    """The share of a beat of a swing in per cent: 1/2 for 50, and 2/3 for 67."""
    return 2 / 3 if swing == TRIPLETS else swing / 100


AS_WRITTEN = Feel()
