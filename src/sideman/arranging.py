"""Chords in, a band out: the whole story of one generation on one page.

chart -> the leader's ids -> sample under the grammar -> bars as they come -> Band

Takes are composed as one batch. Each has its own random numbers, so take 2 of seed 7 is the same
music whether one take is asked for or eight.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sideman.composer import Composer, Take
from sideman.errors import OptionError
from sideman.model.checkpoint import Checkpoint, grown, load_checkpoint
from sideman.model.runtime import open_engine
from sideman.model.sampling import SamplingOptions
from sideman.music.band import DURATION, ONSET, ROLES, Band, NoteArray, Role, Track
from sideman.music.chords import Progression, parse
from sideman.tokens.chart import chart_of_progression
from sideman.tokens.grammar import Leader
from sideman.tokens.prefix import FEATURE_NAMES, FEATURES
from sideman.tokens.vocabulary import DENSITIES, STYLES, VOCABULARY

DEFAULT_WEIGHTS = Path(__file__).parent / "model" / "weights" / "sideman.safetensors"
MAX_TAKES = 64
MIN_TEMPO, MAX_TEMPO = 20.0, 400.0  # beats a minute
# In each bar the later roles hear the earlier ones.
PART_ORDER = (Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR, Role.STRINGS)


@dataclass(frozen=True)
class ArrangeOptions:
    """What the leader decides besides the chords. Raises :class:`OptionError` for a value out of range.

    ``tempo`` in beats a minute, ``style`` one of the vocabulary's or None for any, ``density`` 0
    (sparse) to 4 (busy) of whoever plays in a bar or None for whatever fits, ``roles`` who is in the band.
    """

    tempo: float = 120.0
    style: str | None = None
    density: int | None = None
    roles: tuple[Role, ...] = ROLES
    takes: int = 1
    sampling: SamplingOptions = field(default_factory=SamplingOptions)

    def __post_init__(self) -> None:
        if not MIN_TEMPO <= self.tempo <= MAX_TEMPO:  # also refuses nan
            raise OptionError(f"tempo {str(self.tempo)[:12]} is outside {MIN_TEMPO:g} to {MAX_TEMPO:g} beats a minute")
        if not 1 <= self.takes <= MAX_TAKES:
            raise OptionError(f"takes is {self.takes}: ask for 1 to {MAX_TAKES}")
        if self.density is not None and not 0 <= self.density < DENSITIES:
            raise OptionError(f"density is {self.density}: 0 (sparse) to {DENSITIES - 1} (busy)")
        if self.style is not None and self.style not in STYLES:
            raise OptionError(f"unknown style {self.style!r}: one of {', '.join(STYLES)}")
        try:
            roles = tuple(Role(role) for role in self.roles)
        except ValueError as error:
            raise OptionError(f"{error}: roles are {', '.join(ROLES)}") from error
        if not roles or len(set(roles)) < len(roles):
            raise OptionError("roles wants at least one role, each once")
        object.__setattr__(self, "roles", roles)


class Bar(NamedTuple):
    """A bar that a take has just finished; onsets count in steps from the start of the song."""

    take: int
    number: int
    notes: dict[Role, NoteArray]


class Model:
    """Weights that can compose. One may serve many arrangements, at the same time too.

    ``engine`` is "auto", "kernel" or "numpy", see :func:`~sideman.model.runtime.open_engine`.
    """

    def __init__(self, checkpoint: Checkpoint, engine: str = "auto") -> None:
        self.checkpoint = checkpoint
        today = grown(checkpoint, VOCABULARY.fingerprint, VOCABULARY.size, dict(FEATURES))
        self.engine = open_engine(today, engine)
        self.columns = [FEATURE_NAMES.index(name) for name in checkpoint.features]

    @classmethod
    def load(cls, path: Path = DEFAULT_WEIGHTS) -> Model:
        """From a file of weights. Raises :class:`CheckpointError` where it doesn't fit this version."""
        return cls(load_checkpoint(path, VOCABULARY.sizes))


@cache
def default_model() -> Model:
    """The model that comes with the package, loaded once."""
    return Model.load()


class Arrangement:
    """An arrangement in the making. Iterate to hear of each bar as it is finished; ``bands`` composes to the end."""

    def __init__(self, progression: Progression, options: ArrangeOptions, model: Model) -> None:
        self.progression = progression
        self.options = options
        self.chart = chart_of_progression(progression)
        self.key = self.chart.key
        self._model = model
        # For who composes those of several arrangements together; ``bands`` then has nothing left to do.
        self.takes = tuple(self._take(number) for number in range(options.takes))
        self._bars = self._compose()

    def __iter__(self) -> Iterator[Bar]:
        return self._bars

    @property
    def bands(self) -> tuple[Band, ...]:
        """The finished takes; composes what is still missing."""
        for _ in self._bars:
            pass
        return tuple(self._band(take) for take in self.takes)

    @property
    def band(self) -> Band:
        """The first take."""
        return self.bands[0]

    @property
    def tokens(self) -> tuple[int, ...]:
        """How many ids each take has so far; those that the leader decided are counted too."""
        return tuple(len(take.ids) for take in self.takes)

    def _take(self, number: int) -> Take:
        options = self.options
        roles = [role for role in PART_ORDER if role in options.roles]
        density = None if options.density is None else dict.fromkeys(roles, options.density)
        leader = Leader(self.chart, roles, style=options.style, tempo=options.tempo, density=density, excerpt=True)
        return Take(number, self.chart, leader, options.sampling)

    def _band(self, take: Take) -> Band:
        """All bars of a take; notes that would ring past the end are cut there."""
        steps = self.chart.steps
        tracks = []
        for role in self.options.roles:
            notes = np.concatenate([bar.notes[role] for bar in take.bars])
            notes[:, DURATION] = np.minimum(notes[:, DURATION], steps - notes[:, ONSET])
            tracks.append(Track(role, notes))
        return Band(tuple(tracks), steps, self.options.tempo)

    def _compose(self) -> Generator[Bar, None, None]:
        composer = Composer(self._model.engine, self._model.columns, len(self.takes))
        for take in self.takes:
            composer.join(take)
        while composer:
            for take, bar in composer.step():
                yield Bar(take.number, bar.number, bar.notes)


def arrange(
    progression: str | Progression, options: ArrangeOptions | None = None, *, model: Model | None = None
) -> Arrangement:
    """Compose a band for a progression.

    Returns an :class:`Arrangement`: iterate over it for the bars as they are composed, or take
    ``.bands`` (one a take) or ``.band``; each is exactly as long as the progression. Raises
    :class:`ChordSyntaxError` for a progression that cannot be read and :class:`CheckpointError`
    where the weights are missing or do not fit.
    """
    if isinstance(progression, str):
        progression = parse(progression)
    return Arrangement(progression, options or ArrangeOptions(), model or default_model())
