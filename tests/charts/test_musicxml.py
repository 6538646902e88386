from __future__ import annotations

import io
import zipfile

import pytest
from tests.cases import cases

from sideman.charts import Reading, read
from sideman.charts.musicxml.archive import MAX_ENTRIES, MAX_UNPACKED
from sideman.charts.musicxml.harmony import KINDS, Degree, quality_of
from sideman.charts.musicxml.markup import MAX_DEPTH, MAX_PIECE
from sideman.errors import OptionError, SidemanError, UnreadableError
from sideman.music.qualities import QUALITIES

DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">'
)
TIME = "<time><beats>{}</beats><beat-type>{}</beat-type></time>"
COMMON = f"<attributes><divisions>2</divisions>{TIME.format(4, 4)}</attributes>"
WHOLE = "<note><rest/><duration>8</duration></note>"
HALF = "<note><rest/><duration>4</duration></note>"
QUARTER = "<note><rest/><duration>2</duration></note>"


def harmony(root: str, kind: str = "major", *, text: str | None = None, more: str = "") -> str:
    alter = root[1:].count("#") - root[1:].count("b")
    shown = "" if text is None else f' text="{text}"'
    step = f"<root-step>{root[0]}</root-step><root-alter>{alter}</root-alter>"
    return f"<harmony><root>{step}</root><kind{shown}>{kind}</kind>{more}</harmony>"


def direction(content: str, sound: str = "") -> str:
    return f"<direction><direction-type>{content}</direction-type>{sound}</direction>"


def barline(content: str, location: str = "right") -> str:
    return f'<barline location="{location}">{content}</barline>'


def score(*bars: str, head: str = "") -> str:
    measures = "".join(
        bar if bar.startswith("<measure") else f'<measure number="{number}">{bar}</measure>'
        for number, bar in enumerate(
            (COMMON + bars[0] if not bars[0].startswith("<measure") else bars[0], *bars[1:]), 1
        )
    )
    return f'<?xml version="1.0"?>{DOCTYPE}<score-partwise>{head}<part id="P1">{measures}</part></score-partwise>'


def chords(reading: Reading) -> list[str]:
    """The chords of each measure, each with its tick where that isn't the first."""
    return [
        " ".join(f"{chord}@{tick}" if tick else str(chord) for tick, chord in measure.chords)
        for measure in reading.sheet.measures
    ]


def played(reading: Reading) -> str:
    return " ".join(str(span.chord) for span in reading.song.progression)


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(assumption.code, assumption.read) for assumption in reading.assumptions]


def archive(score_text: str | bytes, name: str = "score.xml", container: str | None = None) -> bytes:
    file = io.BytesIO()
    rootfile = f'<container><rootfiles><rootfile full-path="{name}"/></rootfiles></container>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry, text in (
            ("META-INF/container.xml", rootfile if container is None else container),
            (name, score_text),
        ):
            info = zipfile.ZipInfo(entry)  # of no time: tests are named by what they read
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, text)
    return file.getvalue()


def test_chords_stand_where_the_notes_before_them_end() -> None:
    reading = read(score(harmony("C") + HALF + harmony("A", "minor") + HALF, WHOLE, QUARTER + harmony("Bb") + QUARTER))
    assert reading.format == "MusicXML"
    assert chords(reading) == ["C Am@48", "", "Bb@24"]
    assert reading.assumptions == ()


def test_offsets_backups_and_chord_notes_move_time_as_they_say() -> None:
    late = harmony("G", more="<offset>4</offset>")
    third = "<note><chord/><rest/><duration>4</duration></note>"
    second_voice = "<backup><duration>8</duration></backup><forward><duration>6</duration></forward>"
    reading = read(score(harmony("C") + late + HALF + third + HALF + second_voice + harmony("F")))
    assert chords(reading) == ["C G@48 F@72"]


def test_chords_that_stand_at_one_place_share_the_time_on_beats() -> None:
    three = harmony("C") + harmony("F") + harmony("G") + WHOLE
    reading = read(score(three, harmony("C") + harmony("C") + WHOLE))
    assert chords(reading) == ["C F@48 G@72", "C"]
    assert codes(reading) == [("together", "shared")]


def test_the_part_with_most_chords_is_read() -> None:
    one = f'<part id="P1"><measure number="1">{COMMON}{harmony("D")}{WHOLE}</measure></part>'
    two = f'<part id="P2"><measure number="1">{COMMON}{harmony("C")}{HALF}{harmony("G")}{HALF}</measure></part>'
    assert chords(read(f"<score-partwise>{one}{two}</score-partwise>")) == ["C G@48"]


def test_timewise_scores_are_read_as_partwise_ones() -> None:
    first = (
        f'<measure number="1"><part id="P1">{COMMON}{WHOLE}</part><part id="P2">{COMMON}{harmony("C")}</part></measure>'
    )
    second = f'<measure number="2"><part id="P1">{WHOLE}</part><part id="P2">{harmony("F")}</part></measure>'
    assert chords(read(f"<score-timewise>{first}{second}</score-timewise>")) == ["C", "F"]


def test_head_key_and_tempo_are_read() -> None:
    head = (
        "<work><work-title> A  Song </work-title></work><identification>"
        '<creator type="lyricist">L</creator><creator type="composer">C. Omposer</creator></identification>'
    )
    key = "<attributes><key><fifths>-3</fifths><mode>minor</mode></key></attributes>"
    mark = direction("<metronome><beat-unit>half</beat-unit><per-minute>ca. 60</per-minute></metronome>")
    sheet = read(score(key + mark + harmony("C", "minor"), head=head)).sheet
    assert (sheet.title, sheet.composer) == ("A Song", "C. Omposer")
    assert sheet.key is not None
    assert sheet.key.name == "C minor"
    assert sheet.tempo == 120


def test_a_signature_without_a_mode_is_told_by_the_chords() -> None:
    key = "<attributes><key><fifths>0</fifths></key></attributes>"
    minor = score(key + harmony("A", "minor"), harmony("E", "dominant"), harmony("A", "minor"))
    reading = read(minor)
    assert reading.sheet.key is not None
    assert reading.sheet.key.name == "A minor"
    assert codes(reading) == [("mode", "minor")]
    other = read(minor, choices={"mode": "major"}).sheet.key
    assert other is not None
    assert other.name == "C major"


@pytest.mark.parametrize(
    ("fifths", "tonic", "name"),
    [(6, "D#", "D# minor"), (-6, "Eb", "Eb minor"), (7, "A#", "A# minor"), (4, "C#", "C# minor")],
)
def test_a_relative_minor_is_spelled_as_its_signature(fifths: int, tonic: str, name: str) -> None:
    signature = f"<attributes><key><fifths>{fifths}</fifths></key></attributes>"
    key = read(score(signature + harmony(tonic, "minor"), harmony(tonic, "minor"))).sheet.key
    assert key is not None
    assert (key.name, key.fifths) == (name, fifths)


def test_a_dotted_beat_counts_the_tempo_and_places_the_chords() -> None:
    six_eight = f"<attributes><divisions>2</divisions>{TIME.format(6, 8)}</attributes>"
    half_bar = "<note><rest/><duration>3</duration></note>"
    mark = direction("<metronome><beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>80</per-minute></metronome>")
    reading = read(score(six_eight + mark + harmony("C") + half_bar + harmony("F") + half_bar))
    assert str(reading.sheet.meter) == "6/8"
    assert chords(reading) == ["C F@24"]
    assert reading.sheet.tempo == 80


def test_a_tempo_out_of_range_is_told() -> None:
    reading = read(score("<sound tempo='2000'/>" + harmony("C")))
    assert reading.sheet.tempo is None
    assert codes(reading) == [("value", "tempo")]


def test_a_sound_tells_quarters() -> None:
    six_eight = f"<attributes>{TIME.format(6, 8)}</attributes><sound tempo='120'/>"
    assert read(score(six_eight + harmony("C"))).sheet.tempo == 80


def test_metres_change_and_add_up() -> None:
    seven = f"<attributes>{TIME.format('2+2+3', 8)}</attributes>"
    both = TIME.format(3, 4).replace("</time>", "") + TIME.format(1, 8).replace("<time>", "")
    sum_of_two = f"<attributes>{both}</attributes>"
    reading = read(score(harmony("C"), seven + harmony("F"), sum_of_two + harmony("G")))
    meters = [measure.meter for measure in reading.sheet.measures]
    assert meters[0] is None
    assert [(str(meter), meter.groups) for meter in meters[1:] if meter] == [("7/8", (2, 2, 3)), ("7/8", (6, 1))]


def test_a_metre_that_is_not_known_is_the_nearest_and_says_so() -> None:
    sixteenths = f"<attributes><divisions>4</divisions>{TIME.format(3, 16)}</attributes>"
    last = "<note><rest/><duration>1</duration></note>"
    reading = read(score(sixteenths + harmony("C") + QUARTER + harmony("F") + last))
    assert str(reading.sheet.meter) == "3/8"
    assert chords(reading) == ["C F@24"]
    assert ("meter", "3/8") in codes(reading)


def test_a_bar_is_as_long_as_its_metre_though_its_notes_are_not() -> None:
    reading = read(score(harmony("C") + WHOLE, harmony("F") + HALF, harmony("G") + WHOLE + HALF))
    assert [measure.meter for measure in reading.sheet.measures] == [None, None, None]


def test_an_upbeat_without_chords_is_left_out_and_can_be_kept() -> None:
    upbeat = f'<measure number="0" implicit="yes">{COMMON}{direction("<rehearsal>A</rehearsal>")}{QUARTER}</measure>'
    text = score(upbeat, harmony("C") + WHOLE, harmony("F") + WHOLE)
    reading = read(text)
    assert chords(reading) == ["C", "F"]
    assert reading.sheet.measures[0].section == "A"
    assert codes(reading) == [("pickup", "dropped")]
    kept = read(text, choices={"pickup": "kept"})
    assert chords(kept) == ["N.C.", "C", "F"]
    assert str(kept.sheet.measures[0].meter) == "1/4"


def test_an_upbeat_with_a_chord_is_a_short_bar() -> None:
    reading = read(score(harmony("G", "dominant") + QUARTER, harmony("C") + WHOLE, WHOLE))
    assert chords(reading) == ["G7", "C", ""]
    assert str(reading.sheet.measures[0].meter) == "1/4"
    assert str(reading.sheet.meter) == "4/4"


def test_the_halves_of_a_cut_bar_are_one_bar_long() -> None:
    cut = f'<measure number="X1" implicit="yes">{QUARTER}</measure>'
    reading = read(score(harmony("C") + WHOLE, harmony("F") + HALF + QUARTER, cut, WHOLE))
    assert [str(measure.meter) for measure in reading.sheet.measures] == ["None", "3/4", "1/4", "None"]


def test_before_the_first_chord_nothing_sounds() -> None:
    reading = read(score(HALF + harmony("C") + HALF))
    assert chords(reading) == ["N.C. C@48"]
    assert codes(reading) == [("start", "silence")]


def test_repeats_and_endings_are_followed() -> None:
    forward = barline('<repeat direction="forward"/>', "left")
    first = barline('<ending number="1" type="start"/>', "left")
    first_end = barline('<ending number="1" type="stop"/><repeat direction="backward"/>')
    second = barline('<ending number="2" type="start"/>', "left")
    second_end = barline('<ending number="2" type="discontinue"/>')
    reading = read(
        score(
            harmony("C"),
            forward + harmony("D"),
            first + harmony("E") + first_end,
            second + harmony("F") + second_end,
            harmony("G"),
        )
    )
    assert played(reading) == "C D E D F G"


def test_an_ending_may_be_for_several_times() -> None:
    first = barline('<ending number="1, 2" type="start"/>', "left") + harmony("D")
    first_end = barline('<ending number="1, 2" type="stop"/><repeat direction="backward" times="3"/>')
    second = barline('<ending number="3" type="start"/>', "left") + harmony("F")
    assert played(read(score(harmony("C"), first + first_end, second))) == "C D C D C F"


def test_a_repeat_says_how_often() -> None:
    again = barline('<repeat direction="backward" times="3"/>')
    assert played(read(score(harmony("C"), harmony("D") + again))) == "C D C D C D"


def test_a_forward_repeat_at_the_end_of_a_bar_is_that_of_the_next() -> None:
    forward, backward = barline('<repeat direction="forward"/>'), barline('<repeat direction="backward"/>')
    assert played(read(score(harmony("C") + forward, harmony("D") + backward))) == "C D D"


@pytest.mark.parametrize(
    "jump",
    [
        direction("<words>D.S. al Coda</words>"),
        direction("<words>Dal Segno</words>", '<sound dalsegno="s"/>'),
        '<sound dalsegno="s"/>',
    ],
)
def test_segno_and_coda_are_followed(jump: str) -> None:
    reading = read(
        score(
            harmony("C"),
            direction("<segno/>") + harmony("D"),
            harmony("E") + direction("<words>To Coda</words>"),
            harmony("F") + jump,
            direction("<coda/>") + harmony("G"),
        )
    )
    assert played(reading) == "C D E F D E G"


def test_of_two_coda_signs_the_first_leaves_for_the_second() -> None:
    coda = direction("<coda/>")
    reading = read(
        score(harmony("C") + coda, harmony("D") + direction("<words>D.C. al Coda</words>"), coda + harmony("E"))
    )
    assert played(reading) == "C D C E"


def test_da_capo_ends_at_the_fine() -> None:
    fine = direction("<words>Fine</words>")
    for jump in (direction("<words>D.C. al Fine</words>"), direction("<words>D.C.</words>", '<sound dacapo="yes"/>')):
        assert played(read(score(harmony("C") + fine, harmony("D") + jump))) == "C D C"


def test_rehearsal_marks_and_names_in_words_begin_sections() -> None:
    marks = (direction("<rehearsal>A</rehearsal>"), direction("<words>Chorus:</words>"), direction("<words>B</words>"))
    reading = read(score(*(mark + harmony("C") for mark in marks)))
    assert [section.name for section in reading.song.sections] == ["A", "Chorus", "B"]


def test_words_that_are_chords_are_chords() -> None:
    silent, sus = direction("<words>N.C.</words>"), direction("<words>F 9sus4</words>")
    reading = read(
        score(harmony("C") + HALF + silent + HALF, sus + WHOLE, harmony("G") + direction("<words>Gm</words>"))
    )
    assert chords(reading) == ["C N.C.@48", "F9sus4", "G"]


def test_a_measure_repeat_plays_the_bars_before_again() -> None:
    start = "<attributes><measure-style><measure-repeat type='start'>2</measure-repeat></measure-style></attributes>"
    stop = "<attributes><measure-style><measure-repeat type='stop'/></measure-style></attributes>"
    reading = read(score(harmony("C"), HALF + harmony("F") + HALF, start, "", stop + harmony("G"), ""))
    assert chords(reading) == ["C", "F@48", "C", "C F@48", "G", ""]


def test_chords_of_a_transposing_instrument_are_moved_to_where_they_sound() -> None:
    key, moved = "<key><fifths>2</fifths><mode>major</mode></key>", "<transpose><chromatic>-2</chromatic></transpose>"
    clarinet = f"<attributes>{key}{moved}</attributes>"
    text = score(clarinet + harmony("D"), harmony("E", "minor"))
    reading = read(text)
    assert chords(reading) == ["C", "Dm"]
    assert reading.sheet.key is not None
    assert reading.sheet.key.name == "C major"
    assert codes(reading) == [("transposition", "sounding")]
    assert chords(read(text, choices={"transposition": "written"})) == ["D", "Em"]


def test_every_kind_has_its_quality() -> None:
    names = {quality.name for quality in QUALITIES}
    for kind, name in KINDS.items():
        assert name in names
        assert quality_of(kind, "", ())[0].name == name


@cases(
    ("kind", "text", "degrees", "name"),
    [
        ("dominant", "7b9", [(9, -1, "add")], "7b9"),
        ("dominant", "7b5", [(5, -1, "alter")], "7-5"),
        ("dominant", "", [(5, 1, "add")], "aug7"),
        ("suspended-fourth", "9sus", [(7, 0, "add"), (9, 0, "add")], "9sus4"),
        ("minor-sixth", "m69", [(9, 0, "add")], "m69"),
        ("major", "", [(9, 0, "add")], "add9"),
        ("major", "", [(3, 0, "subtract")], "5"),
        ("major-seventh", "", [(11, 1, "add")], "M7#11"),
        ("dominant-13th", "", [(11, 0, "subtract")], "7(9,13)"),
        # the kind counts, not how it is written
        ("augmented-seventh", "7+", [], "aug7"),
        ("major-seventh", "7", [], "M7"),
        # unless that says more
        ("dominant", "13", [], "13"),
        ("major", "6", [], "6"),
        # or the kind is none
        ("augmented-ninth", "9+", [], "9#5"),
        ("maj69", "69", [], "69"),
        ("other", "7alt", [], "7alt"),
        ("", "", [], ""),
    ],
)
def test_kinds_degrees_and_texts_make_a_quality(
    kind: str, text: str, degrees: list[tuple[int, int, str]], name: str
) -> None:
    quality, certain = quality_of(kind, text, tuple(Degree(*degree) for degree in degrees))
    assert quality.name == name
    assert certain


def test_what_is_no_quality_is_read_as_the_nearest_and_says_so() -> None:
    cluster = "".join(
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        "<degree-type>add</degree-type></degree>"
        for value, alter in ((9, -1), (9, 1), (13, -1))
    )
    reading = read(score(harmony("C", "minor-seventh", text="m7x", more=cluster) + WHOLE))
    assert chords(reading)[0].startswith("Cm7")
    assert reading.assumptions[0].code == "nearest"
    assert reading.assumptions[0].text == "Cm7x"


def test_a_bass_is_written_or_follows_from_the_inversion() -> None:
    over = "<bass><bass-step>B</bass-step><bass-alter>-1</bass-alter></bass>"
    bars = (
        harmony("C", more=over),
        harmony("Eb", more="<inversion>1</inversion>"),
        harmony("A", "minor", more="<inversion>2</inversion>"),
    )
    assert chords(read(score(*bars))) == ["C/Bb", "Eb/G", "Am/E"]


def test_numerals_and_functions_are_degrees_of_the_key() -> None:
    key = "<attributes><key><fifths>2</fifths><mode>major</mode></key></attributes>"
    numeral = "<harmony><numeral><numeral-root>5</numeral-root></numeral><kind>dominant</kind></harmony>"
    function = "<harmony><function>bVII</function><kind>major</kind></harmony>"
    assert chords(read(score(key + numeral, function))) == ["A7", "C"]


def test_no_chord_and_rootless_chords() -> None:
    silence, rootless = "<harmony><kind>none</kind></harmony>", "<harmony><kind text='x'>major</kind></harmony>"
    reading = read(score(harmony("C"), silence, rootless))
    assert chords(reading) == ["C", "N.C.", ""]
    assert reading.assumptions[0].code == "ignored"


def test_without_chord_symbols_the_notes_tell_the_chords() -> None:
    def triad(*pitches: str) -> str:
        notes = (f"<pitch><step>{name[0]}</step><octave>{name[1]}</octave></pitch>" for name in pitches)
        return "".join(
            f"<note>{'<chord/>' * (n > 0)}{note}<duration>8</duration></note>" for n, note in enumerate(notes)
        )

    triads = (("C3", "E4", "G4"), ("A2", "C4", "E4"), ("F2", "A3", "C4"), ("G2", "B3", "D4"))
    reading = read(score(*(triad(*pitches) for pitches in triads)))
    assert chords(reading) == ["C", "Am", "F", "G"]
    assert [(told.code, told.read, told.text) for told in reading.assumptions] == [("recognised", "notes", "0/4")]


def test_an_archive_is_read_even_where_its_container_is_damaged() -> None:
    text = score(harmony("C") + WHOLE)
    for data in (archive(text), archive(text, "It's.xml", "<container><rootfile full-path='It's.xml'/></container>")):
        assert chords(read(data)) == ["C"]


def test_texts_in_other_encodings_are_read() -> None:
    text = score(harmony("C"), head="<movement-title>Jägermeister</movement-title>")
    declared = text.replace('"1.0"?', '"1.0" encoding="ISO-8859-1"?')
    utf16 = text.replace('"1.0"?', '"1.0" encoding="UTF-16"?')
    for chart in (text, declared, declared.encode("latin-1"), utf16.encode("utf-16"), utf16):
        assert read(chart).sheet.title == "Jägermeister"


@cases(
    ("chart", "reason"),
    [
        (score(WHOLE), "neither chord symbols nor notes"),
        ("<score-partwise></score-partwise>", "no bars"),
        (score(harmony("C"))[:-40], "breaks off"),
        ("<opus><score-partwise/></opus>", "<opus>"),
        ("<score-partwise>" + "<a>" * (MAX_DEPTH + 9), "nested"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><score-partwise/>', "entities"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><score-partwise>&a;</score-partwise>', "entities"),
        (score(WHOLE + "<note/>" * (MAX_PIECE + 1)).encode(), "elements"),
        ("<score-partwise>" + "<part><measure/></part>" * 600 + "</score-partwise>", "parts"),
        (archive(score(harmony("C")))[:-30], "damaged"),
        (archive(score(harmony("C"))).replace(b"score.xml", b"score.txt"), "no score"),
        (archive(b" " * (MAX_UNPACKED + 1)), "too large"),
        (archive(b" " * (3 << 20)), "too large"),
        (archive("<html/>"), "<html>"),
    ],
)
def test_what_is_no_score_ends_in_words_of_ours(chart: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(chart)


def test_an_archive_of_many_files_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(MAX_ENTRIES + 1):
            packed.writestr(f"META-INF/container.xml{number}", "")
    with pytest.raises(UnreadableError, match="more than"):
        read(file.getvalue())


def test_too_many_bars_are_refused() -> None:
    with pytest.raises(OptionError, match="bars"):
        read(score(*[harmony("C")] * 5_000))
    with pytest.raises(OptionError, match="bars"):
        read(score(harmony("C") + barline('<repeat direction="backward" times="999999999"/>')))


@cases(
    "bar",
    [
        "<attributes><divisions>0</divisions></attributes>" + harmony("C") + QUARTER,
        "<attributes><divisions>-4</divisions></attributes>" + harmony("C") + QUARTER,
        harmony("C") + "<note><rest/><duration>-8</duration></note>" + harmony("F"),
        harmony("C") + "<forward><duration>999999999999999999</duration></forward>" + harmony("F"),
        harmony("C") + "<forward><duration>999999999</duration></forward>" + harmony("F"),
        harmony("C", more="<offset>-99</offset>") + harmony("F", more="<offset>1e9</offset>"),
        "<attributes><time><beats>0</beats><beat-type>4</beat-type></time></attributes>" + harmony("C"),
        "<attributes><time><beats>999</beats><beat-type>64</beat-type></time></attributes>" + harmony("C"),
        "<attributes><time><senza-misura/></time></attributes>" + harmony("C") + WHOLE + WHOLE,
        "<attributes><key><fifths>999999999</fifths></key></attributes>" + harmony("C"),
        "<attributes><transpose><chromatic>999999996</chromatic></transpose></attributes>" + harmony("C"),
        "<sound tempo='NaN'/><sound tempo='1e999'/><sound tempo='-3'/>" + harmony("C"),
        barline('<ending number="1-999999999" type="start"/>', "left") + harmony("C"),
        harmony("C", more="<degree><degree-value>999</degree-value></degree><inversion>9</inversion>"),
        "<note><pitch><step>C</step><octave>99999</octave></pitch><duration>4</duration></note>" + harmony("C"),
    ],
)
def test_numbers_that_make_no_sense_are_passed_over(bar: str) -> None:
    reading = read(score(bar))
    assert played(reading).startswith(("C", "N.C."))
    assert reading.song.progression.ticks > 0


def test_damage_anywhere_ends_in_errors_of_ours() -> None:
    whole = archive(score(harmony("C") + HALF + harmony("F"), harmony("G")))
    for place in range(0, len(whole), 3):
        for data in (whole[:place], whole[:place] + b"\xff" + whole[place + 1 :]):
            try:
                read(data, name="x.mxl")
            except SidemanError:
                continue
