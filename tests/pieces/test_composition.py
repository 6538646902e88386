"""Pieces: ids are their truth, a revision changes what it names and nothing else, a document gives all of it back."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.tiny import tiny_checkpoint

from sideman import Band, Model, Progression, Role, arrange, parse
from sideman.arranging import perform
from sideman.errors import DataError, OptionError, SidemanError, TokenError
from sideman.music.band import ONSET, ROLES, VELOCITY
from sideman.music.feel import AS_WRITTEN
from sideman.music.time import STEPS_PER_BAR, BarLines, Meter
from sideman.options import PlayOptions
from sideman.pieces.changes import Change, Selection
from sideman.pieces.composition import Composition
from sideman.pieces.document import MAX_IDS, from_document, read_composition, to_document, write_composition
from sideman.pieces.revision import Revision
from sideman.tokens.kit import Kit
from sideman.tokens.leader import Leader
from sideman.tokens.parts import join, parts_of, split
from sideman.tokens.vocabulary import VOCABULARY

GOLDEN = Path(__file__).parent / "golden" / "piece-1.json"
CHORDS = "C:4|Eb7/G:2|F#m7-5:6|N.C.:4|Bb:3.5"
MODEL = Model(tiny_checkpoint())


def composed(chords: str | Progression = CHORDS, **wishes: Any) -> Composition:  # noqa: ANN401 - the options themselves
    return Composition.of(arrange(chords, model=MODEL, **wishes))


def bars_of(band: Band, role: Role) -> list[list[list[int]]]:
    """The notes of each bar."""
    notes = band[role].notes
    return [notes[notes[:, ONSET] // STEPS_PER_BAR == bar].tolist() for bar in range(-(-band.steps // STEPS_PER_BAR))]


PIECE = composed(seed=3, takes=2)


def test_the_bands_are_those_that_were_composed() -> None:
    assert PIECE.bands == arrange(CHORDS, seed=3, takes=2, model=MODEL).bands
    assert PIECE.band == PIECE.bands[0]
    assert PIECE.weights == MODEL.fingerprint
    assert repr(PIECE).startswith("<Composition of 5 bars in ")
    assert PIECE._repr_html_().count("<svg") == 2
    (revision,) = PIECE.redo(Selection(["piano", "bass"], [1, 2]), 7, MODEL, drafts=1).revisions
    assert repr(revision) == "<Revision of take 0: bars 1, 2 of piano, bass, seed 7>"
    assert repr(replace(revision, seed=None)) == "<Revision of take 0: bars 1, 2 of piano, bass, given>"


# Parts


@given(order=st.permutations(ROLES), take=st.integers(0, 1))
def test_parts_say_the_same_in_any_order(order: list[Role], take: int) -> None:
    plan, parts = PIECE.plan, PIECE.takes[take]
    ids = Leader(plan.chart, order, tempo=plan.options.tempo, excerpt=True).ids(parts)
    assert parts_of(ids) == parts
    assert perform(plan, ids) == PIECE.bands[take]


def test_every_part_that_plays_tells_its_loudness() -> None:
    told = [part for bar in PIECE.takes[0] for part in bar.values() if len(part) > 1]
    assert len(told) > 10
    assert {VOCABULARY.kind(part[1]) for part in told} == {"loudness"}
    ids = PIECE.plan.leader().ids(PIECE.takes[0])
    assert 0 < sum(VOCABULARY.kind(token) == "loudness" for token in ids) < len(told)


def test_parts_of_a_role_in_a_row() -> None:
    for role in ROLES:
        parts = [bar[role] for bar in PIECE.takes[0]]
        assert split(join(parts), role) == parts
        with pytest.raises(TokenError, match="ids that are not parts of"):
            split(join(parts), ROLES[role.number - 1])
    with pytest.raises(TokenError, match="ids that are not parts of bass"):
        split([VOCABULARY.id("position", 3)], Role.BASS)
    with pytest.raises(TokenError, match="outside of the vocabulary"):
        split([VOCABULARY.size], Role.BASS)
    with pytest.raises(TokenError, match="neither rests nor tells its loudness"):
        split([VOCABULARY.id("track", Role.BASS.number), VOCABULARY.id("position", 3)], Role.BASS)


# Revisions


@settings(max_examples=15)
@given(
    roles=st.sets(st.sampled_from(ROLES), min_size=1).map(lambda roles: tuple(sorted(roles))),
    bars=st.sets(st.integers(0, 4), min_size=1).map(lambda bars: tuple(sorted(bars))),
    take=st.integers(0, 1),
    seed=st.integers(0, 2**64 - 1),
    density=st.none() | st.integers(0, 4),
)
def test_notes_outside_a_selection_stay(
    roles: tuple[Role, ...], bars: tuple[int, ...], take: int, seed: int, density: int | None
) -> None:
    piece = replace(PIECE, plan=replace(PIECE.plan, options=replace(PIECE.plan.options, density=density)))
    selection = Selection(roles, bars, take)
    changed = piece.redo(selection, seed, MODEL)
    assert changed.bands[1 - take] == piece.bands[1 - take]
    before, after = piece.bands[take], changed.bands[take]
    for role in ROLES:
        pairs = zip(bars_of(before, role), bars_of(after, role), strict=True)
        for bar, (old, new) in enumerate(pairs):
            assert old == new or (role in roles and bar in bars)
    assert piece.redo(selection, seed, MODEL) == changed
    assert Composition(piece.plan, piece.takes, piece.weights) == piece  # the piece itself stays
    assert replace(changed, revisions=()).bands == piece.bands  # undone


def test_what_is_selected_is_played_anew() -> None:
    selection = Selection((Role.PIANO, Role.BASS), (1, 2))
    first, second = (PIECE.redo(selection, seed, MODEL, drafts=1) for seed in (1, 2))
    for role in selection.roles:
        old, one, other = (bars_of(piece.band, role) for piece in (PIECE, first, second))
        assert old[1:3] != one[1:3] != other[1:3] != old[1:3]
    again = second.redo(Selection((Role.PIANO,), (2,)), 5, MODEL, drafts=1)
    assert [revision.seed for revision in again.revisions] == [2, 5]
    assert bars_of(again.band, Role.PIANO)[1] == bars_of(second.band, Role.PIANO)[1]
    assert bars_of(again.band, Role.PIANO)[2] != bars_of(second.band, Role.PIANO)[2]


def test_drums_that_are_kept_need_no_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tuple(VOCABULARY.id(*word) for word in (("track_density", 0), ("loudness", 3), ("position", 0), ("hit", 0)))
    takes = tuple([{**bar, Role.DRUMS: bare} for bar in take] for take in PIECE.takes)
    piece = replace(PIECE, takes=takes)
    assert Kit(None, piece.plan.chart).lacks(bare)
    selection = Selection((Role.BASS, Role.PIANO, Role.GUITAR, Role.STRINGS), (0, 1))
    changed = [piece.redo(selection, seed, MODEL) for seed in range(5)]
    assert all(each.band[Role.DRUMS] == piece.band[Role.DRUMS] for each in changed)
    monkeypatch.setattr(Kit, "lacks", lambda *_: False)
    assert [piece.redo(selection, seed, MODEL) for seed in range(5)] == changed  # nothing was drawn twice


def test_what_is_kept_is_heard_by_what_is_new() -> None:
    other = composed(seed=4, takes=2)
    kept = (Role.DRUMS, Role.BASS)
    takes = tuple(
        [{role: (theirs if role in kept else mine)[role] for role in ROLES} for mine, theirs in zip(*each, strict=True)]
        for each in zip(PIECE.takes, other.takes, strict=True)
    )
    selection = Selection((Role.PIANO,), (1, 2))
    here = PIECE.redo(selection, 2, MODEL, drafts=1).revisions[0].parts
    there = replace(PIECE, takes=takes).redo(selection, 2, MODEL, drafts=1).revisions[0].parts
    assert here != there


def test_all_of_a_long_piece_but_its_end() -> None:
    piece = composed("|".join(["C:4", "Am:4", "F:4", "G7:4"] * 4), seed=1, roles=("drums", "bass"))
    changed = piece.redo(Selection((Role.BASS,), (15,)), 9, MODEL)  # longer than the context: its window slides
    assert bars_of(changed.band, Role.BASS)[:15] == bars_of(piece.band, Role.BASS)[:15]
    assert changed.band[Role.DRUMS] == piece.band[Role.DRUMS]
    assert bars_of(changed.band, Role.BASS)[15] != bars_of(piece.band, Role.BASS)[15]


def test_chords_that_were_changed() -> None:
    chords = parse("A7:4|Eb7/G:2|F#m7-5:6|N.C.:4|Bb:3.5")
    selection = Selection((Role.BASS,), (0,))
    change = PIECE.redo(selection, 1, MODEL).revisions[0]
    piece = replace(PIECE, revisions=(replace(change, progression=chords),))
    band = piece.bands[0]
    assert (band.progression, piece.bands[1].progression) == (chords, PIECE.plan.progression)
    assert band[Role.PIANO] == PIECE.band[Role.PIANO]
    here, there = (each.begin(Change(selection, 2)) for each in (PIECE, piece))
    assert (here.decoder.shift, here.ids[1]) == (there.decoder.shift, there.ids[1])
    assert here.ids[:8] != there.ids[:8]  # the band hears them, in the key of before
    assert piece.redo(selection, 2, MODEL).bands[0].progression == chords
    with pytest.raises(OptionError, match="longer or shorter"):
        replace(PIECE, revisions=(replace(change, progression=parse("C:4")),))


@cases(
    ("selection", "seed", "words"),
    [
        (Selection((), (0,)), 1, r"tracks \[\]: one or more of drums, piano, guitar, bass, strings"),
        (Selection((Role.BASS,), ()), 1, "bars of a selection: one or more from 0 to 4"),
        (Selection((Role.BASS,), (5,)), 1, "from 0 to 4"),
        (Selection((Role.BASS,), (-1,)), 1, "from 0 to 4"),
        (Selection((Role.BASS,), (2, 1)), 1, "in order"),
        (Selection((Role.BASS,), (1, 1)), 1, "each once"),
        (Selection((Role.BASS,), (1,), 2), 1, "take 2: they are counted from 0 to 1"),
        (Selection((Role.BASS,), (1,)), -1, "seed -1 is out of range"),
        (Selection((Role.BASS,), (1,)), 2**64, "is out of range"),
    ],
)
def test_a_selection_that_is_none(selection: Selection, seed: int, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        PIECE.redo(selection, seed, MODEL)


def test_without_a_seed_it_is_another_one_each_time() -> None:
    selection = Selection(["drums"], range(2))
    first, second = (PIECE.redo(selection, model=MODEL).revisions[0] for _ in range(2))
    assert first.selection == Selection((Role.DRUMS,), (0, 1))
    assert first.seed is not None
    assert first.seed != second.seed


def test_a_role_that_there_is_not() -> None:
    with pytest.raises(OptionError, match="'banjo' is not a valid Role: roles are drums"):
        Selection(["banjo"], [0])


def test_roles_that_do_not_play_cannot_be_selected() -> None:
    with pytest.raises(OptionError, match=r"tracks \[piano\]: one or more of bass"):
        composed("C:4", roles=("bass",)).redo(Selection((Role.PIANO,), (0,)), 1, MODEL)


# The document


REVISED = PIECE.redo(Selection((Role.PIANO, Role.DRUMS), (0, 3), 1), 2**64 - 1, MODEL)
CHANGED = replace(
    REVISED,
    revisions=(
        *REVISED.revisions,
        Revision(
            Selection((Role.BASS,), (4,)),
            {Role.BASS: (PIECE.takes[1][4][Role.BASS],)},
            progression=parse("C:4|Eb7/G:2|F#m7-5:6|C#:4|Bb:3.5"),
        ),
    ),
)
ONE = composed("N.C.:1/3|Gsus4:4", style="jazz", density=2, roles=("strings", "drums"), tempo=96.5, temperature=1.3)
WALTZ = composed(replace(parse("C:3|F:3|G7:2"), lines=BarLines((Meter(3, 4), Meter(3, 4), Meter(2, 4)))))
SWUNG = composed("Am:4|D7:4", swing=62.5, straight=("bass",), humanize=0.5, play_tempo=88, transpose=-3)


@pytest.mark.parametrize(
    "piece",
    [PIECE, REVISED, CHANGED, ONE, WALTZ, SWUNG],
    ids=["plain", "revised", "changed", "options", "waltz", "swung"],
)
def test_a_document_gives_everything_back(piece: Composition, tmp_path: Path) -> None:
    write_composition(piece, tmp_path / "piece.json")
    again = read_composition(tmp_path / "piece.json")
    assert again == piece
    assert again.bands == piece.bands
    assert to_document(again) == to_document(piece)


def test_a_piece_is_played_as_it_says_or_otherwise() -> None:
    plain = SWUNG.rendition(playing=PlayOptions())
    assert (plain.tempo, plain.feel, plain.key) == (120, AS_WRITTEN, "A minor")
    assert SWUNG.band == plain.played(SWUNG.plan.options.playing)
    assert (SWUNG.band.tempo, SWUNG.band.feel.swing, SWUNG.band.key) == (88, 62.5, "F# minor")


def test_a_document_is_compact() -> None:
    ids = sum(len(part) for take in PIECE.takes for bar in take for part in bar.values())
    assert len(to_document(PIECE)) < 8 / 3 * ids + 750  # of a network that never repeats itself


def test_fields_of_later_versions_are_kept() -> None:
    document = json.loads(to_document(REVISED))
    document["groove"] = {"swing": 0.6}
    document["request"]["mood"] = "blue"
    document["revisions"][0]["by"] = "a friend"
    again = json.loads(to_document(from_document(json.dumps(document))))
    assert again == document


def test_what_an_earlier_version_did_not_know_gets_its_default() -> None:
    document = json.loads(to_document(ONE))
    del document["request"]["density"], document["request"]["top_p"]
    again = from_document(json.dumps(document))
    assert again.plan.options == replace(ONE.plan.options, density=None)
    assert again.band == ONE.band


def test_a_document_of_version_1_opens() -> None:
    piece = read_composition(GOLDEN)
    tracks = (track.notes[:, :VELOCITY] for band in piece.bands for track in band.tracks)
    notes = hashlib.sha256(b"".join(rows.tobytes() for rows in tracks))
    assert (piece.weights, len(piece.revisions), piece.bands[0].note_count) == ("0123456789abcdef-kernel", 2, 65)
    assert notes.hexdigest()[:16] == "de9041d1c4266a1a"
    assert json.loads(to_document(piece)).items() >= {"version": 1, "later": "kept"}.items()


def damaged(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(to_document(REVISED))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "a JSON object is missing"),
        ("{}", "not a piece of Sideman"),
        (damaged(lambda piece: piece.update(version=3)), "a later version of Sideman: update"),
        (damaged(lambda piece: piece.update(version="1")), "a later version"),
        (damaged(lambda piece: piece.update(vocabulary="another")), "a later version"),
        (damaged(lambda piece: piece.update(vocabulary={})), "a later version"),
        (damaged(lambda piece: piece.pop("takes")), "takes"),
        (damaged(lambda piece: piece["takes"].pop()), "1 takes of 2"),
        (damaged(lambda piece: piece["takes"][0].pop("bass")), "bass"),
        (damaged(lambda piece: piece["takes"][0].update(bass="====")), "damaged piece"),
        (damaged(lambda piece: piece["takes"][0].update(bass=3)), "damaged piece"),
        (damaged(lambda piece: piece["takes"][0].update(bass=piece["takes"][0]["piano"])), "not parts of bass"),
        (damaged(lambda piece: piece["takes"][0].update(bass=piece["takes"][0]["bass"][:40])), "damaged piece"),
        (damaged(lambda piece: piece["request"].update(progression="C:4")), "not one of each role in 1"),
        (damaged(lambda piece: piece["request"].update(progression="H")), "unknown chord"),
        (damaged(lambda piece: piece["request"].update(tempo="fast")), "damaged piece"),
        (damaged(lambda piece: piece["request"].update(tracks=["banjo"])), "banjo"),
        (damaged(lambda piece: piece["request"].update(meters=[[3]])), "damaged piece"),
        (damaged(lambda piece: piece["revisions"][0].update(bars=[9])), "bars of a selection"),
        (damaged(lambda piece: piece["revisions"][0].update(bars=[1])), "more or fewer parts than bars"),
        (damaged(lambda piece: piece["revisions"][0].update(ids={})), "piano"),
        (damaged(lambda piece: piece["revisions"][0].update(take=1e400)), "damaged piece"),
    ],
)
def test_a_damaged_document_is_told_as_such(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "piece.json").write_text(text)
    with pytest.raises(DataError, match=f"piece.json: .*{words}"):
        read_composition(tmp_path / "piece.json")


@settings(max_examples=100)
@given(place=st.integers(0, 10**6), letter=st.characters(codec="ascii"))
def test_no_damage_is_a_fault(place: int, letter: str) -> None:
    text = to_document(REVISED)
    place %= len(text)
    try:
        bands = from_document(text[:place] + letter + text[place + 1 :]).bands
    except SidemanError:
        return
    assert len(bands) == 2


def test_ids_that_the_grammar_forbids(tmp_path: Path) -> None:
    bass = PIECE.takes[0][0][Role.BASS]
    backwards = (*bass[:2], *reversed(bass[2:]))
    piece = replace(PIECE, revisions=(Revision(Selection(["bass"], [0]), {Role.BASS: (backwards,)}),))
    with pytest.raises(TokenError, match="out of place"):
        piece.rendition()
    write_composition(piece, tmp_path / "piece.json")
    with pytest.raises(DataError, match=r"piece.json: .* out of place"):
        read_composition(tmp_path / "piece.json")


def test_ids_that_would_fill_the_memory() -> None:
    bomb = b64encode(zlib.compress(b"\0" * (MAX_IDS + 2), 9)).decode()
    with pytest.raises(DataError, match="more than a piece has"):
        from_document(damaged(lambda piece: piece["takes"][0].update(bass=bomb)))


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="its folder does not exist"):
        write_composition(ONE, tmp_path / "missing" / "piece.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_composition(tmp_path / "piece.json")
    assert not [*tmp_path.iterdir()]
