"""docs/charts.md tells the truth: every row of its tables is read as it says, and every question is told."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cases import cases
from tests.charts.written import written

from sideman.charts import FORMATS, QUESTIONS
from sideman.charts.writing import WRITERS

DOCUMENT = (Path(__file__).parents[2] / "docs/charts.md").read_text("utf-8")
HEAD = "| written | read |\n|---|---|\n"


def rows() -> list[tuple[str, str]]:
    """The rows of all tables of what is written and how it is read."""
    found = []
    for table in DOCUMENT.split(HEAD)[1:]:
        for line in table.split("\n\n")[0].splitlines():
            cells = [cell.strip().strip("`").replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found.append((cells[0].replace("⏎", "\n"), cells[1]))
    return found


@cases(("text", "bars"), rows())
def test_every_row_is_read_as_the_document_says(text: str, bars: str) -> None:
    assert written(text) == bars


def test_every_question_and_answer_is_told() -> None:
    for code, question in QUESTIONS.items():
        row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{code}` |"))
        assert question.text in row
        for answer, meaning in question.answers.items():
            assert f"`{answer}`: {meaning}" in row


def test_every_format_is_told() -> None:
    from importlib import import_module

    for name in FORMATS:
        if name not in {"foreign", "strudel"}:
            assert import_module(f"sideman.charts.{name}").NAME.split()[0].lower() in DOCUMENT.lower()
    for writer in WRITERS.values():
        assert writer.name in DOCUMENT
