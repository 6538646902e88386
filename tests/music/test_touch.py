"""How hard a player strikes each note, with what was learnt from people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.band import PITCH, ROLES, VELOCITY, NoteArray, Role
from sideman.music.strokes import Setting, sizes
from sideman.music.touch import LEARNT, learnt, pack, touch, unpack

KICK, SNARE, HAT = 36, 38, 42
SETTING = Setting(0, 0, 48)
SMALL = 100_000  # bytes


def note_array(*rows: tuple[int, int, int, int]) -> NoteArray:
    return np.array(rows, np.int32)


def moved(notes: NoteArray, steps: int = 0, semitones: int = 0, louder: int = 0) -> NoteArray:
    return notes + np.array([steps, 0, semitones, louder], np.int32)


def touched_part(role: Role, notes: NoteArray, setting: Setting) -> NoteArray:
    return touch({role: notes}, setting)[role]


BEAT = note_array(*((step, 1, HAT, 88) for step in range(0, 48, 6)), (0, 1, KICK, 88), (24, 1, KICK, 88))
GROOVE = np.concatenate([BEAT, note_array((12, 1, SNARE, 88), (36, 1, SNARE, 88))])
EIGHTHS = note_array(*((step, 6, 40 + step % 7, 88) for step in range(0, 48, 6)))
CHORDS = note_array(*((step, 10, pitch, 88) for step in (0, 12, 30) for pitch in (60, 64, 67, 71)))


@st.composite
def bars(draw: st.DrawFn) -> NoteArray:
    steps, pitches = st.integers(0, 47), st.integers(0, 127)
    loudness = draw(st.sampled_from((24, 52, 88, 116)))
    places = draw(st.sets(st.tuples(steps, pitches), min_size=1, max_size=24))
    return note_array(*((step, draw(st.integers(1, 96)), pitch, loudness) for step, pitch in places))


@given(role=st.sampled_from(ROLES), notes=bars(), number=st.integers(0, 2000), seed=st.integers(0, 2**64 - 1))
def test_velocities_alone_change_stay_in_range_and_keep_their_mean(
    role: Role, notes: NoteArray, number: int, seed: int
) -> None:
    touched = touched_part(role, notes, replace(SETTING, number=number, seed=seed))
    assert np.array_equal(touched[:, :VELOCITY], notes[:, :VELOCITY])
    assert touched[:, VELOCITY].min() >= 12
    assert touched[:, VELOCITY].max() <= 127
    assert abs(touched[:, VELOCITY].mean() - notes[:, VELOCITY].mean()) <= 1.5


@given(role=st.sampled_from(ROLES), notes=bars(), seed=st.integers(0, 99), data=st.data())
def test_neither_the_order_nor_the_key_nor_where_the_bar_stands_matters(
    role: Role, notes: NoteArray, seed: int, data: st.DataObject
) -> None:
    setting = replace(SETTING, seed=seed)
    touched = touched_part(role, notes, setting)
    order = np.array(data.draw(st.permutations(range(len(notes)))))
    assert np.array_equal(touched_part(role, notes[order], setting), touched[order])
    later = replace(setting, start=960)
    assert np.array_equal(touched_part(role, moved(notes, steps=960), later)[:, VELOCITY], touched[:, VELOCITY])
    if role is not Role.DRUMS and notes[:, PITCH].max() < 120:
        fourth = touched_part(role, moved(notes, semitones=5), setting)
        assert np.array_equal(fourth[:, VELOCITY], touched[:, VELOCITY])


@given(
    bar=st.dictionaries(st.sampled_from(ROLES), st.one_of(bars(), st.just(np.zeros((0, 4), np.int32)))),
    seed=st.integers(0, 99),
)
def test_no_role_makes_a_difference_to_another(bar: dict[Role, NoteArray], seed: int) -> None:
    setting = replace(SETTING, seed=seed, style="jazz")
    together = touch(bar, setting)
    assert [*together] == [*bar]
    for role, notes in bar.items():
        assert np.array_equal(together[role], touched_part(role, notes, setting))
        assert together[role] is not notes


# What the players of seed 1 make of two bars, by what was learnt.
PINNED = {
    Role.PIANO: [105, 97, 89, 89, 121, 121, 97, 105, 57, 65, 49, 73],
    Role.DRUMS: [83, 68, 80, 70, 81, 67, 80, 66, 122, 124, 113, 113],
}


def test_touch_is_pinned() -> None:
    told = touch({Role.PIANO: CHORDS, Role.DRUMS: GROOVE}, replace(SETTING, number=3, style="rock", seed=1))
    assert {role: notes[:, VELOCITY].tolist() for role, notes in told.items()} == PINNED


@cases("role", [role for role in ROLES if role is not Role.DRUMS])
@cases("notes", [EIGHTHS, CHORDS])
def test_nobody_plays_all_notes_alike(role: Role, notes: NoteArray) -> None:
    velocities = [
        len({*touched_part(role, notes, replace(SETTING, seed=seed))[:, VELOCITY].tolist()}) for seed in range(20)
    ]
    assert np.median(velocities) >= 3


def test_drummers_put_their_weight_on_kick_and_snare() -> None:
    heavier = 0
    for seed in range(100):
        touched = touched_part(Role.DRUMS, GROOVE, replace(SETTING, seed=seed))
        hats = touched[touched[:, PITCH] == HAT, VELOCITY].mean()
        heavier += touched[touched[:, PITCH] != HAT, VELOCITY].mean() > hats
    assert heavier > 85


def test_players_differ_and_each_stays_the_same() -> None:
    same = [np.abs(struck(seed, 1) - struck(seed, 2)).mean() for seed in range(30)]
    others = [np.abs(struck(seed, 1) - struck(seed + 100, 1)).mean() for seed in range(30)]
    assert 0 < np.mean(same) < np.mean(others) / 2
    assert np.array_equal(struck(3, 1), struck(3, 1))


def struck(seed: int, number: int) -> NoteArray:
    return touched_part(Role.DRUMS, GROOVE, replace(SETTING, seed=seed, number=number))[:, VELOCITY]


def test_a_note_a_bar_is_not_always_as_loud() -> None:
    notes = note_array((0, 48, 36, 100))
    velocities = [
        int(touched_part(Role.BASS, notes, replace(SETTING, number=number))[0, VELOCITY]) for number in range(16)
    ]
    assert {*velocities} == {99, 100, 101}


def test_the_loudest_bars_don_t_pile_up_at_the_end_of_the_range() -> None:
    notes = moved(GROOVE, louder=116 - 88)
    velocities = np.concatenate(
        [touched_part(Role.DRUMS, notes, replace(SETTING, seed=seed))[:, VELOCITY] for seed in range(100)]
    )
    assert (velocities == 127).mean() < 0.1


def test_the_softest_can_be_heard() -> None:
    notes = moved(CHORDS, louder=24 - 88)
    for seed in range(50):
        assert touched_part(Role.STRINGS, notes, replace(SETTING, seed=seed))[:, VELOCITY].min() >= 16


def test_what_was_learnt_is_small_and_of_every_role() -> None:
    assert LEARNT.stat().st_size <= SMALL
    for role, each in learnt().items():
        assert each.tables.shape[0] == sum(sizes(role).values())
        assert each.residue.shape == (2, 3)
    again = unpack(pack(learnt()))
    assert all(np.array_equal(again[role].tables, learnt()[role].tables) for role in ROLES)


def test_no_note_no_touch() -> None:
    empty = np.zeros((0, 4), np.int32)
    assert touched_part(Role.PIANO, empty, SETTING).shape == (0, 4)
