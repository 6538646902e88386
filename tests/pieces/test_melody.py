"""A melody: a sixth track that plays along as it is, whose clashes the band avoids."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from tests.cases import cases
from tests.pieces.test_own import LINE, song
from tests.tiny import tiny_checkpoint

from sideman import Model, Note, Role, Selection, Track, arrange, parse, read_composition, read_midi, write_composition
from sideman.arranging import ArrangeOptions, Plan
from sideman.errors import DataError, OptionError
from sideman.music.band import DURATION, INSTRUMENTS, ONSET, PITCH, ROLES
from sideman.music.time import BarLines
from sideman.pieces.composition import Composition
from sideman.pieces.document import to_document
from sideman.pieces.melodies import moved_melody
from sideman.render.midi import read_track
from sideman.tokens.clashes import rubbing

MODEL = Model(tiny_checkpoint())
CHORDS = "C:4|Am:4|F:4|G7:4"
TUNE = Track(Role.MELODY, [Note(12 * beat, 12, 72 + beat % 5, 60 + beat) for beat in range(16)], 65)
PIECE = Composition.of(arrange(CHORDS, model=MODEL, melody=TUNE, seed=3))


def test_it_plays_along_as_it_is() -> None:
    assert PIECE.band[Role.MELODY] == TUNE
    assert PIECE.band.roles == (*ROLES, Role.MELODY)
    assert [bar.notes[Role.MELODY].tolist() for bar in PIECE.bars()] == [
        TUNE.notes[first : first + 4].tolist() for first in (0, 4, 8, 12)
    ]
    arrangement = arrange(CHORDS, model=MODEL, melody=TUNE, seed=3)
    assert [bar.notes[Role.MELODY].tolist() for bar in arrangement] == [
        bar.notes[Role.MELODY].tolist() for bar in PIECE.bars()
    ]
    assert arrangement.band == PIECE.band


def test_whoever_played_it_it_keeps_its_sound() -> None:
    plan = Plan(parse(CHORDS), ArrangeOptions(seed=3))
    assert plan.with_melody(Track(Role.STRINGS, TUNE.notes))[0].melody == Track(Role.MELODY, TUNE.notes, 48)
    assert plan.with_melody(Track(Role.MELODY, TUNE.notes))[0].melody == replace(TUNE, program=73)
    assert INSTRUMENTS[Role.MELODY].program == 73


def test_what_does_not_fit_is_cut_and_told() -> None:
    plan = Plan(parse(CHORDS), ArrangeOptions(seed=3))
    notes = [Note(0, 30, 72, 80), Note(24, 12, 72, 80), Note(180, 24, 74, 80), Note(192, 12, 74, 80)]
    changed, loss = plan.with_melody(Track(Role.MELODY, notes))
    assert changed.melody is not None
    assert changed.melody.notes[:, :2].tolist() == [[0, 24], [24, 12], [180, 12]]
    assert (loss.notes, loss.duration, loss.dropped) == (4, 2, 1)
    with pytest.raises(OptionError, match="no note of it lies within the chart"):
        plan.with_melody(Track(Role.MELODY, notes[-1:]))
    with pytest.raises(OptionError, match="a track of that role, with notes that end within the chart"):
        replace(plan, melody=Track(Role.BASS, notes[:1]))
    with pytest.raises(OptionError, match="end within the chart"):
        replace(plan, melody=Track(Role.MELODY, notes))


def rub_share(melody: Track | None, seeds: range) -> float:
    """The share of the time of pitched notes in which they rub against the tune, whether they heard it or not."""
    rubs = rubbing(TUNE.notes, 192)
    hits = []
    for seed in seeds:
        band = arrange(CHORDS, model=MODEL, melody=melody, seed=seed, roles=("piano", "strings")).band
        for role in (Role.PIANO, Role.STRINGS):
            for onset, duration, pitch in band[role].notes[:, [ONSET, DURATION, PITCH]].tolist():
                hits.append(rubs[onset : onset + duration, pitch % 12])
    return float(np.concatenate(hits).mean())


def test_the_band_avoids_what_rubs_against_it() -> None:
    assert rub_share(TUNE, range(6)) < 0.75 * rub_share(None, range(6))


def test_it_is_played_like_the_others() -> None:
    band = PIECE.rendition(0, ArrangeOptions(transpose=-2, play_tempo=90, swing=67, humanize=1).playing)
    assert band[Role.MELODY].notes[:, PITCH].tolist() == (TUNE.notes[:, PITCH] - 2).tolist()
    assert (band.tempo, band.feel.share(Role.MELODY)) == (90, 2 / 3)
    assert ArrangeOptions(straight="melody").feel.straight == (Role.MELODY,)  # type: ignore[arg-type]
    high = Track(Role.MELODY, [Note(0, 12, 100, 80)])
    piece = arrange(CHORDS, model=MODEL, melody=high, seed=3, transpose=7)
    assert piece.band[Role.MELODY].notes[0, PITCH] == 95  # an octave back: a fifth up would be out of range


def test_a_file_has_it_as_a_track_of_its_own(tmp_path: Path) -> None:
    PIECE.band.save(tmp_path / "song.mid")
    assert read_midi(tmp_path / "song.mid")[Role.MELODY] == TUNE
    tracks = {track.name: track for track in mido.MidiFile(tmp_path / "song.mid").tracks}
    channels = {name: {each.channel for each in track if hasattr(each, "channel")} for name, track in tracks.items()}
    assert list(tracks) == ["Drums", "Piano", "Guitar", "Bass", "Strings", "Melody"]
    assert not channels.pop("Melody") & set.union(*channels.values())
    assert "melody" in PIECE.band._repr_html_()


def test_a_document_keeps_it_and_those_without_open(tmp_path: Path) -> None:
    write_composition(PIECE, tmp_path / "piece.json")
    again = read_composition(tmp_path / "piece.json")
    assert again == PIECE
    assert again.bands == PIECE.bands
    without = Composition.of(arrange(CHORDS, model=MODEL, seed=3))
    assert "melody" not in to_document(without)
    document = json.loads(to_document(PIECE))
    for broken in ({"notes": [[0, 12, 300, 80]]}, {"notes": [[0, 12]]}, {"notes": [[190, 12, 60, 80]]}, 3, {}):
        document["request"]["melody"] = broken
        (tmp_path / "broken.json").write_text(json.dumps(document), "utf-8")
        with pytest.raises(DataError, match="damaged piece"):
            read_composition(tmp_path / "broken.json")


def test_a_redo_leaves_it_and_hears_it() -> None:
    changed = PIECE.redo(Selection(["piano"], [1]), 1, MODEL)
    assert changed.band[Role.MELODY] == TUNE
    with pytest.raises(OptionError, match="tracks"):
        PIECE.redo(Selection(["melody"], [1]), 1, MODEL)


def test_its_bars_move_with_the_chart() -> None:
    other = PIECE.with_chart(parse("C:4|E7:4|F:4|G7:4"), 1, MODEL)
    assert other.band[Role.MELODY] == TUNE
    longer = PIECE.with_chart(parse("C:4|Am:4|Dm:4|F:4|G7:4"), 1, MODEL)
    onsets = longer.band[Role.MELODY].notes[:, ONSET].tolist()
    assert onsets == [*range(0, 96, 12), *range(144, 240, 12)]
    assert longer.band[Role.MELODY].program == 65


@cases(
    ("origins", "after", "expected"),
    [
        ((0, 1), [0, 48, 96], [(0, 12, 60), (36, 24, 62)]),
        ((1, 0), [0, 48, 96], [(48, 12, 60), (84, 12, 62)]),  # cut at the end
        ((0, None, 1), [0, 48, 96, 144], [(0, 12, 60), (36, 12, 62)]),  # cut where another bar follows
        ((None, 0), [0, 48, 90], [(48, 12, 60), (84, 6, 62)]),
        ((None,), [0, 48], None),
    ],
)
def test_bars_of_it_that_move(
    origins: tuple[int | None, ...], after: list[int], expected: list[tuple[int, int, int]] | None
) -> None:
    melody = Track(Role.MELODY, [Note(0, 12, 60, 80), Note(36, 24, 62, 80)], 40)
    moved = moved_melody(melody, origins, [0, 48, 96], after)
    assert (moved and [tuple(note[:3]) for note in moved]) == expected


def test_a_file_tells_the_melody_and_its_program(tmp_path: Path) -> None:
    path = song(tmp_path / "a.mid", ("Melody", 71, LINE), ("Keys", 4, LINE[:1]))
    track, moved = read_track(path, Role.MELODY, BarLines())
    assert (track.program, len(track), moved) == (71, 3, 1)
    assert read_track(path, Role.MELODY, BarLines(), "keys")[0].program == 4
    other = song(tmp_path / "b.mid", ("Oboe", 68, LINE))
    assert read_track(other, Role.MELODY, BarLines())[0].program == 68
    whole = song(tmp_path / "d.mid", ("Strings", 48, LINE), ("Lead vocals", 53, LINE[:2]), ("Keys", 4, LINE))
    assert read_track(whole, Role.MELODY, BarLines())[0].program == 53
    both = song(tmp_path / "c.mid", ("A", 68, LINE), ("B", 71, LINE))
    with pytest.raises(DataError, match="2 tracks for melody, choose one of: 1 'A', 2 'B'"):
        read_track(both, Role.MELODY, BarLines())
