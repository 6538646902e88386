"""Where a sequence of ids stands: bar, chord, track, position, and the context features of each step.

Everything here is a known function of the ids so far (and of the form that the leader asked for), so
the network is handed it instead of having to count. Training reads songs through this class and
generation pushes each new id into it: there is one implementation. It trusts its ids; whether an id
may come next is the grammar's question.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from enum import Enum, auto
from typing import Self

import numpy as np
import numpy.typing as npt

from sideman.music.band import ROLES
from sideman.music.chords import MODEL_QUALITIES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BEAT
from sideman.tokens.chart import NO_BASS, SILENCE, UNKNOWN, Change
from sideman.tokens.drum_hits import HIT_MASKS
from sideman.tokens.form import (
    COMMON,
    LIKENESSES,
    METRES,
    ORIGINS,
    SECTION_BARS,
    SECTION_LEFT,
    Echo,
    Form,
    Measure,
    Section,
)
from sideman.tokens.vocabulary import (
    DENSITIES,
    LENGTHS,
    LOUDNESS,
    MAX_BEATS,
    NO_CHORD,
    POSITIONS,
    VOCABULARY,
)

_QUALITIES = len(MODEL_QUALITIES)
PHRASE = 8  # bars
BARS_LEFT = 8  # counted up to this many
NONE = min(VOCABULARY.sizes.values())  # recall: nothing to recall; ids of later generations stand above it

# Name and size of each context feature. Value 0 says "none" unless the comment says otherwise.
FEATURES: tuple[tuple[str, int], ...] = (
    ("track", len(ROLES) + 1),
    ("position", POSITIONS + 1),
    ("chord", NO_CHORD + 2),  # the chord in force at the position; none as well where it is not told
    ("root", PITCH_CLASSES + 1),
    ("quality", _QUALITIES + 1),
    ("bass", PITCH_CLASSES + 1),  # what the bass is to play: the slash bass, else the root
    ("next_root", PITCH_CLASSES + 1),  # of the change that comes next
    ("next_quality", _QUALITIES + 1),
    ("change", MAX_BEATS + 1),  # beats to that change, rounded up
    ("recall", VOCABULARY.size + 1),  # the id that followed this id at this track and position last time; NONE: new
    ("recall_chord", VOCABULARY.size + 1),  # the same, under the same chord
    ("length", len(LENGTHS) + 1),  # in force
    ("loudness", len(LOUDNESS) + 1),  # in force on the track
    ("degree", PITCH_CLASSES + 1),  # last pitch of the track in this bar, in semitones above the chord's root
    ("phrase", PHRASE),  # bar modulo 8, from 0
    ("left", BARS_LEFT + 1),  # bars left after this one, from 0
    ("metre", METRES),  # beats of the bar, and whether they are divided in three
    ("echo", VOCABULARY.size + 1),  # the id that followed this id at this place of the bar that this one resembles
    ("likeness", LIKENESSES),  # how much it does
    ("section", SECTION_BARS + 1),  # number of the bar in its section, from 1
    ("section_left", SECTION_LEFT + 2),  # 1 more than the bars left in the section
    ("origin", ORIGINS),  # whether the first bar is a song's or one out of its middle
)
FEATURE_NAMES = tuple(name for name, _ in FEATURES)
FEATURE_SIZES = tuple(size for _, size in FEATURES)
Features = npt.NDArray[np.int16]  # (steps, features)


class Stage(Enum):
    """What the last id was part of."""

    EMPTY = auto()
    CONTROLS = auto()  # START, STYLE, TEMPO
    BAR = auto()  # BAR, no chord yet
    CHORDS = auto()  # chords of this bar
    CHANGE = auto()  # POSITION of a chord within the bar
    HEAD = auto()  # the next bar's chord is told; no part yet
    TRACK = auto()  # TRACK or LOUDNESS, no onset yet
    ONSET = auto()  # POSITION, nothing sounds yet
    LENGTH = auto()
    SOUND = auto()  # PITCH or HIT
    REST = auto()
    END = auto()

    @property
    def in_head(self) -> bool:
        """Whether it is part of a bar's head."""
        return self in (Stage.BAR, Stage.CHORDS, Stage.CHANGE, Stage.HEAD)

    @property
    def in_part(self) -> bool:
        """Whether it is part of what a role plays in a bar."""
        return self in (Stage.TRACK, Stage.ONSET, Stage.LENGTH, Stage.SOUND, Stage.REST)


_KIND = VOCABULARY.kind_numbers.tolist()
_VALUE = VOCABULARY.values.tolist()
(
    _START,
    _END,
    _BAR,
    _STYLE,
    _TEMPO,
    _CHORD,
    _BASS,
    _TRACK,
    _TRACK_DENSITY,
    _REST,
    _LOUDNESS,
    _POSITION,
    _LENGTH,
    _PITCH,
    _HIT,
    _UNKNOWN,
) = range(len(VOCABULARY.kinds))
_RECALLED = [token + (token >= NONE) for token in range(VOCABULARY.size)]  # values of the recall features
_CHORDS = NO_CHORD + 2  # with the one that is not told
_PITCH_OFFSET = 120  # a multiple of 12 that keeps pitch - root above 0


class Prefix:
    """The state after some ids of a song of this form.

    One that doesn't ``recall`` what followed what is faster, and has no :meth:`features`.
    """

    def __init__(self, form: Form, *, recall: bool = True) -> None:
        self.form = form
        self._recalls = recall
        self.bars = form.bars + form.more  # for the features that count down
        self.length_of_ids = 0
        self.stage = Stage.EMPTY
        self.last = -1
        self.bar = -1
        self.bar_begin = 0  # index of this bar's BAR
        self.measure: Measure = COMMON  # of this bar
        self.head: list[Change] = []  # chords of this bar; the last is the next bar's once the head is complete
        self.chord = SILENCE  # in force at the position
        self.role = -1
        self.position = -1
        self.position_before = -1  # of the onset before, in this part
        self.length = -1  # in force; -1: none yet in this part
        self.loudness = [-1] * len(ROLES)
        self.played: list[int] = []  # roles of this bar's parts so far, the current one included
        self.band: list[int] = []  # roles of the last whole bar, in their order
        self.pitches = 0  # bit mask of what sounds on this onset; of drums, bit 0 is the lowest drum
        self.pitch = -1  # last pitch of this part; of drums the last hit
        self.top = -1  # highest pitch of the onset before, in this part
        self.densities = [-1] * len(ROLES)  # levels that were told last
        self._next = 0  # index in `head` of the change that comes next
        self._place: int | None = None
        self._recall: dict[int, int] = {}
        self._recall_chord: dict[int, int] = {}
        self._followed: list[dict[int, int]] = []  # what followed which place, a bar; kept where there are echoes
        self._echo: dict[int, int] = {}  # the same of the bar that this one resembles
        self._of_bar = (0, 0, 0, 0)  # features of the bar: metre, likeness, section, section_left

    def copy(self) -> Self:
        """A twin that goes its own way."""
        twin = copy(self)
        for name in ("head", "loudness", "densities", "played", "band", "_recall", "_recall_chord", "_echo"):
            setattr(twin, name, getattr(self, name).copy())
        vars(twin)["_followed"] = [*self._followed[:-1], *(bar.copy() for bar in self._followed[-1:])]
        return twin

    def tell(self, form: Form) -> None:
        """Take a form that tells more of the bar that has just begun; its bars are as many as before."""
        self.form = form
        self._hear_of_bar()

    def push(self, token: int) -> None:
        """Take one id."""
        kind, value = _KIND[token], _VALUE[token]
        if self._place is not None:
            self._keep(self._place, _RECALLED[token])
        if kind == _PITCH:
            self.stage = Stage.SOUND
            self.pitches |= 1 << value
            self.pitch = value
        elif kind == _POSITION and self.role >= 0:
            self.stage = Stage.ONSET
            self.top = -1 if self.position < 0 else self.pitches.bit_length() - 1
            self.position_before = self.position
            self.position = value
            self.pitches = 0
            self._move(value)
        elif kind == _HIT:
            self.stage = Stage.SOUND
            self.pitches |= HIT_MASKS[value]
            self.pitch = value
        elif kind == _LENGTH:
            self.stage = Stage.LENGTH
            self.length = value
        elif kind == _LOUDNESS:
            self.stage = Stage.TRACK
            self.loudness[self.role] = value
        elif kind == _TRACK:
            self._part(value, Stage.TRACK)
        elif kind == _TRACK_DENSITY:
            self._part(value // DENSITIES, Stage.TRACK)
            self.densities[self.role] = value % DENSITIES
        elif kind == _REST:
            self._part(value, Stage.REST)
        else:
            self._head(kind, value)
        self.last = token
        self.length_of_ids += 1
        self._place = None
        if self.role >= 0 and self._recalls:
            self._place = (token * (POSITIONS + 1) + self.position + 1) * len(ROLES) + self.role

    def _keep(self, place: int, recalled: int) -> None:
        """Remember what followed at a place."""
        self._recall[place] = recalled
        self._recall_chord[place * _CHORDS + self.chord.chord + 1] = recalled
        if self._followed:
            self._followed[-1][place] = recalled

    def _part(self, role: int, stage: Stage) -> None:
        """Begin the part of a role."""
        self.stage = stage
        self.role = role
        self.played.append(role)
        self.position = self.length = self.pitch = self.top = -1
        self._next = 0
        self._move(0)

    def _head(self, kind: int, value: int) -> None:
        """Take an id of the bar's head or of the song's."""
        if kind in (_CHORD, _UNKNOWN):
            told = self.stage is Stage.CHORDS  # a chord after a chord begins the next bar
            onset = self.position if self.stage is Stage.CHANGE else self.measure.steps if told else 0
            self.chord = Change(onset, value if kind == _CHORD else UNKNOWN)
            self.head.append(self.chord)
            self.stage = Stage.HEAD if told else Stage.CHORDS
            self.position = -1
        elif kind == _BASS:
            self.chord = Change(self.head[-1].onset, self.head[-1].chord, value)
            self.head[-1] = self.chord
        elif kind == _POSITION:
            self.stage = Stage.CHANGE
            self.position = value
        else:
            self.role = self.position = -1
            self.chord = SILENCE
            if kind == _BAR:
                if self.played:
                    self.band = self.played
                self.stage = Stage.BAR
                self.bar += 1
                self.bar_begin = self.length_of_ids
                self.head = []
                self.played = []
                self._begin_bar()
            else:
                self.stage = Stage.END if kind == _END else Stage.CONTROLS

    def _begin_bar(self) -> None:
        self._hear_of_bar()
        if self.form.echoes:
            self._followed.append({})

    def _hear_of_bar(self) -> None:
        """Take what the form says of the bar that begins; one that follows the song's last is like it."""
        form = self.form
        if self.bar < form.bars:
            self.measure = form.measures[self.bar]
        told = self.bar < form.bars
        echo = form.echoes[self.bar] if form.echoes and told else Echo()
        section = form.sections[self.bar] if form.sections and told else Section()
        self._of_bar = (self.measure.metre, echo.likeness, *section)
        if form.echoes:
            self._echo = self._followed[echo.bar] if echo.bar >= 0 else {}

    def _move(self, position: int) -> None:
        """Find the chord in force at a position of the part."""
        head = self.head
        index = self._next
        while index < len(head) and head[index].onset <= position:
            self.chord = head[index]
            index += 1
        self._next = index

    def features(self) -> tuple[int, ...]:
        """Values of FEATURES for the step of the last id, which is to predict the next one."""
        role, chord = self.role, self.chord
        root = chord.root
        if role < 0:
            recall = recall_chord = echo = NONE
            following, beats = SILENCE, 0
            length = loudness = -1
        else:
            place = self._place
            assert place is not None
            recall = self._recall.get(place, NONE)
            recall_chord = self._recall_chord.get(place * _CHORDS + chord.chord + 1, NONE)
            echo = self._echo.get(place, NONE)
            following = self.head[self._next] if self._next < len(self.head) else SILENCE
            beats = -((max(self.position, 0) - following.onset) // STEPS_PER_BEAT) if following.onset else 0
            length, loudness = self.length, self.loudness[role]
        degree = 0
        if self.pitch >= 0 and role > 0 and root >= 0:
            degree = (self.pitch + _PITCH_OFFSET - root) % PITCH_CLASSES + 1
        bass = chord.bass if chord.bass != NO_BASS else root
        metre, likeness, section, section_left = self._of_bar
        return (
            role + 1,
            self.position + 1,
            chord.chord + 1 if self.head else 0,
            root + 1,
            chord.quality + 1,
            bass + 1,
            following.root + 1,
            following.quality + 1,
            beats,
            recall,
            recall_chord,
            length + 1,
            loudness + 1,
            degree,
            max(self.bar, 0) % PHRASE,
            min(max(self.bars - 1 - self.bar, 0), BARS_LEFT),
            metre,
            echo,
            likeness,
            section,
            section_left,
            self.form.origin,
        )

    def read(self, ids: Iterable[int]) -> Features:
        """Push many ids; the features of each step, int16 (steps, features)."""
        rows = []
        for token in ids:
            self.push(token)
            rows.append(self.features())
        return np.array(rows, np.int16).reshape(-1, len(FEATURES))
