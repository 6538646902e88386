"""The whole judgement on one page: windows, those who play for them, and every figure.

windows of held-out songs -> bands of people, of the model and of its rivals -> Report
"""

from __future__ import annotations

from collections.abc import Sequence

from sideman.arranging import ArrangeOptions, Model, default_model
from sideman.errors import DataError, MissingLibraryError
from sideman.judging.bench import Bench, Played
from sideman.judging.composing import Compose, Show, composes_with
from sideman.judging.fair import fair
from sideman.judging.form import judge_form
from sideman.judging.memory import Memory
from sideman.judging.mma import play_with_mma
from sideman.judging.report import BLOCKS, MMA, MODEL, OTHER, PEOPLE, RANDOM, Report
from sideman.judging.rivals import at_random, block_chords, other_chords
from sideman.judging.windows import Window, choose_windows
from sideman.music.band import Band
from sideman.training.shards import Dataset

WINDOWS = 200
TAKES = 50  # windows for which a second take is composed


def judge(  # noqa: PLR0913 - what is judged, by how much, and what can be left out
    dataset: Dataset,
    model: Model | None = None,
    options: ArrangeOptions | None = None,
    windows: int = WINDOWS,
    seed: int = 0,
    *,
    compose: Compose | None = None,
    rivals: bool = True,
    takes: int = TAKES,
    memory: bool = True,
    form: int = 0,
    show: Show | None = None,
) -> Report:
    """Judge a model, or whatever ``compose`` does, by so many windows of the songs of ``dataset``.

    ``options`` are those of :func:`sideman.arrange`; chords, roles, tempo, style and seed are each window's own.
    ``compose`` takes windows and a take's number and gives their bands. Without ``rivals`` people and the model are
    judged alone, without ``takes`` no second take is composed, and without ``memory`` nothing is looked for in the
    songs of the train fold. With ``form`` so many longer pieces of the model are judged too. ``show`` is told how many
    of the ``windows + takes + 2 * form`` bands are composed, and what is under way. Raises :class:`DataError` where
    the dataset has no window, or no piece for that.
    """
    show = show or _show_nothing
    show(0, "choosing windows")
    options = options or ArrangeOptions()
    chosen = choose_windows(dataset, windows, seed)
    compose = compose or composes_with(model or default_model(), options, show)
    charts = [window.progression for window in chosen]
    people = _fair([window.band for window in chosen], chosen)
    players = [Played(PEOPLE, people, charts), Played(MODEL, _fair(compose(chosen, 0), chosen), charts)]
    again = chosen[:takes]
    second = _fair(compose(again, 1), again) if again else []
    done = len(chosen) + len(again)
    missing: dict[str, str] = {}
    if rivals:
        show(done, MMA)
        try:
            players.append(Played(MMA, _fair(play_with_mma(chosen), chosen), charts))
        except (MissingLibraryError, DataError) as error:
            missing[MMA] = str(error)
        players += [
            Played(BLOCKS, _fair([block_chords(window) for window in chosen], chosen), charts),
            Played(OTHER, people, other_chords(chosen)),
            Played(RANDOM, _fair([at_random(window) for window in chosen], chosen), charts),
        ]
    known = _memory(dataset, chosen, show, done) if memory else None
    bench = Bench(chosen, people, seed)
    rows = []
    for played in players:
        show(done, f"measuring {played.name}")
        rows.append(bench.row(played, second if played.name == MODEL else (), known))
    return Report(
        windows=len(chosen),
        songs=len({window.song for window in chosen}),
        bars=sum(window.bars for window in chosen),
        seed=seed,
        rows=tuple(rows),
        missing=missing,
        features=bench.telling(players[1]),
        form=judge_form(dataset, model or default_model(), options, form, seed, show, done) if form else None,
    )


def _fair(bands: Sequence[Band], windows: Sequence[Window]) -> list[Band]:
    return [fair(band, window) for band, window in zip(bands, windows, strict=True)]


def _memory(dataset: Dataset, windows: Sequence[Window], show: Show, done: int) -> Memory | None:
    """The bars of the train fold; None where there are none, or the windows are from it."""
    show(done, "reading the songs of the train fold")
    songs = Dataset(dataset.folder, "train")
    names = {row.name for row in songs.rows}
    if not names or names & {window.song for window in windows}:
        return None
    return Memory(ids for _, ids in songs)


def _show_nothing(done: float, word: str) -> None:
    """Nobody watches."""
