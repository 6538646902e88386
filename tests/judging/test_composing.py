"""What is composed for windows is what anybody would get who asked for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.judging.conftest import window
from tests.tiny import tiny_checkpoint

from sideman.arranging import ArrangeOptions, Model, arrange
from sideman.judging.composing import TOGETHER, composes_in, composes_with
from sideman.model.checkpoint import save_checkpoint
from sideman.music.band import Role
from sideman.workers.local import LocalWorkers

OPTIONS = ArrangeOptions(density=1, temperature=0.8)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(tiny_checkpoint())


def test_a_window_gets_its_own_chords_roles_tempo_and_seed(model: Model) -> None:
    first = window("C:4|F:4", seed=5, bass=[(0, 1, 40)])
    second = window("Am:4", seed=7, drums=[(0, 1, 36)], piano=[(0, 1, 60)])
    bands = composes_with(model, OPTIONS)([first, second], 0)
    alone = ArrangeOptions(density=1, roles=(Role.DRUMS, Role.PIANO), temperature=0.8, seed=7)
    assert bands[1] == arrange("Am:4", alone, model=model).band
    assert (bands[0].roles, bands[0].steps) == ((Role.BASS,), 96)


def test_another_take_is_other_music(model: Model) -> None:
    asked = [window("C:4", piano=[(0, 1, 60)])]
    compose = composes_with(model, OPTIONS)
    assert compose(asked, 0) != compose(asked, 1)


def test_more_than_fit_a_batch_and_progress(model: Model) -> None:
    asked = [window("C:1", seed=seed, bass=[(0, 1, 40)]) for seed in range(TOGETHER + 3)]
    told: list[float] = []
    compose = composes_with(model, OPTIONS, lambda done, word: told.append(done))  # noqa: ARG005
    assert len(compose(asked, 0)) == len(asked)
    assert (told[-1], told) == (len(asked), sorted(told))
    compose(asked[:1], 1)
    assert told[-1] == len(asked) + 1


@pytest.mark.slow
def test_several_processes_compose_the_same(model: Model, tmp_path: Path) -> None:
    asked = [window("C:4|F:4", seed=seed, bass=[(0, 1, 40)], piano=[(0, 1, 60)]) for seed in range(5)]
    save_checkpoint(tiny_checkpoint(), tmp_path / "tiny.safetensors")
    told: list[float] = []
    compose = composes_in(
        LocalWorkers(2),
        tmp_path / "tiny.safetensors",
        OPTIONS,
        lambda done, word: told.append(done),  # noqa: ARG005
    )
    alone = composes_with(model, OPTIONS)
    assert compose(asked, 1) == alone(asked, 1)
    assert (told[-1], told) == (5, sorted(told))
