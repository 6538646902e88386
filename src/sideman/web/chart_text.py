"""A chart as somebody wrote it, such as a piece keeps: with its words and repeats. Knows no HTTP and no chords."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sideman.web.section_schemas import MAX_NAME
from sideman.web.strict import Strict

MAX_CHART = 16_000  # characters of a chart that is kept with a piece: every list of pieces has it
MAX_CHOICES = 64
Word = Annotated[str, Field(max_length=MAX_NAME)]
FileName = Annotated[str, Field(max_length=MAX_NAME, description="The file's name, where there is one.")]
Choices = Annotated[
    dict[Word, Word], Field(max_length=MAX_CHOICES, description="Answers to questions that the chart leaves open.")
]


class ChartText(Strict):
    """A chart as somebody wrote it, as `POST /api/charts` takes it."""

    text: str = Field(min_length=1, max_length=MAX_CHART)
    name: FileName = ""
    choices: Choices = Field(default_factory=dict)
