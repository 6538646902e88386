"""Where a sequence stands, and the features that the network is handed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.tokens.conftest import Song, charts, songs, tokens, walk

from sideman.music.band import ROLES
from sideman.music.chords import MODEL_QUALITIES
from sideman.tokens.chart import SILENCE, Change, Chart
from sideman.tokens.drum_hits import HITS, LOWEST_DRUM
from sideman.tokens.form import Form
from sideman.tokens.leader import Leader
from sideman.tokens.prefix import BARS_LEFT, FEATURE_NAMES, FEATURE_SIZES, NONE, PHRASE, Prefix, Stage
from sideman.tokens.vocabulary import VOCABULARY

NAMES = [quality.name for quality in MODEL_QUALITIES]
C, F, G7 = 0, 5 * len(NAMES), 7 * len(NAMES) + NAMES.index("7")
HEAD = f"start bar chord:{C} position:24 chord:{F} bass:9 chord:{G7}"
PIANO, BASS = 1, 3


def after(text: str, bars: int = 1) -> tuple[Prefix, dict[str, int]]:
    """The prefix after some tokens, and its features by name."""
    prefix = Prefix(Form.plain(bars))
    rows = prefix.read(tokens(text))
    return prefix, dict(zip(FEATURE_NAMES, rows[-1].tolist(), strict=True))


@given(songs())
def test_features_are_in_range_and_the_same_however_read(song: Song) -> None:
    ids = song.ids.tolist()
    rows = Prefix(Form.plain(song.chart.bars)).read(ids)
    assert rows.dtype == np.int16
    assert rows.shape == (len(ids), len(FEATURE_SIZES))
    assert (rows >= 0).all()
    assert (rows < FEATURE_SIZES).all()
    prefix = Prefix(Form.plain(song.chart.bars))
    half = len(ids) // 2
    assert np.array_equal(np.concatenate([prefix.read(ids[:half]), prefix.read(ids[half:])]), rows)


@given(charts(), st.integers(0, 2**32))
def test_features_of_walks_are_in_range(chart: Chart, seed: int) -> None:
    leader = Leader(chart)
    rows = Prefix(Form.plain(chart.bars)).read(walk(leader.allowed, leader.prefix(), seed))
    assert ((rows >= 0) & (rows < FEATURE_SIZES)).all()


def test_nothing_read_yet() -> None:
    prefix = Prefix(Form.plain(1))
    assert (prefix.stage, prefix.last, prefix.bar) == (Stage.EMPTY, -1, -1)
    assert prefix.read([]).shape == (0, len(FEATURE_NAMES))


@cases(
    ("text", "stage"),
    [
        ("start", Stage.CONTROLS),
        ("start style:1", Stage.CONTROLS),
        ("start tempo:1", Stage.CONTROLS),
        ("start bar", Stage.BAR),
        ("start bar chord:0", Stage.CHORDS),
        ("start bar chord:0 position:24", Stage.CHANGE),
        ("start bar chord:0 position:24 chord:1", Stage.CHORDS),
        (HEAD, Stage.HEAD),
        (f"{HEAD} bass:1", Stage.HEAD),
        (f"{HEAD} track:1", Stage.TRACK),
        (f"{HEAD} track_density:7 loudness:3", Stage.TRACK),
        (f"{HEAD} track:1 loudness:3 position:0", Stage.ONSET),
        (f"{HEAD} track:1 loudness:3 position:0 length:0", Stage.LENGTH),
        (f"{HEAD} track:1 loudness:3 position:0 length:0 pitch:60", Stage.SOUND),
        (f"{HEAD} track:0 loudness:3 position:0 hit:0", Stage.SOUND),
        (f"{HEAD} rest:0", Stage.REST),
        (f"{HEAD} rest:0 bar", Stage.BAR),
        (f"{HEAD} rest:0 end", Stage.END),
    ],
)
def test_stage(text: str, stage: Stage) -> None:
    assert after(text)[0].stage is stage


def test_head_of_a_bar() -> None:
    prefix, features = after(HEAD)
    assert prefix.head == [Change(0, C), Change(24, F, 9), Change(48, G7)]
    assert features["track"] == features["position"] == features["length"] == features["next_root"] == 0
    assert (features["chord"], features["root"], features["recall"]) == (G7 + 1, 8, NONE)


def test_chord_in_force_and_the_change_that_comes_next() -> None:
    _, features = after(f"{HEAD} track:1")
    assert (features["chord"], features["root"], features["bass"]) == (C + 1, 1, 1)
    assert (features["next_root"], features["next_quality"], features["change"]) == (6, 1, 2)
    _, features = after(f"{HEAD} track:1 loudness:3 position:13")
    assert (features["chord"], features["change"]) == (C + 1, 1)
    # On the change it is in force; its bass is what a bass is to play.
    _, features = after(f"{HEAD} track:1 loudness:3 position:24")
    assert (features["chord"], features["root"], features["quality"], features["bass"]) == (F + 1, 6, 1, 10)
    assert (features["next_root"], features["next_quality"], features["change"]) == (8, NAMES.index("7") + 1, 2)
    # Another part begins with the first chord again.
    _, features = after(f"{HEAD} track:1 loudness:3 position:24 length:0 pitch:60 track:3")
    assert (features["track"], features["position"], features["chord"]) == (BASS + 1, 0, C + 1)


def test_no_chord_has_no_root() -> None:
    _, features = after(f"start bar chord:{SILENCE.chord} chord:{SILENCE.chord} track:1")
    assert [features[name] for name in ("chord", "root", "quality", "bass", "next_root", "next_quality")] == [
        *(SILENCE.chord + 1, 0, 0, 0, 0, 0)
    ]
    assert features["change"] == 4


def test_what_is_in_force() -> None:
    part = "track:1 loudness:3 position:0 length:5 pitch:60"
    prefix, features = after(f"{HEAD} {part}")
    assert (features["length"], features["loudness"], features["degree"]) == (6, 4, 1)
    assert prefix.pitches == 1 << 60
    # E over F: the degree counts from the root of the chord in force.
    prefix, features = after(f"{HEAD} {part} position:24 pitch:64 pitch:69")
    assert (features["length"], features["degree"], prefix.pitches) == (6, 5, 1 << 64 | 1 << 69)
    # A loudness lasts to the next bar; a length and a pitch end with their part.
    prefix, features = after(f"{HEAD} {part} bar chord:0 chord:0 track:1")
    assert (features["length"], features["loudness"], features["degree"]) == (0, 4, 0)
    assert (prefix.band, prefix.played, prefix.bar) == ([PIANO], [PIANO], 1)
    assert VOCABULARY.kind(tokens(f"{HEAD} {part} bar")[prefix.bar_begin]) == "bar"


def test_drums_that_sound() -> None:
    hits = (36, 42), (87,)
    text = " ".join(f"hit:{HITS.index(hit)}" for hit in hits)
    prefix, features = after(f"{HEAD} track:0 loudness:3 position:0 {text}")
    assert prefix.pitches == sum(1 << pitch - LOWEST_DRUM for hit in hits for pitch in hit)
    assert features["degree"] == 0


def test_recall_is_what_followed_here_the_last_time() -> None:
    part = "track:1 loudness:3 position:0 length:5 pitch:60 position:12 pitch:64"
    text = f"start bar chord:{C} chord:{F} {part}"
    second = f"bar chord:{F} chord:{C} track:1 position:0"
    third = f"bar chord:{C} chord:{C} track:1 position:0"

    def recalled(text: str) -> list[str]:
        _, features = after(text, bars=3)
        return [VOCABULARY.name(features[name]) if features[name] < NONE else "" for name in ("recall", "recall_chord")]

    assert recalled(text) == ["", ""]
    # The second bar has another chord: only the plain recall knows what followed.
    assert recalled(f"{text} {second}") == ["length:5", ""]
    assert recalled(f"{text} {second} length:5") == ["pitch:60", ""]
    assert recalled(f"{text} {second} length:2") == ["", ""]
    # In the third the first one's chord is back, and both remember.
    played = f"{text} {second} length:2 pitch:53"
    assert recalled(f"{played} {third}") == ["length:2", "length:5"]
    assert recalled(f"{played} {third} length:5") == ["pitch:60", "pitch:60"]
    assert recalled(f"{played} {third} length:5 pitch:60") == ["position:12", "position:12"]
    # Not on another track.
    assert recalled(f"{text} track:3 loudness:3 position:0") == ["", ""]


def test_place_in_the_song() -> None:
    bars = PHRASE + 3
    ids = tokens("start" + " bar chord:0 chord:0 rest:1" * bars + " end")
    rows = Prefix(Form.plain(bars)).read(ids)
    phrase, left = (rows[:, FEATURE_NAMES.index(name)].tolist() for name in ("phrase", "left"))
    expected = range(bars)
    assert phrase[1:-1:4] == [bar % PHRASE for bar in expected]
    assert left[1:-1:4] == [min(bars - 1 - bar, BARS_LEFT) for bar in expected]
    assert max(phrase) < PHRASE


def test_every_role_has_features_of_its_own() -> None:
    tracks = [after(f"{HEAD} rest:{role}")[1]["track"] for role in range(len(ROLES))]
    assert tracks == list(range(1, len(ROLES) + 1))
