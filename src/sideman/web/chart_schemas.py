"""What a request with a chart holds and what it is answered, as the OpenAPI document shows it. Knows no HTTP."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Base64Bytes, BaseModel, Field, model_validator

from sideman.charts import Assumption, Reading, question_of, read
from sideman.charts.dialects import LONGEST_SYMBOL
from sideman.charts.editing import edited
from sideman.charts.paper.drawing import UNTITLED, draw, paper_of
from sideman.charts.paper.readers import CONCERT, READERS, reader_of
from sideman.charts.sheet import Measure
from sideman.charts.source import MAX_BYTES, MAX_CHARACTERS
from sideman.charts.writing import write
from sideman.errors import OptionError
from sideman.music.band import Note, Role, Track
from sideman.music.progression import MAX_BEATS, MAX_CHORDS
from sideman.music.time import TICKS_PER_BEAT, Meter
from sideman.render.lead_sheet import drawing as lead_sheets
from sideman.web.chart_text import Choices, FileName
from sideman.web.revised_schemas import MAX_NOTES, GivenRow
from sideman.web.schemas import MAX_NAME, ChartView
from sideman.web.section_schemas import PlayedSectionView
from sideman.web.strict import Strict

ReaderName = Annotated[str, Field(json_schema_extra={"enum": [each.name for each in READERS.values()]})]
PaperName = Literal["a4", "letter"]
ABOUT_READER = "For whom it is written: an instrument, a capo, or numbers."
PlaceView = Annotated[tuple[int, int], Field(description="Characters of the text, from 0: the first, and the end.")]


class ChartRequest(Strict):
    """A chart in whatever way it is written: a text or link, or the bytes of a file."""

    text: str | None = Field(None, max_length=MAX_CHARACTERS)
    data: Base64Bytes | None = Field(None, strict=False, max_length=MAX_BYTES, description="A file, in base 64.")
    name: FileName = ""
    choices: Choices = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if (self.text is None) == (self.data is None):
            raise ValueError("send either a text or the data of a file")
        return self

    def read(self) -> Reading:
        """What is read. Raises :class:`ChartError` and :class:`UnreadableError`."""
        chart = self.data if self.text is None else self.text
        return read(chart or "", name=self.name, choices=self.choices)


class DrawRequest(ChartRequest):
    """A chart that is wanted on paper."""

    kind: Literal["pdf", "svg"] = "pdf"
    reader: ReaderName = Field(CONCERT.name, max_length=MAX_NAME, description=ABOUT_READER)
    paper: PaperName = "a4"
    melody: Annotated[list[GivenRow], Field(max_length=MAX_NOTES)] = Field(
        default_factory=list, description="Notes that stand on a staff below the chords, as the chart is played."
    )

    def drawn(self) -> tuple[bytes, str]:
        """The file, and the chart's title. Raises as :meth:`read`, and :class:`OptionError`."""
        sheet = self.read().sheet
        reader, paper, title = reader_of(self.reader), paper_of(self.paper), sheet.title or UNTITLED
        if not self.melody:
            return draw(sheet, self.kind, reader, paper), title
        melody = Track(Role.MELODY, [Note(*row) for row in self.melody])
        return lead_sheets.draw(sheet, melody, self.kind, reader, paper).data, title


class WishedChord(Strict):
    """A chord that shall be played."""

    name: str = Field(max_length=LONGEST_SYMBOL, description="As a chart's chords are named.")
    duration: float = Field(gt=0, le=MAX_BEATS, description="In beats: whole ticks, of which a beat has 24.")


class EditRequest(Strict):
    """A chart, and the chords that shall be played in its place."""

    text: str = Field(max_length=MAX_CHARACTERS)
    choices: Choices = Field(default_factory=dict)
    chords: list[WishedChord] = Field(min_length=1, max_length=MAX_CHORDS, description="All of them, as played.")

    def edited(self) -> EditView:
        """The text with these chords. Raises :class:`ChartError`, :class:`UnreadableError`, :class:`OptionError`."""
        chords = [(chord.name, round(chord.duration * TICKS_PER_BEAT)) for chord in self.chords]
        if sum(ticks for _, ticks in chords) > MAX_BEATS * TICKS_PER_BEAT or any(ticks < 1 for _, ticks in chords):
            raise OptionError(f"chords last at least a tick each, and {MAX_BEATS:,} beats in all at most")
        found = edited(read(self.text, choices=self.choices), chords, self.choices)
        return EditView(text=None, song=None) if found is None else EditView(text=found.text, song=SongView.of(found))


class SectionView(BaseModel):
    """A section of a song as it stands on paper."""

    name: str
    bars: int = Field(description="Written ones.")


class WrittenBarView(BaseModel):
    """A bar as it stands on paper, and the signs at it. Its chords are those of a played bar that is this one."""

    meter: str
    repeat: bool = Field(description="A repeated passage begins here.")
    times: int = Field(description="How often the passage that ends here is played in all; 0: none ends.")
    endings: list[int] = Field(description="The times through for which a bracket begins here.")
    ending_stops: bool = Field(description="The bracket ends here, where no other sign says so.")
    segno: bool
    coda: bool = Field(description="The coda begins here.")
    to_coda: bool = Field(description="After it, the last time, playing goes on at the coda.")
    fine: bool
    jump: str | None = Field(description="Where playing goes on after it, such as D.S. al Coda.")

    @classmethod
    def of(cls, measure: Measure, meter: Meter) -> Self:
        """Of a measure; ``meter`` is the sheet's."""
        return cls(
            meter=str(measure.meter or meter),
            repeat=measure.repeat,
            times=measure.times,
            endings=list(measure.endings),
            ending_stops=measure.ending_stops,
            segno=measure.segno,
            coda=measure.coda,
            to_coda=measure.to_coda,
            fine=measure.fine,
            jump=str(measure.jump) if measure.jump else None,
        )


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
    band_style: str | None = Field(description="The band's style that this means; null where it means none of ours.")
    key: str | None = Field(description="As the chart names it; null where it doesn't.")
    tempo: float | None = Field(description="Beats a minute; null where the chart names none.")
    meters: list[str] = Field(description="Of the played bars; the last one holds from there on. For an arrangement.")
    chart: ChartView = Field(description="The chords as they are played. Its progression is for an arrangement.")
    is_by_hand: bool = Field(description="Whether people write its format by hand.")
    text: str = Field(description="For an editor: as it came where it is by hand, else another that is read the same.")
    sections: list[SectionView]
    written: list[WrittenBarView] = Field(description="The bars of all sections, one section after the other.")
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
            band_style=song.style,
            key=sheet.key.name if sheet.key else None,
            tempo=sheet.tempo,
            meters=[str(meter) for meter in progression.lines.meters],
            chart=ChartView.of(progression),
            is_by_hand=reading.is_by_hand,
            text=reading.text if reading.is_by_hand else write(reading),
            sections=[SectionView(name=section.name, bars=len(section.bars)) for section in song.sections],
            written=[WrittenBarView.of(measure, sheet.meter) for measure in sheet.measures],
            bars=[
                PlayedBarView(section=bar.section_number, passing=bar.passing, bar=bar.bar, place=bar.written.place)
                for bar in song.played
            ],
            passages=[PlayedSectionView.of(section) for section in song.passages],
            assumptions=[AssumptionView.of(assumption) for assumption in reading.assumptions],
        )


class EditView(BaseModel):
    """A chart with other chords in its text."""

    text: str | None = Field(description="Only the bars that change are written anew; null where that can't be done.")
    song: SongView | None = Field(description="What is read in it; bars that are played twice change twice.")
