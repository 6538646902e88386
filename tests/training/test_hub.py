"""A folder for Hugging Face: transformers loads it, and by the card's recipe it computes what the engine computes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sideman.arranging import DEFAULT_WEIGHTS, Model, default_model
from sideman.errors import DataError
from sideman.model.checkpoint import load_checkpoint
from sideman.tokens.vocabulary import VOCABULARY
from sideman.training.hub import FILES, export_to_hub


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of the package as such a folder."""
    folder = tmp_path_factory.mktemp("hub") / "band"
    export_to_hub(load_checkpoint(DEFAULT_WEIGHTS, VOCABULARY.sizes), folder)
    return folder


def test_the_folder_and_its_card(folder: Path) -> None:
    yaml = pytest.importorskip("yaml", reason="to read the card's metadata needs pyyaml: pip install pyyaml")
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    _, metadata, text = (folder / "README.md").read_text().split("---\n", 2)
    metadata = yaml.safe_load(metadata)
    assert (metadata["license"], metadata["library_name"]) == ("cc-by-4.0", "transformers")
    assert "<!--" not in text
    assert f"| parameters | {default_model().checkpoint.config.parameters:,} |" in text
    config = json.loads((folder / "config.json").read_text())
    assert (config["model_type"], config["vocab_size"]) == ("gpt2", VOCABULARY.size)
    assert tuple(config["sideman"]["features"]) == default_model().checkpoint.features


def test_sideman_plays_its_weights(folder: Path) -> None:
    assert Model.load(folder / "model.safetensors").fingerprint == default_model().fingerprint


@pytest.mark.xdist_group("transformers")  # which takes seconds to import
def test_the_recipe_of_the_card_computes_what_the_engine_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = "to load the folder with transformers needs it and torch: pip install torch transformers"
    pytest.importorskip("torch", reason=remedy)
    pytest.importorskip("transformers", reason=remedy)
    recipe = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert recipe is not None
    monkeypatch.chdir(folder)
    made: dict[str, object] = {}
    exec(compile(recipe[1], "README.md", "exec"), made)
    take, logits = made["take"], np.asarray(made["logits"])
    model = Model(default_model().checkpoint, "numpy")  # which computes in float32, too
    ids, features = np.array(take.ids)[: len(logits)], np.array(take.features, np.int32)[: len(logits)]  # type: ignore[attr-defined]
    wanted = [len(logits) // 2, len(logits) - 1]
    read = model.engine.read(model.engine.cache(1), [0], ids, features[:, model.columns], [len(ids)], wanted=wanted)
    np.testing.assert_allclose(logits[wanted], read, atol=1e-3)


def test_a_folder_that_holds_something_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(DataError, match="is not empty"):
        export_to_hub(load_checkpoint(DEFAULT_WEIGHTS, VOCABULARY.sizes), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    with pytest.raises(DataError, match="its folder does not exist"):
        export_to_hub(load_checkpoint(folder / "model.safetensors"), tmp_path / "missing" / "band")
