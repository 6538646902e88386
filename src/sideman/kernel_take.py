"""Takes as the kernel has them (``model/native/takes.h``): it draws what goes on within a part, a batch at a time.

Where a part begins or ends, or the chart forbids what was drawn, a take waits, and :mod:`sideman.take` decides. What
this does is what tokens and sampler do id for id, which tests compare; without a kernel they do it alone.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.model.engine import Cache, Engine, Floats
from sideman.model.kernel import KernelEngine
from sideman.model.sampling import Sampler
from sideman.music.band import INSTRUMENTS, ROLES, Role
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import Chart
from sideman.tokens.clashes import AVOIDING, CHORD_TONES, chord_tones
from sideman.tokens.drum_hits import HIT_MASKS
from sideman.tokens.fitting import Fitting
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import BARS_LEFT, FEATURE_NAMES, NONE, PHRASE
from sideman.tokens.vocabulary import DENSITIES, LENGTHS, POSITIONS, VOCABULARY

# As in native/.
_WORDS, _MAX_KINDS, _MAX_ROLES, _MAX_POSITIONS = 16, 16, 8, 64
_INPUTS = 64  # ids of a take that a step reads, on average

Array = npt.NDArray[Any]


class Waits(IntEnum):
    """Why a take waits."""

    FOR_NOTHING = 0
    FOR_ACCEPTING = 1  # the token was drawn; it begins a part or ends one
    FOR_ONLY = 2  # the token is the only one that may follow; likewise
    FOR_NEAREST = 3  # the token was drawn, and the chart forbids it
    FOR_DRAWING = 4  # what is drawn here is not for the kernel
    FOR_MEMORY = 5


class _Language(ctypes.Structure):
    _fields_ = (
        ("first", ctypes.c_int32 * (_MAX_KINDS + 1)),
        *(
            (name, ctypes.c_int32)
            for name in ("roles", "densities", "qualities", "beat", "phrase", "bars_left", "none")
        ),
        ("is_drum", ctypes.c_int32 * _MAX_ROLES),
        ("voices", ctypes.c_int32 * _MAX_ROLES),
        *((name, ctypes.c_void_p) for name in ("kinds", "hits", "lengths", "tones")),
        ("in_range", ctypes.c_uint64 * 2),
    )


class _Drawing(ctypes.Structure):
    _fields_ = (
        ("kind_power", ctypes.c_double),
        ("powers", ctypes.c_double * _MAX_KINDS),
        ("top_p", ctypes.c_double),
        ("uniform", ctypes.c_void_p),
        ("random", ctypes.c_void_p),
        ("is_greedy", ctypes.c_int32),
    )


class _Leading(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("open", "rules", "styling", "rubbing", "registers")),
        ("steps", ctypes.c_int32),
        ("bar_begin", ctypes.c_int32),
        ("avoiding", ctypes.c_double),
        ("chord_share", ctypes.c_double),
        ("fullness", ctypes.c_void_p),
        *((name, ctypes.c_double * _MAX_ROLES) for name in ("resting", "thickness")),
        *((name, ctypes.c_float * _MAX_ROLES) for name in ("fitting", "moving", "steady")),
        *((name, ctypes.c_int32) for name in ("is_leaning", "is_steady")),
        ("part_over", ctypes.c_int32),
    )


class _Take(ctypes.Structure):
    """The first fields; the others are the kernel's own."""

    _fields_ = (
        ("drawing", _Drawing),
        ("leading", _Leading),
        *((name, ctypes.c_int32) for name in ("row", "unread", "count", "waits", "token")),
        ("ids", ctypes.POINTER(ctypes.c_int32)),
        ("features", ctypes.POINTER(ctypes.c_int16)),
    )


class _Batch(ctypes.Structure):
    _fields_ = (
        ("takes", ctypes.c_void_p),
        *((name, ctypes.c_int32) for name in ("count", "steps", "columns")),
        *((name, ctypes.c_void_p) for name in ("column", "offset", "lengths")),
        ("room", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in ("inputs", "want")),
    )


_RULES = np.dtype(
    [
        ("open", np.uint64, (_MAX_ROLES, _MAX_POSITIONS + 1)),
        ("lengths", np.uint64, (2, _MAX_POSITIONS)),
        ("longest", np.int32, (2, _MAX_POSITIONS)),
        ("is_due", np.int32, _MAX_POSITIONS + 1),
        ("begins", np.int32, _MAX_POSITIONS),
        ("asked", np.int32, _MAX_POSITIONS),
        ("bass", np.int32),
    ],
    align=True,
)


@cache
def _tables() -> tuple[Array, ...]:
    """Kinds of ids, drums of hits, steps of lengths, tones of chords."""
    tones = np.packbits(np.pad(chord_tones(), ((0, 0), (0, 4))), axis=1, bitorder="little").view("<u2")[:, 0]
    return (
        VOCABULARY.kind_numbers.astype(np.uint8),
        np.array(HIT_MASKS, np.uint64),
        np.array(LENGTHS, np.int32),
        tones.astype(np.uint16),
    )


@cache
def _language(in_range: int) -> _Language:
    """The vocabulary, and the pitches that may be played."""
    kinds = [VOCABULARY.range(kind) for kind in VOCABULARY.kinds]
    language = _Language()
    language.first[:] = [*(ids.start for ids in kinds), VOCABULARY.size]
    language.roles, language.densities, language.qualities = len(ROLES), DENSITIES, len(MODEL_QUALITIES)
    language.beat, language.phrase, language.bars_left, language.none = STEPS_PER_BEAT, PHRASE, BARS_LEFT, NONE
    language.is_drum[: len(ROLES)] = [INSTRUMENTS[role].is_drum for role in ROLES]
    language.voices[: len(ROLES)] = [INSTRUMENTS[role].voices for role in ROLES]
    language.kinds, language.hits, language.lengths, language.tones = (table.ctypes.data for table in _tables())
    language.in_range[:] = [in_range & (1 << 64) - 1, in_range >> 64]
    return language


class KernelTake:
    """The ids of a take, those that the kernel drew and those that were decided elsewhere."""

    def __init__(self, library: ctypes.CDLL, chart: Chart, leader: Leader, sampler: Sampler, fitting: Fitting) -> None:
        self._library, self._leader, self._fitting = library, leader, fitting
        form = leader.form
        rows = np.zeros((form.bars, 6), np.int32)
        for bar, measure in enumerate(form.measures):
            echo, likeness = form.echoes[bar] if form.echoes else (-1, 0)
            rows[bar] = measure.steps, measure.metre, likeness, *(form.sections[bar] if form.sections else (0, 0)), echo
        self._lines = chart.lines.tolist()
        self._language = _language(leader.in_range)
        self.address: int = library.sideman_take(
            ctypes.addressof(self._language),
            rows.ctypes.data,
            *(form.bars, form.bars + form.more, form.origin, bool(form.echoes)),
        )
        if not self.address:
            raise MemoryError("no memory for a take")
        self.fields = _Take.from_address(self.address)
        weakref.finalize(self, library.sideman_forget, self.address).atexit = False
        self._kept: list[object] = [rows]  # what the kernel reads
        self._bar = -1
        self._of_bar: list[Array | None] = []
        self._masks: dict[int, Array] = {}
        self._tell_drawing(sampler)
        self._tell_leading(chart, fitting)

    def _tell_drawing(self, sampler: Sampler) -> None:
        drawing, random = self.fields.drawing, sampler.generator.bit_generator
        drawing.kind_power, drawing.top_p, drawing.is_greedy = sampler.kind_power, sampler.top_p, sampler.is_greedy
        drawing.powers[: len(sampler.powers)] = sampler.powers
        interface = random.ctypes
        drawing.uniform = ctypes.cast(interface.next_double, ctypes.c_void_p)
        drawing.random = interface.state_address
        self._kept += [random, interface]

    def _tell_leading(self, chart: Chart, fitting: Fitting) -> None:
        leading, habits = self.fields.leading, fitting.habits
        leading.steps, leading.avoiding, leading.chord_share = chart.steps, AVOIDING, CHORD_TONES
        leading.fitting[: len(ROLES)] = fitting.added
        if habits is not None:
            leading.moving[: len(ROLES)], leading.steady[: len(ROLES)] = habits.moving, habits.steady
            leading.resting[: len(ROLES)], leading.thickness[: len(ROLES)] = habits.resting, habits.thickness
            leading.is_leaning, leading.is_steady = habits.is_leaning, habits.is_steady
            leading.fullness = None if habits.fullness is None else habits.fullness.ctypes.data
        if fitting.register is not None:
            leading.registers = fitting.register.rows.ctypes.data
        if fitting.clashes is not None:
            sounded = np.ascontiguousarray(fitting.clashes.sounded, np.int32)
            leading.rubbing = sounded.ctypes.data
            self._kept.append(sounded)

    @property
    def features(self) -> npt.NDArray[np.int16]:
        """Those of each id, (ids, FEATURES); until the next id comes."""
        shape = (self.fields.count, len(FEATURE_NAMES))
        return np.ctypeslib.as_array(self.fields.features, shape) if shape[0] else np.empty(shape, np.int16)

    def since(self, count: int) -> list[int]:
        """The ids behind the first ``count``."""
        ids: list[int] = self.fields.ids[count : self.fields.count]
        return ids

    def restart(self) -> None:
        """Forget all ids."""
        self._library.sideman_restart(self.address)

    def push(self, ids: Sequence[int]) -> None:
        """Take ids that were decided elsewhere."""
        if not self._library.sideman_push(self.address, (ctypes.c_int32 * len(ids))(*ids), len(ids)):
            raise MemoryError("no memory for a take")

    def follow(self, bar: int, *, part_over: bool) -> int:
        """Go on as far as there is no choice, in this bar of the chart; ``part_over`` as in :meth:`Leader.choices`."""
        leading = self.fields.leading
        if bar != self._bar:
            self._tell_bar(bar)
        leading.part_over = part_over
        self._library.sideman_follow(self.address)
        return self.waits

    @property
    def waits(self) -> int:
        """Why it waits, one of :class:`Waits`."""
        waits: int = self.fields.waits
        if waits == Waits.FOR_MEMORY:
            raise MemoryError("no memory for a take")
        return waits

    def _tell_bar(self, bar: int) -> None:
        self._bar = bar
        leading, styling = self.fields.leading, self._fitting.styling
        rules = self._leader.rules(bar)
        tables = None if rules is None else np.zeros((), _RULES)
        if rules is not None and tables is not None:
            told = rules.tables()
            tables["open"][: len(ROLES), : POSITIONS + 1] = told.open
            for name in ("lengths", "longest"):
                tables[name][:, :POSITIONS] = getattr(told, name)
            for name in ("is_due", "begins", "asked"):
                values = getattr(told, name)
                tables[name][: len(values)] = values
            tables["bass"] = Role.BASS.number
        rows = None if styling is None else styling.rows(self._leader.style(bar))
        self._of_bar = [self._packed(self._leader.left_open(bar)), tables, rows]
        leading.open, leading.rules, leading.styling = (
            None if array is None else array.ctypes.data for array in self._of_bar
        )
        leading.bar_begin = self._lines[bar]

    def _packed(self, masks: npt.NDArray[np.bool_]) -> Array:
        """Masks (…, vocab) as words of 64 ids; the same array for the same, which must live as long as this."""
        packed = self._masks.get(id(masks))
        if packed is None:
            whole = np.pad(masks, ((0, 0), (0, _WORDS * 64 - masks.shape[1])))
            packed = np.packbits(whole, axis=1, bitorder="little").view("<u8").astype(np.uint64)
            self._masks[id(masks)] = packed
        return packed


class KernelBatch:
    """Takes that read and draw together, in rows of a cache."""

    def __init__(self, engine: KernelEngine, columns: Sequence[int], cache: Cache, steps: int) -> None:
        self._engine, self._cache = engine, cache
        capacity = len(cache.length)
        self.logits: Floats = np.empty((capacity, engine.config.vocab), np.float32)
        self._column = np.array(columns, np.int32)
        self._offset = engine.offsets.astype(np.int32)
        self._inputs = np.empty((capacity * _INPUTS, 4 + len(columns)), np.int32)
        self._want = np.empty(capacity, np.int32)
        self._takes = (ctypes.c_void_p * capacity)()
        self._batch = _Batch(
            *(ctypes.addressof(self._takes), 0, steps, len(columns)),
            *(self._column.ctypes.data, self._offset.ctypes.data, cache.length.ctypes.data),
            *(len(self._inputs), self._inputs.ctypes.data, self._want.ctypes.data),
        )

    def seat(self, takes: Sequence[tuple[KernelTake, int]]) -> None:
        """Work on these takes, in these rows, from now on."""
        for number, (take, row) in enumerate(takes):
            self._takes[number] = take.address
            take.fields.row = row
        self._batch.count = len(takes)

    def compose(self) -> int:
        """Read and draw until one of the takes waits or can't be read here; how many steps were done."""
        return self._engine.compose(self._cache, ctypes.addressof(self._batch), self.logits)

    def draw(self, logits: Floats) -> None:
        """Draw by the logits (take, vocab) of what was read elsewhere."""
        self._engine.library.sideman_draw(ctypes.addressof(self._batch), logits.ctypes.data)


def batch_of(engine: Engine, columns: Sequence[int], cache: Cache, steps: int) -> KernelBatch | None:
    """A batch of so many steps at a time, where the kernel composes on this engine."""
    if not steps or not isinstance(engine, KernelEngine) or engine.config.vocab != VOCABULARY.size:
        return None
    return KernelBatch(engine, columns, cache, steps)
