"""A sheet in one line, for tests: its measures with their signs, between bar lines."""

from __future__ import annotations

from sideman.charts import Measure, Sheet, read
from sideman.music.time import TICKS_PER_BEAT


def written(text: str | bytes, **choices: str) -> str:
    """How a chart is read: ``<A> |:C 2:G | [1.F:|x2 | - |``; an onset in beats stands before a chord, ``-`` goes on."""
    return sheet_line(read(text, choices=choices).sheet)


def sheet_line(sheet: Sheet) -> str:
    """A sheet in one line."""
    return " | ".join(map(_measure, sheet.measures))


def played(text: str | bytes, **choices: str) -> str:
    """The chords as they are played, each in its bar."""
    song = read(text, choices=choices).song
    return " | ".join(_chords(bar.written.chords) for bar in song.played)


def assumed(text: str | bytes, **choices: str) -> dict[str, str]:
    """What was assumed, and how it was answered."""
    return {assumption.code: assumption.read for assumption in read(text, choices=choices).assumptions}


def _chords(chords: tuple[tuple[int, object], ...]) -> str:
    return " ".join((f"{tick / TICKS_PER_BEAT:g}:" if tick else "") + str(chord) for tick, chord in chords) or "-"


def _measure(measure: Measure) -> str:
    signs = [
        f"<{measure.section}> " if measure.section is not None else "",
        f"({measure.meter}) " if measure.meter else "",
        "|:" if measure.repeat else "",
        f"[{','.join(map(str, measure.endings))}." if measure.endings else "",
        "𝄋" if measure.segno else "",
        "𝄌" if measure.coda else "",
        _chords(measure.chords),
        f":|x{measure.times}" if measure.times else "",
        "]" if measure.ending_stops else "",
        ">𝄌" if measure.to_coda else "",
        " fine" if measure.fine else "",
        f" {measure.jump.to}..{measure.jump.until}" if measure.jump else "",
    ]
    return "".join(signs)
