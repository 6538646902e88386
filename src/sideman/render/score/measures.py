"""Bars of a score as MusicXML: note values, ties, tuplets, chord symbols, and what stands above. Knows no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from sideman.charts.musicxml.elements import (
    DIVISIONS,
    direction,
    divisions,
    harmony,
    key_signature,
    tempo_mark,
    text,
    time_signature,
)
from sideman.music.band import Band, Role
from sideman.music.feel import STRAIGHT
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.time import TICKS_PER_STEP, Meter
from sideman.render.pulses import Pulses
from sideman.render.score.drums import drum_of
from sideman.render.score.parts import Clef, Staves
from sideman.render.score.rhythm import Grid, Value, beats_of
from sideman.render.score.spelling import spell
from sideman.render.score.voices import Tone, Voice

FORTE = 90  # the velocity that MusicXML calls 100 %
VOICES_A_STAFF = 4  # as notation programs number them
READ_CHORDS = (Role.PIANO, Role.GUITAR, Role.BASS)  # and whoever stands first
TRIPLET = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"


@dataclass(frozen=True)
class Song:
    """What all players share."""

    band: Band
    key: Key
    chords: Mapping[int, Sequence[tuple[int, Chord]]]  # of each bar: where in it they begin, in ticks
    marks: Mapping[int, str]  # names of the sections that begin in a bar

    @cached_property
    def _pulses(self) -> Pulses:
        return Pulses(self.band.lines, DIVISIONS)

    def divisions(self, begin: int, end: int) -> int:
        """From one step of the song to another, of which the bar may have another metre: steps of another length."""
        first, last = self._pulses.of_steps(np.array([begin, end])).tolist()
        return int(last - first)

    def sounding(self, step: int) -> Chord | None:
        """The chord at a step of the song."""
        bar = self.band.lines.bar_at(step)
        within = (step - self.band.lines.onset(bar)) * TICKS_PER_STEP
        for number in range(bar, -1, -1):
            begun = [chord for tick, chord in self.chords.get(number, ()) if number < bar or tick <= within]
            if begun:
                return begun[-1]
        return None


def measures(player: Staves, song: Song, number: int) -> Iterator[str]:
    """The bars of a player, who has a number from 1; the first player's say what holds for all."""
    is_first = number == 1
    before: Meter | None = None
    last = len(player.grids) - 1
    for bar, grid in enumerate(player.grids):
        lines = [_attributes(player, song, grid.meter, before)] if grid.meter != before else []
        if is_first:
            lines += _directions(song, bar, grid.meter)
        chords = song.chords.get(bar, ()) if is_first or player.part.role in READ_CHORDS else ()
        lines += _Bar(player, song, number, bar, grid).lines(chords)
        style = "light-heavy" if bar == last else "light-light" if bar + 1 in song.marks else ""
        if style:
            lines.append(f'<barline location="right"><bar-style>{style}</bar-style></barline>')
        yield f'    <measure number="{bar + 1}">\n' + "".join(f"      {line}\n" for line in lines) + "    </measure>\n"
        before = grid.meter


def _attributes(player: Staves, song: Song, meter: Meter, before: Meter | None) -> str:
    if before is not None:
        return f"<attributes>{time_signature(meter)}</attributes>"
    count = len(player.clefs)
    key = key_signature(Key(0) if player.part.is_drum else song.key)
    staves = f"<staves>{count}</staves>" if count > 1 else ""
    clefs = "".join(_clef(clef, number if count > 1 else None) for number, clef in enumerate(player.clefs, 1))
    return f"<attributes><divisions>{DIVISIONS}</divisions>{key}{time_signature(meter)}{staves}{clefs}</attributes>"


def _clef(clef: Clef, number: int | None) -> str:
    line = "" if clef.line is None else f"<line>{clef.line}</line>"
    octaves = f"<clef-octave-change>{clef.octaves}</clef-octave-change>" if clef.octaves else ""
    numbered = "" if number is None else f' number="{number}"'
    return f"<clef{numbered}><sign>{clef.sign}</sign>{line}{octaves}</clef>"


def _directions(song: Song, bar: int, meter: Meter) -> Iterator[str]:
    """What stands above a bar."""
    feel, lines = song.band.feel, song.band.lines
    if bar == 0:
        yield tempo_mark(song.band.tempo, meter)
        if feel.swing > STRAIGHT:
            first = round(feel.swing)
            told = f"<swing><first>{first}</first><second>{100 - first}</second><swing-type>eighth</swing-type></swing>"
            words = f"<direction-type><words>Swing {feel.swing:g} %</words></direction-type>"
            yield f'<direction placement="above">{words}<sound>{told}</sound></direction>'
    if bar in song.marks:
        yield direction(f"<rehearsal>{text(song.marks[bar])}</rehearsal>")
    slower = next((change.step for change in song.band.times.changes), None)
    if slower is not None and lines.bar_at(slower) == bar:
        yield direction("<words>rit.</words>")


@dataclass(frozen=True)
class _Bar:
    """A bar of a player."""

    player: Staves
    song: Song
    part: int
    number: int
    grid: Grid

    @property
    def _per_step(self) -> int:
        return divisions(self.grid.meter) * TICKS_PER_STEP

    @property
    def _whole(self) -> int:
        return self.grid.meter.steps * self._per_step

    def lines(self, chords: Sequence[tuple[int, Chord]]) -> Iterator[str]:
        """Its voices one after the other, the chord symbols within the first."""
        is_first = True
        for staff, bars in enumerate(self.player.staves):
            voices: list[Voice] = list(bars[self.number]) or [[]]
            for place, voice in enumerate(voices):
                if place and not voice:
                    continue
                if not is_first:
                    yield f"<backup><duration>{self._whole}</duration></backup>"
                yield from self._voice(voice, staff, place, chords if is_first else ())
                is_first = False

    def _voice(self, voice: Voice, staff: int, place: int, chords: Iterable[tuple[int, Chord]]) -> Iterator[str]:
        end = f"<voice>{staff * VOICES_A_STAFF + place + 1}</voice>"
        waiting = [(tick * divisions(self.grid.meter), chord) for tick, chord in chords]
        on = f"<staff>{staff + 1}</staff>" if len(self.player.clefs) > 1 else ""
        if not voice:
            for offset, chord in waiting:
                yield harmony(chord, offset)
            yield f'<note><rest measure="yes"/><duration>{self._whole}</duration>{end}{on}</note>'
            return
        stem = ("up", "down")[place] if self.player.part.is_drum else None
        pieces = [*self._pieces(voice)]
        tuplets = _tuplets([value for value, _, _ in pieces], self.grid)
        for (value, tones, ties), tuplet in zip(pieces, tuplets, strict=True):
            begins, ends = value.start * self._per_step, (value.start + value.steps) * self._per_step
            while waiting and waiting[0][0] < ends:
                offset, chord = waiting.pop(0)
                yield harmony(chord, max(offset - begins, 0))
            shape = _Shape(value, ends - begins, end, on, tuplet, stem)
            if tones:
                yield from (self._note(tone, ties, shape, is_more=bool(more)) for more, tone in enumerate(tones))
            else:
                hidden = ' print-object="no"' if place else ""
                yield f"<note{hidden}><rest/>{shape.length}{end}{shape.look()}</note>"

    def _pieces(self, voice: Voice) -> Iterator[tuple[Value, Sequence[Tone], tuple[bool, bool]]]:
        """Note values with their tones, none for rests; and whether they are tied to pieces before and after them."""
        place = 0
        for chord in voice:
            yield from ((value, (), (False, False)) for value in self.grid.values(place, chord.start))
            values = [*self.grid.values(chord.start, chord.end)]
            for number, value in enumerate(values):
                yield value, chord.tones, (number > 0, number < len(values) - 1)
            place = chord.end
        yield from ((value, (), (False, False)) for value in self.grid.values(place, self.grid.meter.steps))

    def _note(self, tone: Tone, ties: tuple[bool, bool], shape: _Shape, *, is_more: bool) -> str:
        note, is_drum = tone.note, self.player.part.is_drum
        stops, starts = ties[0] or tone.is_tied_back, ties[1] or tone.is_tied_on
        attributes = f' dynamics="{100 * note.velocity / FORTE:.2f}"'
        if not stops and note.onset != note.start:
            attributes += f' attack="{self.song.divisions(note.start, note.onset)}"'
        if not starts and note.release != note.end and not is_drum:
            attributes += f' release="{self.song.divisions(note.end, note.release)}"'
        chord = "<chord/>" if is_more else ""
        tie = '<tie type="stop"/>' * stops + '<tie type="start"/>' * starts
        notations = '<tied type="stop"/>' * stops + '<tied type="start"/>' * starts
        if is_drum:
            drum = drum_of(note.pitch)
            pitch = (
                f"<unpitched><display-step>{drum.letter}</display-step>"
                f"<display-octave>{drum.octave}</display-octave></unpitched>"
            )
            instrument = f'<instrument id="P{self.part}-I{note.pitch}"/>'
            head = f"<notehead>{drum.head}</notehead>" if drum.head else ""
        else:
            spelled = spell(note.pitch, self.song.key, self.song.sounding(note.start))  # the same where it is tied
            alter = f"<alter>{spelled.alter}</alter>" if spelled.alter else ""
            pitch = f"<pitch><step>{spelled.letter}</step>{alter}<octave>{spelled.octave}</octave></pitch>"
            instrument = head = ""
        look = shape.look(head, notations, is_more=is_more)
        return f"<note{attributes}>{chord}{pitch}{shape.length}{tie}{instrument}{shape.voice}{look}</note>"


@dataclass(frozen=True)
class _Shape:
    """What notes and rests that are written together share."""

    value: Value
    divisions: int
    voice: str  # elements
    staff: str
    tuplet: str | None  # whether one starts or stops here
    stem: str | None

    @property
    def length(self) -> str:
        """How long it is, as an element."""
        return f"<duration>{self.divisions}</duration>"

    def look(self, head: str = "", notations: str = "", *, is_more: bool = False) -> str:
        """How it looks, as the last elements of a note; ``is_more`` of one that stands with others."""
        value = self.value
        modified = TRIPLET if value.is_tuplet else ""
        stem = f"<stem>{self.stem}</stem>" if self.stem else ""
        tuplet = f'<tuplet type="{self.tuplet}"/>' if self.tuplet and not is_more else ""
        told = f"<notations>{notations}{tuplet}</notations>" if notations or tuplet else ""
        return f"<type>{value.name}</type>{'<dot/>' * value.dots}{modified}{stem}{head}{self.staff}{told}"


def _tuplets(values: Sequence[Value], grid: Grid) -> list[str | None]:
    """Where a tuplet starts, and where it stops: at the first and the last of a beat's values."""
    beats = beats_of(grid.meter)
    found: list[str | None] = []
    for _, group in groupby(values, lambda value: next(beat for beat in beats if value.start < beat.end)):
        row = [value.is_tuplet for value in group]
        places = [number for number, is_tuplet in enumerate(row) if is_tuplet]
        told: list[str | None] = [None] * len(row)
        if len(places) > 1:
            told[places[0]], told[places[-1]] = "start", "stop"
        found += told
    return found
