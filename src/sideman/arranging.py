"""Chords in, a band out: the whole story of one generation on one page.

chart -> Plan -> takes: the leader's ids, sampled under the grammar -> bars, finished for the ear as they come -> Band

Bars are told as they are written; how they are played (swing, tempo, key) is the finished band's.

A take's ids are the truth: its notes are made of them at any time (:func:`perform`).

Takes are composed as one batch. Each has its own random numbers, so take 2 of seed 7 is the same
music whether one take is asked for or eight.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sideman.composer import SAMPLING, Composer, Take
from sideman.errors import CheckpointError, ChordSyntaxError, OptionError, SidemanError, TokenError
from sideman.model.checkpoint import Checkpoint, grow, load_checkpoint
from sideman.model.fingerprint import fingerprint
from sideman.model.runtime import open_engine
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import ONSET, Role, Track
from sideman.music.chords import Progression, parse
from sideman.music.song import Song
from sideman.options import ArrangeOptions as ArrangeOptions  # noqa: PLC0414 - readers of this module find it here too
from sideman.options import PlayOptions, by_attribute
from sideman.planning import Bar as Bar  # noqa: PLC0414 - likewise
from sideman.planning import Heard
from sideman.planning import Plan as Plan  # noqa: PLC0414 - readers of this module find it here too
from sideman.render.rendition import Rendition
from sideman.tokens import register, styling
from sideman.tokens.decode import BarNotes, decode_bars
from sideman.tokens.fingerprints import SUFFIX, Fingerprints, Run
from sideman.tokens.prefix import FEATURE_NAMES, FEATURES
from sideman.tokens.vocabulary import DENSITIES, VOCABULARY

if TYPE_CHECKING:
    from sideman.charts.reading import Reading

DEFAULT_WEIGHTS = Path(__file__).parent / "model" / "weights" / "sideman.safetensors"


class Performance:
    """The takes of a plan, under way or done. Composed by whoever has a :class:`Composer`, others beside them."""

    def __init__(self, plan: Plan, sampling: SamplingDefaults = SAMPLING) -> None:
        self.plan = plan
        self.takes = tuple(plan.take(number, sampling, given=plan.own) for number in range(plan.options.takes))
        self._heard: tuple[dict[int, Heard], ...] = tuple({} for _ in self.takes)  # bars of the chart that were told

    @property
    def bands(self) -> tuple[Rendition, ...]:
        """The takes, which must be done."""
        return tuple(map(self.played, self.takes))

    def played(self, take: Take, playing: PlayOptions | None = None) -> Rendition:
        """A take that is done, as the plan's options say, or others."""
        told = self._heard[take.number]
        heard = [told[bar.number] if bar.number in told else self.plan.heard(bar) for bar in take.bars]
        return self.plan.played(heard, playing)

    @property
    def tokens(self) -> tuple[int, ...]:
        """How many ids each take has so far; those that the leader decided are counted too."""
        return tuple(len(take.ids) for take in self.takes)

    def bar(self, take: Take, bar: BarNotes) -> Bar | None:
        """A bar that a take has just finished, as it is heard; None where what was finished is the half of one."""
        told = self._heard[take.number]
        told[bar.number] = self.plan.heard(bar)
        return self.plan.whole(take.number, told, bar.number)


def perform(plan: Plan, ids: Sequence[int] | npt.NDArray[np.integer], playing: PlayOptions | None = None) -> Rendition:
    """The band of a take from its ids alone: the same notes as when it was composed, without a model.

    It plays as the plan's own options say, or others. Raises :class:`TokenError` where the ids are not a whole take of
    this plan.
    """
    bars = decode_bars(ids, plan.chart)
    roles = set(bars[0].notes) if bars else set()
    if len(bars) != plan.chart.bars or roles != set(plan.options.roles):
        told = f"{len(bars)} bars of [{', '.join(roles)}]"
        wanted = f"{plan.chart.bars} bars of [{', '.join(plan.options.roles)}]"
        raise TokenError(f"ids of {told}: the plan wants {wanted}")
    last = max(int(notes[:, ONSET].max(initial=0)) for bar in bars for notes in bar.notes.values())
    if last >= plan.chart.steps:
        raise TokenError(f"ids of a note at step {last}: the plan ends at {plan.chart.steps}")
    return plan.band(bars, playing)


class Model:
    """Weights that can compose. One may serve many arrangements, at the same time too.

    ``known`` are runs of bars of the songs that they learnt from: what plays one of them is drawn again.
    ``engine`` is "auto", "kernel" or "numpy", and may use so many ``threads``, see
    :func:`~sideman.model.runtime.open_engine`.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        engine: str = "auto",
        known: Fingerprints | None = None,
        threads: int | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        today = grow(checkpoint, VOCABULARY.fingerprint, VOCABULARY.size, dict(FEATURES))
        self.engine = open_engine(today, engine, threads)
        self.columns = [FEATURE_NAMES.index(name) for name in checkpoint.features]
        own = checkpoint.meta.get("sampling")
        self.sampling = SAMPLING if own is None else SamplingDefaults.of(own, VOCABULARY.kinds)
        if unknown := self.sampling.styling.keys() - styling.SHAPES.keys():
            raise CheckpointError(
                f"nobody knows a styling of {', '.join(sorted(unknown))}: give {', '.join(styling.SHAPES)}"
            )
        if any(len(levels) != DENSITIES for levels in self.sampling.fullness.values()):
            raise CheckpointError(f"the fullness of these weights is damaged: give {DENSITIES} levels")
        self.known = known
        self.sampling = replace(self.sampling, known=known)

    @cached_property
    def fingerprint(self) -> str:
        """A name for what decides the ids besides prompt and seed, see :func:`~sideman.model.fingerprint`."""
        table = (styling.digest() if self.sampling.styling else "") + (self.known.digest if self.known else "")
        table += register.digest() if self.sampling.register else ""
        return fingerprint(self.checkpoint, self.sampling, self.engine, table=table)

    @classmethod
    def load(cls, path: Path = DEFAULT_WEIGHTS, threads: int | None = None) -> Model:
        """From a file of weights, and the fingerprints of ``sideman fingerprint`` where they lie beside it.

        Raises :class:`CheckpointError` where one of them is damaged or doesn't fit this version.
        """
        checkpoint = load_checkpoint(path, VOCABULARY.sizes)
        beside = path.with_suffix(SUFFIX)
        known = Fingerprints.load(beside) if beside.is_file() else None
        try:
            return cls(checkpoint, known=known, threads=threads)
        except CheckpointError as error:
            raise CheckpointError(f"the weights {path} can't be played: {error}") from error


@cache
def default_model() -> Model:
    """The model that comes with the package, loaded once."""
    return Model.load()


class Arrangement(Performance):
    """A performance that a model composes as it is asked for.

    Iterate to hear of each bar as it is finished, from the first one every time; ``bands`` composes to the end.
    """

    def __init__(self, plan: Plan, model: Model) -> None:
        super().__init__(plan, model.sampling)
        self.model = model
        self._bars: list[Bar] = []  # those that were told
        self._coming = self._compose()

    def __iter__(self) -> Iterator[Bar]:
        told = 0
        while told < len(self._bars) or self._advance():
            yield self._bars[told]
            told += 1

    def __repr__(self) -> str:
        options, plan = self.plan.options, self.plan
        takes = f"{options.takes} takes, " if options.takes > 1 else ""
        return f"<Arrangement of {plan.bars} bars in {plan.told_key.name}: {takes}seed {options.seed}>"

    def _repr_html_(self) -> str:
        """All takes, composed to the end, for a notebook."""
        return "".join(band._repr_html_() for band in self.bands)

    @property
    def bands(self) -> tuple[Rendition, ...]:
        """The finished takes; composes what is still missing."""
        while self._advance():
            pass
        return super().bands

    @property
    def band(self) -> Rendition:
        """The first take."""
        return self.bands[0]

    @property
    def known(self) -> tuple[tuple[Run, ...], ...] | None:
        """For each take the runs of bars, as people count, that songs have from which the weights learnt.

        More than four bars in a row of one player count. None where the weights have no fingerprints of these songs.
        Composes what is still missing.
        """
        fingerprints = self.model.known
        if fingerprints is None:
            return None
        while self._advance():
            pass
        return tuple(self.plan.known(fingerprints, take.ids) for take in self.takes)

    def _advance(self) -> bool:
        """Wait for a bar more; False where all are there."""
        bar = next(self._coming, None)
        if bar is not None:
            self._bars.append(bar)
        return bar is not None

    def _compose(self) -> Generator[Bar, None, None]:
        composer = Composer(self.model.engine, self.model.columns, len(self.takes))
        for finished in composer.run(self.takes):
            for take, part in finished:
                bar = self.bar(take, part)
                if bar is not None:
                    yield bar


def options_of(song: Song, wanted: ArrangeOptions, *, has_tempo: bool) -> ArrangeOptions:
    """What is wanted, with the song's own tempo, unless one ``has_tempo`` already, and its style, unless one is wanted.

    Raises :class:`OptionError` where the band can't play that tempo.
    """
    tempo = wanted.tempo if has_tempo or song.tempo is None else song.tempo
    return replace(wanted, tempo=tempo, style=wanted.style or song.style)


def _read(text: str) -> Progression | Song:
    """A chart's song, of several lines, or one that no person writes, such as a link. Else the chords of a line."""
    if "\n" in text.strip():
        return _chart(text).song
    try:
        return parse(text)
    except ChordSyntaxError:
        with suppress(SidemanError):
            reading = _chart(text)
            if not reading.is_by_hand:
                return reading.song
        raise


def _chart(text: str) -> Reading:
    """What is read in a text of any format; a row of chords needn't wait until they are imported."""
    from sideman.charts import read

    return read(text)


def arrange(
    progression: str | Progression | Song | Reading,
    options: ArrangeOptions | None = None,
    *,
    model: Model | None = None,
    given: Mapping[Role, Track] | Mapping[str, Track] | None = None,
    melody: Track | None = None,
    **wishes: Any,  # noqa: ANN401 - options by name
) -> Arrangement:
    """Compose a band for a progression: ``arrange("C|Am", style="jazz", seed=7).band.save("song.mid")``.

    A text of several lines, or one that no person writes, such as a link, is read as a chart, as
    :func:`sideman.charts.read` does, whose reading is taken too; any other is read by :func:`sideman.parse`: the chords
    of ``"C Am F G"`` share a bar, of which a chart, and the command line, make four. A song, such as that tells, is
    played with its sections and what is wanted of them, in its own tempo and style where no options say otherwise (see
    :func:`options_of`). With ``given`` the band plays around somebody's own tracks, put on the grid (see
    :meth:`Plan.with_own`). A ``melody`` is a sixth track that plays along as it is: the band avoids what would rub
    against it (:meth:`Plan.with_melody`).
    Options are given by name, or as an object, or as an object of which some are changed by name. Returns an
    :class:`Arrangement`: iterate over it for the bars as they are composed, or take ``.bands`` (one a take) or
    ``.band``; each is exactly as long as the progression. Raises :class:`ChordSyntaxError` for a progression that
    cannot be read, :class:`ChartError` and :class:`UnreadableError` for such a chart,
    :class:`OptionError` for an option out of range and :class:`CheckpointError` where the weights are
    missing or do not fit.
    """
    if not isinstance(options, ArrangeOptions | None):
        raise OptionError(f"options are of type {type(options).__name__}: give ArrangeOptions, or each by its name")
    wanted = replace(options or ArrangeOptions(), **by_attribute(wishes))
    progression = _read(progression) if isinstance(progression, str) else getattr(progression, "song", progression)
    if not isinstance(given, Mapping | None):
        raise OptionError(f"given is of type {type(given).__name__}: give each Track by its role")
    if not isinstance(progression, Progression | Song):
        kind = type(progression).__name__
        raise OptionError(f"a chart is of type {kind}: give a text, a progression, a song, or what charts.read returns")
    if isinstance(progression, Song):
        wanted = options_of(progression, wanted, has_tempo=options is not None or "tempo" in wishes)
        plan = Plan.of(progression, wanted)
    else:
        plan = Plan(progression, wanted)
    plan = plan.with_own(given)[0] if given else plan
    plan = plan if melody is None else plan.with_melody(melody)[0]
    return Arrangement(plan, model or default_model())
