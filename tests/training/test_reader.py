"""The process that reads rows."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sideman.training.batches import Groups
from sideman.training.reader import reading_process
from sideman.training.shards import Dataset


def groups(dataset: Path, **share: int) -> Groups:
    songs = Dataset(dataset, "train")
    return Groups(songs, songs.rows, 0, 64, [0], **share)


def test_it_reads_what_is_read_here(dataset: Path) -> None:
    wanted = groups(dataset)
    with reading_process(wanted) as read:
        for got, expected in zip(read(1, 0).result(), wanted.rows(1, 0), strict=True):
            assert np.array_equal(got, expected)


@pytest.mark.slow
def test_it_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from sideman.training.reader import reading_process\n"
        "class Groups:\n"
        "    def rows(self, epoch, group):\n"
        "        return os.getpid()\n"
        "if __name__ == '__main__':\n"
        "    with reading_process(Groups()) as read:\n"
        "        print(read(0, 0).result(), flush=True)\n"
        "        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        reader = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 20
    while is_running(reader) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(reader)


def is_running(process: int) -> bool:
    """Whether a process of this number runs; one that waits to be buried doesn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc").exists()
