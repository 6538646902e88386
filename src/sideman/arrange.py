"""Chords in, a band out: the whole story of one generation on one page.

chart -> the leader's ids -> sample under the grammar -> bars as they come -> Band

Takes are composed as one batch. Each has its own random numbers, so take 2 of seed 7 is the same
music whether one take is asked for or eight.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.model.checkpoint import Checkpoint, load_checkpoint
from sideman.model.runtime import Cache, Engine, Floats
from sideman.model.sampling import Sampler, SamplingOptions
from sideman.music.band import DURATION, ONSET, ROLES, Band, NoteArray, Role, Track
from sideman.music.chords import Progression, parse
from sideman.music.touch import touch
from sideman.tokens.chart import Chart, chart_of_progression
from sideman.tokens.decode import BarNotes, Decoder
from sideman.tokens.grammar import Leader
from sideman.tokens.prefix import FEATURE_NAMES, Stage
from sideman.tokens.vocabulary import DENSITIES, STYLES, VOCABULARY

DEFAULT_WEIGHTS = Path(__file__).parent / "model" / "weights" / "sideman.safetensors"
MAX_TAKES = 64
MIN_TEMPO, MAX_TEMPO = 20.0, 400.0  # beats a minute
# In each bar the later roles hear the earlier ones.
PART_ORDER = (Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR, Role.STRINGS)
_KEPT_AFTER_SLIDE = 0.6  # of the context: what is read again when it is full


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
    """Weights that can compose. One may serve many arrangements, one after the other."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.engine = Engine(checkpoint)
        self.columns = [FEATURE_NAMES.index(name) for name in checkpoint.features]

    @classmethod
    def load(cls, path: Path = DEFAULT_WEIGHTS) -> Model:
        """From a file of weights. Raises :class:`CheckpointError` where it doesn't fit this version."""
        return cls(load_checkpoint(path, VOCABULARY.fingerprint))


@cache
def default_model() -> Model:
    """The model that comes with the package, loaded once."""
    return Model.load()


class _Take:
    """One take on its way: what was sampled, and what the engine has read of it."""

    def __init__(self, number: int, chart: Chart, options: ArrangeOptions) -> None:
        roles = [role for role in PART_ORDER if role in options.roles]
        density = None if options.density is None else dict.fromkeys(roles, options.density)
        self.number = number
        self.leader = Leader(chart, roles, style=options.style, tempo=options.tempo, density=density, excerpt=True)
        self.prefix = self.leader.prefix()
        self.decoder = Decoder(chart.shift)
        self.ids: list[int] = []
        self.features: list[tuple[int, ...]] = []
        self.bars: list[BarNotes] = []
        self.bar_begins: list[int] = []  # index in ids of each BAR
        self.finished: BarNotes | None = None  # a bar nobody has been told of

    @property
    def done(self) -> bool:
        """Whether all bars of the chart are there."""
        return self.leader.finished(self.prefix)

    def push(self, token: int) -> int:
        """Take a drawn id and those that follow it without a choice. Returns how many are new."""
        before = len(self.ids)
        self._push(self.leader.as_asked(token))
        for forced in self.leader.forced(self.prefix):
            self._push(forced)
        return len(self.ids) - before

    def open(self) -> None:
        """Push what comes before the first choice."""
        for forced in self.leader.forced(self.prefix):
            self._push(forced)

    def _push(self, token: int) -> None:
        self.prefix.push(token)
        if self.prefix.stage is Stage.BAR:
            self.bar_begins.append(len(self.ids))
        self.ids.append(token)
        self.features.append(self.prefix.features())
        bar = self.decoder.push(self.prefix, token)
        if bar is not None:
            bar = BarNotes(bar.number, {role: touch(role, notes) for role, notes in bar.notes.items()})
            self.bars.append(bar)
            self.finished = bar


class Arrangement:
    """An arrangement in the making. Iterate to hear of each bar as it is finished; ``bands`` composes to the end."""

    def __init__(self, progression: Progression, options: ArrangeOptions, model: Model) -> None:
        self.progression = progression
        self.options = options
        self.chart = chart_of_progression(progression)
        self.key = self.chart.key
        self._model = model
        self._takes = [_Take(number, self.chart, options) for number in range(options.takes)]
        self._bars = self._compose()

    def __iter__(self) -> Iterator[Bar]:
        return self._bars

    @property
    def bands(self) -> tuple[Band, ...]:
        """The finished takes; composes what is still missing."""
        for _ in self._bars:
            pass
        return tuple(self._band(take) for take in self._takes)

    @property
    def band(self) -> Band:
        """The first take."""
        return self.bands[0]

    @property
    def tokens(self) -> tuple[int, ...]:
        """How many ids each take has so far; those that the leader decided are counted too."""
        return tuple(len(take.ids) for take in self._takes)

    def _band(self, take: _Take) -> Band:
        """All bars of a take; notes that would ring past the end are cut there."""
        steps = self.chart.steps
        tracks = []
        for role in self.options.roles:
            notes = np.concatenate([bar.notes[role] for bar in take.bars])
            notes[:, DURATION] = np.minimum(notes[:, DURATION], steps - notes[:, ONSET])
            tracks.append(Track(role, notes))
        return Band(tuple(tracks), steps, self.options.tempo)

    def _compose(self) -> Generator[Bar, None, None]:
        model, takes = self._model, self._takes
        cache = model.engine.cache(len(takes))
        sampler = Sampler(self.options.sampling)
        generators = [self.options.sampling.generator(take.number) for take in takes]
        logits = np.empty((len(takes), VOCABULARY.size), np.float32)
        for row, take in enumerate(takes):
            take.open()
            logits[row] = self._read(cache, row, len(take.ids))
        alive = list(range(len(takes)))
        while alive:
            allowed = np.stack([takes[row].leader.allowed(takes[row].prefix) for row in alive])
            chosen = sampler.sample(logits[alive], allowed, [generators[row] for row in alive])
            single = []
            for row, token in zip(alive, chosen.tolist(), strict=True):
                take = takes[row]
                new = take.push(token)
                if take.finished is not None:
                    yield Bar(take.number, take.finished.number, take.finished.notes)
                    take.finished = None
                if take.done:
                    continue
                if new == 1 and cache.length[row] < model.checkpoint.config.context:
                    single.append(row)
                else:
                    logits[row] = self._read(cache, row, new)
            if single:
                ids = np.array([takes[row].ids[-1] for row in single])
                logits[single] = model.engine.step(cache, np.array(single), ids, self._features(single))
            alive = [row for row in alive if not takes[row].done]

    def _features(self, rows: Sequence[int]) -> npt.NDArray[np.int64]:
        """Features of the last id of some takes: (rows, features)."""
        return np.array([self._takes[row].features[-1] for row in rows])[:, self._model.columns]

    def _read(self, cache: Cache, row: int, new: int) -> Floats:
        """Let the engine read the last ``new`` ids of a take; slides the window where they don't fit."""
        take, context = self._takes[row], self._model.checkpoint.config.context
        places = range(len(take.ids) - new, len(take.ids))
        if cache.length[row] + new > context:
            cache.clear(row)
            head = take.bar_begins[0]  # START and controls
            room = int(context * _KEPT_AFTER_SLIDE) - head
            fits = [begin for begin in take.bar_begins if len(take.ids) - begin <= room]
            begin = fits[0] if fits else max(take.bar_begins[-1], len(take.ids) - room)
            places = [*range(head), *range(begin, len(take.ids))]  # type: ignore[assignment]
        ids = np.array([take.ids[place] for place in places])
        features = np.array([take.features[place] for place in places])[:, self._model.columns]
        return self._model.engine.feed(cache, row, ids, features)


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
