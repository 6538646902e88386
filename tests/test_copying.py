"""What the weights learnt from isn't played again: parts with which a take would copy more than four bars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sideman.arranging import DEFAULT_WEIGHTS, ArrangeOptions, Model, Performance, Plan, arrange, default_model, perform
from sideman.composer import Composer
from sideman.errors import CheckpointError
from sideman.music.chords import parse
from sideman.music.time import Meter
from sideman.tokens.fingerprints import RUN, SUFFIX, Fingerprints, song_hashes
from sideman.tokens.slices import BEGINS_BAR

PLAN = Plan(parse("C|Am|F|G|C|Am|F|G"), ArrangeOptions(seed=3))


def composed(model: Model, *plans: Plan) -> list[np.ndarray[tuple[int], np.dtype[np.uint16]]]:
    """The ids of the first take of each plan."""
    performances = [Performance(plan, model.sampling) for plan in plans]
    for _ in Composer(model.engine, model.columns, len(plans)).run(each.takes[0] for each in performances):
        pass
    return [np.array(each.takes[0].ids, np.uint16) for each in performances]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A link to the weights of the package, with fingerprints of what they play by :data:`PLAN` beside it."""
    path = tmp_path_factory.mktemp("weights") / "band.safetensors"
    path.symlink_to(DEFAULT_WEIGHTS)
    Fingerprints.of_hashes(map(song_hashes, composed(default_model(), PLAN))).save(path.with_suffix(SUFFIX))
    return path


def test_what_would_copy_more_than_four_bars_is_drawn_again(weights: Path) -> None:
    model = Model.load(weights)
    assert model.known is not None
    before, after = composed(default_model(), PLAN)[0], composed(model, PLAN)[0]
    assert {run.bars for run in model.known.runs(before)} == {8}  # of every player who has a line
    assert model.known.runs(after) == []
    assert arrange(PLAN.progression, PLAN.options, model=model).known == ((),)
    begins = np.flatnonzero(BEGINS_BAR[before])
    same = int(np.argmax(before[: len(after)] != after[: len(before)]))
    assert begins[RUN - 1] < same < begins[RUN]  # up to the fifth bar nothing was drawn otherwise


def test_runs_of_a_piece_are_told_in_its_own_bars() -> None:
    """In 5/4, of which a bar is two of the language."""
    model = default_model()
    plan = Plan(parse("|".join(["C:5"] * 4), Meter(5, 4)), ArrangeOptions(seed=1))
    ids = composed(model, plan)[0]
    known = Fingerprints.of_hashes([song_hashes(ids[np.flatnonzero(BEGINS_BAR[ids])[0] :])])
    assert len(known)
    assert {(run.first, run.bars) for run in plan.known(known, ids)} <= {(0, 4), (0, 3), (1, 3), (1, 2), (2, 2)}


def test_a_piece_is_the_same_in_company_and_its_ids_are_its_notes(weights: Path) -> None:
    model = Model.load(weights)
    other = replace(PLAN, options=replace(PLAN.options, seed=4))
    alone, together = composed(model, PLAN)[0], composed(model, other, PLAN)[1]
    assert alone.tolist() == together.tolist()
    assert perform(PLAN, alone) == arrange(PLAN.progression, PLAN.options, model=model).band


def test_the_fingerprints_are_part_of_what_decides_the_notes(weights: Path) -> None:
    model = Model.load(weights)
    assert model.known is not None
    assert model.fingerprint != default_model().fingerprint
    assert model.sampling.to_dict() == default_model().sampling.to_dict()


def test_damaged_fingerprints_beside_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "band.safetensors"
    path.symlink_to(DEFAULT_WEIGHTS)
    path.with_suffix(SUFFIX).write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match=r"fingerprints .* are damaged or can't be read"):
        Model.load(path)
