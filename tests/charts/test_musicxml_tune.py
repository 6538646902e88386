"""The melody of a score, as it is played: from files that people accompany."""

from __future__ import annotations

import pytest
from tests.cases import cases
from tests.charts.test_musicxml import COMMON, QUARTER, TIME, WHOLE, archive, barline, harmony, score

from sideman.charts import read
from sideman.errors import DataError
from sideman.music.band import Role
from sideman.music.time import BarLines, Meter
from sideman.render.given import read_given

UPBEAT = '<measure number="0" implicit="yes">'
NAMES = '<part-list><score-part id="P{}"><part-name>{}</part-name></score-part></part-list>'


def note(name: str, divisions: int = 2, more: str = "", head: str = "") -> str:
    pitch = f"<pitch><step>{name[0]}</step><alter>{name.count('#')}</alter><octave>{name[-1]}</octave></pitch>"
    return f"<note>{head}{pitch}<duration>{divisions}</duration>{more}</note>"


def tune(text: str, part: str = "", choices: dict[str, str] | None = None) -> list[tuple[int, int, int]]:
    """Onsets, durations and pitches of the melody to the chart of the same score."""
    reading = read(text, choices=choices or {})
    where = reading.song.progression.lines, len(reading.sheet.order)
    track, moved = read_given(text.encode(), Role.MELODY, *where, part, choices or {})
    assert moved == 0
    return [(onset, duration, pitch) for onset, duration, pitch, _ in track.notes.tolist()]


def test_it_is_played_as_the_signs_say() -> None:
    first = harmony("C") + note("C5", 8) + barline('<repeat direction="forward"/>', "left")
    one = barline('<ending number="1" type="start"/>', "left") + note("D5", 8)
    one += barline('<ending number="1" type="stop"/><repeat direction="backward"/>')
    two = barline('<ending number="2" type="start"/>', "left") + note("E5", 8)
    text = score(first, one, two)
    assert tune(text) == [(0, 48, 72), (48, 48, 74), (96, 48, 72), (144, 48, 76)]
    assert tune(text, choices={"form": "written"}) == [(0, 48, 72), (48, 48, 74), (96, 48, 76)]


def test_tied_notes_are_one_also_from_bar_to_bar() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    bars = (
        harmony("C") + QUARTER + note("G4", 6, start),
        note("G4", 4, stop + start) + note("G4", 4, stop),
        note("G4", 8),
    )
    assert tune(score(*bars)) == [(12, 84, 67), (96, 48, 67)]


def test_an_upbeat_is_left_out_as_in_the_chart_or_kept() -> None:
    text = score(f"{UPBEAT}{COMMON}{note('G4')}</measure>", harmony("C") + note("C5", 8))
    assert tune(text) == [(0, 48, 72)]
    assert tune(text, choices={"pickup": "kept"}) == [(0, 12, 67), (12, 48, 72)]


def test_of_chords_and_voices_it_is_the_upper_line_of_the_first() -> None:
    voices = [f"<voice>{number}</voice>" for number in (1, 2)]
    third = note("E5", 4, voices[0], "<chord/>")
    second = f"<backup><duration>8</duration></backup>{note('B5', 8, voices[1])}"
    bar = harmony("C") + note("C5", 4, voices[0]) + third + note("D5", 4, voices[0]) + second
    assert tune(score(bar)) == [(0, 24, 76), (24, 24, 74)]


def test_the_first_voice_is_that_on_paper_not_the_first_that_sounds() -> None:
    voices = [f"<voice>{number}</voice>" for number in (1, 2)]
    rest = f"<note><rest/><duration>8</duration>{voices[0]}</note>"
    left = f"<backup><duration>8</duration></backup>{note('C3', 8, voices[1])}"
    third = note("E5", 8, head="<chord/>")  # of the voice of the note that it sounds with
    bars = harmony("C") + rest + left, note("C5", 8, voices[0]) + third + left
    assert tune(score(*bars)) == [(48, 48, 76)]


def test_cue_notes_and_rhythm_slashes_are_no_melody() -> None:
    slashes = note("B4", 2, "<notehead>slash</notehead>") * 2
    assert tune(score(harmony("C") + slashes + note("G4", 2, head="<cue/>") + note("C5"))) == [(36, 12, 72)]


def test_what_is_tied_to_nothing_begins() -> None:
    bar = harmony("C") + note("G4", 4, '<tie type="stop"/>') + note("G4", 4, '<tie type="stop"/>')
    assert tune(score(bar)) == [(0, 24, 67), (24, 24, 67)]


def test_an_overfull_bar_ends_with_its_metre() -> None:
    bars = harmony("C") + note("C5") * 5, note("E5", 8)
    assert tune(score(*bars)) == [(0, 12, 72), (12, 12, 72), (24, 12, 72), (36, 12, 72), (48, 48, 76)]


@cases(
    "times",
    [
        "<forward><duration>999999999</duration></forward>" + note("C5"),
        note("C5", 999_999_999),
        "<attributes><divisions>0.000000001</divisions></attributes>" + note("C5"),
    ],
)
def test_times_beyond_reason_are_a_bar_s_at_most(times: str) -> None:
    assert len(tune(score(harmony("C") + note("E5") + times))) in {1, 2}
    assert read(score(note("E5") + times)).song.progression.steps == 48  # heard


def test_too_many_notes_are_refused() -> None:
    quick = "<attributes><divisions>9000</divisions></attributes>" + harmony("C") + note("C5", 4) * 9000
    text = score(quick + barline('<repeat direction="backward" times="20"/>'))
    with pytest.raises(DataError, match="the melody has more than 50,000 notes, with its repeats played"):
        read_given(text.encode(), Role.MELODY, BarLines(), 20)


@cases(
    "transpose, pitch",
    [
        ("<chromatic>-2</chromatic>", 70),
        ("<chromatic>0</chromatic><octave-change>-1</octave-change>", 60),
        ("<chromatic>-2</chromatic><octave-change>-1</octave-change>", 58),
        ("<octave-change>1</octave-change>", 84),
    ],
)
def test_it_sounds_where_the_instrument_does(transpose: str, pitch: int) -> None:
    text = score(f"<attributes><transpose>{transpose}</transpose></attributes>{harmony('C')}{note('C5', 8)}")
    assert tune(text) == [(0, 48, pitch)]


def test_as_on_paper_where_the_chart_is_read_so() -> None:
    clarinet = "<attributes><transpose><chromatic>-2</chromatic></transpose></attributes>"
    text = score(f"{clarinet}{harmony('D')}{note('D5', 8)}")
    assert (tune(text), str(read(text).song.progression)) == ([(0, 48, 72)], "C:4")
    choices = {"transposition": "written"}
    assert (tune(text, choices=choices), str(read(text, choices=choices).song.progression)) == ([(0, 48, 74)], "D:4")


def test_a_bar_that_stands_for_the_one_before_has_its_notes() -> None:
    again = '<attributes><measure-style><measure-repeat type="start">1</measure-repeat></measure-style></attributes>'
    assert tune(score(harmony("C") + note("C5", 8), again + WHOLE)) == [(0, 48, 72), (48, 48, 72)]


def parts(*names: str) -> str:
    """A score of a whole note a part, from C4 on up in octaves; the chords stand above the second."""
    bars = [
        f'<part id="P{number}"><measure number="1">{COMMON}{harmony("C") if number == 1 else ""}'
        f"{note(f'C{4 + number}', 8)}</measure></part>"
        for number in range(len(names))
    ]
    listed = "".join(NAMES.format(number, name) for number, name in enumerate(names))
    return f"<score-partwise>{listed}{''.join(bars)}</score-partwise>"


def test_whose_it_is() -> None:
    assert tune(parts("Flute", "Piano", "Bass")) == [(0, 48, 72)]  # that with the chords
    assert tune(parts("Flute", "Piano", "Lead Vocals")) == [(0, 48, 84)]
    assert tune(parts("Voice 1", "Piano", "Voice 2")) == [(0, 48, 60)]
    assert tune(parts("Flute", "Piano", "Bass"), "bass") == [(0, 48, 84)]
    assert tune(parts("Flute", "Piano", "Bass"), "1") == [(0, 48, 60)]
    with pytest.raises(DataError, match="0 parts are called 'oboe': choose one of 1 'Flute', 2 'Piano'"):
        tune(parts("Flute", "Piano"), "oboe")


def test_another_chart_has_it_at_its_own_time() -> None:
    eighth = note("C5", 1)
    waltz = f"<attributes>{TIME.format(6, 8)}</attributes>{harmony('C')}{eighth * 6}"
    text = score(waltz, eighth * 6).encode()
    track, moved = read_given(text, Role.MELODY, BarLines((Meter(6, 8),)), 2)
    assert (track.notes[:, 0].tolist(), moved) == ([4 * number for number in range(12)], 0)
    track, _ = read_given(text, Role.MELODY, BarLines(), 2)  # quarters
    assert track.notes[:, 0].tolist() == [6 * number for number in range(12)]


def test_onsets_off_the_grid_are_counted() -> None:
    fifths = "<attributes><divisions>5</divisions></attributes>" + harmony("C") + note("C5", 1) * 20
    track, moved = read_given(score(fifths).encode(), Role.MELODY, BarLines(), 1)
    assert (len(track), moved) == (20, 16)


def test_files_are_told_by_what_is_in_them() -> None:
    text = score(harmony("C") + note("C5", 8))
    assert len(read_given(archive(text), Role.MELODY, BarLines(), 1)[0]) == 1
    with pytest.raises(DataError, match="only a melody can be taken from a score, give a MIDI file for bass"):
        read_given(text.encode(), Role.BASS, BarLines(), 1)
    with pytest.raises(DataError, match="the score: the score has no notes with pitches"):
        read_given(score(harmony("C") + WHOLE).encode(), Role.MELODY, BarLines(), 1)
    with pytest.raises(DataError, match=r"^the score: the XML is damaged or breaks off at line 1"):
        read_given(text.encode()[:-30], Role.MELODY, BarLines(), 1)
    with pytest.raises(DataError, match="not a MIDI file"):
        read_given(b"neither", Role.MELODY, BarLines(), 1)
    with pytest.raises(DataError, match=r"cannot read nowhere\.mxl"):
        read_given("nowhere.mxl", Role.MELODY, BarLines(), 1)
