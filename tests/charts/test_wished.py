"""What is wanted of sections, in their labels."""

from __future__ import annotations

import pytest
from tests.cases import cases

from sideman.charts import read
from sideman.charts.writing import write
from sideman.errors import ChartError
from sideman.music.band import ROLES, Role
from sideman.music.wishes import NO_WISHES, Repeat, Wishes

FULL = Wishes(density=dict.fromkeys(ROLES, 4), roles=ROLES)


@cases(
    ("label", "name"),
    [
        ("[Chorus density=4 tracks=all]", "Chorus"),
        ("[Chorus Density=4 Tracks=ALL]", "Chorus"),
        ("Chorus density=4 tracks=all:", "Chorus"),
        ("## Chorus density=4 tracks=all", "Chorus"),
        ("[A density=4 tracks=all]", "A"),
        ("{start_of_chorus: Chorus density=4 tracks=all}", "Chorus"),
        ("(Pre-Chorus density=4 tracks=all)", "Pre-Chorus"),
    ],
)
def test_labels_of_all_kinds_say_what_is_wanted(label: str, name: str) -> None:
    reading = read(f"[Verse]\n| C | Am |\n{label}\n| F | G7 |\n")
    verse, section = reading.song.sections
    assert (verse.name, verse.wishes) == ("Verse", NO_WISHES)
    assert (section.name, section.wishes) == (name, FULL)
    assert str(reading.song.progression) == "C:4|Am:4|F:4|G7:4"


def test_a_section_that_comes_again_is_wanted_as_the_last_time() -> None:
    song = read("[A loudness=p]\n| C | Am |\n[B]\n| F | G |\n[A]\n[B tracks=bass repeat=as]\n").song
    wanted = [section.wishes for section in song.passages]
    soft = Wishes(loudness="p")
    assert wanted == [soft, NO_WISHES, soft, Wishes(roles=(Role.BASS,), repeat=Repeat.AS)]


def test_values_that_there_are_not_are_faults_with_their_places_and_what_was_meant() -> None:
    text = "[Verse tracks=piamo]\n| C | Am |\n[B style=jaz density=9]\n| F | G |"
    with pytest.raises(ChartError) as caught:
        read(text)
    told = {fault.value: fault for fault in caught.value.faults}
    assert told.keys() == {"piamo", "jaz", "9"}
    assert all(text[fault.position - 1 :].startswith(value) for value, fault in told.items())
    assert told["piamo"].suggestions[0] == "piano"
    assert told["jaz"].suggestions[0] == "jazz"
    assert "0 to 4" in told["9"].remedy


@cases("line", ["key=G", "Verse a=b", "E=mc2", "repeat=2 times", "style=polka"])
def test_other_equations_refuse_no_chart(line: str) -> None:
    assert str(read(f"{line}\n| C | Am |").song.progression) == "C:4|Am:4"


def test_a_turkish_i_is_another_letter() -> None:
    assert read("[Verse densİty=4]\n| C | Am |").song.sections[0].wishes == NO_WISHES


def test_what_is_wanted_is_written_again() -> None:
    reading = read(
        "[Verse tracks=piano,bass loudness=p]\n| C | Am |\n\n[Chorus density=4,bass:1 style=rock]\n| F | G |\n"
    )
    again = read(write(reading))
    assert again.song.passages == reading.song.passages
    assert [str(section.wishes) for section in again.song.sections] == [
        "tracks=piano,bass loudness=p",
        "style=rock density=4,bass:1",
    ]
