"""Who is alive: a lock tells, and it goes with its process, however that ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sideman.errors import DataError
from sideman.web import owners
from sideman.web.owners import Owners

BEGIN = """
import sys
from pathlib import Path
from sideman.web.owners import Owners
owner = Owners(Path(sys.argv[1]))
print(owner.name, flush=True)
sys.stdin.read()
"""


def test_a_process_that_is_killed_is_dead(tmp_path: Path) -> None:
    mine = Owners(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", BEGIN, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        other = process.stdout.readline().strip()
        with mine.standstill():
            assert mine.dead([other, mine.name, "unknown"]) == {"unknown"}
            assert not mine.alone()
        process.kill()
    with mine.standstill():
        assert mine.dead([other, mine.name]) == {other}
        assert mine.alone()
    mine.close()
    assert [path.name for path in tmp_path.iterdir()] == ["server.lock"]


def test_names_are_given_once(tmp_path: Path) -> None:
    servers = [Owners(tmp_path) for _ in range(3)]
    assert len({server.name for server in servers}) == 3
    for server in servers:
        server.close()


def test_nobody_begins_in_a_standstill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "WAIT_SECONDS", 0.01)
    first = Owners(tmp_path)
    with first.standstill(), pytest.raises(DataError, match="give another --data"):
        Owners(tmp_path)
    Owners(tmp_path).close()
    first.close()
