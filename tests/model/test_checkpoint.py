from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file
from tests.tiny import tiny_checkpoint

from sideman.errors import CheckpointError, DataError, OptionError
from sideman.model.checkpoint import Checkpoint, change_meta, grow, load_checkpoint, save_checkpoint, shapes, trunk
from sideman.model.config import GPT2Config
from sideman.model.numpy_engine import NumpyEngine


@pytest.fixture
def saved(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_checkpoint(checkpoint, path)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Write the file again after ``change`` of its tensors and its description."""
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        description = json.loads(file.metadata()["sideman"])
    change(tensors, description)
    save_file(tensors, path, {"sideman": json.dumps(description)})


def test_float32_comes_back_exactly(checkpoint: Checkpoint, tmp_path: Path) -> None:
    save_checkpoint(checkpoint, tmp_path / "model.safetensors", "float32")
    loaded = load_checkpoint(tmp_path / "model.safetensors", {"abc123": checkpoint.config.vocab})
    assert replace(loaded, weights=checkpoint.weights) == checkpoint
    assert loaded.weights.keys() == checkpoint.weights.keys()
    for name, weight in checkpoint.weights.items():
        np.testing.assert_array_equal(loaded.weights[name], weight)


def test_float16_comes_back_as_float32_within_its_precision(checkpoint: Checkpoint, saved: Path) -> None:
    loaded = load_checkpoint(saved)
    for name, weight in checkpoint.weights.items():
        assert loaded.weights[name].dtype == np.float32
        np.testing.assert_array_equal(loaded.weights[name], weight.astype(np.float16))
    assert saved.stat().st_size < 2.2 * checkpoint.config.parameters + 4096


def test_a_transposed_array_is_stored_as_it_reads(checkpoint: Checkpoint, tmp_path: Path) -> None:
    name = "transformer.h.0.mlp.c_fc.weight"
    turned = np.asfortranarray(checkpoint.weights[name])
    save_checkpoint(replace(checkpoint, weights={**checkpoint.weights, name: turned}), tmp_path / "a", "float32")
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a").weights[name], turned)


def test_a_network_without_features_round_trips(tmp_path: Path) -> None:
    config = GPT2Config(vocab=5, context=4, layers=1, width=4, heads=2)
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes(config).items()}
    save_checkpoint(Checkpoint(config, weights, "abc123"), tmp_path / "a")
    assert load_checkpoint(tmp_path / "a").config == config


def test_another_vocabulary_is_refused_with_both_fingerprints(saved: Path) -> None:
    with pytest.raises(CheckpointError, match=r"abc123.* speaks def456: use weights"):
        load_checkpoint(saved, {"def456": 11})


def test_earlier_vocabularies_are_read_at_their_size(checkpoint: Checkpoint, saved: Path) -> None:
    ids = checkpoint.config.vocab
    assert load_checkpoint(saved, {"def456": ids + 1, "abc123": ids}).config == checkpoint.config
    with pytest.raises(CheckpointError, match=rf"has {ids} ids, its vocabulary {ids + 1}: it is damaged"):
        load_checkpoint(saved, {"abc123": ids + 1})


def test_a_grown_checkpoint_computes_what_it_computed() -> None:
    small = tiny_checkpoint()
    names = dict(zip(small.features, small.config.features, strict=True))
    large = grow(small, "later", small.config.vocab + 2, {name: size + 3 for name, size in names.items()})
    assert (large.config.vocab, large.vocabulary) == (small.config.vocab + 2, "later")
    ids, features = [0, 2, 40], [[size - 1 for size in small.config.features]] * 3
    before, after = (
        engine.read(engine.cache(1), [0], ids, features, [3])[0] for engine in map(NumpyEngine, (small, large))
    )
    np.testing.assert_allclose(after[: len(before)], before, atol=1e-6)
    assert not after[len(before) :].any()
    assert grow(small, small.vocabulary, small.config.vocab, names) is small
    with pytest.raises(CheckpointError, match=r"values of the feature track: update Sideman"):
        grow(small, small.vocabulary, small.config.vocab, names | {"track": 1})


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"No such file.*give a .safetensors file"):
        load_checkpoint(tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match="Is a directory"):
        load_checkpoint(tmp_path)
    with pytest.raises(CheckpointError, match="copy them again"):
        load_checkpoint("a\0b")


@given(st.data())
def test_a_torn_file_is_refused(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:  # noqa: ANN401
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    save_checkpoint(checkpoint, path)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


@given(st.binary(max_size=200))
def test_any_other_file_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "other.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


def test_a_safetensors_file_of_others_is_refused(tmp_path: Path) -> None:
    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="not a checkpoint of Sideman"):
        load_checkpoint(tmp_path / "other.safetensors")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, _: t.pop("features.weight"), "28 tensors where 2 layers have 29"),
        (lambda t, _: t.update(stray=t.pop("features.weight")), "features.weight is missing"),
        (lambda t, _: t.update({"transformer.wte.weight": np.zeros((24, 23), np.float16)}), "wte.weight has shape"),
        (lambda t, _: t["transformer.ln_f.bias"].fill(np.nan), "ln_f.bias holds values that are not finite"),
        (lambda t, _: t.update({"features.weight": np.zeros((12, 24), np.int8)}), "stored as I8"),
        (lambda _, d: d["config"].update(layers=10**12), "tensors where"),
        (lambda _, d: d["config"].update(layers="2"), "configuration in .* damaged"),
        (lambda _, d: d["config"].update(heads=0), "configuration in .* damaged"),
        (lambda _, d: d["config"].update(heads=5), "not a multiple of 5 heads"),
        (lambda _, d: d["config"].update(features=None), "configuration in .* damaged"),
        (lambda _, d: d["config"].update(dropout=0.1), "of another version"),
        (lambda _, d: d["config"].pop("norm_epsilon"), "configuration in .* damaged"),
        (lambda _, d: d["features"].pop(), "1 feature names for 2 feature tables"),
        (lambda _, d: d.update(features=[1, 2]), "description in .* damaged"),
        (lambda _, d: d.update(vocabulary=None), "description in .* damaged"),
        (lambda _, d: d.pop("meta"), "description in .* damaged"),
        (lambda _, d: d.update(version=2), "later format than 1: update"),
    ],
)
def test_damage_is_named(saved: Path, change: Callable[[dict[str, Any], dict[str, Any]], None], message: str) -> None:
    rewrite(saved, change)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(saved)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_what_is_known_of_weights_changes_without_them(checkpoint: Checkpoint, tmp_path: Path, dtype: str) -> None:
    source, output = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_checkpoint(checkpoint, source, dtype)
    change_meta(source, output, {"sampling": {"kind": 0.9}, "steps": 8})
    assert load_checkpoint(output).meta == {**checkpoint.meta, "sampling": {"kind": 0.9}, "steps": 8}

    def tensors(path: Path) -> bytes:
        content = path.read_bytes()
        return content[8 + int.from_bytes(content[:8], "little") :]

    assert tensors(output) == tensors(source)
    before = output.read_bytes()
    with pytest.raises(CheckpointError, match="meta is not JSON"):
        change_meta(source, output, {"loss": float("nan")})
    with pytest.raises(CheckpointError, match="speaks def456"):
        change_meta(source, output, {}, {"def456": 11})
    assert output.read_bytes() == before


def test_what_cannot_be_saved_leaves_the_old_file(checkpoint: Checkpoint, saved: Path) -> None:
    before = saved.read_bytes()
    name = "transformer.ln_f.weight"
    large = {**checkpoint.weights, name: np.full(24, 1e5, np.float32)}
    with pytest.raises(CheckpointError, match=r"ln_f.weight is too large for float16, use float32"):
        save_checkpoint(replace(checkpoint, weights=large), saved)
    with pytest.raises(CheckpointError, match="meta is not JSON"):
        save_checkpoint(replace(checkpoint, meta={"loss": float("nan")}), saved)
    with pytest.raises(OptionError, match="choose float16 or float32"):
        save_checkpoint(checkpoint, saved, "int8")
    with pytest.raises(DataError, match="its folder does not exist"):
        save_checkpoint(checkpoint, saved.parent / "none" / "model.safetensors")
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_diverged_network_is_no_checkpoint(checkpoint: Checkpoint) -> None:
    weights = {**checkpoint.weights, "transformer.ln_f.weight": np.full(24, np.inf, np.float32)}
    with pytest.raises(CheckpointError, match="not finite: take an earlier"):
        replace(checkpoint, weights=weights)


def test_the_names_are_those_of_the_network(checkpoint: Checkpoint) -> None:
    pytest.importorskip("torch")
    from sideman.model.gpt2 import GPT2

    state = GPT2(checkpoint.config).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == shapes(checkpoint.config)


@pytest.mark.slow
@pytest.mark.xdist_group("transformers")  # which takes seconds to import
def test_transformers_runs_the_trunk(checkpoint: Checkpoint) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from sideman.model.numpy_engine import NumpyEngine

    values, tensors = trunk(checkpoint)
    config = transformers.GPT2Config(**values)
    network = transformers.GPT2LMHeadModel(config).eval()
    state = {name: torch.from_numpy(weight) for name, weight in tensors.items()}
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert (missing, unexpected) == (["lm_head.weight"], [])  # tied to wte
    generator = np.random.default_rng(1)
    ids = generator.integers(0, 23, 50)
    features = np.stack([generator.integers(0, 5, 50), generator.integers(0, 7, 50)], axis=1)
    added = checkpoint.weights["features.weight"][features + np.array([0, 5])].sum(axis=1)
    embedded = checkpoint.weights["transformer.wte.weight"][ids] + added
    with torch.inference_mode():
        expected = network(inputs_embeds=torch.from_numpy(embedded)[None]).logits[0, -1].numpy()
    engine = NumpyEngine(checkpoint)
    np.testing.assert_allclose(engine.read(engine.cache(1), [0], ids, features, [50])[0], expected, atol=1e-4)
