"""Songs that are really in three are found, with their first beats; what is not clear stays in 4/4."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.cases import cases
from tests.training.conftest import metred_band, note_array

from sideman.music.band import NoteArray
from sideman.music.time import COMMON_TIME, Meter
from sideman.training.metre import COMMON, find_metre, half_beats, self_likeness

WALTZ, COMPOUND = Meter(3, 4), Meter(6, 8)


@cases("first", range(0, 36, 6))
@cases(("kind", "meter"), [("waltz", WALTZ), ("six eight", COMPOUND)])
def test_songs_in_three_are_found_with_their_first_beat(kind: str, meter: Meter, first: int) -> None:
    found = find_metre(metred_band(kind, first=first))
    assert found == (meter, first)


@cases("seed", range(5))
def test_a_waltz_needs_no_drums(seed: int) -> None:
    assert find_metre(metred_band("waltz", seed=seed, drums=False, first=12)) == (WALTZ, 12)


@cases("kind", ["common", "five four", "seven"])
@cases("first", [0, 6, 12, 24])
@cases("drums", [True, False])
def test_other_songs_stay_as_they_are(kind: str, first: int, drums: bool) -> None:
    assert find_metre(metred_band(kind, first=first, drums=drums)) == COMMON
    assert COMMON == (COMMON_TIME, 0)


def test_too_little_music_says_nothing() -> None:
    assert find_metre(metred_band("waltz", bars=20)) == COMMON
    assert find_metre([note_array([])] * 5) == COMMON


def joined(parts: Sequence[list[NoteArray]]) -> list[NoteArray]:
    return [np.concatenate(tracks) for tracks in zip(*parts, strict=True)]


def test_a_first_beat_that_wanders_is_none() -> None:
    # A beat more after every twenty bars: no bar line holds for the whole song.
    parts = [metred_band("waltz", bars=20, seed=part, first=part * (20 * 36 + 12)) for part in range(6)]
    assert find_metre(joined(parts)) == COMMON


def test_a_long_introduction_in_four_does_not_hide_it() -> None:
    assert find_metre(joined([metred_band("common", bars=6), metred_band("waltz", bars=90, first=6 * 48)])) == (
        WALTZ,
        0,
    )


def test_likeness_is_one_at_lag_zero_and_what_does_not_play_does_not_count() -> None:
    tracks = metred_band("waltz", drums=False)
    onsets = half_beats(tracks)
    assert onsets.shape == (-(-int(max(track[-1, 0] for track in tracks if len(track)) + 1) // 6), 32)
    assert onsets.sum() <= sum(map(len, tracks))
    alike = self_likeness(onsets)
    assert alike[0] == pytest.approx(1)
    assert alike[6] > 0.2 > alike[8]
