"""Which style a piece is in, as somebody hears it who knows people's songs. Knows notes; no chords, tempo or programs.

Linear discriminant analysis (Fisher, "The use of multiple measurements in taxonomic problems", 1936) of the judge's
features and of where in the bar each player and each sort of drum begins. All styles are taken to be as common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sideman.judging.features import features
from sideman.judging.statistics import Floats, Integers, moments
from sideman.music.band import ONSET, PITCH, ROLES, Band, NoteArray, Role
from sideman.music.kit import BASS_DRUMS, STRUCK_SNARES
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT

# General MIDI's pitches of sorts of drums.
DRUMS: dict[str, tuple[int, ...]] = {
    "bass drum": BASS_DRUMS,
    "snare": STRUCK_SNARES,
    "side stick, clap": (37, 39),
    "closed hi-hat": (42, 44),
    "open hi-hat": (46,),
    "ride": (51, 53, 59),
    "crash": (49, 52, 55, 57),
    "hand drums": (60, 61, 62, 63, 64, 65, 66, 67, 68),
    "shakers and bells": (54, 56, 69, 70, 75, 76, 77, 82),
    "toms": (41, 43, 45, 47, 48, 50),
}
_PLACES = 8  # eighths of a bar
_EIGHTH = STEPS_PER_BAR // _PLACES
_TRIPLETS = (STEPS_PER_BEAT // 3, 2 * STEPS_PER_BEAT // 3)
_SIXTEENTHS = (STEPS_PER_BEAT // 4, 3 * STEPS_PER_BEAT // 4)
_RIDGE = 0.3  # of a feature's variance within styles
_OUTERMOST = 4.0  # standard deviations
_OF_PLAYER = _PLACES + 3


def style_features(band: Band) -> Floats:
    """The numbers of a band in 4/4 by which its style is told; nan where it has nothing to measure them by."""
    bars = band.steps // STEPS_PER_BAR
    notes = {track.role: track.notes for track in band.tracks}
    return np.array([*features(band), *_of_drums(notes.get(Role.DRUMS), bars), *_of_players(notes, bars)])


def _of_drums(notes: NoteArray | None, bars: int) -> Iterator[float]:
    """Of each sort how many bars have it, and where."""
    for pitches in DRUMS.values():
        if notes is None:
            yield from [np.nan] * (1 + _PLACES)
            continue
        onsets = np.unique(notes[np.isin(notes[:, PITCH], pitches), ONSET])
        yield len(np.unique(onsets // STEPS_PER_BAR)) / bars
        yield from _where(onsets, bars)


def _of_players(notes: dict[Role, NoteArray], bars: int) -> Iterator[float]:
    """Of each where notes begin, how many on triplets and off the eighths, and in how many bars on all beats."""
    for role in ROLES:
        onsets = np.unique(notes[role][:, ONSET]) if role in notes else np.zeros(0, np.int32)
        if not len(onsets):
            yield from [np.nan] * _OF_PLAYER
            continue
        yield from _where(onsets, bars)
        within = onsets % STEPS_PER_BEAT
        yield float(np.isin(within, _TRIPLETS).mean())
        yield float(np.isin(within, _SIXTEENTHS).mean())
        beats = onsets[within == 0] // STEPS_PER_BEAT
        yield float((np.bincount(beats // 4, minlength=bars) == 4).mean())  # noqa: PLR2004 - beats of a bar


def _where(onsets: NoteArray, bars: int) -> list[float]:
    """How many begin in each eighth of a bar."""
    counts = np.bincount(onsets % STEPS_PER_BAR // _EIGHTH, minlength=_PLACES)
    shares: list[float] = (counts / bars).tolist()
    return shares


class StyleEar:
    """Learns to tell styles from ``rows`` (songs, features) of songs of these ``styles``, (songs,) numbers from 0."""

    def __init__(self, rows: Floats, styles: Integers) -> None:
        self._mean, self._spread = moments(rows)
        seen = self._seen(rows)
        self.styles = np.unique(styles)
        self._means = np.stack([seen[styles == style].mean(0) for style in self.styles])
        within = seen - self._means[np.searchsorted(self.styles, styles)]
        scatter = within.T @ within / len(seen) + _RIDGE * np.eye(seen.shape[1])
        self._weights = np.linalg.solve(scatter, self._means.T)  # (features, styles)
        self._offsets = -0.5 * np.einsum("sf,fs->s", self._means, self._weights)

    def _seen(self, rows: Floats) -> Floats:
        filled = np.where(np.isfinite(rows), rows, self._mean)
        seen: Floats = np.clip((filled - self._mean) / self._spread, -_OUTERMOST, _OUTERMOST)
        return seen

    def scores(self, rows: Floats) -> Floats:
        """(rows, styles) how much each is like each of :attr:`styles`."""
        scores: Floats = self._seen(rows) @ self._weights + self._offsets
        return scores


def recognised(scores: Floats, ear: StyleEar, styles: Integers, among: int = 1) -> npt.NDArray[np.bool_]:
    """(rows,) whether the style of each is ``among`` the likeliest."""
    own = scores[np.arange(len(styles)), np.searchsorted(ear.styles, styles)]
    better: npt.NDArray[np.bool_] = (scores > own[:, None]).sum(1) < among
    return better


def held_out(rows: Floats, styles: Integers, folds: int = 5) -> npt.NDArray[np.bool_]:
    """(rows,) whether each is recognised by who has heard all others but a fold of them."""
    fold = np.random.default_rng(0).permutation(len(rows)) % folds
    told = np.zeros(len(rows), np.bool_)
    for number in range(folds):
        held = fold == number
        ear = StyleEar(rows[~held], styles[~held])
        told[held] = recognised(ear.scores(rows[held]), ear, styles[held])
    return told


def balanced(told: npt.NDArray[np.bool_], styles: Integers) -> float:
    """The share that is recognised, each style counting as much."""
    shares: Sequence[float] = [told[styles == style].mean() for style in np.unique(styles)]
    return float(np.mean(shares))
