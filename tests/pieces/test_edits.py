"""Notes that somebody gives for some bars: heard as given, all else as it was, kept, undone, played anew."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.pieces.test_composition import bars_of
from tests.tiny import tiny_checkpoint

from sideman import Model, Note, Role, Selection, Track, arrange, parse
from sideman.charts import read
from sideman.composer import Composer
from sideman.errors import DataError, OptionError
from sideman.music.band import ONSET, ROLES, VELOCITY
from sideman.music.time import STEPS_PER_BAR, BarLines, Meter
from sideman.pieces.changes import Change
from sideman.pieces.commission import Commission
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.pieces.drafts import compose
from sideman.pieces.edits import Edit
from sideman.tokens.grid import GridLoss
from sideman.tokens.vocabulary import LENGTHS

MODEL = Model(tiny_checkpoint())
CHORDS = "C:4|Am:4|F:4|Gm7/Bb:4|Bb:3.5"
PIECE = Composition.of(arrange(CHORDS, model=MODEL, seed=3, takes=2))
RIFF = [Note(48, 12, 60, 99), Note(48, 12, 64, 31), Note(60, 6, 67, 127), Note(95, 96, 72, 1)]


def riff(role: Role = Role.PIANO) -> dict[Role, Track]:
    return {role: Track(role, RIFF)}


EDITED, LOSSES = PIECE.edited(riff(), [1])


def test_what_is_heard_is_what_was_given() -> None:
    assert bars_of(EDITED.band, Role.PIANO)[1] == [[*note] for note in RIFF]
    assert {Role.PIANO: GridLoss(4)} == LOSSES
    (bar,) = [bar for bar in EDITED.bars() if bar.number == 1]
    assert sorted(bar.notes[Role.PIANO].tolist()) == [[*note] for note in RIFF]
    (revision,) = EDITED.revisions
    assert (revision.title, revision.seed) == ("edited piano, bar 2", None)
    assert repr(revision).endswith("given>")


def test_what_the_grid_changes_is_told() -> None:
    notes = [Note(0, 4, 60, 80), Note(0, 12, 60, 70), Note(7, 500, 127, 5), Note(9, 3, 0, 6)]
    piece, losses = PIECE.edited({Role.PIANO: Track(Role.PIANO, notes)}, [0])
    loss = losses[Role.PIANO]
    assert (loss.notes, loss.dropped, loss.duration, loss.velocity) == (4, 1, 1, 0)
    assert bars_of(piece.band, Role.PIANO)[0][0] == [0, 12, 60, 70]
    drums = [Note(0, 9, 36, 3), Note(0, 1, 42, 120), Note(6, 1, 5, 80)]
    piece, losses = PIECE.edited({Role.DRUMS: Track(Role.DRUMS, drums)}, [0])
    assert losses[Role.DRUMS].dropped == 1
    assert bars_of(piece.band, Role.DRUMS)[0] == [[0, 1, 36, 3], [0, 1, 42, 120]]


def notes_in(bars: set[int], role: Role) -> st.SearchStrategy[list[Note]]:
    steps = [step for bar in bars for step in range(48 * bar, min(48 * bar + 48, 234))]
    pitches = st.integers(35, 81) if role is Role.DRUMS else st.integers(30, 90)
    lengths = st.just(1) if role is Role.DRUMS else st.sampled_from(LENGTHS)
    note = st.builds(Note, st.sampled_from(steps), lengths, pitches, st.integers(1, 127))
    return st.lists(note, max_size=20, unique_by=lambda note: (note.onset, note.pitch))


@settings(max_examples=20)
@given(data=st.data(), role=st.sampled_from(ROLES), bars=st.sets(st.integers(0, 4), min_size=1), take=st.integers(0, 1))
def test_notes_outside_of_edited_bars_stay(data: st.DataObject, role: Role, bars: set[int], take: int) -> None:
    notes = data.draw(notes_in(bars, role))
    edited, losses = PIECE.edited({role: Track(role, notes)}, sorted(bars), take)
    assert losses[role] == GridLoss(len(notes))
    assert edited.bands[1 - take] == PIECE.bands[1 - take]
    before, after = PIECE.bands[take], edited.bands[take]
    for other in ROLES:
        pairs = zip(bars_of(before, other), bars_of(after, other), strict=True)
        for bar, (old, new) in enumerate(pairs):
            if other is role and bar in bars:
                wanted = [note for note in notes if note.onset // STEPS_PER_BAR == bar]
                wanted.sort(key=lambda note: (note.onset, note.pitch))
                assert new == [[note.onset, min(note.duration, 234 - note.onset), *note[2:]] for note in wanted]
            else:
                assert old == new
    assert from_document(to_document(edited)) == edited
    assert from_document(to_document(edited)).bands == edited.bands
    (given_notes,) = edited.given
    assert given_notes is not None
    again, _ = PIECE.edited({role: Track(role, given_notes[role])}, sorted(bars), take)
    assert again == edited


def test_what_was_edited_is_played_anew_with_hands_of_its_own() -> None:
    redone = EDITED.redo(Selection(["piano"], [1]), 1, MODEL)
    assert redone.plan_of().velocities == {}
    assert bars_of(redone.band, Role.PIANO)[1] != bars_of(EDITED.band, Role.PIANO)[1]
    around = EDITED.redo(Selection([*ROLES], [2, 3]), 1, MODEL)
    assert bars_of(around.band, Role.PIANO)[1] == bars_of(EDITED.band, Role.PIANO)[1]
    assert around.parts()[2] != PIECE.redo(Selection([*ROLES], [2, 3]), 1, MODEL).parts()[2]  # the band hears it


def test_edits_are_undone_and_done_again() -> None:
    twice, _ = EDITED.edited({Role.PIANO: Track(Role.PIANO)}, [1])
    assert bars_of(twice.band, Role.PIANO)[1] == []
    assert twice.at(1).bands == EDITED.bands
    assert twice.at(0).bands == PIECE.bands
    assert twice.at(0).at(2) == twice
    assert [{role: notes.tolist() for role, notes in each.items()} for each in twice.given if each is not None] == [
        {Role.PIANO: [[*note] for note in RIFF]},
        {Role.PIANO: []},
    ]
    offered = EDITED.offering(EDITED.alternatives(Selection(["bass"], [1]), 2, 1, MODEL))
    assert bars_of(offered.choosing(1).band, Role.PIANO)[1] == [[*note] for note in RIFF]


def test_bars_that_move_take_their_edits_along() -> None:
    longer = EDITED.with_chart(parse("C:4|Dm:4|Am:4|F:4|Gm7/Bb:4|Bb:3.5"), 1, MODEL)
    assert bars_of(longer.band, Role.PIANO)[2] == [[onset + 48, *rest] for onset, *rest in RIFF]
    shorter = longer.with_chart(parse("C:4|Dm:4|F:4|Gm7/Bb:4|Bb:3.5"), 1, MODEL)
    assert shorter.plan_of().velocities == {}
    assert from_document(to_document(longer)).bands == longer.bands


def test_bars_of_five_are_edited_whole() -> None:
    lines = BarLines((Meter(5, 4),))
    chords = replace(parse("C:5|F:5", lines.meters[0]), lines=lines)
    piece = Composition.of(arrange(chords, model=MODEL, seed=1))
    notes = [Note(60, 12, 60, 100), Note(110, 12, 62, 20)]
    edited, _ = piece.edited({Role.BASS: Track(Role.BASS, notes)}, [1])
    rows = edited.band[Role.BASS].notes
    assert rows[rows[:, ONSET] >= 60].tolist() == [[60, 12, 60, 100], [110, 10, 62, 20]]


def test_a_section_that_is_soft_leaves_edits_alone() -> None:
    song = read("[Verse loudness=pp]\nC | Am\n[Chorus]\nF | G").song
    piece = Composition.of(arrange(song, model=MODEL, seed=3))
    edited, _ = piece.edited({Role.PIANO: Track(Role.PIANO, RIFF[:3])}, [1])
    assert bars_of(edited.band, Role.PIANO)[1] == [[*note] for note in RIFF[:3]]


def test_a_commission_makes_edits_between_other_changes() -> None:
    first, later = Change(Selection(["piano"], [1]), 5), Change(Selection(["bass"], [1, 2]), 6)
    edit = Edit(riff(), [1])
    commission = Commission(PIECE.plan, [first, edit, later], MODEL.fingerprint, MODEL.sampling)
    assert commission.unchanged(0) == 1
    takes = [*commission.performance.takes]
    while takes:
        compose(takes, Composer(MODEL.engine, MODEL.columns, 2))
        takes = [take] if (take := commission.next()) else []
    expected = PIECE.changed(first, 1, MODEL, 1)[0].with_edit(edit)[0].changed(later, 1, MODEL, 1)[0]
    assert commission.composition == expected
    with pytest.raises(OptionError, match="outside of the bars"):
        Commission(PIECE.plan, [Edit(riff(), [2])])


@cases(
    ("tracks", "bars", "take", "words"),
    [
        (riff(), [0, 2], 0, "piano: a note at step 48 begins outside of the bars that are edited"),
        ({Role.PIANO: Track(Role.PIANO, [Note(234, 1, 60, 80)])}, [4], 0, "a note at step 234 begins outside"),
        ({Role.PIANO: Track(Role.PIANO, [Note(9999, 1, 60, 80)])}, [4], 0, "a note at step 9999 begins outside"),
        (riff(), [5], 0, "bars of a selection: one or more from 0 to 4"),
        (riff(), [], 0, "bars of a selection"),
        (riff(), [1], 2, "take 2: they are counted from 0 to 1"),
        (riff(), [1], -1, "take -1: they are counted"),
        ({}, [1], 0, "one or more of"),
        ({"tuba": Track(Role.PIANO, RIFF)}, [1], 0, "'tuba' is not a valid Role"),
    ],
)
def test_what_cannot_be_edited(tracks: dict[Role, Track], bars: list[int], take: int, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        PIECE.edited(tracks, bars, take)


def test_an_own_part_is_not_edited() -> None:
    piece = Composition.of(arrange(CHORDS, model=MODEL, given=riff(), seed=3))
    with pytest.raises(OptionError, match="piano: somebody's own part stays"):
        piece.edited(riff(), [1])


def test_documents_of_edits_are_those_that_earlier_versions_open() -> None:
    document = json.loads(to_document(EDITED))
    assert document["version"] == 1
    assert document["revisions"][0]["velocities"] == {"piano": [[99, 31, 127, 1]]}


@cases(
    "velocities",
    [
        {"piano": [[99, 31, 127]]},
        {"piano": [[99, 31, 127, 0]]},
        {"piano": []},
        {},
        {"bass": [[]]},
        [1],
        {"piano": "no"},
    ],
)
def test_damaged_velocities_are_told_as_such(velocities: object) -> None:
    document = json.loads(to_document(EDITED))
    document["revisions"][0]["velocities"] = velocities
    with pytest.raises(DataError, match="damaged piece"):
        from_document(json.dumps(document))


@cases(
    ("chart", "options"),
    [
        ("[Verse tracks=bass loudness=p]\nC | Am\n[Chorus density=4]\nF | G", {}),
        ("3/4 C | N.C. | F | G", {}),
        ("6/8 C | Am | F | G", {}),
        ("C | Am | F | G", {"ending": "ring"}),
        ("7/8 C | Am | F | G", {"intro": True}),
    ],
)
def test_the_band_plays_around_notes_that_it_would_not_play(chart: str, options: dict[str, Any]) -> None:
    piece = Composition.of(arrange(read(chart).song, model=MODEL, seed=3, **options))
    lines = piece.plan.progression.lines
    for bar in range(piece.plan.bars):
        onset = lines.onset(bar)
        notes = {
            Role.DRUMS: Track(Role.DRUMS, [Note(onset + step, 1, 36, 5 + step) for step in (0, 1, 7)]),
            Role.PIANO: Track(Role.PIANO, [Note(onset, 24, 40 + pitch, 127) for pitch in range(20)]),
            Role.BASS: Track(Role.BASS),
        }
        edited, _ = piece.edited(notes, [bar])
        redone = edited.redo(Selection([Role.GUITAR, Role.STRINGS], range(piece.plan.bars)), 1, MODEL, drafts=1)
        (heard,) = [each.notes for each in redone.bars() if each.number == bar]
        assert [len(heard[role]) for role in notes] == [3, 20, 0]
        assert {*heard[Role.PIANO][:, VELOCITY].tolist()} == {127}
        assert sorted(heard[Role.DRUMS][:, VELOCITY].tolist()) == [5, 6, 12]
