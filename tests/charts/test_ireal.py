"""iReal Pro: links of every kind, the chord string, the signs, and links of our own songs."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.charts.written import assumed, played, written

from sideman.charts import Jump, Measure, Sheet, read
from sideman.charts.ireal import link, recognises, write
from sideman.charts.ireal_link import MARK, decode_music, encode_music
from sideman.charts.ireal_spelling import SUFFIXES, spell
from sideman.charts.source import Source
from sideman.charts.symbols import read_symbol
from sideman.errors import ChartError, OptionError, SidemanError, UnreadableError
from sideman.music.chords import QUALITIES, read_chord
from sideman.music.key import Key
from sideman.music.notes import NOTE_NAMES
from sideman.music.progression import Chord
from sideman.music.song import Song
from sideman.music.time import COMMON_TIME, BarLines, Meter

MUSIC = "{*AT44C^7   |A-7   |D-7 G7 |N1C6   |G7   }            |N2C6   | x  Z "


def song(title: str, music: str = MUSIC, tail: str = "==0=0", key: str = "C", number: str = "") -> str:
    """The fields of a song in a link, before they are percent-encoded."""
    return f"{title}=Doe Jane==Bossa Nova={key}={number}={encode_music(music)}{tail}"


def irealb(*songs: str, name: str = "") -> str:
    return "irealb://" + quote("===".join([*songs, *([name] if name else [])]))


# Links.


def test_a_link_says_title_composer_style_key_and_tempo() -> None:
    reading = read(irealb(song("Boat, The", tail="=Jazz-Bossa Nova=132=3", key="F#-")))
    sheet = reading.sheet
    assert reading.song.style == "latin"
    assert (sheet.title, sheet.composer, sheet.style) == ("The Boat", "Doe Jane", "Bossa Nova")
    assert (sheet.key, sheet.tempo, sheet.meter) == (Key(6, minor=True), 132, COMMON_TIME)
    assert read(irealb(song("Boat"))).sheet.tempo is None


@cases("length", [*range(48, 56), *range(98, 105), 260])
def test_the_disguise_is_undone(length: int) -> None:
    music = (MUSIC * 9)[:length]
    assert decode_music(encode_music(music)) == music
    assert encode_music(music).startswith(MARK)


@given(st.text(st.sampled_from("ABCb7-^ |x{}[]TN*,."), max_size=300))
def test_any_chord_string_comes_back_from_its_disguise(music: str) -> None:
    assert decode_music(encode_music(music)) == music


def test_the_disguise_changes_places_in_blocks_of_fifty() -> None:
    plain = "".join(chr(0x100 + number) for number in range(102))
    disguised = encode_music(plain).removeprefix(MARK)
    assert disguised[:5] == plain[45:50][::-1]
    assert disguised[5:10] == plain[5:10]
    assert disguised[10:24] == plain[26:40][::-1]
    assert disguised[50:55] == plain[95:100][::-1]
    assert disguised[100:] == plain[100:]
    assert encode_music(plain[:51]).removeprefix(MARK) == plain[:51]


LINK = irealb(song("Boat"))
BARS = written(LINK)


@cases(
    "text",
    [
        "irealb://" + song("Boat"),  # not encoded
        quote(LINK),  # twice
        f'<html><body><a href="{LINK}">Boat</a></body></html>',
        f'<a class="x" href="{escape("irealb://" + song("Boat & Co"))}">Boat</a>',
        f"My chart: [Boat]({LINK}). Play it!",
        "Hello,\n\n" + "\n".join(LINK[start : start + 70] for start in range(0, len(LINK), 70)) + "\n\nYours, J.",
        f"https://example.org/open?chart={quote(LINK, safe='')}&from=mail",
        LINK.replace("irealb", "IREALB"),
        LINK.replace("irealb://", ""),  # all but the beginning
        encode_music(MUSIC),
        "irealbook://" + quote(f"Boat=Doe Jane=Bossa Nova=C=n={MUSIC}"),
        "irealbook://" + f"Boat=Doe Jane=Bossa Nova=n=C={MUSIC}",  # key and n the other way round
        "irealbook://" + f"Boat=Doe Jane=Bossa Nova=C=n={MUSIC}".replace(" ", "+"),
        "irealb://" + quote(f"Boat=Doe Jane==Bossa Nova=C=={MUSIC}==0=0"),  # not disguised
        MUSIC,
        f"\n{MUSIC}\n",
    ],
)
def test_a_link_is_found_however_it_comes(text: str) -> None:
    assert written(text) == BARS
    assert written(text.encode()) == BARS
    assert written(text.encode("utf-16")) == BARS


def test_a_playlist_asks_for_the_song() -> None:
    playlist = irealb(song("Boat"), song("Tide", "[T34C   |F   Z"), song("Boat", "[T44D-   Z"), name="My songs")
    question = read(playlist).assumptions[0]
    assert (question.code, question.read, question.others) == ("song", "Boat", ("Tide", "Boat (2)"))
    assert written(playlist, song="Tide") == "C | F"
    assert written(playlist, song="Boat (2)") == "Dm"
    assert read(playlist, choices={"song": "Tide"}).sheet.meter == Meter(3, 4)


def test_the_links_of_a_page_are_one_playlist() -> None:
    page = f'<p><a href="{LINK}">1</a></p>\n<p><a href="{irealb(song("Tide", "[T44F   Z"))}">2</a></p>'
    assert written(page, song="Tide") == "F"


def test_songs_without_title_composer_or_tempo_keep_their_fields_apart() -> None:
    playlist = "irealb://" + "===".join(
        [f"===Waltz=G=={encode_music('[T34G   Z')}==0=0", f"Tide===Bossa=A-=={encode_music('[T44A-   Z')}=", "Mine"]
    )
    titles = read(playlist).assumptions[0]
    assert (titles.read, titles.others) == ("Untitled", ("Tide",))
    tide = read(playlist, choices={"song": "Tide"}).sheet
    assert (tide.composer, tide.style, tide.key) == ("", "Bossa", Key(9, minor=True))


def test_several_songs_of_an_old_link_follow_one_another() -> None:
    text = "irealbook://Boat=Doe=Bossa=C=n=T44[C |F Z=Tide=Doe=Waltz=D-=n=T34[D- |A7 Z=My songs"
    assert written(text, song="Tide") == "Dm | A7"


def test_another_key_of_playing_is_a_question() -> None:
    text = irealb(song("Boat", "[T44D-7   |G7   Z", key="D-", number="3"))  # 3 is C minor: numbered as E flat major
    assert played(text) == "Dm7 | G7"
    assert assumed(text) == {"transposed": "written"}
    assert played(text, transposed="played") == "Cm7 | F7"
    assert read(text, choices={"transposed": "played"}).sheet.key == Key(0, minor=True)
    assert assumed(irealb(song("Boat", "[T44D-7   Z", key="D-", number="5"))) == {}


def test_what_is_left_of_a_link_is_read() -> None:
    whole = irealb(song("Boat", "[T44" + "C   |A-7   |D-7   |G7   |" * 9 + "C6   Z"))
    text = whole[: len(whole) // 2]
    assert assumed(text) == {"cut": "begun"}
    assert written(text).startswith("C | Am7 | Dm7 | G7 | C")


@cases(
    "text",
    [
        "irealb://",
        "irealb://search?boat",
        "irealb://Boat%3DDoe%20Jane%3D%3DBossa",
        LINK[:60],
        "irealbook://Boat=Doe=Bossa=C=n=",
        f"irealb://Boat=Doe==Bossa=C=={MARK}==0=0",
        irealb(song("Boat", "[T44   Z")),
        irealb(song("Boat", "[T44C   |ä ö ü é è ê à â î ô û ç ñ ß" * 9)),
    ],
)
def test_a_link_without_chords_says_what_it_is(text: str) -> None:
    with pytest.raises(UnreadableError, match="iReal Pro"):
        read(text)


def test_other_texts_are_not_taken_for_iReal_Pro() -> None:  # noqa: N802 - its name
    for text in (
        "C:4|Am:4",
        "| C | Am |",
        "{title: Boat}\n[C]Row",
        "*A\nCm7 | F7",
        "[A]\n| C | G |",
        "{start_of_verse}",
    ):
        assert not recognises(Source.of(text))


# The chord string.


@cases(
    ("music", "bars"),
    [
        # A bar of four cells in 4/4: chords stand at their beats.
        ("[T44C^7   |D-7 G7 |C,A-7,D-7,G7,|C  G7,Z", "CM7 | Dm7 2:G7 | C 1:Am7 2:Dm7 3:G7 | C 3:G7"),
        ("[T44C sG7,C,|lF   Z", "C 2:G7 3:C | F"),
        # Another number of cells is shared out.
        ("[T44C |D-7 G7|C,G7,|C     G7     |E7 A7 D7 Z", "C | Dm7 2:G7 | C 2:G7 | C 2:G7 | E7 1:A7 2:D7"),
        ("[T34C   |F G7 |F  G7,|F,G,C,|C, pG7,Z", "C | F 1:G7 | F 2:G7 | F 1:G 2:C | C 2:G7"),
        ("[T54C   |F  sG7,|F G7 Z", "C | F 4:G7 | F 3:G7"),
        ("[T68C   |F G7 |F,G,A-,D-,G7,C,Z", "C | F 1:G7 | F 0.333333:G 0.666667:Am 1:Dm 1.33333:G7 1.66667:C"),
        ("[T12C   |C sEb7,D7,Z", "C | C 2:Eb7 3:D7"),
        # The chord goes on, or nothing sounds.
        ("[T44C   |ppG7 |p   |snF,lG7 |n   Z", "C | 2:G7 | - | N.C. 1:F 2:G7 | N.C."),
        ("[T44C   |    |F   Z", "C | - | F"),
        # Bars again.
        ("[T44C G7 | x  |F   | x  Z", "C 2:G7 | C 2:G7 | F | F"),
        ("[T44C   |F   |   r|    |G   Z", "C | F | C | F | G"),
        ("[T44C   |F   | r |G   Z", "C | F | C | F | G"),
        ("[T44C   |ppF | x  Z", "C | 2:F | C 2:F"),
        # Another bass below the chord before it.
        ("[T44C W/B |A-7  sW/G,|lW/F#   Z", "C 2:C/B | Am7 3:Am7/G | Am7/F#"),
        # Qualities of its own.
        ("[T44C^   |C2   |Ch7   |Co   |C-^7   |C*7b13*   Z", "CM7 | Cadd9 | Cm7-5 | Cdim | CmM7 | C7b13"),
        ("[T44C69/E   |Bb7#9#5/Ab   |C7susadd3   Z", "C69/E | Bb7#5#9/Ab | C7(11)"),
        # Lines and rows that only lay out.
        ("[T44C   ]Y[F   ]        [G   |]YY|C   Z   ", "C | F | G | C"),
        ("[T44C   ||F   |\n{G   } ", "C | F | |:G:|x2"),
    ],
)
def test_cells_and_bars(music: str, bars: str) -> None:
    assert written(music) == bars


def test_metres_change() -> None:
    sheet = read("[T34C   |T44F   |G   |T24C   |T12F   |T34C   Z").sheet
    assert sheet.meter == Meter(3, 4)
    assert [measure.meter for measure in sheet.measures] == [
        None,
        Meter(4, 4),
        Meter(4, 4),
        Meter(2, 4),
        Meter(12, 8),
        None,
    ]


@pytest.mark.parametrize(
    ("music", "names"),
    [
        ("{*iT44C   }*A{F   ][*BG   |*VC   |*vF   Z", ["Intro", "A", "B", "Verse", "Verse"]),
        (
            "[T44<*74Verse>C   ]Y[<*74Low tide>F   ][<Chorus>G   |<*66   Solos>C   Z",
            ["Verse", "Low tide", "Chorus", "Solos"],
        ),
        ("[*AT44<*74Verse>C   |<as by the sea>F   |G<*74Chorus>   Z", ["A"]),
    ],
)
def test_sections(music: str, names: list[str]) -> None:
    assert [measure.section for measure in read(music).sheet.measures if measure.section] == names


def test_chords_in_parentheses_are_another_reading() -> None:
    music = "[T44C^7(E-7)  (A7)|D-7 G7(Db7) | (F)x (G) Z"
    assert played(music) == "CM7 | Dm7 2:G7 | Dm7 2:G7"
    assert assumed(music) == {"alternatives": "written"}
    assert played(music, alternatives="above") == "Em7 2:A7 | Dm7 2:Db7 | F 2:G"


def test_a_bare_chord_string_knows_where_its_bars_stand() -> None:
    text = "[T44C^7   |D-7 G7 Z"
    first, second = (measure.place for measure in read(text).sheet.measures)
    assert first is not None
    assert second is not None
    assert text[first.start : first.end] == "C^7"
    assert text[second.start : second.end] == "D-7 G7"


# Signs.


@cases(
    ("music", "bars"),
    [
        ("{T44A   |N1B   }            |N2C   ]D   Z", "A B A C D"),
        ("{T44A   |N1B   }[N2C   }[N3D   ][E   Z", "A B A C A D E"),
        ("{T44A   |N1B   }N2C   }{N3D   |E   }F   Z", "A B A C A D E D E F"),
        ("{T44A   |N1B   |C   ][*BD   }[N2E   ]F   Z", "A B C D A E F"),
        ("{T44A   |B <3x>  }C   Z", "A B A B A B C"),
        ("{T44A   |<*748x>B   }", "A B " * 7 + "A B"),
        ("{T44A   |<(4xs)>B   }", "A B " * 3 + "A B"),
        ("{T44A   ][B   |C <3x>  ]    {D   }", "A B C A B C A B C D D"),
        ("[T44A   |B<Fine>   |C   |D<D.C. al Fine>   Z", "A B C D A B"),
        ("[T44A   |UB   |C   |D<D.C. al Fine>   Z", "A B C D A B"),
        ("[T44A   ]{SB   |C Q  |D   |<D.S. al Coda>E   ]Y[QF   |G   Z", "A B C D E B C F G"),
        ("{ST44A   |N1B  Q }|N2C   |<*66D.S. al Coda>D   ]Y[QE   Z", "A B A C D A B E"),
        # Words stand where there is room: they are obeyed at the double bar.
        ("[T44A   |B   |C<D.C. al Fine>   |D   ]", "A B C D A B C D"),
        ("[T44A   |BQ  |C   |D <D.C. al CODA> |E   ]YQ |F   Z", "A B C D E A B F"),
        ("{T44A   |N1B   }|N2C   ][D<D.C. al 3rd Ending>   |E   ]Y|N3F   |G   Z", "A B A C D E A F G"),
        ("{T44A   |N1B   }|N2C   |D   ][E<D.C. al 2nd ending>   |F   ]", "A B A C D E F A C D"),
        ("{T44A   |N1B<Fine>   }|N2C   ][D   |E<D.C. al 1st End.>   |F   ]", "A B A C D E F A B"),
        ("[ST44A   |B   |C<D.S.>   ]D   Z", "A B C A B C D"),
        # A coda to which no words lead is for the last chorus.
        ("[T44A   |BQ  |C   Z   Y[QD   Z", "A B C A B D"),
        ("[T44A   |B  Q Z   Q |D   Z", "A B D"),
    ],
)
def test_signs_are_followed(music: str, bars: str) -> None:
    assert played(music).replace(" |", "") == bars


def test_a_coda_without_words_is_a_question() -> None:
    music = "[T44A   |BQ  |C   Z   Y[QD   Z"
    assert assumed(music) == {"coda": "chorus", "form": "played"}
    assert played(music, coda="once") == "A | B | C | D"


@cases(
    ("music", "ignored"),
    [
        ("[T44C   |F<Vamp and Fade>   Z", "Vamp and Fade"),
        ("[T44C   |F<Coda last time only>   Z", "Coda last time only"),
        ("[T44C   |F<3x>   Z", "3x"),
        ("[T44C   |fF   Z", "fermata"),
        ("[T44C   |UF   |G7   Z", "END"),
        ("[T44C   |F  QZ", "coda"),
        ("[T44C   |T00F   Z", "T00"),
        ("[T44C   |C*zz*   Z", "zz in C*zz*"),
    ],
)
def test_what_is_not_followed_is_told(music: str, ignored: str) -> None:
    assert assumed(music) == {"ignored": ignored}


def test_other_words_say_nothing() -> None:
    assert assumed("[T44C   |F<As played by Jane>   Z") == {}


# Writing.

CHORDS = st.one_of(
    st.just(Chord.no_chord()),
    st.builds(
        lambda root, suffix, bass: read_chord(f"{root}{suffix}{bass}"),
        st.sampled_from(["C", "Db", "F#", "Bb", "A"]),
        st.sampled_from(
            ["", "m", "7", "M7", "m7", "m7b5", "dim7", "7b9", "7sus4", "6", "M7#11", "m69", "7alt", "add9"]
        ),
        st.sampled_from(["", "", "/E", "/Ab"]),
    ),
)
METERS = st.sampled_from([Meter(4, 4), Meter(3, 4), Meter(2, 4), Meter(5, 4), Meter(6, 8), Meter(12, 8), Meter(7, 8)])


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    meter = draw(METERS)
    beats = int(meter.felt_beats) if meter.is_compound else meter.beats
    places = draw(st.lists(st.integers(0, beats - 1), max_size=4, unique=True))
    return Measure(
        tuple((place * meter.ticks // beats, draw(CHORDS)) for place in sorted(places)),
        meter,
        section=draw(st.sampled_from([None, None, None, "A", "B", "Intro", "Verse", "Chorus 2"])),
        repeat=draw(st.booleans()),
        times=draw(st.sampled_from([0, 0, 0, 2, 3])),
        endings=draw(st.sampled_from([(), (), (), (1,), (2,), (1, 2)])),
        ending_stops=draw(st.booleans()),
        segno=draw(st.booleans()),
        coda=draw(st.booleans()),
        to_coda=draw(st.booleans()),
        fine=draw(st.booleans()),
        jump=draw(st.sampled_from([None, None, None, Jump(), Jump("segno", "coda"), Jump("beginning", "fine")])),
    )


def sounding(played_song: Song) -> tuple[BarLines, int, list[tuple[int, Chord]]]:
    """The bar lines of a song, its length, and its chords where another begins."""
    progression = played_song.progression
    spans = [progression.spans[0], *(span for before, span in pairwise(progression) if span.chord != before.chord)]
    return progression.lines, progression.ticks, [(span.onset, span.chord) for span in spans]


@given(st.lists(measures(), min_size=1, max_size=10))
def test_what_is_written_is_read_as_the_same_song(bars: list[Measure]) -> None:
    sheet = Sheet(bars, "The Boat", "Doe Jane", "Bossa Nova", Key(3), 132.0, meter=bars[0].meter or COMMON_TIME)
    text, changes = link(sheet)
    again = read(text).sheet
    assert changes == ()
    assert sounding(again.song()) == sounding(sheet.song())
    assert (again.title, again.composer, again.style) == (sheet.title, sheet.composer, sheet.style)
    assert (again.key, again.tempo) == (sheet.key, sheet.tempo)


@pytest.mark.parametrize(
    "music",
    [
        MUSIC,
        "{*iT44C   |   r|    }[*ASC G7 |F  Q ][*BG7   |<D.S. al Coda> x  ]{QC   |F <4x>  }",
        "[*AT34C^7   |F, pG7,|T44C sG7,C,|lD- W/C |n   Z",
    ],
)
def test_signs_and_sections_are_written_as_they_were(music: str) -> None:
    sheet = read(music).sheet
    assert written(write(sheet)) == written(music)


def test_what_the_app_cannot_tell_is_told() -> None:
    chords = ((0, read_chord("E#maj7")), (36, read_chord("C13b5")))
    text, changes = link(Sheet([Measure(chords, section="Vamp & fade")]))
    assert [(change.measure, change.was, change.written) for change in changes] == [
        (0, "Vamp & fade", ""),
        (0, "E#maj7", "F^7"),
        (0, "C13b5", "C9b5"),
        (0, "C13b5 at 36t", "C9b5 in cell 3"),
    ]
    assert written(text) == "FM7 2:C9b5"


def test_a_metre_that_the_app_does_not_have_is_refused() -> None:
    with pytest.raises(OptionError, match="11/8"):
        write(Sheet([Measure(((0, read_chord("C")),))], meter=Meter(11, 8)))


def test_every_quality_is_written_as_one_that_the_app_has() -> None:
    known = {"", *SUFFIXES.split()}
    for quality in QUALITIES:
        text, is_exact = spell(Chord("C", quality))
        assert text.removeprefix("C") in known
        if is_exact:
            assert read_symbol("C" + {"^": "M7", "2": "add9"}.get(text[1:], text[1:])).chord.quality == quality
    for note in NOTE_NAMES:
        assert NOTE_NAMES[spell(Chord(note)).text] == NOTE_NAMES[note]


# Anything.


@cases(
    "text",
    [
        "[T44C" + "{" * 20_000,
        "[T44C" + "N1" * 14_000,
        "irealb://" + "%" * 20_000,
        "[T44" + "N1C" * 12_000,
        "[T44" + "C," * 18_000,
        "[T44C" + " " * 38_000 + "|",
        "[T44C|" + "<" * 38_000,
        "[T44C|" + "(C" * 18_000,
        "[T44{" + "C<3x>|" * 4_000 + "<3x>" * 6_000 + "}",
        "[T44N1C|N2C|" + "C<D.C. al 2nd End.>|" * 4_000,
        "[T44" + "{p|" * 12_000,
        "irealb://" * 20_000,
        MARK * 20_000,
        "irealb://" + "===" * 60_000,
        "irealb://%20" + "\na" * 80_000,
        '"irealb://a' * 18_000,
        "[T44" + "C" * 96 + "|" + "x|" * 4_000,
        "[T44" + "{C<99x>|D}" * 60,
    ],
)
def test_hostile_input_ends_in_a_song_or_our_error(text: str) -> None:
    with suppress(SidemanError):
        read(text)


@given(st.text(st.sampled_from("CDb7-^ |x{}[]ZTN*,.()<>SQUfnprWsl/#123456D.C. alFineCoda"), max_size=200))
def test_any_chord_string_is_a_song_or_our_error(music: str) -> None:
    for text in ("[T44" + music, irealb(song("Boat", music))):
        try:
            sheet = read(text).sheet
            written_link, changes = link(sheet)
        except SidemanError:
            continue
        assert changes or sounding(read(written_link).song) == sounding(sheet.song())


@pytest.mark.parametrize("text", ["irealb://\ud800", "C | \udfffAm", "\ud800"])
def test_halves_of_pairs_are_characters_that_cannot_be_read(text: str) -> None:
    with pytest.raises((ChartError, UnreadableError)):
        read(text)


@given(st.text(st.sampled_from("irealb:/ook=%20EF1r34LbKcu7<>\"'\n C|T4"), max_size=200))
def test_any_link_is_a_song_or_our_error(text: str) -> None:
    with suppress(SidemanError):
        read("irealb://" + text)
