"""The process that reads rows."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sideman.training.reader import reading_process


def test_it_is_another_process() -> None:
    with reading_process() as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


@pytest.mark.slow
def test_it_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from sideman.training.reader import reading_process\n"
        "if __name__ == '__main__':\n"
        "    with reading_process() as pool:\n"
        "        print(pool.submit(os.getpid).result(), flush=True)\n"
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
