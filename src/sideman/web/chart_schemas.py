"""What a request with a chart holds and what it is answered, as the OpenAPI document shows it. Knows no HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Base64Bytes, BaseModel, Field, model_validator

from sideman.charts import Assumption, Reading, question_of, read
from sideman.charts.source import MAX_BYTES, MAX_CHARACTERS
from sideman.charts.writing import write
from sideman.music.song import Passage
from sideman.web.schemas import MAX_NAME, ChartView
from sideman.web.section_schemas import PlayedSectionView
from sideman.web.strict import Strict

MAX_CHOICES = 64
Answer = Annotated[str, Field(max_length=MAX_NAME)]
PlaceView = Annotated[tuple[int, int], Field(description="Characters of the text, from 0: the first, and the end.")]


class ChartRequest(Strict):
    """A chart in whatever way it is written: a text or link, or the bytes of a file."""

    text: str | None = Field(None, max_length=MAX_CHARACTERS)
    data: Base64Bytes | None = Field(None, strict=False, max_length=MAX_BYTES, description="A file, in base 64.")
    name: Annotated[str, Field(max_length=MAX_NAME)] = Field("", description="The file's name, where there is one.")
    choices: dict[str, Answer] = Field(
        default_factory=dict, max_length=MAX_CHOICES, description="Answers to questions that the chart leaves open."
    )

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if (self.text is None) == (self.data is None):
            raise ValueError("send either a text or the data of a file")
        return self

    def read(self) -> Reading:
        """What is read. Raises :class:`ChartError` and :class:`UnreadableError`."""
        chart = self.data if self.text is None else self.text
        return read(chart or "", name=self.name, choices=self.choices)


class SectionView(BaseModel):
    """A section of a song as it stands on paper."""

    name: str
    bars: int = Field(description="Written ones.")


class PlayedBarView(BaseModel):
    """A bar in the order of playing, and where it came from."""

    section: int = Field(description="The number of its section, from 0.")
    passing: int = Field(description="How often the section was played before.")
    bar: int = Field(description="The written bar of the section, from 0.")
    place: PlaceView | None = Field(description="Where it stands in the text; null where that is not known.")


class AnswerView(BaseModel):
    """An answer to a question that a chart leaves open."""

    answer: str = Field(description="What choices take.")
    text: str = Field(description="In words.")


class AssumptionView(BaseModel):
    """Something that was not certain: how it was read, and how else it could be."""

    code: str = Field(description="The question's name, for choices.")
    question: str = Field(description="In words.")
    read: AnswerView
    others: list[AnswerView]
    places: list[PlaceView]
    text: str = Field(description="What stands at the first place.")

    @classmethod
    def of(cls, assumption: Assumption) -> Self:
        """Of an assumption."""
        question = question_of(assumption.code)

        def view(answer: str) -> AnswerView:
            return AnswerView(answer=answer, text=question.meaning(answer))

        return cls(
            code=assumption.code,
            question=question.text,
            read=view(assumption.read),
            others=[view(other) for other in assumption.others],
            places=[(place.start, place.end) for place in assumption.places],
            text=assumption.text,
        )


class SongView(BaseModel):
    """A chart that was read: the song that is played, and what was assumed."""

    format: str = Field(description="What it was written in, such as text, iReal Pro, MusicXML.")
    title: str
    composer: str
    style: str = Field(description="As the chart names it.")
    key: str | None = Field(description="As the chart names it; null where it doesn't.")
    tempo: float | None = Field(description="Beats a minute; null where the chart names none.")
    meters: list[str] = Field(description="Of the played bars; the last one holds from there on. For an arrangement.")
    chart: ChartView = Field(description="The chords as they are played. Its progression is for an arrangement.")
    text: str = Field(description="The chart as a text that is read the same: for an editor, where it came as a file.")
    sections: list[SectionView]
    passages: list[PlayedSectionView] = Field(
        description="The sections in the order of playing, with what is wanted of them: for an arrangement."
    )
    bars: list[PlayedBarView]
    assumptions: list[AssumptionView]

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Of a chart that was read."""
        song, sheet = reading.song, reading.sheet
        progression = song.progression
        return cls(
            format=reading.format,
            title=sheet.title,
            composer=sheet.composer,
            style=sheet.style,
            key=sheet.key.name if sheet.key else None,
            tempo=sheet.tempo,
            meters=[str(meter) for meter in progression.lines.meters],
            chart=ChartView.of(progression),
            text=write(reading),
            sections=[SectionView(name=section.name, bars=len(section.bars)) for section in song.sections],
            bars=[
                PlayedBarView(section=section, passing=passing, bar=bar, place=place)
                for section, passing, bar in _bars(song.order)
                for place in [song.sections[section].bars[bar].place]
            ],
            passages=[PlayedSectionView.of(section) for section in song.passages],
            assumptions=[AssumptionView.of(assumption) for assumption in reading.assumptions],
        )


def _bars(order: Iterable[Passage]) -> list[tuple[int, int, int]]:
    """Section, how often before, and written bar of every played bar."""
    before: Counter[int] = Counter()
    found = []
    for section, bars in order:
        found += [(section, before[section], bar) for bar in bars]
        before[section] += 1
    return found
