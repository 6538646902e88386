"""Songs to rows: another order of parts is the same music, every target counts once, the same seed gives the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.tokens.conftest import tokens

from sideman.music.band import ROLES
from sideman.tokens.decode import decode
from sideman.tokens.encode import Ids
from sideman.tokens.form import Form
from sideman.tokens.prefix import FEATURE_NAMES, Prefix
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training import batches
from sideman.training.batches import (
    KEEP_CHORDS,
    KEEP_RECALL,
    Groups,
    Reading,
    cut_rows,
    read_song,
    reorder,
    validation_rows,
    without_density,
)
from sideman.training.shards import Dataset, SongRow

START, END, BAR = (VOCABULARY.id(kind) for kind in ("start", "end", "bar"))
ORDER = range(len(ROLES))
ALL = range(len(FEATURE_NAMES))
PLAIN = Reading(ORDER, style=False, tempo=False, density=False)


def song(dataset: Path, number: int = 0) -> Ids:
    data = Dataset(dataset)
    return data.ids(data.rows[number])


def bars_of(ids: Ids) -> list[list[int]]:
    starts = [*np.flatnonzero(ids == BAR).tolist(), len(ids)]
    return [ids[start:end].tolist() for start, end in pairwise(starts)]


def parts_of(bar: list[int]) -> tuple[list[int], list[list[int]]]:
    """A bar's head, and its parts."""
    kinds = [VOCABULARY.kind(token) for token in bar]
    starts = [index for index, kind in enumerate(kinds) if kind in ("track", "track_density", "rest")]
    return bar[: starts[0]], [bar[start:end] for start, end in pairwise([*starts, len(bar)])]


def role_of_part(part: list[int]) -> int:
    value = VOCABULARY.value(part[0])
    return value // 5 if VOCABULARY.kind(part[0]) == "track_density" else value


# Order of parts, density


@cases("order", [*permutations(range(5))][::17])
def test_another_order_keeps_bars_heads_and_parts(dataset: Path, order: tuple[int, ...]) -> None:
    ids = song(dataset)
    reordered = reorder(ids, order)
    assert reordered.dtype == np.uint16
    assert len(bars_of(reordered)) == len(bars_of(ids))
    for before, after in zip(bars_of(ids), bars_of(reordered), strict=True):
        head, parts = parts_of(before)
        new_head, new_parts = parts_of(after)
        assert new_head == head
        assert sorted(new_parts) == sorted(parts)
        assert [role_of_part(part) for part in new_parts] == [role for role in order if role in {0, 1, 3}]
    assert np.array_equal(reorder(reordered, ORDER), ids)


@given(st.permutations(range(5)), st.booleans())
def test_every_reading_is_the_same_music(dataset: Path, order: list[int], density: bool) -> None:
    data = Dataset(dataset)
    row = data.rows[1]
    ids, _, _ = read_song(row, data.ids(row), Reading(order, style=False, tempo=True, density=density))
    plain, _, _ = read_song(row, data.ids(row), Reading(ORDER, style=False, tempo=True, density=True))
    assert decode(ids) == decode(plain)


def test_without_density_only_the_densities_go(dataset: Path) -> None:
    ids = song(dataset)
    plain = without_density(ids)
    changed = np.flatnonzero(plain != ids)
    kinds = [VOCABULARY.kind(int(token)) for token in ids]
    assert changed.tolist() == [index for index, kind in enumerate(kinds) if kind == "track_density"]
    assert len(changed)
    for index in changed.tolist():
        assert VOCABULARY.kind(int(plain[index])) == "track"
        assert VOCABULARY.value(int(plain[index])) == VOCABULARY.value(int(ids[index])) // 5


def test_controls_are_told_as_the_reading_says(dataset: Path) -> None:
    data = Dataset(dataset)
    row = replace(data.rows[0], style="jazz")
    for style in (False, True):
        for tempo in (False, True):
            ids, features, head = read_song(row, data.ids(row), Reading(ORDER, style=style, tempo=tempo, density=True))
            kinds = [VOCABULARY.kind(int(token)) for token in ids[:head]]
            assert kinds == ["start", *["style"] * style, *["tempo"] * tempo]
            assert (ids[head], ids[-1]) == (BAR, END)
            assert features.shape == (len(ids), len(FEATURE_NAMES))


def test_readings_leave_each_control_out_half_of_the_time() -> None:
    rng = np.random.default_rng(0)
    ids = np.array(tokens("bar chord:0 chord:0 rest:1"), np.uint16)
    readings = [Reading.random(rng, ids, middle=False) for _ in range(2_000)]
    for name in ("style", "tempo", "density", "echoes", "sections"):
        assert 0.45 < np.mean([bool(getattr(reading, name)) for reading in readings]) < 0.55
    for name, share in (("recall", KEEP_RECALL), ("chords", KEEP_CHORDS)):
        assert np.mean([getattr(reading, name) for reading in readings]) == pytest.approx(share, abs=0.03)
    orders = Counter(tuple(reading.order) for reading in readings)
    assert len(orders) == 120


# Rows


def forced(ids: list[int]) -> list[bool]:
    """Which ids the leader decides, by walking through the song."""
    out, in_head = [], True
    for token in ids:
        kind = VOCABULARY.kind(token)
        out.append(kind in {"start", "style", "tempo", "chord", "bass"} or (in_head and kind in {"bar", "position"}))
        if kind == "bar":
            in_head = True
        elif kind in {"track", "track_density", "rest"}:
            in_head = False
    return out


@cases("steps", [16, 40, 64, 200, 5_000])
def test_rows_hold_each_target_once_with_its_features(dataset: Path, steps: int) -> None:
    data = Dataset(dataset)
    ids, features, head = read_song(data.rows[2], data.ids(data.rows[2]), PLAIN)
    rows = cut_rows(ids, features, head, steps)
    assert rows.ids.shape == rows.targets.shape == rows.weight.shape == (len(rows.ids), steps)
    assert rows.features.shape == (len(rows.ids), steps, len(FEATURE_NAMES))
    is_forced = forced(ids.tolist())
    bars = np.flatnonzero(ids == BAR).tolist()
    seen: Counter[int] = Counter()
    after = bars[0]
    for row in range(len(rows.ids)):
        start = next(bar for bar in bars if bar >= after)  # the first bar that begins after the last row's end
        places = [*range(head), *range(start, start + steps + 1 - head)]
        after = places[-1] + 1
        for step, (place, following) in enumerate(pairwise(places)):
            if following >= len(ids):
                assert not rows.weight[row, step]
                continue
            assert rows.ids[row, step] == ids[place]
            assert rows.targets[row, step] == ids[following]
            assert np.array_equal(rows.features[row, step], features[place])
            # The row's first bar follows on START, as a song's first.
            assert bool(rows.weight[row, step]) is not (is_forced[following] or following == start)
            seen[following] += bool(rows.weight[row, step])
    assert [bar for bar in bars if bar >= after] in ([], bars[-1:] if bars[-1] >= len(ids) - 1 else [])
    assert max(seen.values()) == 1


@cases("steps", [40, 64, 100, 200, 300])
def test_filled_rows_are_padded_by_less_than_a_bar(dataset: Path, steps: int) -> None:
    data = Dataset(dataset)
    for row in data.rows:
        ids, features, head = read_song(row, data.ids(row), PLAIN)
        padded, filled = (cut_rows(ids, features, head, steps, fill=fill) for fill in (False, True))
        assert all(np.array_equal(a[:-1], b[:-1]) for a, b in zip(padded, filled, strict=True))
        last = filled.ids[-1].tolist()
        kept = last[: last.index(END)] if END in last else last
        assert len(kept) > steps - max(map(len, bars_of(ids[head:])))
        assert kept[head] == BAR
        if END in padded.ids[-1]:  # else the row is full as it stands
            assert kept[head:] == ids[len(ids) - 1 - len(kept) + head : -1].tolist()
            assert filled.targets[-1, len(kept) - 1] == END
            place = len(ids) - 1 - len(kept) + head
            assert np.array_equal(filled.features[-1, head : len(kept)], features[place : len(ids) - 1])
            counted = [not each for each in forced(ids.tolist())[place + 1 :]]
            assert filled.weight[-1, head : len(kept)].tolist() == counted


def test_songs_shorter_than_a_row_are_padded(dataset: Path) -> None:
    data = Dataset(dataset)
    ids, features, head = read_song(data.rows[0], data.ids(data.rows[0]), PLAIN)
    padded, filled = (cut_rows(ids, features, head, len(ids) + 50, fill=fill) for fill in (False, True))
    assert all(np.array_equal(a, b) for a, b in zip(padded, filled, strict=True))


def test_one_long_row_counts_every_choice_of_the_song(dataset: Path) -> None:
    data = Dataset(dataset)
    row = data.rows[3]
    ids, features, head = read_song(row, data.ids(row), PLAIN)
    rows = cut_rows(ids, features, head, len(ids) + 50)
    assert len(rows.ids) == 1
    assert int(rows.weight.sum()) == len(ids) - sum(forced(ids.tolist()))
    assert rows.notes == row.notes
    assert rows.bars == row.bars - 1  # each begins where the one before ends; END ends the last


def test_features_are_the_prefixs(dataset: Path) -> None:
    data = Dataset(dataset)
    row = data.rows[0]
    ids, features, head = read_song(row, data.ids(row), Reading([4, 3, 2, 1, 0], style=True, tempo=True, density=True))
    rows = cut_rows(ids, features, head, 100).of_features([0, 9, 3])
    prefix = Prefix(Form.plain(row.bars))
    expected = []
    for token in ids.tolist():
        prefix.push(token)
        expected.append(prefix.features())
    start = int(np.flatnonzero(ids == BAR)[0])
    assert rows.features[0, head:].tolist() == [
        [values[0], values[9], values[3]] for values in expected[start : start + 100 - head]
    ]


def test_plain_rows_weigh_the_same_as_rows_with_features(dataset: Path) -> None:
    data = Dataset(dataset)
    (with_all, *_), (plain, *_) = (list(validation_rows(data, data.rows, 64, columns)) for columns in (ALL, ()))
    assert plain.features.shape[2] == 0
    assert np.array_equal(plain.weight, with_all.weight)


# Groups


def group(dataset: Path, seed: int = 0, epoch: int = 0, number: int = 0, steps: int = 64) -> batches.Rows:
    data = Dataset(dataset)
    return Groups(data, data.rows, seed, steps, [0, 2]).rows(epoch, number)


def test_groups_follow_from_the_seed(dataset: Path) -> None:
    first = group(dataset)
    assert all(np.array_equal(one, other) for one, other in zip(first, group(dataset), strict=True))
    for other in (group(dataset, seed=1), group(dataset, epoch=1)):
        assert not np.array_equal(first.ids[:20], other.ids[:20])


def test_an_epoch_reads_every_song_once(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "GROUP", 3)
    data = Dataset(dataset)
    read: list[str] = []
    original = batches.read_song

    def noted(row: SongRow, ids: Ids, reading: Reading) -> object:
        read.append(row.name)
        return original(row, ids, reading)

    monkeypatch.setattr(batches, "read_song", noted)
    groups = Groups(data, data.rows, 0, 64, [])
    assert groups.count == 4
    epochs = []
    for epoch in range(2):
        for number in range(groups.count):
            groups.rows(epoch, number)
        epochs.append(list(read))
        read.clear()
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(row.name for row in data.rows)
    assert epochs[0] != epochs[1]


def test_rows_of_a_group_are_full(dataset: Path) -> None:
    ids = group(dataset, steps=100).ids
    assert (ids == END).sum() < 0.12 * ids.size  # less than a bar of some fifty ids in each song's last row
    assert ((ids == END).sum(1) < 60).all()


def test_rows_of_a_group_are_mixed(dataset: Path) -> None:
    rows = group(dataset)
    data = Dataset(dataset)
    total = sum(len(validation) for validation in (part.ids for part in validation_rows(data, data.rows, 64, [])))
    assert total * 0.7 < len(rows.ids) <= total
    firsts = [tuple(ids) for ids in rows.ids.tolist()]
    assert firsts != sorted(firsts)


def test_validation_rows_are_always_the_same(dataset: Path) -> None:
    data = Dataset(dataset)
    one, other = (list(validation_rows(data, data.rows[8:], 64, ALL)) for _ in range(2))
    assert len(one) == 3
    for first, second in zip(one, other, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
        kinds = {VOCABULARY.kind(int(token)) for token in np.unique(first.ids)}
        assert "track_density" not in kinds
        assert "tempo" in kinds


def test_several_processes_share_the_songs_of_as_many_groups(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "GROUP", 2)
    data = Dataset(dataset, "train")
    shares = [Groups(data, data.rows, 0, 64, ALL, rank=rank, world=2) for rank in range(2)]
    read: list[list[str]] = [[], []]
    monkeypatch.setattr(
        batches, "group_rows", lambda _, rows, seed, *__: read[seed[-1]].append([row.name for row in rows])
    )
    place, places = (0, 0), []
    while place[0] == 0:
        places.append(place)
        for share in shares:
            share.rows(*place)
        place = shares[0].following(*place)
    assert (places, place) == ([(0, 0), (0, 2)], (1, 0))
    assert [[len(names) for names in of_process] for of_process in read] == [[2, 2], [2, 2]]
    assert sorted(name for of_process in read for names in of_process for name in names) == sorted(
        row.name for row in data.rows
    )
    ids = [sum(row.tokens for row in share._dealt(data.rows)) for share in shares]
    assert max(ids) < 1.1 * min(ids)
    assert [share._dealt(data.rows[:1]) for share in shares] == [data.rows[:1]] * 2
