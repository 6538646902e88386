"""Sixteen bars, by us and by others, in one run: ``python -m benchmarks.performance [--repeat 3] [--only NAME...]``.

The progression and what is counted are the same; what differs is said here. Every line is a process of its own, so that
its peak of memory is its own; times are the best of ``--repeat``.

- **Sideman**: ``arrange()`` with the weights loaded, as in a program that serves many; "4 takes" as one batch, all
  their notes counted; "from the shell" is the command with everything it loads, until it has ended.
- **MMA**, Musical MIDI Accompaniment: rules and patterns, no learning, so no tokens. A command like ours, measured as
  such; its chart has our chords and its groove PopBallad (drums, chords, arpeggio, bass). It writes all bars at once.
- **transformers generate**: the same trunk of the same weights, KV cache, for as many tokens as our piece took. It gets
  neither features nor grammar, which only makes its work less; its notes are taken to be ours, its first bar is as many
  tokens as ours was.
- **An id a cell**: a GPT-2 of 2 layers of 256 and 423 ids in
  ``transformers``, random weights, KV cache. It has one id for every sounding cell of a grid of 16ths and none for
  onsets, so it has to generate one for each cell that our piece sounds in, and one to end each 16th. Notes and first
  bar as above.
- **The limit**: the least time of a step (``benchmarks/roofline.py``, all cores, one id a step, each at its context)
  times the tokens. Nothing but reading weights and cache is in it. An engine that reads ids without a choice together
  with their neighbours takes fewer steps than this line.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.timing import best

if TYPE_CHECKING:
    from sideman.music.band import Band

CHORDS = ("C", "Am", "F", "G7") * 4
TEMPO = 120
SECONDS = len(CHORDS) * 4 * 60 / TEMPO  # of music
GROOVE = "PopBallad"
SIXTEENTH = 3  # steps
MEGABYTE = 1_000_000
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


@dataclass(frozen=True)
class Piece:
    """What we composed, and others are asked to match; ``cells`` is how many ids it takes with an id a cell."""

    notes: int = 0
    tokens: int = 0
    first_tokens: int = 0
    cells: int = 0
    first_cells: int = 0


@dataclass(frozen=True)
class Result:
    """Seconds to the last note and to the end of the first bar, what came out, and the peak of memory in bytes."""

    seconds: float
    first: float | None = None
    notes: int | None = None
    tokens: int | None = None
    memory: int | None = None
    music: float = SECONDS
    piece: Piece | None = None


class Absent(Exception):  # noqa: N818 - no error: the line says so
    """A program that isn't installed."""


def memory(who: int = resource.RUSAGE_SELF) -> int:
    """Peak of this process, or of those it waited for, in bytes."""
    return resource.getrusage(who).ru_maxrss * MAXRSS_UNIT


def sideman(takes: int, repeat: int) -> Result:
    """``arrange()``, ``repeat`` times the same piece after a first that also loads the weights."""
    from sideman.arranging import ArrangeOptions, arrange, default_model

    totals, firsts = [], []
    for _ in range(1 + repeat):
        start = time.perf_counter()
        options = ArrangeOptions(takes=takes, tempo=TEMPO)
        arrangement = arrange("|".join(CHORDS), options, model=default_model())
        next(iter(arrangement))
        firsts.append(time.perf_counter() - start)
        first_tokens = arrangement.tokens[0]
        bands = arrangement.bands
        totals.append(time.perf_counter() - start)
    notes, tokens = sum(band.note_count for band in bands), sum(arrangement.tokens)
    piece = Piece(notes, tokens, first_tokens, sounding_cells(bands[0], len(CHORDS)), sounding_cells(bands[0], 1))
    return Result(min(totals), min(firsts), notes, tokens, memory(), takes * SECONDS, piece)


def sounding_cells(band: Band, bars: int) -> int:
    """Ids that the first ``bars`` take with an id a cell: cells that sound, and the ends of 16ths."""
    from sideman.music.band import DURATION, ONSET, PITCH
    from sideman.music.time import COMMON_TIME

    end = bars * COMMON_TIME.steps // SIXTEENTH
    cells = {
        (track.role, note[PITCH], cell)
        for track in band.tracks
        for note in track.notes.tolist()
        for cell in range(note[ONSET] // SIXTEENTH, -(-(note[ONSET] + note[DURATION]) // SIXTEENTH))
        if cell < end
    }
    return len(cells) + end


def command(repeat: int, *arguments: str) -> Result:
    """A command that writes song.mid into the folder it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = best(repeat, lambda: subprocess.run(arguments, cwd=folder, check=True, capture_output=True))
        used = memory(resource.RUSAGE_CHILDREN)
        from symusic.core import ScoreTick

        return Result(seconds, seconds, ScoreTick(Path(folder, "song.mid")).note_num(), None, used)


def from_the_shell(_: Piece, repeat: int) -> Result:
    """``sideman arrange``."""
    program = (sys.executable, "-c", "from sideman.cli import main; main()")
    return command(repeat, *program, "arrange", "|".join(CHORDS), "-o", "song.mid", "--tempo", str(TEMPO))


def mma(_: Piece, repeat: int) -> Result:
    """``mma`` on the same chart."""
    if shutil.which("mma") is None:
        raise Absent("not installed (Debian: apt install mma)")
    bars = "".join(f"{number} {chord}\n" for number, chord in enumerate(CHORDS, 1))
    with tempfile.NamedTemporaryFile("w", suffix=".mma") as chart:
        chart.write(f"Tempo {TEMPO}\nGroove {GROOVE}\n{bars}")
        chart.flush()
        return command(repeat, "mma", chart.name, "-f", "song.mid")


def time_generate(network: Any, tokens: int, first: int, repeat: int) -> tuple[float, float]:  # noqa: ANN401
    """Seconds that ``transformers`` takes for ``tokens`` new ids, and for the ``first`` of them."""
    import torch

    from benchmarks.generate import generate

    torch.set_num_threads(os.cpu_count() or 1)
    with torch.inference_mode():
        generate(network, 1, 8)
        seconds = best(repeat, lambda: generate(network, 1, tokens))
        return seconds, best(repeat, lambda: generate(network, 1, first))


def hugging_face(piece: Piece, repeat: int) -> Result:
    """Our trunk in ``transformers``."""
    try:
        from benchmarks.generate import hugging_face as trunk_of
    except ImportError as error:
        raise Absent(f"{error.name} is not installed") from error
    from sideman.arranging import default_model

    network = trunk_of(default_model().checkpoint)
    seconds, first = time_generate(network, piece.tokens, piece.first_tokens, repeat)
    return Result(seconds, first, piece.notes, piece.tokens, memory())


def id_a_cell(piece: Piece, repeat: int) -> Result:
    """A network in ``transformers`` that has an id for every cell."""
    try:
        from transformers import GPT2Config, GPT2LMHeadModel
    except ImportError as error:
        raise Absent(f"{error.name} is not installed") from error
    shape = GPT2Config(vocab_size=423, n_positions=1024, n_embd=256, n_layer=2, n_head=8)
    shape.bos_token_id = shape.eos_token_id = None  # it never ends early
    network: Any = GPT2LMHeadModel(shape)
    seconds, first = time_generate(network.eval(), piece.cells, piece.first_cells, repeat)
    return Result(seconds, first, piece.notes, piece.cells, memory())


def limit(form: str, piece: Piece) -> Result:
    """What the machine could do, with numbers kept in the format ``form`` of :data:`benchmarks.roofline.FORMATS`."""
    import numpy as np

    from benchmarks.roofline import FORMATS, least_seconds, measure
    from sideman.arranging import default_model

    config = default_model().checkpoint.config
    machine = measure(os.cpu_count() or 1)

    def seconds(tokens: int) -> float:
        contexts = np.linspace(1, min(tokens, config.context), 20).round().astype(int).tolist()
        steps = [least_seconds(machine, config, FORMATS[form], 1, context)[0] for context in contexts]
        filling = min(tokens, config.context) * float(np.mean(steps))
        return filling + max(0, tokens - config.context) * steps[-1]

    return Result(seconds(piece.tokens), seconds(piece.first_tokens), piece.notes, piece.tokens)


LINES: dict[str, Callable[[Piece, int], Result]] = {
    "Sideman": lambda _, repeat: sideman(1, repeat),
    "Sideman, 4 takes": lambda _, repeat: sideman(4, repeat),
    "Sideman, from the shell": from_the_shell,
    "MMA, from the shell": mma,
    "transformers generate": hugging_face,
    "an id a cell": id_a_cell,
    "the limit, float32": lambda piece, _: limit("float32", piece),
    "the limit, int8": lambda piece, _: limit("int8", piece),
}
COLUMNS = ("", "seconds", "first bar", "notes/s", "tokens/s", "x real time", "peak MB")


def cells_of(result: Result) -> list[str]:
    """The columns behind the name; what makes no sense is a dash."""

    def rate(count: int | None) -> str:
        return "–" if count is None else f"{count / result.seconds:,.0f}"

    return [
        f"{result.seconds:.2f}",
        "–" if result.first is None else f"{result.first:.3f}",
        rate(result.notes),
        rate(result.tokens),
        f"{result.music / result.seconds:.0f}",
        "–" if result.memory is None else f"{result.memory / MEGABYTE:,.0f}",
    ]


def measured(name: str, piece: Piece, repeat: int) -> Result | str:
    """A line, measured in a process of its own; a text where there is nothing to measure."""
    arguments = ["--line", name, "--piece", json.dumps(asdict(piece)), "--repeat", str(repeat)]
    # The parent's own peak counts for its children too: it imports nothing large.
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.performance", *arguments], capture_output=True, text=True, check=False
    )
    if process.returncode:
        raise SystemExit(f"{name}: {process.stderr}")
    answer = json.loads(process.stdout.splitlines()[-1])
    if isinstance(answer, str):
        return answer
    own = answer.pop("piece")
    return Result(**answer, piece=Piece(**own) if own else None)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=LINES, default=list(LINES), metavar="NAME")
    parser.add_argument("--line", choices=LINES, help=argparse.SUPPRESS)
    parser.add_argument("--piece", type=json.loads, default={}, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.line is not None:
        try:
            print(json.dumps(asdict(LINES[options.line](Piece(**options.piece), options.repeat))))
        except Absent as absent:
            print(json.dumps(str(absent)))
        return
    ours = measured("Sideman", Piece(), options.repeat)
    assert isinstance(ours, Result)
    assert ours.piece is not None
    piece = ours.piece
    print(f"{len(CHORDS)} bars, {SECONDS:.0f} s at {TEMPO} beats a minute; ours: {piece.notes} notes, ", end="")
    print(f"{piece.tokens} tokens; with an id a cell: {piece.cells}\n")
    print("| " + " | ".join(COLUMNS) + " |\n|---" + "|---:" * (len(COLUMNS) - 1) + "|")
    for name in options.only:
        result = ours if name == "Sideman" else measured(name, piece, options.repeat)
        columns = [result] if isinstance(result, str) else cells_of(result)
        print("| " + " | ".join([name, *columns, *[""] * (len(COLUMNS) - 1 - len(columns))]) + " |", flush=True)


if __name__ == "__main__":
    main()
