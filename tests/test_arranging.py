"""What a leader is promised, with a network that knows nothing: all of it must come from the grammar and the engine."""

from __future__ import annotations

import importlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.obedience import assert_bass_on_slash, assert_silent_under_no_chord, assert_strict
from tests.tiny import tiny_checkpoint

import sideman
from sideman import ArrangeOptions, Band, Model, Role, Track, arrange, parse
from sideman.arranging import Plan, default_model, perform
from sideman.charts import read
from sideman.composer import SAMPLING
from sideman.errors import CheckpointError, ChordSyntaxError, OptionError, TokenError
from sideman.model.checkpoint import save_checkpoint
from sideman.model.kernel import KernelEngine
from sideman.model.numpy_engine import NumpyEngine
from sideman.model.sampling import SamplingDefaults
from sideman.music.band import DURATION, ONSET, PITCH, ROLES, VELOCITY, NoteArray
from sideman.music.chords import MODEL_QUALITIES, Chord
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Progression
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT, TICKS_PER_BEAT, TICKS_PER_STEP, Meter
from sideman.render.midi import midi_bytes, read_midi
from sideman.tokens.vocabulary import LOUDNESS, VOCABULARY

FOUR_CHORDS = "C:4|Am:4|F:4|G7:4"


LINE = Track(Role.BASS, np.array([[0, 12, 36, 90]], np.int32))


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(tiny_checkpoint())


def options(seed: int = 0, **wishes: Any) -> ArrangeOptions:  # noqa: ANN401 - the fields themselves
    return ArrangeOptions(seed=seed, **wishes)


def assert_inside(band: Band) -> None:
    for track in band.tracks:
        assert (track.notes[:, ONSET] < band.steps).all()
        assert (track.notes[:, ONSET] + track.notes[:, DURATION] <= band.steps).all()


# Length


@pytest.mark.parametrize("quality", MODEL_QUALITIES, ids=lambda quality: quality.name or "major")
def test_every_quality_is_played_to_its_length(model: Model, quality: Any) -> None:  # noqa: ANN401 - a row of the table
    band = arrange(f"F#{quality.name}:4|Bb{quality.name}:4", model=model).band
    assert band.steps == 2 * COMMON_TIME.steps
    assert_inside(band)


@pytest.mark.parametrize(
    ("progression", "steps"), [("C:4|F:1.5", 66), ("C:1t", 1), ("C:3/2|G:1/3", 22), ("N.C.:4", 48), ("C Am | F", 96)]
)
def test_length_is_exact(model: Model, progression: str, steps: int) -> None:
    for seed in range(5):
        band = arrange(progression, options(seed), model=model).band
        assert band.steps == steps
        assert_inside(band)


@pytest.mark.parametrize(("metre", "steps"), [("3/4", 36), ("5/4", 60), ("6/8", 24), ("7/8", 42), ("12/8", 48)])
def test_bars_are_the_metres(model: Model, metre: str, steps: int) -> None:
    progression = parse("C | Am | F | G7", Meter.parse(metre))
    band = arrange(progression, options(), model=model).band
    assert (band.steps, band.lines.onsets(4)) == (4 * steps, [bar * steps for bar in range(5)])
    assert_inside(band)
    assert read_midi(midi_bytes(band, progression=progression)).lines == band.lines


def test_long_chart_slides_its_window(model: Model) -> None:
    bars = list(arrange("|".join(["C:4", "Am:4", "F:4", "G7:2", "E7:2"] * 50), options(3), model=model))
    assert [bar.number for bar in bars] == list(range(200))
    notes = [sum(map(len, bar.notes.values())) for bar in bars]
    assert min(sum(notes[start : start + 20]) for start in range(0, 200, 20)) > 0
    # The band keeps choosing: what comes after the first slide is no copy of what came before.
    rows = [tuple(map(tuple, bar.notes[Role.PIANO].tolist())) for bar in bars if len(bar.notes[Role.PIANO])]
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("context", [48, 96])
def test_bars_longer_than_the_context_are_finished(context: int) -> None:
    small = Model(tiny_checkpoint(context))
    band = arrange("C:1|" * 11 + "C:1", options(1, density=4), model=small).band
    assert band.steps == 3 * COMMON_TIME.steps


# Who plays


@pytest.mark.parametrize(
    "roles", [(Role.DRUMS,), (Role.BASS, Role.DRUMS), (Role.STRINGS, Role.PIANO, Role.GUITAR), ROLES]
)
def test_only_the_roles_asked_for_play(model: Model, roles: tuple[Role, ...]) -> None:
    arrangement = arrange(FOUR_CHORDS, options(roles=roles), model=model)
    assert {role for bar in arrangement for role in bar.notes} == set(roles)
    assert set(arrangement.band.roles) == set(roles)


# Every pitch class as a slash bass, changes on and off the beat.
ALL_BASSES = (
    "C C/Db | C/D:1.5 C/Eb:2.5 | C/E | C/E:2 C/F:2 | C/Gb:3 C/G:1 | C/Ab:4.5 C/A:3.5 "
    "| N.C.:0.5 C/Bb:3 N.C.:0.5 | C/B F/C | N.C."
)


@pytest.mark.parametrize("weights", ["random", "shipped"])
def test_silence_and_slash_basses_are_obeyed(model: Model, weights: str) -> None:
    band_of = model if weights == "random" else default_model()
    for seed, progression in enumerate(
        (ALL_BASSES, "N.C. | G/B:2 N.C.:1 Am/G:1 | F#m7/E", "Eb/G Ab/Bb | N.C.:2 Bb/D:2")
    ):
        arrangement = arrange(progression, options(seed, style="jazz"), model=band_of)
        assert_silent_under_no_chord(arrangement.band, arrangement.plan.chart)
        assert_bass_on_slash(arrangement.band, arrangement.plan.chart)


@pytest.mark.parametrize(
    ("progression", "wishes", "returns"),
    [
        ("N.C. | N.C. | C | F", {}, {2}),
        ("C | N.C. | N.C. | F | C | N.C. Am | N.C. | G", {}, {0, 3, 7}),
        ("C | N.C. | F", {"intro": True}, {2}),
    ],
)
def test_after_silence_everybody_comes_back(
    model: Model, progression: str, wishes: dict[str, bool], returns: set[int]
) -> None:
    for seed in range(4):
        arrangement = arrange(progression, options(seed, **wishes), model=model)
        whole = {number for number, bar in enumerate(arrangement) if all(map(len, bar.notes.values()))}
        assert returns <= whole


@pytest.mark.parametrize("progression", ["N.C. | C | F", "N.C. | N.C.", "C | N.C."])
def test_bars_for_which_nothing_is_composed_are_told_too(model: Model, progression: str) -> None:
    numbers = [bar.number for bar in arrange(progression, options(1, roles=(Role.BASS,), takes=2), model=model)]
    assert sorted(numbers) == [number for number in range(progression.count("|") + 1) for _ in range(2)]


def test_after_silence_those_stay_silent_who_are_to_rest(model: Model) -> None:
    song = read("[A tracks=piano,bass]\n| C | N.C. | F |").song
    bars = list(arrange(song, options(1), model=model))
    assert {role for role, notes in bars[2].notes.items() if len(notes)} == {Role.PIANO, Role.BASS}


@pytest.mark.parametrize("weights", ["random", "shipped"])
def test_the_strictest_never_leave_the_chords_on_a_beat(model: Model, weights: str) -> None:
    band_of = model if weights == "random" else default_model()
    for seed, progression in enumerate(("C Am | Dm7 G7 | Ebdim F#m7b5 | Bsus4:1.5 B7:2.5", "F/A Bb | N.C.:1 Gm:3")):
        arrangement = arrange(progression, options(seed, strict=1, free_bass=True), model=band_of)
        assert_silent_under_no_chord(arrangement.band, arrangement.plan.chart)
        assert_strict(arrangement.band, arrangement.plan.chart)
    loose = arrange("C|Am|F|G", options(2, strict=0), model=model)
    with pytest.raises(AssertionError):
        assert_strict(loose.band, loose.plan.chart)


def test_the_strictest_play_chords_as_they_are_written(model: Model) -> None:
    progression = parse("C5 Asus2 | Dm7(no5) G13 | C7alt C5")
    band = arrange(progression, options(3, strict=1), model=model).band
    for track in band.tracks:
        for onset, _, pitch, _ in track.notes.tolist() if not track.is_drum else ():
            if onset % STEPS_PER_BEAT == 0:
                chord = next(span.chord for span in reversed(progression.spans) if span.onset <= onset * TICKS_PER_STEP)
                assert pitch % 12 in chord.pitch_classes


def test_a_free_bass_chooses_its_notes(model: Model) -> None:
    bound, free = (arrange("C/Db:4|C/D:4", options(free_bass=free), model=model) for free in (False, True))
    assert_bass_on_slash(bound.band, bound.plan.chart)
    with pytest.raises(AssertionError):
        assert_bass_on_slash(free.band, free.plan.chart)


def test_controls_are_taken(model: Model) -> None:
    plain, styled, sparse = (
        arrange(FOUR_CHORDS, options(**wishes), model=model).band for wishes in ({}, {"style": "jazz"}, {"density": 0})
    )
    assert plain != styled != sparse
    assert arrange(FOUR_CHORDS, options(tempo=96.5), model=model).band.tempo == 96.5


# Repeatability


def test_same_seed_same_notes(model: Model) -> None:
    first, second, other = (arrange(FOUR_CHORDS, options(seed), model=model).band for seed in (7, 7, 8))
    assert first == second
    assert first != other
    assert arrange(FOUR_CHORDS, options(7), model=Model(model.checkpoint)).band == first


def test_who_gives_no_seed_is_told_the_one_that_was_taken(model: Model) -> None:
    first, second = (arrange("C:4", model=model) for _ in range(2))
    seeds = [arrangement.plan.options.seed for arrangement in (first, second)]
    assert None not in seeds
    assert seeds[0] != seeds[1]
    assert arrange("C:4", first.plan.options, model=model).band == first.band


SLIDING = "|".join(["C:4", "Am:4", "F:4", "G7:4"] * 2)  # longer than the context: the window slides


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_take_does_not_depend_on_how_many_there_are(engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "kernel":
        request.getfixturevalue("needs_kernel")
    model = Model(tiny_checkpoint(), engine)
    four, two, one = (arrange(SLIDING, options(2, takes=takes), model=model).bands for takes in (4, 2, 1))
    assert len(four) == 4
    assert four[:2] == two
    assert two[:1] == one
    assert len(set(four)) == 4


@pytest.mark.usefixtures("needs_kernel")
def test_the_notes_do_not_depend_on_threads() -> None:
    models = [Model(tiny_checkpoint(), "kernel") for _ in range(3)]
    for threads, model in enumerate(models, 1):
        model.engine = KernelEngine(model.checkpoint, threads)
    for takes in (1, 3, 8):
        first, *others = (arrange(SLIDING, options(2, takes=takes), model=model).bands for model in models)
        assert others == [first, first]


def test_arrangements_at_the_same_time_are_the_same(model: Model) -> None:
    alone = [arrange(FOUR_CHORDS, options(seed, takes=2), model=model).bands for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda seed: arrange(FOUR_CHORDS, options(seed, takes=2), model=model).bands, range(4))
        assert list(together) == alone


def test_arrangements_in_turns_are_the_same(model: Model) -> None:
    alone = [arrange(FOUR_CHORDS, options(seed), model=model).band for seed in range(2)]
    first, second = (arrange(FOUR_CHORDS, options(seed), model=model) for seed in range(2))
    assert len([*zip(first, second, strict=True)]) == 4
    assert [first.band, second.band] == alone


def test_the_engine_is_the_one_asked_for() -> None:
    assert isinstance(Model(tiny_checkpoint(), "numpy").engine, NumpyEngine)
    with pytest.raises(OptionError, match="unknown engine 'abacus': one of auto, kernel, numpy"):
        Model(tiny_checkpoint(), "abacus")


# Sampling by the weights' own defaults


def sampled(**sampling: Any) -> Model:  # noqa: ANN401 - JSON
    return Model(replace(tiny_checkpoint(), meta={"sampling": sampling}))


def test_weights_are_sampled_as_they_want_to_be(model: Model) -> None:
    assert model.sampling == SAMPLING
    plain = arrange(FOUR_CHORDS, options(), model=model).band
    assert arrange(FOUR_CHORDS, options(), model=sampled(**SAMPLING.to_dict())).band == plain
    one_pitch = sampled(**SAMPLING.to_dict() | {"values": {"pitch": 0.01}})
    assert arrange(FOUR_CHORDS, options(), model=one_pitch).band != plain


def test_the_kinds_that_have_a_temperature_are_kinds_of_the_vocabulary() -> None:
    assert SamplingDefaults.of(SAMPLING.to_dict(), VOCABULARY.kinds) == SAMPLING


def test_weights_that_want_the_impossible_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    save_checkpoint(replace(tiny_checkpoint(), meta={"sampling": {"values": {"colour": 1.0}}}), path)
    with pytest.raises(CheckpointError, match=r"odd\.safetensors can't be played: unknown sampling of colour"):
        Model.load(path)


# Transposition


@st.composite
def progressions(draw: st.DrawFn) -> Progression:
    """A few chords, the first of which sounds."""
    roots, qualities = st.sampled_from(sorted(NOTE_NAMES)), st.sampled_from(MODEL_QUALITIES)
    chords = st.builds(Chord, roots, qualities, st.none() | roots)
    durations = st.sampled_from([TICKS_PER_BEAT, 2 * TICKS_PER_BEAT, 4 * TICKS_PER_BEAT, 36])
    rest = st.lists(st.tuples(chords | st.just(Chord.no_chord()), durations), max_size=5)
    return Progression.of([(draw(chords), draw(durations)), *draw(rest)])


def columns(notes: NoteArray) -> list[list[int]]:
    """Onset, duration and velocity; the pitch is compared apart."""
    return sorted(np.delete(notes, PITCH, 1).tolist())


@settings(max_examples=20)
@given(progression=progressions(), semitones=st.integers(-11, 11), seed=st.integers(0, 3))
def test_transposed_chords_give_the_transposed_band(progression: Progression, semitones: int, seed: int) -> None:
    model = Model(_CHECKPOINT)
    wishes = options(seed, roles=(Role.DRUMS, Role.BASS, Role.PIANO))
    here = arrange(progression, wishes, model=model).band
    there = arrange(progression.transpose(semitones), wishes, model=model).band
    assert here[Role.DRUMS] == there[Role.DRUMS]
    moved = [
        there[role].notes[:, PITCH] - here[role].notes[:, PITCH]
        for role in (Role.BASS, Role.PIANO)
        if columns(here[role].notes) == columns(there[role].notes)
    ]
    assert len(moved) == 2
    intervals = set(np.concatenate(moved).tolist())
    assert len(intervals) <= 1
    assert all((interval - semitones) % 12 == 0 for interval in intervals)


_CHECKPOINT = tiny_checkpoint()


# Streaming


def test_bars_come_in_order_and_are_the_band(model: Model) -> None:
    arrangement = arrange(FOUR_CHORDS + "|C:2", options(takes=3), model=model)
    bars = list(arrangement)
    for take, band in enumerate(arrangement.bands):
        mine = [bar for bar in bars if bar.take == take]
        assert [bar.number for bar in mine] == list(range(5))
        for track in band.tracks:
            rows = np.concatenate([bar.notes[track.role] for bar in mine])
            assert sorted(rows[:, [ONSET, PITCH]].tolist()) == track.notes[:, [ONSET, PITCH]].tolist()
            within = [bar.notes[track.role][:, ONSET] // COMMON_TIME.steps == bar.number for bar in mine]
            assert all(inside.all() for inside in within)


def test_the_first_bar_comes_before_the_last_is_composed(model: Model) -> None:
    arrangement = arrange("C:4|" * 99 + "C:4", model=model)
    assert next(iter(arrangement)).number == 0
    assert sum(len(take.bars) for take in arrangement.takes) == 1
    assert arrangement.band.steps == 100 * COMMON_TIME.steps  # the rest is composed when asked for


def test_who_begins_to_listen_later_hears_all_bars(model: Model) -> None:
    arrangement = arrange(FOUR_CHORDS, options(takes=2), model=model)
    bars = iter(arrangement)
    first = [next(bars) for _ in range(3)]
    bands = arrangement.bands
    assert [*first, *bars] == [*arrangement]
    assert len([*arrangement]) == 8
    assert arrangement.bands == bands


# Ids are the truth


@settings(max_examples=20)
@given(
    progression=st.lists(st.sampled_from(["C:4", "Eb7/G:2", "F#m7-5:6", "N.C.:3", "Bb:1.5"]), min_size=1, max_size=4),
    roles=st.permutations(ROLES).flatmap(lambda roles: st.integers(1, 5).map(lambda count: tuple(roles[:count]))),
    density=st.none() | st.integers(0, 4),
    seed=st.integers(0, 99),
)
def test_the_ids_of_a_take_are_its_notes(
    progression: list[str], roles: tuple[Role, ...], density: int | None, seed: int
) -> None:
    wishes = options(seed, roles=roles, density=density, takes=2, style="jazz")
    arrangement = arrange("|".join(progression), wishes, model=Model(_CHECKPOINT))
    bands = arrangement.bands
    plan = Plan(arrangement.plan.progression, wishes)
    for take, band in zip(arrangement.takes, bands, strict=True):
        again = perform(plan, np.array(take.ids, np.uint16))
        assert again == band
        assert (again.progression, again.key) == (band.progression, band.key)
        assert_inside(again)


def test_ids_of_another_plan(model: Model) -> None:
    arrangement = arrange("C:4|F:4", options(roles=(Role.BASS,)), model=model)
    ids = (arrangement.bands, arrangement.takes[0].ids)[1]
    longer = Plan(parse("C:4|F:4|C:4"), arrangement.plan.options)
    with pytest.raises(TokenError, match=r"ids of 2 bars of \[bass\]: the plan wants 3 bars of \[bass\]"):
        perform(longer, ids)
    with pytest.raises(TokenError, match=r"the plan wants 2 bars of \[drums, piano, guitar, bass, strings\]"):
        perform(Plan(arrangement.plan.progression), ids)
    with pytest.raises(TokenError, match="ids of more bars than the 1 of the chart"):
        perform(Plan(parse("C:4"), arrangement.plan.options), [*ids, *ids[1:]])
    with pytest.raises(TokenError, match="ids of 1 bar"):
        perform(arrangement.plan, ids[:-1])
    with pytest.raises(TokenError, match="out of place"):
        perform(arrangement.plan, ids[1:])
    with pytest.raises(TokenError, match="ids of 0 bars"):
        perform(arrangement.plan, [])


def test_a_take_keeps_what_was_composed_and_the_ear_gets_accents_and_an_end(model: Model) -> None:
    arrangement = arrange("C:4|F:1", options(4), model=model)
    bars, band, (take,) = [*arrangement], arrangement.band, arrangement.takes
    composed = np.concatenate([bar.notes[Role.DRUMS] for bar in take.bars])
    assert {*composed[:, VELOCITY].tolist()} <= {*LOUDNESS}
    heard = np.concatenate([bar.notes[Role.DRUMS] for bar in bars])
    assert np.array_equal(heard[:, :VELOCITY], composed[:, :VELOCITY])
    assert not np.array_equal(heard, composed)
    for role in ROLES:
        told = np.concatenate([bar.notes[role] for bar in bars])
        assert np.array_equal(Track(role, told).notes, band[role].notes)
    long = [rows for bar in take.bars for rows in bar.notes.values() if (rows[:, ONSET] + rows[:, DURATION] > 60).any()]
    assert long  # else nothing had to be cut
    assert_inside(band)


# Options by name


def test_options_are_given_by_name(model: Model) -> None:
    named = arrange("C:4", style="jazz", seed=7, tempo=96, roles=["bass", "drums"], temperature=0.5, model=model)
    wanted = ArrangeOptions(tempo=96, style="jazz", roles=(Role.BASS, Role.DRUMS), temperature=0.5, seed=7)
    assert named.plan.options == wanted
    assert named.band == arrange("C:4", wanted, model=model).band


def test_names_change_an_object(model: Model) -> None:
    changed = arrange("C:4", options(7, style="rock", density=2), density=None, top_p=0.5, model=model).plan.options
    assert changed == ArrangeOptions(style="rock", top_p=0.5, seed=7)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"given": {"melody": LINE}}, "own part of melody: name it one of drums"),
        ({"given": {"flute": LINE}}, "own part of flute"),
        ({"given": {"bass": [(0, 12, 36, 90)]}}, "own part of bass: .* give a Track"),
        ({"given": [LINE]}, "given is of type list"),
        ({"melody": [(0, 12, 36, 90)]}, "melody is of type list"),
        ({"options": {"style": "jazz"}}, "options are of type dict"),
    ],
)
def test_what_is_no_part_of_a_band_is_told(model: Model, wishes: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        arrange("C:4", model=model, **wishes)


@pytest.mark.parametrize("chart", [None, ["C", "Am"], Path("chart.txt"), 3])
def test_what_is_no_chart_is_told(model: Model, chart: Any) -> None:  # noqa: ANN401 - what Python lets through
    with pytest.raises(OptionError, match="a chart is of type"):
        arrange(chart, model=model)


def test_a_reading_is_a_chart_and_names_of_roles_are_roles(model: Model) -> None:
    reading = read("Title: A\nKey: Gb\n\n| Gb | Cb |")
    arrangement = arrange(reading, seed=1, given={"bass": LINE}, model=model)
    assert arrangement.plan.given.keys() == {Role.BASS}
    assert (arrangement.plan.title, arrangement.band.key, arrangement.band.title) == ("A", "Gb major", "A")


def test_a_wrong_option_by_name(model: Model) -> None:
    with pytest.raises(OptionError, match="unknown style 'polka'"):
        arrange("C:4", style="polka", model=model)
    with pytest.raises(OptionError, match="unknown option 'tempi': perhaps tempo;"):
        arrange("C:4", tempi=96, model=model)


# What a prompt shows


def test_a_prompt_shows_a_line(model: Model) -> None:
    arrangement = arrange("C:4|F:2", options(3, takes=2, roles=(Role.BASS, Role.DRUMS)), model=model)
    assert repr(arrangement) == "<Arrangement of 2 bars in C major: 2 takes, seed 3>"
    assert sum(len(take.bars) for take in arrangement.takes) == 0
    bass, drums = (len(arrangement.band[role]) for role in (Role.BASS, Role.DRUMS))
    assert repr(arrangement.band) == f"<Rendition of 6 beats at 120: drums {drums}, bass {bass} notes>"
    bar = next(bar for bar in arrangement if (bar.take, bar.number) == (1, 0))
    drums, bass = (len(bar.notes[role]) for role in (Role.DRUMS, Role.BASS))
    assert repr(bar) == f"<Bar 0 of take 1: drums {drums}, bass {bass} notes>"


def test_a_notebook_shows_a_roll_for_each_take(model: Model) -> None:
    arrangement = arrange("C:4|F:2", options(takes=3), model=model)
    html = arrangement._repr_html_()
    assert html == "".join(band._repr_html_() for band in arrangement.bands)
    assert html.count("<svg") == 3


# Errors


def test_unreadable_progression(model: Model) -> None:
    with pytest.raises(ChordSyntaxError, match="H7"):
        arrange("H7:4", model=model)


def test_weights_of_another_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_checkpoint(replace(tiny_checkpoint(), vocabulary="another"), path)
    with pytest.raises(CheckpointError, match="another"):
        Model.load(path)


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_damaged_weights_are_an_error_of_ours(engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "kernel":
        request.getfixturevalue("needs_kernel")
    damaged = tiny_checkpoint()
    damaged.weights["transformer.ln_f.weight"][:] = np.finfo(np.float32).max
    with np.errstate(all="ignore"):
        model = Model(damaged, engine)
    # The kernel's numbers grow past all floats in silence, numpy's don't.
    with np.errstate(all="ignore" if engine == "numpy" else "warn"), pytest.raises(TokenError, match="not finite"):
        _ = arrange("C:4", model=model).band


# The door


def test_the_module_and_the_function_are_two() -> None:
    module = importlib.import_module("sideman.arranging")
    assert module.Model is Model
    assert sideman.arrange is module.arrange
    assert {"arrange", "Band", "__version__"} <= set(dir(sideman))


def test_what_is_set_at_the_door_takes_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sideman, "arrange", str.upper)
    assert getattr(sideman, "arrange")("c") == "C"  # noqa: B009 - the checker knows the function by heart


def test_an_unknown_name_at_the_door() -> None:
    with pytest.raises(AttributeError, match="module 'sideman' has no attribute 'polka'"):
        _ = sideman.polka  # type: ignore[attr-defined]


# Playing


def test_how_it_is_played_changes_no_id_and_no_bar(model: Model) -> None:
    plain = arrange(FOUR_CHORDS, model=model, seed=3)
    felt = arrange(FOUR_CHORDS, model=model, seed=3, swing=67, humanize=1, play_tempo=90, transpose=2)
    assert [take.ids for take in plain.takes] == [take.ids for take in felt.takes]
    for one, other in zip(plain, felt, strict=True):
        assert {role: notes.tolist() for role, notes in one.notes.items()} == {
            role: notes.tolist() for role, notes in other.notes.items()
        }
    assert felt.band == plain.band.played(swing=67, humanize=1, play_tempo=90, transpose=2)
    assert (felt.band.tempo, felt.band.key, felt.band.feel.swing) == (90, "D major", 67)
    assert perform(felt.plan, felt.takes[0].ids) == felt.band
    assert perform(felt.plan, felt.takes[0].ids, plain.plan.options.playing) == plain.band


def test_a_piece_of_the_tempo_that_it_is_played_at_is_another_piece(model: Model) -> None:
    arrangement = arrange(FOUR_CHORDS, model=model, seed=3, play_tempo=90)
    assert (arrangement.plan.options.tempo, arrangement.band.tempo) == (120, 90)
