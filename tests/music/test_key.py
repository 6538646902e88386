"""The key of a progression."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.music.chords import MODEL_QUALITIES, parse
from sideman.music.key import Key, estimate_key

NAMES = [quality.name for quality in MODEL_QUALITIES]
ROOTS = {"C": 0, "D": 2, "Eb": 3, "E": 4, "F": 5, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}


def key(text: str) -> Key:
    """The key of chords of equal length, written ``A:m7 D:7``."""
    pairs = [chord.partition(":")[::2] for chord in text.split()]
    root, quality = [ROOTS[root] for root, _ in pairs], [NAMES.index(name) for _, name in pairs]
    return estimate_key(np.array(root), np.array(quality), np.ones(len(pairs)))


@cases(
    ("chords", "name"),
    [
        ("C A:m F G:7", "C major"),
        ("A:m F C G A:m", "A minor"),
        ("D:m7 G:7 C:M7", "C major"),
        ("D:m7-5 G:7 C:m", "C minor"),
        ("F Bb C F", "F major"),
        ("E:7 A:7 E:7 B:7 E:7", "E major"),
        ("A:m D:m E:7 A:m", "A minor"),
        ("C:m Ab Bb C:m", "C minor"),
        ("Ab:m E Eb:7 Ab:m", "G# minor"),
        ("Ab F:m Bb:m7 Eb:7 Ab", "Ab major"),
    ],
)
def test_key_of_a_plain_progression(chords: str, name: str) -> None:
    assert key(chords).name == name


@cases(
    ("name", "fifths", "told"),
    [
        ("Gb major", -6, "Gb major"),
        ("F# major", 6, "F# major"),
        ("Cb major", -7, "Cb major"),
        ("D# minor", 6, "D# minor"),
        ("Ab minor", -7, "Ab minor"),
        ("G# major", -4, "Ab major"),  # it would have eight sharps
        ("Dbb major", 0, "C major"),
    ],
)
def test_a_key_is_spelled_as_it_is_named(name: str, fifths: int, told: str) -> None:
    key = Key.named(name)
    assert (key.name, key.fifths) == (told, fifths)
    assert key == Key(key.tonic, key.minor)
    assert Key.signed(fifths, minor=key.minor) == key
    assert (key.transpose(12).name, key.transpose(1).name) == (told, Key((key.tonic + 1) % 12, key.minor).name)


@cases(("chords", "name"), [("Gb|Cb|Db7|Gb", "Gb major"), ("F#|B|C#7|F#", "F# major"), ("Abm|Fb|Eb7|Abm", "Ab minor")])
def test_a_key_is_spelled_as_the_chords_are(chords: str, name: str) -> None:
    assert parse(chords).key.name == name


def test_long_chords_weigh_more() -> None:
    root, quality = np.array([0, 7, 0, 7]), np.zeros(4, int)
    assert estimate_key(root, quality, np.array([4, 1, 4, 1])) == Key(0)
    assert estimate_key(root, quality, np.array([1, 8, 1, 8])) == Key(7)


def test_no_chord_is_c_major() -> None:
    nothing = np.zeros(0, int)
    assert estimate_key(nothing, nothing, nothing) == Key(0)
    assert estimate_key(np.array([-1, -1]), np.array([0, 0]), np.ones(2)) == Key(0)


def test_weights_of_zero_count_alike() -> None:
    root, quality = np.array([9, 2, 9]), np.array([1, 1, 1])
    assert estimate_key(root, quality, np.zeros(3)) == estimate_key(root, quality, np.ones(3)) == Key(9, minor=True)


PROGRESSIONS = st.lists(
    st.tuples(st.integers(-1, 11), st.integers(0, len(NAMES) - 1), st.sampled_from([0.5, 1, 2, 3, 4, 8])), max_size=12
)


@given(PROGRESSIONS, st.integers(0, 11))
def test_transposing_the_chords_transposes_the_key(rows: list[tuple[int, int, float]], semitones: int) -> None:
    root, quality, weight = (np.array([row[i] for row in rows]) for i in range(3))
    quality = quality.astype(int)
    if not (root >= 0).any():
        return
    plain = estimate_key(root, quality, weight)
    moved = estimate_key(np.where(root >= 0, (root + semitones) % 12, root), quality, weight)
    assert moved == Key((plain.tonic + semitones) % 12, plain.minor)


@cases("minor", [False, True])
@cases("tonic", range(12))
def test_shift_leads_home_by_the_shorter_way(tonic: int, minor: bool) -> None:
    shift = Key(tonic, minor).shift
    assert -5 <= shift <= 6
    assert (tonic + shift) % 12 == (9 if minor else 0)
