"""A million charts: random, mutated, made by a grammar, nested; through all doors of ``sideman.charts``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from tests.charts.test_docs import rows
from tests.torture.fuzzing import Case, Fuzz, rounds
from tests.torture.mutation import character, mutated_text

from sideman.charts import Reading, read
from sideman.charts.editing import edited
from sideman.charts.paper.drawing import draw
from sideman.charts.paper.readers import READERS
from sideman.charts.spotting import chord_in
from sideman.charts.writing import WRITERS, write
from sideman.music.chords import parse_song
from sideman.web.chart_schemas import SongView

SUFFIX = ".chart"
ROOTS = ("C", "Db", "D#", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B", "H", "c", "do", "Re", "♭3", "IV", "vi", "1", "5")
QUALITIES = (
    *("", "m", "7", "maj7", "m7b5", "ø", "°", "dim7", "+", "aug", "sus4", "7sus4", "6/9", "add9", "13#11", "^7", "-7"),
    *(":maj", ":min7", "m(maj7)", "7alt", "5", "N.C.", "(b9)", "h7", "△7", "69", "11", "no3"),
)
SIGNS = (
    *(
        "|",
        "||",
        "|:",
        ":|",
        "|]",
        "[|",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "%",
        "/",
        "//",
        "-",
        "–",
        ".",
        ",",
        ";",
    ),
    *(
        "x2",
        "(x3)",
        "2x",
        "[1",
        "[2.",
        "1.",
        "2.|",
        "N1",
        "N2",
        "Z",
        "T34",
        "T128",
        "*A",
        "*B",
        "S",
        "Q",
        "U",
        "f",
        "r",
        "n",
    ),
    *("Fine", "D.C.", "D.S. al Coda", "To Coda", "Coda", "𝄋", "𝄌", "[Verse]", "Chorus:", "A)", "B.", "{soc}", "{eoc}"),
    *(
        "{title: x}",
        "{key: Eb}",
        "{tempo: 300}",
        "{time: 6/8}",
        "{start_of_grid}",
        "{end_of_grid}",
        "Key: Am",
        "4/4",
        "3/4",
    ),
    *(
        "7/8",
        "99/64",
        "bpm 120",
        "Time 1 C Am",
        "Groove Swing",
        "Repeat",
        "RepeatEnd 3",
        "EndRepeat",
        "z",
        "X:1",
        "T:x",
    ),
    *(
        "K:C",
        "L:1/8",
        "M:6/8",
        '"Am7"',
        "c8 d/",
        "[CE]",
        "\\chordmode {",
        "\\repeat volta 2 {",
        "c1",
        "a:m7",
        "f2.",
        "R1*4",
    ),
    *("\\time 3/4", "\\alternative {", "<<", ">>", '["C", "Am"]', "chord(", 'note("<C^7 Am7>")', "@2", "!3", "*2", "~"),
    *("0.0 1.5 C:maj", "1.5\t3.0\tA:min/b3", "# key: C", "metre: 4/4", '{"format":', "irealb://", "irealbook://", "="),
    *(
        "%20",
        "1r34LbKcu7",
        "XyQ",
        "Kcl",
        "LZ",
        "\t",
        "\n",
        "\n\n",
        "  ",
        "\r\n",
        "\0",
        "9" * 30,
        "lyrics and words",
        "A",
    ),
)
NESTING = (
    "(",
    "[",
    "{",
    "<",
    "|:",
    "[1",
    "<<",
    "\\repeat volta 2 {",
    "{soc}",
    '["',
    '{"a":',
    "Repeat\n",
    "[[",
    "irealb://",
)
LONGEST = 200_000  # characters
LONG_SHARE, WRITE_SHARE, EDIT_SHARE, DRAW_SHARE = 0.002, 0.15, 0.1, 0.01


@cache
def corpus() -> tuple[str, ...]:
    """Charts as people write them: those that the documentation shows, and each in every format that is written."""
    texts = [text for text, _ in rows()]
    for text in texts[:40]:
        reading = read(text)
        texts += [write(reading, name) for name in WRITERS]
    return tuple(texts)


def _chord(random: Random) -> str:
    name = random.choice(ROOTS) + random.choice(QUALITIES)
    if random.random() < 0.15:
        name += f"/{random.choice(ROOTS)}"
    return f"{name}:{random.choice((1, 2, 4, 0.5, 1e9, 3))}" if random.random() < 0.1 else name


def _by_grammar(random: Random) -> str:
    likely = random.random()  # some are nearly all chords, some nearly all signs
    kinds = random.sample(SIGNS, min(len(SIGNS), random.randint(2, 30)))
    words = [_chord(random) if random.random() < likely else random.choice(kinds) for _ in rounds(random, 400)]
    words += [_chord(random) if random.random() < likely else random.choice(kinds) for _ in rounds(random, 400)]
    return random.choice((" ", " ", "", "\n", " | ")).join(words)


def _nested(random: Random) -> str:
    depth = random.choice((3, 30, 300, 3_000, 30_000) if random.random() < 0.05 else (3, 30, 300))
    opening = random.choice(NESTING)
    closing = {"(": ")", "[": "]", "{": "}", "<": ">", "|:": ":|"}.get(opening, random.choice(SIGNS))
    inside = random.choice((_chord(random), "", " C | Am "))
    closed = closing * (depth if random.random() < 0.5 else random.randrange(depth))
    return (random.choice(("", "\\chordmode ", "C | ", "irealb://")) + opening * depth + inside + closed)[:LONGEST]


def _random(random: Random) -> str:
    return "".join(character(random) for _ in rounds(random, 3_000) for _ in range(random.randrange(1, 20)))


def _mutated(random: Random) -> str:
    texts = corpus()
    return mutated_text(random.choice(texts), random, SIGNS, random.choice(texts))


def make(random: Random) -> Case:
    """A chart of one of the four kinds; a few are very long."""
    text = random.choices((_random, _mutated, _by_grammar, _nested), (3, 4, 4, 1))[0](random)
    if text and random.random() < LONG_SHARE:
        text = (text * (random.choice((2_000, 50_000, LONGEST)) // len(text) + 1))[:LONGEST]
    return Case(text.encode("utf-8", "surrogatepass"), SUFFIX)


def enter(case: Case, _: Path) -> None:
    """All doors; the dearer ones are for some of what is a chart."""
    random = Random(len(case.data))
    text = case.data.decode("utf-8", "surrogatepass")
    name = random.choice(("", "", "song.txt", "song.cho", "song.abc", "song.ly", "song.mma", "song.json", "x.irealb"))
    chord_in(text[:200])
    if random.random() < WRITE_SHARE:
        parse_song(text)
    if random.random() < WRITE_SHARE:  # as bytes, in whatever encoding that is
        read(case.data, name=name)
    follow(read(text, name=name), random)


def follow(reading: Reading, random: Random) -> None:
    """What may be done with a chart that was read: told, written, edited, drawn. All of that must work."""
    assert reading.song.progression.spans
    share = random.random()
    if share < WRITE_SHARE:
        for format_name in WRITERS:
            again = (
                read(write(reading, format_name)) if format_name in {"text", "json"} else write(reading, format_name)
            )
            assert again
    elif share < WRITE_SHARE + EDIT_SHARE and reading.is_by_hand:
        spans = reading.song.progression.spans
        chords = [(span.chord.written, span.duration) for span in spans]
        chords[random.randrange(len(chords))] = ("Eb7", chords[0][1])
        edited(reading, chords)
    elif share < WRITE_SHARE + EDIT_SHARE + DRAW_SHARE:
        for kind in ("svg", "pdf"):
            assert draw(reading.sheet, kind, random.choice(list(READERS.values())))
    elif share > 1 - WRITE_SHARE:
        SongView.of(reading).model_dump_json()


CHARTS = Fuzz("charts", "10⁶ texts through every door of charts: own errors alone", 1_000_000, make, enter)
