"""Styles by the words of charts."""

from __future__ import annotations

import pytest

from sideman.music.styles import STYLE_WORDS, STYLES, named_style, near_styles


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("latin", ("Bossa Nova", "BossaNova", "Medium Samba", "Latin Jazz", "Afro 12/8", "Cha-cha-cha", "Rhumba")),
        ("jazz", ("Medium Up Swing", "MediumSwing", "Swing1", "Jazz Waltz", "Even 8ths", "New Orleans Swing", "JAZZ")),
        ("soul", ("R&B", "RnB", "Rhythm & Blues", "Funk", "Motown", "gospel")),
        ("rock", ("Slow Rock", "Pop/Rock", "rock'n'roll", "ROCK")),
        ("pop", ("Pop", "K-pop", "Pop Ballad")),
        ("blues", ("Slow Blues", "Shuffle", "Blues Rock")),
        ("folk", ("Folk Rock", "Reel", "jig")),
        ("country", ("Country", "Bluegrass")),
        ("hip-hop", ("Hip Hop", "hip-hop")),
        ("reggae", ("Reggae", "Ska")),
        ("electronic", ("Synth-Pop", "Drum & Bass", "House")),
        ("ambient", ("New Age",)),
        ("metal", ("Death Metal",)),
        ("punk", ("Punk Rock",)),
        (None, ("", "Ballad", "Waltz", "4/4", "Alaskan", "popular song", "8Beat", "♪")),
    ],
)
def test_words_mean_a_style(style: str | None, words: tuple[str, ...]) -> None:
    assert {each: named_style(each) for each in words} == dict.fromkeys(words, style)


def test_each_style_is_named_by_itself() -> None:
    assert {*STYLE_WORDS} == {*STYLES}
    assert [style for style in STYLES if named_style(style) != style] == []


def test_a_style_that_is_none_of_ours_is_near_one() -> None:
    assert near_styles("bossa") == ("latin",)
    assert near_styles("REGGEA") == ("reggae",)
    assert near_styles("zydeco") == ()
