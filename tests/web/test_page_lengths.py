"""The lengths that the page gives to notes are those of the grid: what is edited there stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sideman.tokens.vocabulary import LENGTHS

PART = Path(__file__).parents[2] / "frontend/src/music/part.ts"


def test_the_page_has_the_lengths_of_the_grid() -> None:
    found = re.search(r"LENGTHS: readonly number\[\] = (\[[^]]*\]);", PART.read_text("utf-8"))
    assert found is not None
    assert json.loads(found[1]) == [*LENGTHS]
