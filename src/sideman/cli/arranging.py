"""`sideman arrange`: a progression to MIDI and audio, or many from a file. Everything is checked before composing."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.cli.composing import compose, load_model, read_options, read_programs, with_options
from sideman.cli.giving import with_melody, with_own_parts
from sideman.cli.outputs import MIDI_SUFFIXES, PIECE_SUFFIXES, SCORE_SUFFIXES, check_output, numbered
from sideman.cli.reading import read_chart, read_choices, tell_assumptions
from sideman.cli.rendering import programs_of, tell_stand_ins
from sideman.cli.terminal import CLUSTER_HELP, counted, is_given, print_json, progress, say
from sideman.errors import DataError, OptionError
from sideman.options import values_of

if TYPE_CHECKING:
    from sideman.arranging import Arrangement, ArrangeOptions, Plan
    from sideman.render.recording import Recording
    from sideman.render.rendition import Rendition

MAX_NAMES = 4  # of files in an error
BITS = 16  # of a sample, unless others are wanted
STDOUT = Path("-")


@with_options(before="soundfont")
def arrange(  # noqa: PLR0913, PLR0915, PLR0917 - one argument an option, and which of them don't go together
    context: typer.Context,
    chart: Annotated[
        str | None,
        typer.Argument(
            metavar="CHART",
            help='Chords, such as "C:4|Am:4|F:4|G7:4", a chart\'s file, or an iReal link; - is standard input.',
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="MIDI file to write, - is standard output; with --batch, the folder."),
    ] = None,
    audio: Annotated[Path | None, typer.Option(help="Audio file to write: .mp3, .wav or .flac.")] = None,
    score: Annotated[Path | None, typer.Option(help="Score to write for notation programs, .musicxml.")] = None,
    piece: Annotated[
        Path | None, typer.Option(help="Document of the piece to write, .json: `sideman redo` changes it in part.")
    ] = None,
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont for --audio: a file, or the name of an installed one.")
    ] = None,
    bits: Annotated[int, typer.Option(help="Bits of a sample of --audio: 16, or for .wav and .flac 24.")] = BITS,
    tail: Annotated[
        bool, typer.Option("--tail/--no-tail", help="Let the last notes of --audio ring; without, it ends as loops do.")
    ] = True,
    choose: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=ANSWER", help="How to read what the chart leaves open. May be repeated."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TRACK=FILE",
            help="Your own part, of a MIDI file: bass=mine.mid, or one of its tracks, mine.mid#2.",
        ),
    ] = None,
    melody: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A melody that plays along: a MIDI file or a MusicXML score, or one of its tracks, tune.mid#2. The "
            "band avoids clashes.",
        ),
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(metavar="TRACK=NUMBER", help="General MIDI program of a track, from 0. May be repeated."),
    ] = None,
    count_in: Annotated[bool, typer.Option("--count-in", help="Begin the files with a bar of clicks.")] = False,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="FILE", help="Arrange every line of a JSON-lines file; - is standard input.")
    ] = None,
    samples: Annotated[int, typer.Option(help="With --batch: takes of each line.")] = 1,
    workers: Annotated[
        int | None,
        typer.Option(help="With --batch: processes that share the lines; 1 if left out.", show_default=False),
    ] = None,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help=f"With --batch: the {CLUSTER_HELP}")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="With --batch: leave out lines that an earlier run finished.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
    **wishes: Any,  # noqa: ANN401 - the options of the table
) -> None:
    """Compose a band for a chart: chords, a sheet with words, iReal Pro, MusicXML and more.

    Chords without bar lines have a bar each: "C Am F G" is four bars, "| C Am F G |" is one.

    \b
    Examples:
      sideman arrange "C:4|Am:4|F:4|G7:4" -o song.mid --audio song.mp3
      sideman arrange "Dm7 G7 | CM7 | % | C6" -o jazz.mid --style jazz --tempo 96
      sideman arrange "C:8|G:8" -o duo.mid --tracks drums,bass --takes 4 --seed 7
      sideman arrange "Dm7 G7 | CM7" -o swing.mid --style jazz --swing 62 --humanize 0.5
      sideman arrange "C | Am | Dm G7 | C" -o end.mid --ending ring --ritardando
      sideman arrange tune.irealb --score band.musicxml --audio band.mp3
      sideman arrange "Am | F" --audio loop.wav --bits 24 --no-tail
      sideman arrange sheet.txt -o song.mid --choose bars=two --piece song.json
      sideman arrange "C:4|G:4" -o song.mid --given bass=mine.mid --given "piano=mine.mid#2"
      sideman arrange "C:4|Am:4|F:4|G:4" -o song.mid --melody tune.mid --program melody=65
      cat chart.txt | sideman arrange - -o song.mid --program piano=4
      sideman arrange --batch prompts.jsonl -o out/ --samples 3
      sideman arrange --batch prompts.jsonl -o out/ --samples 3 --workers 4 --resume

    \b
    A line of a batch is {"id": "a", "prompt": "C:4|G:4"}, and may hold options of its own, such as
    "tempo" and "seed"; other keys are ignored, and told. It becomes out/a_0.mid, out/a_1.mid …
    Chords of a prompt without bar lines share one bar.
    Lines that fail are reported at the end; the exit code is then 1. With --json the report has the
    seed of every file; file 0 is take 1. The same stands in out/report.jsonl, by which --resume
    knows what is done.
    """  # noqa: D301 - \b keeps typer from filling the lines
    if batch is None:
        if samples != 1:
            raise typer.BadParameter("it is for --batch: use --takes", param_hint="--samples")
        if resume or workers is not None or cluster is not None:
            hint = "--resume" if resume else "--workers" if workers is not None else "--cluster"
            raise typer.BadParameter("it is for --batch", param_hint=hint)
    if audio is None and (soundfont is not None or bits != BITS or not tail):
        hint = "--soundfont" if soundfont is not None else "--bits" if bits != BITS else "--no-tail"
        raise typer.BadParameter("it is for --audio" + (": a batch has none" if batch else ""), param_hint=hint)
    has_tempo = is_given(context, "tempo")
    if batch is not None:
        from sideman.cli.batch import run_batch
        from sideman.workers.opening import open_workers

        if output is None or any((chart, audio, score, piece)) or wishes["takes"] != 1:
            detail = "it takes -o FOLDER, and no chart, --audio, --score, --piece or --takes"
            raise typer.BadParameter(detail, param_hint="--batch")
        if choose or given or melody or count_in:
            hint = "--choose" if choose else "--given" if given else "--melody" if melody else "--count-in"
            raise typer.BadParameter("it is for a chart", param_hint=hint)
        shared = open_workers(1 if workers is None and cluster is None else workers, cluster)
        programs = read_programs(program or [])
        if not has_tempo:
            del wishes["tempo"]
        run_batch(batch, output, samples, wishes, programs, weights, workers=shared, resume=resume, as_json=as_json)
        return
    if chart is None:
        raise typer.BadParameter("give a chart, - or --batch", param_hint="CHART")
    if not any((output, audio, score, piece)):
        raise typer.BadParameter("give -o song.mid, --audio song.mp3 or --score song.musicxml", param_hint="--output")
    options, programs = read_options(wishes), read_programs(program or [])
    files = _Files(output, audio, score, soundfont, bits, tail, count_in)
    files.check(options.takes)
    if output == STDOUT and as_json:
        raise typer.BadParameter("standard output has the MIDI file: leave one of them out", param_hint="--json")
    if piece is not None:
        check_output(piece, PIECE_SUFFIXES)
    plan = read_plan(chart, options, choose or [], has_tempo=has_tempo)
    plan = with_melody(with_own_parts(plan, given or []), melody, read_choices(choose or []))
    plan = replace(plan, programs=programs)
    with files.recording(plan) as recording:
        arrangement = _prepare(plan, weights)
        begin = time.perf_counter()
        with progress("composing", arrangement.plan.bars * options.takes, "bars") as done:
            bands = compose(arrangement, done, recording)
        seconds = time.perf_counter() - begin
        written = files.write(bands, recording)
    if audio is not None:
        tell_stand_ins(soundfont, programs_of(plan.chairs, {}))
    if piece is not None:
        from sideman.pieces.composition import Composition
        from sideman.pieces.document import write_composition

        write_composition(Composition.of(arrangement), piece)
        written = [paths | {"piece": str(piece)} for paths in written]
    if as_json:
        print_json(_description(arrangement, bands, written, seconds))
        return
    known = arrangement.known or [()] * len(bands)
    for band, paths, runs in zip(bands, written, known, strict=True):
        names = " and ".join(paths.values())
        bars, notes = counted(arrangement.plan.bars, "bar"), counted(band.note_count, "note")
        typer.echo(
            f"{names}: {bars} in {band.key}, {notes}, seed {arrangement.plan.options.seed}", err=output == STDOUT
        )
        for role, first, length in runs:
            say(f"{role}: bars {first + 1} to {first + length} are in a song from which the weights learnt")


@dataclass(frozen=True)
class _Files:
    """What is to be written."""

    midi: Path | None
    audio: Path | None
    score: Path | None
    soundfont: Path | None
    bits: int
    tail: bool
    count_in: bool

    def check(self, takes: int) -> None:
        """Make sure, before anything is composed, that every file can be made."""
        if self.midi == STDOUT and takes != 1:
            raise OptionError(f"{takes} takes are {takes} files: name them, -o song.mid")
        for pattern, suffixes in ((self.midi, MIDI_SUFFIXES), (self.score, SCORE_SUFFIXES)):
            if pattern == STDOUT and pattern is self.midi:
                continue
            for path in numbered(pattern, takes) if pattern is not None else ():
                check_output(path, suffixes)
        if self.audio is not None:
            from sideman.render.audio import WRITERS, check_encoding

            for path in numbered(self.audio, takes):
                check_output(path, WRITERS)
            check_encoding(self.audio, self.bits)

    def recording(self, plan: Plan) -> AbstractContextManager[Recording | None]:
        """The audio files, to be made from the bars as they come; nothing where there are none, or a bar is counted."""
        if self.audio is None or self.count_in:
            return nullcontext()
        from sideman.render.audio import Encoding
        from sideman.render.recording import Recording

        return Recording(
            numbered(self.audio, plan.options.takes),
            plan.chairs,
            plan.progression.lines.onsets(plan.bars)[1:],
            soundfont=self.soundfont,
            encoding=Encoding(self.bits, self.tail),
        )

    def write(self, bands: Sequence[Rendition], recording: Recording | None) -> list[dict[str, str]]:
        """Write MIDI files and scores, and wait for the audio; for each take the names of its files by their kind.

        Raises :class:`DataError` for the first that can't be written; those before it are whole and stay.
        """
        written: dict[str, list[Path]] = {"midi": [], "score": [], "audio": []}
        bands = [band.counted_in() for band in bands] if self.count_in else bands
        try:
            for kind, pattern in (("midi", self.midi), ("score", self.score)):
                for band, path in zip(bands, numbered(pattern, len(bands)), strict=True) if pattern is not None else ():
                    if path == STDOUT:
                        sys.stdout.buffer.write(band.midi())
                        sys.stdout.buffer.flush()
                    else:
                        band.save(path)
                    written[kind].append(path)
            if self.audio is not None and recording is None:
                for band, path in zip(bands, numbered(self.audio, len(bands)), strict=True):
                    band.save(path, soundfont=self.soundfont, bits=self.bits, tail=self.tail)
                    written["audio"].append(path)
            if recording is not None:
                with progress("rendering", len(bands)) as done:
                    recording.finish(done)
                written["audio"] = recording.written
        except DataError as error:
            paths = (
                written["midi"] + written["score"] + (recording.written if recording is not None else written["audio"])
            )
            if not paths:
                raise
            kept = ", ".join(map(str, paths[:MAX_NAMES])) + (" …" if len(paths) > MAX_NAMES else "")
            raise DataError(f"{error}; written before it: {kept}") from error
        return [{kind: str(paths[take]) for kind, paths in written.items() if paths} for take in range(len(bands))]


def read_plan(argument: str, options: ArrangeOptions, choices: Sequence[str], *, has_tempo: bool) -> Plan:
    """Read the chart, and tell what was assumed. Its tempo and style are taken where none was given."""
    from sideman.arranging import Plan, options_of

    reading = read_chart(argument, choices)
    tell_assumptions(reading)
    options = options_of(reading.song, options, has_tempo=has_tempo)
    return Plan.of(reading.song, options)


def _prepare(plan: Plan, weights: Path | None) -> Arrangement:
    """Load the weights; nothing is composed yet."""
    from sideman.arranging import Arrangement

    return Arrangement(plan, load_model(weights))


def _description(
    arrangement: Arrangement, bands: Sequence[Rendition], written: Sequence[Mapping[str, str]], seconds: float
) -> dict[str, Any]:
    plan = arrangement.plan
    options = plan.options
    return {
        "progression": str(plan.progression),
        "key": plan.told_key.name,
        "beats": float(plan.progression.beats),
        "bars": plan.bars,
        **{name: value for name, value in values_of(options).items() if name != "takes"},
        "seconds": round(seconds, 3),
        "takes": [
            {"take": number, "notes": band.note_count, **paths, **_known(arrangement, number - 1)}
            for number, (band, paths) in enumerate(zip(bands, written, strict=True), 1)
        ],
    }


def _known(arrangement: Arrangement, take: int) -> dict[str, Any]:
    """What of a take known songs have too, where the weights have fingerprints of them."""
    known = arrangement.known
    if known is None:
        return {}
    return {"known": [{"track": role, "bar": first + 1, "bars": bars} for role, first, bars in known[take]]}
