"""`sideman chart`: any format in, another out; assumptions and faults on standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from sideman.music.band import Band, Note, Role, Track
from sideman.render.midi import midi_bytes

ABC = 'X:1\nT:Tune\nM:4/4\nL:1/8\nK:C\n"C"c8|"G7"g8|\n'


def test_a_text_is_printed_as_it_is_read(run: Run) -> None:
    assert run("chart", "| C | Am F |") == (0, "| C | Am F |\n", "")


def test_a_file_is_read_by_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text(ABC)
    assert run("chart", "tune.abc").out == "Title: Tune\nKey: C major\n\n| C | G7 |\n"


def test_standard_input_is_read(run: Run) -> None:
    assert run("chart", "-", stdin=ABC).out.endswith("| C | G7 |\n")
    assert run("chart", "-", stdin="C | Am".encode("utf-16")).out == "| C | Am |\n"


@pytest.mark.parametrize(
    ("name", "begin"),
    [("a.txt", "Title: Tune\n"), ("a.cho", "{title: Tune}\n"), ("a.json", "{\n"), ("a.chords", "C:4|G7:4\n")],
)
def test_the_suffix_of_the_output_tells_the_format(run: Run, tmp_path: Path, name: str, begin: str) -> None:
    assert run("chart", "-", "-o", name, stdin=ABC) == (0, "", "")
    assert (tmp_path / name).read_text().startswith(begin)


def test_the_format_can_be_named(run: Run, tmp_path: Path) -> None:
    assert run("chart", "-", "--to", "reference", stdin=ABC).out == "C:4|G7:4\n"
    run("chart", "-", "--to", "reference", "-o", "a.txt", stdin=ABC)
    assert (tmp_path / "a.txt").read_text() == "C:4|G7:4\n"


def test_a_report_is_json(run: Run) -> None:
    assert json.loads(run("chart", "-", "--json", stdin=ABC).out)["progression"] == "C:4|G7:4"


def test_assumptions_are_told_with_their_places_and_choices(run: Run) -> None:
    result = run("chart", "-", stdin="Verse\nC G Am F\n")
    assert result.out.endswith("| C | G | Am | F |\n")
    assert result.err == (
        "read as text, assumed:\n"
        "  2:1  A line of chords without bar lines: a bar for each chord\n"
        "         --choose bars=two: two chords a bar\n"
        "         --choose bars=line: all its chords in one bar\n"
    )


def test_another_reading_can_be_chosen(run: Run) -> None:
    assert run("chart", "C G Am F", "--choose", "bars=two").out == "| C G | Am F |\n"


@pytest.mark.parametrize(
    ("choice", "told"),
    [("bars=three", "the answers are chord, two, line"), ("colour=red", "the chart doesn't ask that")],
)
def test_a_choice_that_changes_nothing_is_told(run: Run, choice: str, told: str) -> None:
    result = run("chart", "C G Am F", "--choose", choice)
    assert result.code == 0
    assert f"--choose {choice}: {told}" in result.err


def test_all_faults_are_told_with_a_mark_below_each(run: Run, tmp_path: Path) -> None:
    result = run("chart", "-", "-o", "a.txt", stdin="| C | G |\n| C7x | Am | Fyy |\n")
    assert (result.code, result.out) == (2, "")
    lines = result.err.splitlines()
    assert ["in line 2, column 3: " in lines[0], "in line 2, column 14: " in lines[3]] == [True, True]
    assert lines[1:3] == ["    | C7x | Am | Fyy |", "      ^^^"]
    assert [line.startswith("error: ") for line in lines] == [True, False, False] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_long_line_is_shown_around_the_place(run: Run) -> None:
    result = run("chart", "-", stdin="| C " * 90 + "| C7x |\n")
    fault, shown, mark = result.err.splitlines()[:3]
    assert fault.startswith("error: unknown chord 'C7x' in line 1, column 363")
    assert len(shown) <= 104
    assert shown[mark.index("^") :].startswith("C7x")


def test_what_a_terminal_would_obey_is_not_printed(run: Run) -> None:
    assert "\x1b" not in run("chart", "-", stdin="| \x1b[31mC7x | C |\n").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing.txt",), "error: nothing.txt: cannot be read: No such file"),
        (("C", "-o", "a.png"), "unknown suffix '.png'"),
        (("C", "--to", "png"), "unknown format 'png'"),
        (("C", "-o", "missing/a.txt"), "its folder does not exist"),
        (("https://example.org/song",), "the address of a web page"),
        (("C", "--choose", "bars"), "is not CODE=ANSWER"),
        (("C", "--melody", "tune.mid"), "a melody is for paper: give -o song.pdf or song.svg"),
        (("C", "--melody", "tune.mid", "-o", "a.pdf"), "cannot read tune.mid: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run("chart", *arguments)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


def test_a_file_that_cannot_be_read_as_a_chart_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "song.gp5").write_bytes(b"\x18FICHIER GUITAR PRO v5.10\0")
    assert run("chart", "song.gp5") == (
        2,
        "",
        "error: this is a Guitar Pro file: export it as MusicXML and open that\n",
    )


def midi_of(*notes: Note, steps: int = 192) -> bytes:
    return midi_bytes(Band((Track(Role.MELODY, notes),), steps, 120.0))


def test_a_melody_makes_a_lead_sheet_and_what_became_of_it_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tune.mid").write_bytes(midi_of(Note(0, 24, 60, 90), Note(0, 24, 67, 90), Note(48, 24, 65, 90)))
    assert run("chart", "|: C | F :|", "--melody", "tune.mid", "-o", "a.svg").err.startswith(
        "your melody: 1 note left out, below its upper line or after the chart's end\n"
        "your melody differs from one time to another: repeats are written out\n"
    )
    drawn = (tmp_path / "a.svg").read_text()
    assert drawn.count("music-noteheadHalf") == 1 + 2
    assert drawn.count('href="#music-restWhole"') == 2
    assert run("chart", "C | F", "--melody", "tune.mid#1", "-o", "a.pdf").code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_a_damaged_melody_is_told_in_a_line_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    whole = midi_of(Note(0, 24, 60, 90))
    for name, data in (("cut.mid", whole[: len(whole) // 2]), ("text.mid", b"no MIDI"), ("none.mid", midi_of())):
        (tmp_path / name).write_bytes(data)
        result = run("chart", "C", "--melody", name, "-o", "a.pdf")
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert result.err.startswith(f"error: {name}: ")
    assert not (tmp_path / "a.pdf").exists()
