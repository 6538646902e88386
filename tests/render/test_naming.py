"""Files are called by their song, on any system."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.band import Role
from sideman.render.naming import MAX_STEM, MAX_STEM_BYTES, NAMELESS, file_name, file_stem, take_stem


@cases(
    ("title", "stem"),
    [
        ("Bridge", "Bridge"),
        ("Don't Stop & Go, now!", "Don't Stop & Go, now!"),
        ("C F#m7-5/A G7(9)", "C F#m7-5 A G7(9)"),
        ("  Grüße:  1/2 ", "Grüße 1 2"),
        ("u\u0308ber", "über"),
        ("夜に駆ける", "夜に駆ける"),
        ("../../x\\y\n", "x y"),
        ("...hidden", "hidden"),
        ("Ends in dots...", "Ends in dots"),
        ("con", "_con"),
        ("COM1.song", "_COM1.song"),
        ("Conga", "Conga"),
        ("a\u202egpj.exe", "a gpj.exe"),
        ("\ud800", NAMELESS),
        ("///", NAMELESS),
        ("", NAMELESS),
        ("x" * 500, "x" * MAX_STEM),
    ],
)
def test_a_title_as_a_file(title: str, stem: str) -> None:
    assert file_stem(title) == stem


@given(st.text(max_size=200))
def test_any_title_is_safe(title: str) -> None:
    stem = file_stem(title)
    assert stem == file_stem(stem)
    assert 1 <= len(stem) <= MAX_STEM + 1
    assert len(stem.encode()) <= MAX_STEM_BYTES + 1
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]|^[ .]|[ .]$', stem)
    assert not any(unicodedata.category(each)[0] == "C" for each in stem)


def test_what_is_in_it_is_told() -> None:
    assert file_name("Song", "mid") == "Song.mid"
    assert [take_stem("So/ng", take, takes) for take, takes in ((1, 3), (0, 1))] == ["So ng B", "So ng"]
    assert file_name("Song", "mid", roles=[Role.BASS], bars=range(4, 8)) == "Song - bass - bars 5-8.mid"
    assert file_name("Song", "mid", roles=[Role.DRUMS, Role.BASS], bars=range(1)) == "Song - drums+bass - bar 1.mid"
    assert file_name("Song", "zip", what="stems") == "Song - stems.zip"
