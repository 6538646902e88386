"""`sideman train`, `evaluate` and `export`: the commands that need torch, which they import when they run."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.cli.judging import Judgement, evaluate_memory, evaluate_music
from sideman.cli.outputs import check_output
from sideman.cli.terminal import CLUSTER_HELP, is_given, print_json, progress, table
from sideman.errors import CheckpointError, MissingLibraryError, OptionError

if TYPE_CHECKING:
    from sideman.model.checkpoint import Checkpoint
    from sideman.training.evaluate import Scores

DEVICE_HELP = "auto, cpu, cuda, xpu or mps."
MIN_WINDOWS = 20  # of fewer the halves say nothing
# What each option of `evaluate` is for: the loss (""), --music, --memory.
_IS_FOR = {
    **dict.fromkeys(("shuffled_chords", "songs", "device"), ("",)),
    **dict.fromkeys(("windows", "seed", "temperature", "top_p"), ("music", "memory")),
    **dict.fromkeys(("form", "plot", "workers", "cluster"), ("music",)),
    "fold": ("", "music"),
}


def train(  # noqa: PLR0913, PLR0917 - one parameter an option, which typer reads by name
    dataset: Annotated[Path, typer.Argument(help="Folder that `sideman encode` made.")],
    run: Annotated[Path, typer.Option(help="Folder of the run: configuration, checkpoints, TensorBoard.")],
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings, or 30m or 120m: those of larger networks.")
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting on top. May be repeated.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on exactly where the run was.")] = False,
    auto_resume: Annotated[
        bool,
        typer.Option("--auto-resume", help="Go on where there is a run, else begin it: one command for restarts."),
    ] = False,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="WEIGHTS_OR_RUN", help="Begin with these weights: a .safetensors file or another run."
        ),
    ] = None,
    device: Annotated[str, typer.Option(help=DEVICE_HELP)] = "auto",
    preview_minutes: Annotated[
        float, typer.Option(min=0, help="A MIDI file and a picture of a fixed progression so often; 0: never.")
    ] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Train a network on a dataset. Ctrl-C ends it after a step with a checkpoint; --resume goes on.

    \b
    Examples:
      sideman train data/lpd5 --run runs/first
      sideman train data/lpd5 --run runs/small --set layers=4 --set width=128 --set minutes=30
      sideman train data/lpd5 --run runs/first --resume
      sideman train data/mine --run runs/mine --from band.safetensors --set minutes=60
      torchrun --standalone --nproc-per-node 2 --no-python -- sideman train data/lpd5 --run runs/two
      sideman train data/lpd5 --run runs/large --config 30m --auto-resume

    \b
    Settings, with what they are if nothing else is said; docs/training.md tells of each:
      layers=6 width=256 heads=4 context=1024 features=track,position,chord,…
      songs=band seed=0 row_tokens=1024 batch_tokens=8192
      tokens=400000000 epochs=0.0 minutes=0.0
      optimizer=muon learning_rate=0.002 matrix_learning_rate=0.02
      weight_decay=0.01 warmup=0.01 decay=0.33 clip=1.0
      precision=auto attention=auto compile=False threads=0
      checkpoint_minutes=10.0 keep=3 validate_tokens=5000000 validate_songs=48
      patience=0 log_tokens=100000
    """  # noqa: D301 - \b keeps typer from filling the lines
    _need_torch()
    from sideman.cli.watching import watch
    from sideman.training.config import TrainConfig
    from sideman.training.loop import Trainer
    from sideman.training.state import RunFolder

    if resume and auto_resume:
        raise OptionError("--resume with --auto-resume: leave one of the two out")
    if resume and config is not None:
        raise OptionError("--config with --resume: the run has its configuration, change it with --set")
    if resume and weights is not None:
        raise OptionError("--from with --resume: a run goes on with its own weights, leave one of the two out")
    settings = setting or []
    if auto_resume and RunFolder(run).checkpoints():
        # What stands in the command is for its first start; of it only --set counts from now on.
        resume, weights = True, None
    wanted = RunFolder(run).config().updated(settings) if resume else TrainConfig.load(config, settings)
    trainer = Trainer(dataset, run, wanted, device=device, resume=resume, weights=weights)
    with watch(trainer, preview_minutes) as show:
        place = trainer.train(show)
    if not trainer.processes.is_first:
        return
    best = place.best if math.isfinite(place.best) else None
    if as_json:
        print_json({"run": str(run), "steps": place.step, "tokens": place.tokens, "bits_per_note": best})
    else:
        score = "not validated" if best is None else f"best {best:.3f} bits a note"
        typer.echo(f"{run}: {place.tokens:,} tokens in {place.step:,} steps, {score}")


def evaluate(  # noqa: PLR0913, PLR0917 - one parameter an option, which typer reads by name
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[WEIGHTS_OR_RUN] DATASET",
            help="A .safetensors file or a run's folder, with --music those of the package where there is none; "
            "and the folder that `sideman encode` made.",
            show_default=False,
        ),
    ],
    fold: Annotated[str, typer.Option(help="Songs to evaluate on: valid or train.")] = "valid",
    shuffled_chords: Annotated[
        bool, typer.Option("--shuffled-chords", help="Also with each song's chords taken from another song.")
    ] = False,
    songs: Annotated[int, typer.Option(min=0, help="So many songs of the fold; 0: all.")] = 0,
    device: Annotated[str, typer.Option(help=DEVICE_HELP)] = "auto",
    music: Annotated[
        bool, typer.Option("--music", help="Compose for windows of the songs and judge the music; needs no torch.")
    ] = False,
    memory: Annotated[
        bool,
        typer.Option("--memory", help="Compose as with --music, and look for it in the train fold; needs no torch."),
    ] = False,
    windows: Annotated[
        int, typer.Option(min=MIN_WINDOWS, help="Windows to compose for, with --music or --memory.")
    ] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed chooses other windows, with --music or --memory.")] = 0,
    form: Annotated[
        int, typer.Option(min=0, help="Judge the form of so many longer pieces too, with --music: some take minutes.")
    ] = 0,
    temperature: Annotated[
        float | None, typer.Option(help="As in `sideman arrange`, with --music or --memory.", show_default=False)
    ] = None,
    top_p: Annotated[
        float | None, typer.Option(help="As in `sideman arrange`, with --music or --memory.", show_default=False)
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Write a picture too: .png, with --music.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that compose, with --music; 1 if left out.", show_default=False)
    ] = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help=f"With --music: the {CLUSTER_HELP}")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Measure the loss of a model: bits a note, a token and a bar of what the leader doesn't decide.

    With --music: how well what it composes for held-out songs keeps to their chords, and how like people it plays.
    With --memory: how many bars in a row are those of a song of the train fold, and of which.

    \b
    Examples:
      sideman evaluate runs/first data/lpd5 --shuffled-chords
      sideman evaluate weights.safetensors data/lpd5 --songs 50 --json
      sideman evaluate weights.safetensors data/lpd5 --music
      sideman evaluate data/lpd5 --music --form 40 --workers 4
      sideman evaluate data/lpd5 --memory
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.training.shards import FOLDS

    if music and memory:
        raise OptionError("--music with --memory: leave one of the two out")
    _check_options(context, "music" if music else "memory" if memory else "")
    if fold not in FOLDS:
        raise OptionError(f"unknown fold {fold!r}: one of {', '.join(FOLDS)}")
    *before, dataset = paths
    if len(before) > 1 or not (before or music or memory):
        raise OptionError(f"{len(paths)} paths: give weights or a run and a dataset, with --music a dataset is enough")
    weights = before[0] if before else None
    if memory:
        wishes = {"temperature": temperature, "top_p": top_p}
        evaluate_memory(weights, dataset, windows, seed, wishes, as_json=as_json)
    elif music:
        asked = (dataset, fold, windows, seed, form, temperature, top_p, plot, as_json, workers, cluster)
        evaluate_music(Judgement(weights, *asked))
    else:
        _evaluate_loss(before[0], dataset, fold, songs, device, shuffled_chords=shuffled_chords, as_json=as_json)


def _check_options(context: typer.Context, mode: str) -> None:
    """Refuse what an evaluation has no use for. Raises :class:`OptionError`."""
    for name, modes in _IS_FOR.items():
        if mode not in modes and is_given(context, name):
            wrong = f"with --{mode}: leave one of the two out" if mode else f"without --{modes[0]}: give both"
            raise OptionError(f"--{name.replace('_', '-')} {wrong}")


def _evaluate_loss(
    model: Path, dataset: Path, fold: str, songs: int, device: str, *, shuffled_chords: bool, as_json: bool
) -> None:
    _need_torch()
    from sideman.training.device import choose_device, set_threads
    from sideman.training.evaluate import ShuffledChords, evaluate_rows, fold_rows
    from sideman.training.shards import Dataset
    from sideman.training.weights import load_network

    target = choose_device(device)
    set_threads(0)
    network, features = load_network(model)
    network.to(target.device)
    sources = {"true chords": Dataset(dataset, fold)}
    if shuffled_chords:
        sources["shuffled chords"] = ShuffledChords(dataset, fold)
    results: dict[str, Scores] = {}
    for name, source in sources.items():
        rows, count = fold_rows(source, network.config.context, features, songs)
        with progress(name, count, "songs") as done:
            results[name] = evaluate_rows(network, rows, target, done)
    if as_json:
        print_json({name.replace(" ", "_"): _score_values(scores) for name, scores in results.items()})
        return
    lines: list[tuple[str, object]] = []
    for name, scores in results.items():
        values = ((key.replace("_", " "), value) for key, value in _score_values(scores).items())
        lines += [(name.capitalize(), ""), *values]
    typer.echo(table(lines))


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN_OR_WEIGHTS", help="Folder of the run, or a .safetensors file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Weights to write: .safetensors.", show_default=False)
    ] = None,
    hub: Annotated[
        Path | None,
        typer.Option("--hf", metavar="FOLDER", help="Folder to write for Hugging Face's transformers and hub."),
    ] = None,
    newest: Annotated[bool, typer.Option("--newest", help="The latest, not those that validated best.")] = False,
    sampling: Annotated[
        Path | None, typer.Option(help="TOML file: the temperatures and the top-p that these weights want.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Write the weights of a run as one file that `sideman arrange --weights` plays.

    Of a file of weights, write a copy that is sampled otherwise, or a folder for Hugging Face.

    \b
    Example:
      sideman export runs/first -o weights.safetensors
      sideman arrange "C:4|G:4" -o song.mid --weights weights.safetensors
      sideman export weights.safetensors -o daring.safetensors --sampling daring.toml
      sideman export weights.safetensors --hf band/
    """  # noqa: D301 - \b keeps typer from filling the lines
    import tempfile

    if output is None and hub is None:
        raise typer.BadParameter("give -o weights.safetensors or --hf FOLDER", param_hint="--output")
    if output is not None:
        check_output(output, (".safetensors",))
    facts = {} if sampling is None else {"sampling": _read_sampling(sampling)}
    with tempfile.TemporaryDirectory() as folder:
        written = output or Path(folder) / "weights.safetensors"
        if run.is_file():
            checkpoint = _exported_file(run, written, facts, newest=newest, is_copy=hub is None)
        else:
            _need_torch()
            from sideman.training.export import export_run

            checkpoint = export_run(run, written, facts, which="newest" if newest else "best")
    if hub is not None:
        from sideman.training.hub import export_to_hub

        export_to_hub(checkpoint, hub)
    paths = {name: str(path) for name, path in (("weights", output), ("folder", hub)) if path is not None}
    if as_json:
        print_json({**paths, "parameters": checkpoint.config.parameters, **checkpoint.meta})
    else:
        typer.echo(f"{' and '.join(paths.values())}: {checkpoint.config.parameters:,} parameters")
        typer.echo(table(_facts(checkpoint.meta)))


def _exported_file(run: Path, output: Path, facts: dict[str, Any], *, newest: bool, is_copy: bool) -> Checkpoint:
    """A file of weights written again; as it is where it is to become a folder."""
    from sideman.model.checkpoint import change_meta
    from sideman.tokens.vocabulary import VOCABULARY

    if newest or (is_copy and not facts):
        raise OptionError(f"{run} is a file of weights: give --sampling FILE or --hf FOLDER, and no --newest")
    return change_meta(run, output, facts, VOCABULARY.sizes)


def _facts(meta: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What is known of weights as a table's rows; of settings those that are not as ever."""
    from sideman.training.config import TrainConfig

    usual = TrainConfig().to_dict()
    for name, value in meta.items():
        told = value
        if name == "settings":
            changed = {key: each for key, each in value.items() if each != usual.get(key)} | {"seed": value.get("seed")}
            told = ", ".join(f"{key}={each}" for key, each in changed.items())
        elif name == "data" and isinstance(value, Mapping):
            told = ", ".join(f"{key} {each}" for key, each in value.items())
        elif name == "began_with":
            told = f"weights of {value.get('tokens', 0):,} ids"
        yield name.replace("_", " "), told


def _read_sampling(path: Path) -> dict[str, Any]:
    """How weights want to be sampled, from a TOML file. Raises :class:`OptionError` where it can't be read."""
    from sideman.model.sampling import SamplingDefaults
    from sideman.tokens.vocabulary import VOCABULARY

    try:
        return SamplingDefaults.of(tomllib.loads(path.read_text("utf-8")), VOCABULARY.kinds).to_dict()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, CheckpointError) as error:
        raise OptionError(f"cannot read {path}: {error}") from error


def _need_torch() -> None:
    if find_spec("torch") is None:
        raise MissingLibraryError("training needs torch: run 'pip install sideman[train]', or script/setup --dev")


def _score_values(scores: Scores) -> dict[str, float]:
    return {
        "bits_per_note": round(scores.bits_per_note, 4),
        "bits_per_token": round(scores.bits_per_token, 4),
        "bits_per_bar": round(scores.bits_per_bar, 2),
        "notes": scores.notes,
        "tokens": scores.tokens,
        "bars": scores.bars,
    }
