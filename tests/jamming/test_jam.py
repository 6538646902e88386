"""A band that is led bar by bar: the same chords are the same notes, what was played stays, what follows obeys."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.tiny import tiny_checkpoint

from sideman.arranging import Model, default_model
from sideman.errors import OptionError
from sideman.jamming.jam import _BARS, Jam, JamBar, damped, tones_of
from sideman.jamming.piece import most_bars, piece_of
from sideman.model.engine import Cache, Floats, Inputs
from sideman.music.band import DURATION, ONSET, PITCH, Role
from sideman.music.key import Key
from sideman.music.progression import Chord
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.symbol import read_chord
from sideman.music.time import STEPS_PER_BEAT, Meter
from sideman.options import ArrangeOptions

OPTIONS = ArrangeOptions(seed=7, style="jazz", tempo=120)
PITCHED = [role for role in OPTIONS.roles if role is not Role.DRUMS]
Lead = Callable[[Jam], JamBar]


@cache
def tiny() -> Model:
    return Model(tiny_checkpoint(256))


def jam(model: Model | None = None, options: ArrangeOptions = OPTIONS, meter: Meter | None = None) -> Jam:
    return Jam(options, meter or Meter(4, 4), model=model or tiny())


def told(bars: Sequence[JamBar]) -> list[tuple[object, ...]]:
    """All that a bar says, to be compared."""
    return [
        (bar.number, bar.chords, {role: sorted(map(tuple, rows.tolist())) for role, rows in bar.notes.items()})
        for bar in bars
    ]


def led(band: Jam, chords: str, *, rests: bool = True, transposed: int = 0) -> list[JamBar]:
    """A bar a chord, each told as a conductor does: over the chord that holds, and turned at its beginning.

    Between bars the band ``rests``.
    """
    bars: list[JamBar] = []
    for name in chords.split():
        if bars and rests:
            band.rest()
        chord = read_chord(name).transpose(transposed)
        bar = band.bar(None if bars else chord)
        bars.append(band.turn(chord) if bar.chords[0][1] != chord else bar)
    return bars


def test_the_same_chords_and_seed_are_the_same_notes() -> None:
    chords = "Dm7 G7 CM7 A7 Dm7"
    first = told(led(jam(default_model()), chords))
    assert told(led(jam(default_model()), chords)) == first
    assert told(led(jam(default_model()), chords, rests=False)) == first
    other = ArrangeOptions(seed=8, style="jazz", tempo=120)
    assert told(led(jam(default_model(), other), chords)) != first


def test_transposed_chords_give_the_transposed_band() -> None:
    model = Model.load()
    model.sampling = replace(model.sampling, register={})  # nobody minds how high it is
    low, high = (led(jam(model), "Dm7 G7 CM7", transposed=semitones) for semitones in (0, -2))
    for one, other in zip(low, high, strict=True):
        for role, notes in one.notes.items():
            moved = notes.copy()
            moved[:, PITCH] -= 0 if role is Role.DRUMS else 2
            assert np.array_equal(moved, other.notes[role])


def test_a_turn_keeps_what_was_played_and_the_drums() -> None:
    changed = []
    for seed in range(4):
        band = jam(default_model(), replace(OPTIONS, seed=seed))
        led(band, "C C")
        before = band.bar()
        after = band.turn(read_chord("F#m7"), 2)
        assert [(step, str(chord)) for step, chord in after.chords] == [(0, "C"), (24, "F#m7")]
        assert np.array_equal(before.notes[Role.DRUMS][:, :3], after.notes[Role.DRUMS][:, :3])
        for role in PITCHED:
            old, new = (bar.notes[role][bar.notes[role][:, ONSET] < 24][:, :3] for bar in (before, after))
            assert np.array_equal(old, new), role
            changed += after.notes[role][after.notes[role][:, ONSET] >= 24][:, PITCH].tolist()
    tones = tones_of(read_chord("F#m7"))
    assert len(changed) > 16
    assert sum(pitch % PITCH_CLASSES in tones for pitch in changed) > 0.7 * len(changed)


@pytest.mark.parametrize("detour", [[("E7", 2)], [("E7", 3), ("Bb", 2)], [("F", 2)]])
def test_a_chord_that_gave_way_leaves_no_trace(detour: list[tuple[str, int]]) -> None:
    straight, winding = jam(), jam()
    led(straight, "C Am")
    led(winding, "C Am")
    straight.bar()
    winding.bar()
    wanted = straight.turn(read_chord("F"), 2)
    for name, beat in detour:
        winding.turn(read_chord(name), beat)
    assert told([winding.turn(read_chord("F"), 2)]) == told([wanted])
    assert told([straight.bar()]) == told([winding.bar()])


def test_a_bar_may_have_several_chords() -> None:
    band = jam()
    led(band, "C Am")
    for beat, name in enumerate(["F", "Dm", "G7"], 1):
        bar = band.turn(read_chord(name), beat)
    assert [(step, str(chord)) for step, chord in bar.chords] == [(0, "Am"), (12, "F"), (24, "Dm"), (36, "G7")]


def test_a_chord_that_was_taken_back_leaves_the_bar_as_it_was() -> None:
    band = jam()
    led(band, "C Am")
    bar = band.bar()
    assert told([band.turn(read_chord("F"), 2)]) != told([bar])
    assert told([band.turn(read_chord("Am"), 2)]) == told([bar])
    assert told([band.turn(read_chord("Am"), 0)]) == told([bar])


def test_nothing_pitched_begins_without_a_chord() -> None:
    band = jam(default_model())
    led(band, "C F")
    band.bar()
    bar = band.turn(Chord.no_chord(), 1)
    assert len(bar.notes[Role.DRUMS])
    assert max(int(bar.notes[role][:, ONSET].max(initial=0)) for role in PITCHED) < STEPS_PER_BEAT
    assert {role for role, rows in band.bar().notes.items() if len(rows)} <= {Role.DRUMS}


def test_the_bass_begins_a_slash_chord_on_its_bass() -> None:
    for bar in led(jam(default_model()), "C C/E F/G C/E"):
        chord, bass = bar.chords[0][1], bar.notes[Role.BASS]
        if chord.bass is not None:
            assert bass[np.argmin(bass[:, ONSET]), PITCH] % PITCH_CLASSES == chord.bass_pc


def test_a_long_jam_does_not_grow() -> None:
    band = jam(options=ArrangeOptions(seed=3))
    lengths = []
    for number in range(3 * _BARS):
        band.bar(read_chord(["C", "F", "G", "Am"][number % 4]))
        band.rest()
        lengths.append(len(band._now.ids))
        assert band._now.window_length <= 256
    assert max(lengths[2 * _BARS :]) < 1.5 * max(lengths[:_BARS])
    assert len(band._now.bars) <= _BARS


def test_nothing_is_read_but_the_bar_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network has read before a chord comes, it need not read again."""
    band = Jam(OPTIONS, key=Key(0), model=Model(tiny_checkpoint(1024)))
    led(band, "C Am")
    band.rest()
    read: list[int] = []
    engine, below = band._model.engine, band._model.engine._read

    def counted(cache: Cache, inputs: Inputs, wanted: Inputs | None) -> Floats:
        read.append(len(inputs))
        return below(cache, inputs, wanted)

    monkeypatch.setattr(engine, "_read", counted)
    asks: list[Callable[[], JamBar]] = [
        band.bar,
        lambda: band.turn(read_chord("F")),
        lambda: band.turn(read_chord("G"), 2),
    ]
    for ask in asks:
        read.clear()
        ask()
        assert 0 < sum(read) <= len(band._now.ids) - band._mark.ids + 1
    assert band._now.begin == 0


@pytest.mark.parametrize(
    "meter", [Meter(4, 4), Meter(3, 4), Meter(2, 4), Meter(6, 8), Meter(12, 8), Meter(7, 8)], ids=str
)
def test_whatever_is_asked_for_is_composed(meter: Meter) -> None:
    """Silence, slash chords and turns on any beat, in any order."""
    if len(meter.parts) > 1:
        with pytest.raises(OptionError, match="at most four beats"):
            jam(meter=meter)
        return
    chords = [read_chord(name) for name in ["C", "Am", "F/A", "G7/B", "N.C.", "Bb/D", "F#m7-5"]]
    draw = random.Random(str(meter))
    band = jam(meter=meter, options=ArrangeOptions(seed=1, style="pop"))
    for number in range(12):
        bar = band.bar(draw.choice(chords) if number == 0 or draw.random() < 0.3 else None)
        for _ in range(draw.randrange(3)):
            bar = band.turn(draw.choice(chords), draw.randrange(band.beats))
        assert bar.number == number
        for notes in bar.notes.values():
            assert ((notes[:, ONSET] >= 0) & (notes[:, ONSET] < meter.steps)).all()
        if draw.random() < 0.5:
            band.rest()


def test_after_silence_everybody_comes_back() -> None:
    band = jam(options=ArrangeOptions(seed=1))
    for name in ("C", "N.C.", "N.C."):
        band.bar(read_chord(name))
    assert all(map(len, band.bar(read_chord("F")).notes.values()))
    band.bar(read_chord("N.C."))
    band.turn(read_chord("G"), 2)
    assert all(map(len, band.bar(read_chord("C")).notes.values()))


@pytest.mark.parametrize(
    ("lead", "match"),
    [
        (lambda band: band.bar(), "no chord yet"),
        (lambda band: band.turn(read_chord("C")), "beat 0 of the bar"),
        (lambda band: [band.bar(read_chord("C")), band.turn(read_chord("F"), 4)], "count from 0 to 3"),
        (lambda band: [band.bar(read_chord("C")), band.rest(), band.turn(read_chord("F"))], "beat 0 of the bar"),
    ],
)
def test_what_makes_no_sense_is_told(lead: Lead, match: str) -> None:
    with pytest.raises(OptionError, match=match):
        lead(jam())


def test_the_key_is_that_of_the_chords_unless_it_is_given() -> None:
    band = jam()
    led(band, "Dm7 G7 CM7 C")
    assert band._key == Key(0)
    given = Jam(OPTIONS, key=Key.named("Eb major"), model=tiny())
    led(given, "C G7")
    assert given._key == Key(3)


def test_what_was_jammed_is_a_piece() -> None:
    band = jam(default_model())
    bars = led(band, "C Am")
    band.bar()
    bars.append(band.turn(read_chord("F"), 1))
    piece = piece_of(bars, band.options, band.meter)
    assert piece.progression is not None
    assert str(piece.progression) == "C:4|Am:5|F:3"
    assert (piece.steps, piece.tempo, piece.key) == (144, 120.0, "C major")
    bass = piece[Role.BASS].notes
    assert ((bass[:, ONSET] + bass[:, DURATION]) <= 300).all()
    assert len(piece[Role.DRUMS]) == sum(len(bar.notes[Role.DRUMS]) for bar in bars)
    assert most_bars(Meter(4, 4)) == 1024


def test_what_rings_into_a_chord_without_its_tone_is_cut() -> None:
    notes = np.array([(0, 48, 60, 90), (0, 48, 64, 90), (24, 12, 65, 90)], np.int32)
    assert damped(notes, 24, read_chord("F")).tolist() == [[0, 48, 60, 90], [0, 24, 64, 90], [24, 12, 65, 90]]
    assert damped(notes, 24, Chord.no_chord())[:, DURATION].tolist() == [24, 24, 12]
