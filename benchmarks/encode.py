"""Speed of encoding: ``python benchmarks/encode.py SOURCE [--files 512] [--workers N]``.

Songs a second of `sideman encode` on npz files of the Lakh Pianoroll Dataset, from files to a finished dataset with
chord labels, beside pypianoroll that only loads the same files, in the same run: in one process and in as many as
there are cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pypianoroll

from sideman.files import files_below
from sideman.training.encode import Source, encode_dataset
from sideman.training.lpd5 import read_lpd


def load(path: Path) -> int:
    """Load one file with pypianoroll; the number of its tracks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(pypianoroll.load(path).tracks)


def in_processes(work: Callable[[Path], object], files: Sequence[Path], workers: int) -> None:
    """Do the work on every file in so many processes; start-up included, as it is in ours."""
    if workers == 1:
        for path in files:
            work(path)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(work, files, chunksize=64):
            pass


def encode(files: Sequence[Path], workers: int) -> None:
    """The whole of `sideman encode`."""
    with tempfile.TemporaryDirectory() as folder:
        encode_dataset([Source(path) for path in files], Path(folder) / "dataset", workers=workers)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder of npz files")
    parser.add_argument("--files", type=int, default=512)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    found = files_below(options.source, (".npz",))
    files = found[:: max(1, len(found) // options.files)][: options.files]
    if not files:
        parser.error(f"no npz file under {options.source}")
    for path in files:  # so that none reads from the disk and the others from memory
        path.read_bytes()
    print(f"{len(files)} files")
    print(f"{'':38}{'songs/s':>10}{'of pypianoroll':>16}")
    for workers in sorted({1, options.workers}):
        tasks: tuple[tuple[str, Callable[[], None]], ...] = (
            ("pypianoroll loads", lambda: in_processes(load, files, workers)),  # noqa: B023 - called in the loop
            ("we read", lambda: in_processes(read_lpd, files, workers)),  # noqa: B023
            ("we encode, with chord labels", lambda: encode(files, workers)),  # noqa: B023
        )
        speeds: list[float] = []
        for name, work in tasks:
            start = time.perf_counter()
            work()
            speeds.append(len(files) / (time.perf_counter() - start))
            label = f"{name}, {workers} process{'es' if workers > 1 else ''}"
            print(f"{label:38}{speeds[-1]:10.0f}{speeds[-1] / speeds[0]:16.2f}", flush=True)


if __name__ == "__main__":
    main()
