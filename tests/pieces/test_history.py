"""Everything can be undone and done again; of candidates one stands; a document keeps all of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman import Model, Selection, arrange, parse
from sideman.errors import DataError, OptionError
from sideman.pieces.composition import Composition
from sideman.pieces.document import from_document, to_document
from sideman.pieces.revision import bars_told

MODEL = Model(tiny_checkpoint())
BEGUN = Composition.of(arrange("C:4|Am:4|F:4|G7:4", seed=3, takes=2, model=MODEL))
PIECE = (
    BEGUN.redo(Selection(["piano"], [1, 2]), 1, MODEL)
    .redo(Selection(["bass"], [0], take=1), 2, MODEL)
    .with_chart(parse("C:4|Am:4|F:4|Dm:4|G7:4"), 3, MODEL)
)
STATES = [BEGUN.bands, *(PIECE.at(position).bands for position in (1, 2, 3))]


@settings(max_examples=15)
@given(moves=st.lists(st.integers(0, 3), max_size=6))
def test_any_position_of_the_history_is_what_it_was(moves: list[int]) -> None:
    piece = PIECE
    for position in moves:
        piece = from_document(to_document(piece.at(position)))
        assert piece.bands == STATES[position]
        assert piece.history == PIECE.history
        assert len(piece.revisions) == position
    assert piece.at(3) == PIECE


def test_what_was_undone_is_gone_after_another_change() -> None:
    other = PIECE.at(1).redo(Selection(["drums"], [3]), 4, MODEL)
    assert len(other.history) == 2
    assert other.undone == ()
    assert other.at(1).bands == STATES[1]


@pytest.mark.parametrize("position", [-1, 4])
def test_a_position_that_there_is_not(position: int) -> None:
    with pytest.raises(OptionError, match="there are 0 to 3"):
        PIECE.at(position)


def test_revisions_are_called_by_what_they_change_unless_somebody_names_them() -> None:
    assert [revision.title for revision in PIECE.history] == ["piano, bars 2–3", "bass, bar 1", "chords, bar 4"]
    named = PIECE.at(1).renamed(1, "better")
    assert [revision.title for revision in named.history] == ["piano, bars 2–3", "better", "chords, bar 4"]
    assert named.bands == STATES[1]
    assert from_document(to_document(named)) == named
    with pytest.raises(OptionError, match="revision 3: they are counted from 0 to 2"):
        PIECE.renamed(3, "")
    everybody = BEGUN.redo(Selection([*BEGUN.plan.options.roles], [0, 2, 3]), 1, MODEL)
    assert everybody.revisions[0].title == "everybody, bars 1, 3–4"
    assert bars_told([]) == ""


def test_of_candidates_one_stands_and_the_others_are_gone() -> None:
    offered = BEGUN.offering(BEGUN.alternatives(Selection(["piano"], [1, 2]), 3, 1, MODEL))
    assert len(offered.candidates) == 3
    assert offered.bands == BEGUN.bands
    again = from_document(to_document(offered))
    assert again == offered
    for number, piece in enumerate(BEGUN.alternatives(Selection(["piano"], [1, 2]), 3, 1, MODEL)):
        assert again.choosing(number) == piece
    assert again.offering(()) == BEGUN
    with pytest.raises(OptionError, match="candidate 3: there are 3"):
        again.choosing(3)


def test_documents_that_need_no_later_version_say_so() -> None:
    assert json.loads(to_document(PIECE.at(2)))["version"] == 2  # it can be done again
    assert json.loads(to_document(BEGUN.redo(Selection(["piano"], [1]), 1, MODEL)))["version"] == 1
    assert "undone" not in json.loads(to_document(PIECE))


@cases("origins", [[0, 1, 2, None], [0, 1, 2, 4, 3], [0, 1, 2, None, None], "what", [0, 1, 2, {}, 3]])
def test_damaged_origins_are_told_as_such(origins: object) -> None:
    document = json.loads(to_document(PIECE))
    document["revisions"][2]["origins"] = origins
    with pytest.raises(DataError, match="damaged piece"):
        from_document(json.dumps(document))
