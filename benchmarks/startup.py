"""From the shell to the first file: ``python -m benchmarks.startup [--bars 4] [--repeat 5]``.

Every line of the first table is a process of its own, beside ``python -c pass`` in the same run: importing the command
line and the library, ``--help``, and ``sideman arrange`` until each file is there under its name. The second table goes
the same way in one process, stage by stage and one after the other: what the command does at the same time adds up
here. Prints the best of ``--repeat`` runs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

PROGRAM = ("-c", "from sideman.cli import main; main()")
CHORDS = ("C:4", "Am:4", "F:4", "G7:4")


def run(folder: Path, arguments: Sequence[str]) -> list[float]:
    """Seconds until a fresh Python with these arguments has ended, then until each file of ``folder`` was there."""
    for path in folder.iterdir():
        path.unlink()
    clock, start = time.time(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)
    total = time.perf_counter() - start
    # A file's last change is that of its name; file systems keep time to some 4 ms.
    return [total, *(path.stat().st_ctime - clock for path in sorted(folder.iterdir()))]


def processes(chords: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What each time of :func:`run` is called, and the arguments."""
    yield ("python -c pass",), ("-c", "pass")
    yield ("import sideman.cli",), ("-c", "import sideman.cli")
    yield ("import sideman.arranging",), ("-c", "import sideman.arranging")
    yield ("sideman --help",), (*PROGRAM, "--help")
    midi = (*PROGRAM, "arrange", chords, "-o", "song.mid")
    yield ("arrange: ended", "  MIDI file"), midi
    yield ("arrange --audio: ended", "  MIDI file", "  MP3 file"), (*midi, "--audio", "song.mp3")
    yield ("arrange --audio, WAV: ended",), (*PROGRAM, "arrange", chords, "--audio", "song.wav")


def stages(chords: str) -> Iterator[str]:
    """Goes the command's way; gives the name of each stage when it has passed."""
    import numpy  # noqa: F401, ICN001 - by itself, to see what is ours

    yield "import numpy"
    from sideman.arranging import arrange, default_model

    yield "import sideman.arranging"
    from sideman.render.midi import write_midi

    yield "import sideman.render.midi"
    from sideman.render.audio import encode_mp3, to_int16
    from sideman.render.fluidsynth import FluidSynth
    from sideman.render.libfluidsynth import library
    from sideman.render.parts import parts
    from sideman.render.playing import render_blocks
    from sideman.render.soundfont import BUNDLED_SOUNDFONT

    yield "import sideman.render.audio"
    model = default_model()
    yield "weights"
    arrangement = arrange(chords, model=model)
    next(iter(arrangement))
    yield "first bar"
    band = arrangement.band
    yield "other bars"
    write_midi(band, "song.mid")
    yield "MIDI file"
    library()
    yield "FluidSynth found"
    with FluidSynth(BUNDLED_SOUNDFONT) as synthesizer:
        yield "SoundFont opened"
        for part in parts(band):
            synthesizer.select(part.channel, part.program, is_drum=part.is_drum)
        yield "instruments decoded"
        blocks = list(render_blocks(band, synthesizer))
        yield "synthesis"
    for _ in encode_mp3(map(to_int16, blocks)):
        pass
    yield "MP3"


def show(name: str, times: Sequence[float]) -> None:
    """A line with the best time in milliseconds."""
    print(f"{name:30}{min(times) * 1e3:8.0f} ms", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--stages", action="store_true", help="print the seconds of each stage, once: for the above")
    options = parser.parse_args()
    chords = "|".join(islice(cycle(CHORDS), options.bars))
    if options.stages:
        before = time.perf_counter()
        for stage in stages(chords):
            now = time.perf_counter()
            print(f"{stage}\t{now - before}")
            before = time.perf_counter()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for names, arguments in processes(chords):
            runs = [run(folder, arguments) for _ in range(options.repeat)]
            for number, line in enumerate(names):
                show(line, [times[number] for times in runs])
        print("\none after the other")
        passed: dict[str, list[float]] = {}
        command = [sys.executable, "-m", "benchmarks.startup", "--stages", "--bars", str(options.bars)]
        for _ in range(options.repeat):
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            for line in output.splitlines():
                stage, seconds = line.split("\t")
                passed.setdefault(stage, []).append(float(seconds))
        for stage, times in passed.items():
            show(stage, times)


if __name__ == "__main__":
    main()
