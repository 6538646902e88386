"""Somebody's own part: on the grid with a report, played as it is, with the band around it, and locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman import Model, Note, Role, Selection, Track, arrange, parse, read_composition, write_composition
from sideman.arranging import ArrangeOptions, Plan
from sideman.errors import DataError, OptionError
from sideman.music.band import ROLES
from sideman.music.time import BarLines, Meter
from sideman.pieces.changes import Change
from sideman.pieces.composition import Composition
from sideman.pieces.origins import filled
from sideman.render.midi import read_track

MODEL = Model(tiny_checkpoint())
CHORDS = "C:4|Am:4|F:4|G7:4"
WALKING = Track(
    Role.BASS,
    [Note(12 * beat, 12, 36 + beat % 12, 79 if beat < 8 else 50) for beat in range(16) if beat not in (4, 5, 6, 7)],
)


def composed(track: Track = WALKING, chords: str = CHORDS) -> Composition:
    return Composition.of(arrange(chords, model=MODEL, given={track.role: track}, seed=3))


PIECE = composed()


def test_a_part_is_played_as_it_is_but_for_the_grid() -> None:
    heard = PIECE.band[Role.BASS].notes
    assert heard[:, :3].tolist() == WALKING.notes[:, :3].tolist()
    assert len({*heard[:, 3].tolist()}) == 2
    plan, losses = Plan(parse(CHORDS), ArrangeOptions(seed=3)).with_own({Role.BASS: WALKING})
    assert PIECE.plan == plan
    assert (losses[Role.BASS].notes, losses[Role.BASS].duration, losses[Role.BASS].dropped) == (12, 0, 0)
    _, losses = plan.with_own({Role.BASS: Track(Role.BASS, [*WALKING, Note(0, 13, 40, 79), Note(500, 12, 40, 79)])})
    assert (losses[Role.BASS].notes, losses[Role.BASS].duration, losses[Role.BASS].dropped) == (14, 1, 1)


def test_the_band_hears_it() -> None:
    other = composed(Track(Role.BASS, [Note(3 * number, 3, 60 + number % 7, 20) for number in range(60)]))
    assert any(PIECE.band[role] != other.band[role] for role in ROLES if role is not Role.BASS)
    assert PIECE.band != arrange(CHORDS, model=MODEL, seed=3).band
    assert composed() == PIECE


@settings(max_examples=10)
@given(
    notes=st.lists(
        st.builds(Note, st.integers(0, 220), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)), min_size=1
    ),
    role=st.sampled_from(ROLES),
)
def test_whatever_is_given_is_what_the_report_says(notes: list[Note], role: Role) -> None:
    plan = Plan(parse(CHORDS), ArrangeOptions(seed=3, roles=(role,)))
    try:
        plan, losses = plan.with_own({role: Track(role, notes)})
    except OptionError:
        return
    piece = Composition.of(arrange(CHORDS, plan.options, model=MODEL, given={role: Track(role, notes)}))
    assert piece.band.note_count == losses[role].notes - losses[role].dropped


def test_it_stays_locked() -> None:
    with pytest.raises(OptionError, match="bass: somebody's own part stays"):
        PIECE.redo(Selection(["bass", "piano"], [1]), 1, MODEL)
    changed = PIECE.redo(Selection(["piano"], [1]), 1, MODEL)
    assert changed.band[Role.BASS] == PIECE.band[Role.BASS]


def test_other_chords_leave_it_alone() -> None:
    other = PIECE.with_chart(parse("C:4|E7:4|F:4|G7:4"), 1, MODEL)
    assert other.band[Role.BASS] == PIECE.band[Role.BASS]
    assert other.parts()[1][Role.PIANO] != PIECE.parts()[1][Role.PIANO]
    longer = PIECE.with_chart(parse("C:4|Am:4|Dm:4|F:4|G7:4"), 1, MODEL)
    assert len(longer.parts()[2][Role.BASS]) == 1  # it rests where there was nothing
    kept = [0, 1, 3, 4]
    assert [longer.parts()[bar] for bar in kept] == [*PIECE.parts()]
    again = longer.redo(Selection(["piano"], [2]), 1, MODEL)
    assert again.band[Role.BASS] == longer.band[Role.BASS]
    change = longer.revisions[0]
    seed = change.seed or 0
    assert PIECE.changed(Change(change.selection, seed, change.progression, change.origins), 1, MODEL, 1) == (longer,)


@cases(
    ("origins", "before", "after", "expected"),
    [
        ((0, None, 2), "aaa", "aaa", (0, 1, 2)),
        ((0, None, 2), "aba", "aaa", (0, None, 2)),
        ((None, None), "aa", "aa", (0, 1)),
        ((0, None, 1), "aa", "aaa", (0, None, 1)),
        ((None, 1, None), "aba", "aba", (0, 1, 2)),
        ((0, None), "aab", "aa", (0, None)),
    ],
)
def test_bars_that_only_changed_their_chords(
    origins: tuple[int | None, ...], before: str, after: str, expected: tuple[int | None, ...]
) -> None:
    assert filled(origins, before, after) == expected


def test_a_document_keeps_it(tmp_path: Path) -> None:
    piece = PIECE.with_chart(parse("C:4|Am:4|Dm:4|F:4|G7:4"), 1, MODEL)
    write_composition(piece, tmp_path / "piece.json")
    again = read_composition(tmp_path / "piece.json")
    assert again == piece
    assert again.bands == piece.bands
    with pytest.raises(OptionError, match="own part"):
        again.redo(Selection(["bass"], [0]), 1, MODEL)


def test_parts_that_cannot_be_given() -> None:
    plan = Plan(parse("C:4"), ArrangeOptions(roles=(Role.PIANO,)))
    with pytest.raises(OptionError, match="bass doesn't play, add it to the tracks"):
        plan.with_own({Role.BASS: WALKING})
    with pytest.raises(OptionError, match="no note of it lies within the chart"):
        plan.with_own({Role.PIANO: Track(Role.PIANO, [Note(96, 12, 60, 80)])})
    with pytest.raises(OptionError, match="4 bars of 1, give a part for each"):
        replace(PIECE.plan, progression=parse("C:4"))


# Files


def song(path: Path, *tracks: tuple[str, int, list[tuple[int, int]]], metre: tuple[int, int] | None = (4, 4)) -> Path:
    """A MIDI file of tracks: name, program and onsets and pitches, in pulses of 480; ``metre`` None leaves it out."""
    file = mido.MidiFile(ticks_per_beat=480)
    if metre is not None:
        beats, unit = metre
        file.tracks.append(mido.MidiTrack([mido.MetaMessage("time_signature", numerator=beats, denominator=unit)]))
    for channel, (name, program, notes) in enumerate(tracks):
        events = [(onset, mido.Message("note_on", channel=channel, note=pitch, velocity=80)) for onset, pitch in notes]
        events += [
            (onset + 240, mido.Message("note_off", channel=channel, note=pitch, velocity=0)) for onset, pitch in notes
        ]
        track = [
            mido.MetaMessage("track_name", name=name),
            mido.Message("program_change", channel=channel, program=program),
        ]
        now = 0
        for time, event in sorted(events, key=lambda each: each[0]):
            track.append(event.copy(time=time - now))
            now = time
        file.tracks.append(mido.MidiTrack(track))
    file.save(path)
    return path


LINE = [(0, 36), (485, 38), (960, 40)]


def test_a_track_of_a_file(tmp_path: Path) -> None:
    path = song(
        tmp_path / "a.mid", ("Lead", 80, [(0, 60)]), ("Bass", 81, LINE), ("Low", 34, LINE[:2]), ("Keys", 4, LINE[:1])
    )
    for wish, notes, off in (("", 3, 1), ("bass", 3, 1), ("2", 3, 1), ("low", 2, 1), ("4", 1, 0)):
        track, moved = read_track(path, Role.BASS, BarLines(), wish)
        assert (len(track.notes), moved) == (notes, off)
    assert read_track(path, Role.BASS, BarLines())[0].notes[:, 0].tolist() == [0, 12, 24]
    assert len(read_track(path.read_bytes(), Role.PIANO, BarLines())[0].notes) == 1  # by what it plays
    for wish in ("5", "0", "tuba", "99999999999"):
        with pytest.raises(DataError, match="0 tracks for bass, choose one of: 1 'Lead', 2 'Bass'"):
            read_track(path, Role.BASS, BarLines(), wish)
    with pytest.raises(DataError, match="4 tracks for guitar, choose one of"):
        read_track(path, Role.GUITAR, BarLines())
    with pytest.raises(DataError, match="not a MIDI file"):
        read_track(b"what", Role.BASS, BarLines())


def test_the_only_track_of_a_file_is_the_one(tmp_path: Path) -> None:
    path = song(tmp_path / "a.mid", ("", 90, LINE))
    assert len(read_track(path, Role.GUITAR, BarLines())[0].notes) == 3


@pytest.mark.parametrize("role", [Role.MELODY, Role.BASS])
def test_drums_are_a_part_for_drums_alone(tmp_path: Path, role: Role) -> None:
    silent: list[tuple[str, int, list[tuple[int, int]]]] = [("", 0, [])] * 8
    path = song(tmp_path / "a.mid", ("Flute", 73, LINE), *silent, ("Kit", 0, LINE))
    for wish in ("kit", "2"):
        with pytest.raises(DataError, match=f"'Kit' is a drum track, not one for {role}, choose one of: 1 'Flute'$"):
            read_track(path, role, BarLines(), wish)
        assert len(read_track(path, Role.DRUMS, BarLines(), wish)[0]) == 3
    with pytest.raises(DataError, match=f"0 tracks for {role}, choose one of: 1 'Flute'$"):
        read_track(path, role, BarLines(), "3")
    alone = song(tmp_path / "b.mid", ("", 0, []), *silent, ("Kit", 0, LINE))
    with pytest.raises(
        DataError, match=f"'Kit' is a drum track, not one for {role}, choose one of: none, all are drums"
    ):
        read_track(alone, role, BarLines())


def test_a_part_in_compound_bars_lies_in_the_charts(tmp_path: Path) -> None:
    path = song(tmp_path / "a.mid", ("", 33, [(0, 36), (720, 38)]), metre=(6, 8))
    track, _ = read_track(path, Role.BASS, BarLines((Meter(6, 8),)))
    assert np.array_equal(track.notes[:, 0], [0, 12])
