"""How hard people strike notes, and how near the package comes: ``python -m benchmarks.touch measure VALID``.

``python -m benchmarks.touch fit TRAIN`` makes ``src/sideman/music/touch.npz`` anew. TRAIN and VALID are folders of
LPD-5's npz files, ``--tags`` its table of tags. Of each so many songs are taken as ``--songs`` says, always the same.
For a fit the others are looked through for songs in three as well, until ``--threes`` are found: one in 200 is.

``measure`` tells, by role:

- the share of tracks that somebody played; the others are left out;
- how much of the variance of velocities around their bar's mean is explained by what holds for all players, and
  together with the player's traits, which are found in every other bar and used in the rest;
- the spread within a bar, of people and of ours: the median, and how loud a bar is of ours, compared with what it was;
- how well a classifier tells people's velocities from others' on the same notes, a bar a row, by folds of songs
  (``judging/classifier.py``): from bars of one loudness, from all players' mean, and from ours.

It ends with what a bar of the whole band costs.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.tables import keep
from benchmarks.timing import best
from sideman.errors import SidemanError
from sideman.judging.classifier import auc, held_out_scores
from sideman.music.band import ONSET, PITCH, ROLES, VELOCITY, Role
from sideman.music.kit import BASS_DRUMS
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT
from sideman.music.touch import LEARNT, SCALE, learnt, pack, touch
from sideman.training.lpd5 import read_lpd
from sideman.training.metre import find_metre
from sideman.training.song import Song, snap, unusable
from sideman.training.styles import read_tags, style_of_tags
from sideman.training.touch_fit import Fit, columns_of, learn, sums_of
from sideman.training.touch_songs import PlayedBar, is_played, played

SNARES, HATS = (38, 40), (42, 44, 46, 51)
ROWS = 20  # bars of a track that a classifier sees
FEWEST = 3  # onsets of these

Floats = npt.NDArray[np.float64]
Tracks = list[list[PlayedBar]]  # one a song
Player = Callable[[Role, PlayedBar, int], Floats]  # a role, a bar, the song's number: (notes,) velocities


def songs(folder: Path, tags: dict[str, str]) -> Iterator[tuple[Song, str | None]]:
    """The usable songs of a folder and their styles, in an order that is always the same."""
    paths = sorted(folder.rglob("*.npz"))
    random.Random(7).shuffle(paths)
    for path in paths:
        try:
            song = read_lpd(path)
        except SidemanError:
            continue
        if unusable(song) is None:
            yield song, style_of_tags(tags.get(path.stem, ""))


def tracks_of(folder: Path, tags: dict[str, str], count: int, threes: int = 0) -> dict[Role, Tracks]:
    """The tracks of the first songs, and of so many more that are in three; empty where nothing is played."""
    tracks: dict[Role, Tracks] = {role: [] for role in ROLES}
    for number, (song, style) in enumerate(songs(folder, tags)):
        if number >= count:
            if threes <= 0:
                break
            if find_metre(snap(song)[0]).meter == COMMON_TIME:
                continue
            threes -= 1
        for role, bars in played(song, style).items():
            tracks[role].append(bars)
    return tracks


def flat(_role: Role, bar: PlayedBar, _number: int) -> Floats:
    """One loudness a bar."""
    return np.zeros(len(bar.velocity))


def mean(role: Role, bar: PlayedBar, _number: int) -> Floats:
    """What holds for all players."""
    table, _ = columns_of(role, [bar])
    return table @ learnt()[role].tables[:, 0] / SCALE


def ours(role: Role, bar: PlayedBar, number: int) -> Floats:
    """As a player of the package strikes them."""
    touched = touch({role: bar.notes}, replace(bar.setting, seed=number))[role]
    return touched[:, VELOCITY].astype(np.float64)


def people(_role: Role, bar: PlayedBar, _number: int) -> Floats:
    """As they were struck."""
    return bar.velocity.astype(np.float64)


PLAYERS: dict[str, Player] = {"flat": flat, "mean": mean, "ours": ours}


def features(role: Role, bar: PlayedBar, velocity: Floats, before: dict[int, float]) -> list[float]:
    """What a classifier sees of a bar: how its velocities lie around their mean, not how loud it is.

    ``before`` are the onsets' deviations in the bar before, by place.
    """
    deviation = velocity - velocity.mean()
    onset, voice = bar.told.onset, bar.told.voice
    count = np.bincount(onset)
    by_onset = np.bincount(onset, deviation) / count
    place = places(bar)
    within = deviation - by_onset[onset]
    several = count[onset] > 1
    top, others = deviation[several & (voice == 0)], deviation[several & (voice > 0)]
    on_beat = place % STEPS_PER_BEAT == 0
    steps = np.diff(by_onset)
    shared = [value - before[at] for at, value in zip(place.tolist(), by_onset.tolist(), strict=True) if at in before]
    pitch = bar.notes[:, PITCH] - bar.notes[:, PITCH].mean()
    slope = float(pitch @ deviation) / float(pitch @ pitch) if pitch.any() else np.nan
    row = [
        deviation.std(),
        np.ptp(deviation),
        len(np.unique(velocity.round())) / len(velocity),
        len(np.unique(by_onset.round())) / len(by_onset),
        float(within[several].std()) if several.any() else np.nan,
        by_onset.std(),
        float(by_onset[1:] @ by_onset[:-1]) / max(float(by_onset @ by_onset), 1.0),
        average(by_onset[on_beat]) - average(by_onset[~on_beat]),
        by_onset[0],
        by_onset[-1],
        average(top) - average(others),
        np.abs(steps).mean(),
        float((steps == 0).mean()),
        deviation.max(),
        deviation.min(),
        float((deviation**3).mean()) / max(deviation.std(), 1.0) ** 3,
        slope,
        float(np.abs(shared).mean()) if shared else np.nan,
    ]
    if role is Role.DRUMS:
        row += [average(deviation[np.isin(bar.notes[:, PITCH], drums)]) for drums in (BASS_DRUMS, SNARES, HATS)]
    return [float(value) for value in row]


def average(values: Floats) -> float:
    """Their mean, nan where there are none."""
    return float(values.mean()) if len(values) else np.nan


def places(bar: PlayedBar) -> npt.NDArray[np.int64]:
    """The step of each onset in its bar."""
    found: npt.NDArray[np.int64] = bar.notes[bar.told.first, ONSET].astype(np.int64) - bar.setting.start
    return found


def rows_of(role: Role, tracks: Tracks, player: Player) -> tuple[Floats, npt.NDArray[np.int64]]:
    """(rows, features) of bars of all songs as somebody plays them, and the song of each."""
    rows, numbers = [], []
    for number, bars in enumerate(tracks):
        chosen = [index for index, bar in enumerate(bars) if bar.onsets >= FEWEST]
        random.Random(number).shuffle(chosen)
        for index in chosen[:ROWS]:
            before: dict[int, float] = {}
            if index and bars[index - 1].setting.number == bars[index].setting.number - 1:
                earlier = bars[index - 1]
                velocity = player(role, earlier, number)
                by_onset = np.bincount(earlier.told.onset, velocity - velocity.mean()) / np.bincount(earlier.told.onset)
                before = dict(zip(places(earlier).tolist(), by_onset.tolist(), strict=True))
            rows.append(features(role, bars[index], player(role, bars[index], number), before))
            numbers.append(number)
    return np.array(rows), np.array(numbers)


def explained(role: Role, tracks: Tracks) -> tuple[float, float]:
    """The share of variance that all players' mean explains, and a player's traits with it."""
    own = learnt()[role]
    fit = Fit(own.tables / SCALE, float((own.residue / SCALE).ravel() @ (own.residue / SCALE).ravel()))
    total = by_mean = by_player = 0.0
    for bars in tracks:
        for half in (bars[::2], bars[1::2]):
            other = bars[1::2] if half is bars[::2] else bars[::2]
            if not half or not other:
                continue
            table, deviation = columns_of(role, half)
            by_part = table @ fit.weights
            player = np.concatenate([[1.0], fit.traits(sums_of(role, other))])
            total += float(deviation @ deviation)
            by_mean += float(((deviation - by_part[:, 0]) ** 2).sum())
            by_player += float(((deviation - by_part @ player) ** 2).sum())
    return 1 - by_mean / total, 1 - by_player / total


def told_apart(role: Role, tracks: Tracks, player: Player) -> float:
    """The area under the curve of a classifier between people's bars and a player's."""
    true, number = rows_of(role, tracks, people)
    made, _ = rows_of(role, tracks, player)
    labels = np.repeat([True, False], len(true))
    numbers = np.concatenate([number, number])
    return auc(held_out_scores(np.concatenate([true, made]), labels, numbers, np.random.default_rng(0)), labels)


def measure(folder: Path, tags: dict[str, str], count: int) -> None:
    """Print all figures."""
    every = tracks_of(folder, tags, count)
    bands: list[list[tuple[Role, PlayedBar]]] = []
    print("role     played  explained  with traits  spread: people ours  loudness  told apart: " + " ".join(PLAYERS))
    for role, tracks in every.items():
        kept = [bars for bars in tracks if is_played(bars)]
        share = len(kept) / sum(map(bool, tracks))
        by_mean, by_player = explained(role, kept)
        bars = [(number, bar) for number, bars in enumerate(kept) for bar in bars if bar.onsets >= FEWEST]
        spread = [np.median([player(role, bar, number).std() for number, bar in bars]) for player in (people, ours)]
        loudness = np.mean([ours(role, bar, number).mean() - bar.notes[:, VELOCITY].mean() for number, bar in bars])
        areas = " ".join(f"{told_apart(role, kept, player):.3f}" for player in PLAYERS.values())
        print(
            f"{role:8} {share:6.2f} {by_mean:10.3f} {by_player:12.3f} {spread[0]:15.1f} {spread[1]:5.1f}"
            f" {loudness:+9.2f}  {areas}",
            flush=True,
        )
        bands.append([(role, bar) for _, bar in bars[:1000]])
    whole = [pair for band in zip(*bands, strict=False) for pair in band]
    seconds = best(5, lambda: [touch({role: bar.notes}, bar.setting) for role, bar in whole])
    print(f"a bar of the whole band, role by role: {seconds / (len(whole) / len(bands)) * 1e3:.3f} ms")


def fit(folder: Path, tags: dict[str, str], count: int, threes: int, out: Path) -> None:
    """Learn all roles and keep it."""
    tracks = tracks_of(folder, tags, count, threes)
    found = {role: learn(role, [bars for bars in tracks[role] if is_played(bars)]) for role in ROLES}
    keep(out, pack(found))
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("fit", "measure"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tags", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=1000)
    parser.add_argument("--threes", type=int, default=20)
    parser.add_argument("--out", type=Path, default=LEARNT)
    asked = parser.parse_args(arguments)
    tags = read_tags(asked.tags)
    if asked.command == "fit":
        fit(asked.folder, tags, asked.songs, asked.threes, asked.out)
    else:
        measure(asked.folder, tags, asked.songs)


if __name__ == "__main__":
    main()
