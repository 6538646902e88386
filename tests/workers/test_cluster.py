"""A cluster by Ray, started here: the same bytes as processes of this machine, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.training.conftest import band_file
from tests.training.test_encode import content

from sideman.errors import DataError, MissingLibraryError
from sideman.training import work
from sideman.training.encode import Source, encode_dataset
from sideman.workers.opening import open_workers
from sideman.workers.port import Workers


def test_without_ray_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingLibraryError, match=r"pip install sideman\[cluster\]"):
        open_workers(cluster="auto")


needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'sideman[cluster]'")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Workers]:
    """A cluster of this machine."""
    yield open_workers(cluster="local")
    import_module("ray").shutdown()


def killing(item: tuple[int, str]) -> int:
    """Is killed once, by the item 2."""
    number, mark = item
    if number == 2 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def failing(number: int) -> int:
    if number == 1:
        raise DataError("one")
    return number


@pytest.mark.slow
@needs_ray
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_cluster_does_what_processes_of_this_machine_do(
    cluster: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(6):
        band_file(seed).write(tmp_path / "songs" / f"song{seed}.npz")
    monkeypatch.setattr(work, "CHUNK", 2)
    monkeypatch.chdir(tmp_path)  # where the cluster's processes are not
    encode_dataset([Source(Path("songs"))], Path("here"), workers=1)
    encode_dataset([Source(Path("songs"))], Path("there"), workers=cluster)
    assert content(tmp_path / "there") == content(tmp_path / "here")
    ray: Any = import_module("ray")
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the cluster has no tests
    assert list(cluster.run(killing, [(number, str(tmp_path / "mark")) for number in range(8)])) == [*range(8)]
    assert (tmp_path / "mark").exists()
    with pytest.raises(DataError, match="one"):
        list(cluster.run(failing, range(3)))
