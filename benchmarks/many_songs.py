"""Memory and time of a dataset against its songs: ``python benchmarks/many_songs.py [--songs 20000 200000]``.

What `sideman encode` does after the files are read: near-duplicates, folds, the dataset itself. Songs are made up: a
third are of their own, the others edits of them, the most copied with a thousand versions; a tenth of each sample are
phrases that many songs have. Beside peak memory and time stands how many clusters there are and how many are found.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.training.assemble import assemble
from sideman.training.chunks import Encoded, EncodedSong, save_chunk
from sideman.training.encode import Source
from sideman.training.listing import Listing
from sideman.training.shards import SongRow
from sideman.training.work import cut

IDS = 400  # of a song; LPD-5's have 9,000, which are copied, not kept
PHRASES = 375  # of a sample in the middle, as LPD-5's
COMMONPLACES = 20_000
OWN = 1 / 3  # of the songs
KEPT = 0.85  # of a song's phrases in an edit of it
MOST_COPIED = 1_000
ROW = SongRow("", "", "", 20, 900, 120.0, "C major", "", "drums|piano|bass", 0, 0, IDS)

Words = npt.NDArray[np.uint64]


def new_phrases(rng: np.random.Generator, count: int) -> Words:
    """So many phrases that nobody else has."""
    return rng.integers(0, 2**62, count, dtype=np.uint64) * np.uint64(4)


def samples(songs: int) -> tuple[list[int], int]:
    """For each song the number of the one that it is a version of, and how many are versions of none."""
    rng = np.random.default_rng(0)
    own = max(1, round(songs * OWN))
    popularity = np.arange(1, own + 1) ** -0.6
    copies = rng.choice(own, songs - own - MOST_COPIED, p=popularity / popularity.sum())
    return rng.permutation(np.r_[np.arange(own), copies, np.zeros(MOST_COPIED, np.int64)]).tolist(), own


def sample(original: int, version: int, commonplaces: Words) -> Words:
    """The phrases of a version of a song."""
    rng = np.random.default_rng([1, original])
    size = int(np.clip(rng.lognormal(np.log(PHRASES), 0.5), 40, 2_000))
    first = np.r_[new_phrases(rng, size), rng.choice(commonplaces, size // 10)]
    rng = np.random.default_rng([2, version])
    mine = first[rng.random(len(first)) < KEPT]
    return np.unique(np.r_[mine, new_phrases(rng, len(first) - len(mine))])


def make(folder: Path, songs: int) -> int:
    """Write files that hold nothing and the chunks that are to be of them; the number of clusters."""
    versions, own = samples(songs)
    commonplaces = new_phrases(np.random.default_rng(3), COMMONPLACES)
    ids = np.random.default_rng(4).integers(0, 600, IDS, dtype=np.uint16)
    for number in range(songs):
        path = folder / "songs" / f"{number // 1000:04d}" / f"a song with a name of usual length {number:07d}.mid"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "work").mkdir()
    for piece in cut(Listing([Source(folder / "songs")]), folder / "work"):
        files = [
            Encoded(EncodedSong(ROW, ids, sample(versions[number], number, commonplaces)))
            for number in range(piece.first, piece.last)
        ]
        save_chunk(files, piece.target)
    return own


def measure(folder: Path) -> None:
    """In a process of its own: make the dataset, print what it took."""
    start, processor = time.perf_counter(), time.process_time()
    listing = Listing([Source(folder / "songs")])
    report = assemble(listing, cut(listing, folder / "work"), folder / "work" / "dataset", {})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    told = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - processor, "peak": peak}
    print(json.dumps({**told, "clusters": report["songs"]}))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--songs", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        measure(options.measure)
        return
    heads = ("songs", "peak MB", "bytes a song", "seconds", "CPU", "ms a song", "clusters", "found")
    widths = (10, 10, 14, 9, 8, 11, 10, 9)
    print("".join(head.rjust(width) for head, width in zip(heads, widths, strict=True)))
    before: tuple[int, int] | None = None
    for songs in options.songs:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            clusters = make(folder, songs)
            command = [sys.executable, __file__, "--measure", name]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        more = (told["peak"] - before[1]) / (songs - before[0]) if before is not None else float("nan")
        before = songs, told["peak"]
        print(
            f"{songs:10,}{told['peak'] / 2**20:10.0f}{more:14.0f}{told['seconds']:9.1f}{told['cpu']:8.1f}"
            f"{1000 * told['cpu'] / songs:11.3f}{clusters:10,}{told['clusters']:9,}",
            flush=True,
        )


if __name__ == "__main__":
    main()
