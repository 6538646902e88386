"""Tables that are learnt from songs and kept in the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.files import atomic_write


def keep(path: Path, table: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays by their names, whole or not at all."""
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **table)
