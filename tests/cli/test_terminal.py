"""What the commands share towards the user."""

from __future__ import annotations

import io
import sys

import pytest

from sideman.cli.terminal import counted, read_stdin, table
from sideman.errors import DataError


def test_one_is_no_plural() -> None:
    assert [counted(count, "bar") for count in (0, 1, 2, 1000)] == ["0 bars", "1 bar", "2 bars", "1,000 bars"]


def test_a_table_has_headings_and_two_columns() -> None:
    rows = [("notes", 12345), ("Lost", ""), ("dropped", "1.5 %")]
    assert table(rows) == "notes    12,345\n\nLost\ndropped   1.5 %"


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="it is closed"):
        read_stdin(10)


def test_standard_input_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.StringIO):
        def read(self, _: int | None = -1) -> str:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", Broken())
    with pytest.raises(DataError, match="Input/output error"):
        read_stdin(10)


def test_standard_input_is_read_up_to_a_limit_and_without_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfC:4" + b"|" * 100), "latin-1"))
    assert read_stdin(6) == "C:4||||"
