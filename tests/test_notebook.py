"""docs/tutorials/notebook.ipynb does what it says, cell by cell, and is kept without its results."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = json.loads((Path(__file__).parents[1] / "docs/tutorials/notebook.ipynb").read_text("utf-8"))
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def shown(source: str, names: dict[str, Any]) -> object:
    """Run a cell; what a notebook would show: its last line, where that is an expression."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def test_it_is_kept_without_results() -> None:
    assert (NOTEBOOK["nbformat"], len({cell["id"] for cell in NOTEBOOK["cells"]})) == (4, len(NOTEBOOK["cells"]))
    for cell in NOTEBOOK["cells"]:
        assert (cell.get("outputs", []), cell.get("execution_count")) == ([], None)


@pytest.mark.slow
def test_every_cell_shows_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        roll, sound, swung, bars, numbers, piece, same, again = (shown(cell, names) for cell in CELLS)
    assert [thing._repr_html_().count("<svg") for thing in (roll, piece)] == [1, 1]  # type: ignore[attr-defined]
    assert all(player._repr_html_().startswith("<audio") for player in (sound, swung))  # type: ignore[attr-defined]
    assert bars is None
    assert printed.getvalue().count("\n") == 4
    assert list(numbers) == ["drums", "piano", "guitar", "bass", "strings"]  # type: ignore[call-overload]
    assert same == ["drums", "guitar", "bass", "strings"]
    assert again is True
    assert {path.name for path in tmp_path.iterdir()} == {"other.mid", "other.musicxml", "piece.json"}
