"""A band as MusicXML 4.0: a part a player, with the chords, sections and tempo above. Knows how it is read, not why.

What is played is kept beside what is written: ``attack`` and ``release`` tell by how many divisions a note begins and
ends elsewhere than it stands, ``dynamics`` how loud it is. Swing is a word, and an instruction to who plays it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sideman.charts.musicxml.elements import HEAD, text
from sideman.music.band import Band, Role
from sideman.music.key import Key
from sideman.music.progression import Chord, Progression
from sideman.music.time import TICKS_PER_STEP
from sideman.music.wishes import PlayedSection, beginnings
from sideman.render.parts import Part, parts
from sideman.render.score.drums import drum_of
from sideman.render.score.measures import Song, measures
from sideman.render.score.parts import CLEFS, staves_of

STAFF_MILLIMETRES = 5  # the height of a staff: eight of them leave room for two systems on a page


def score(
    band: Band,
    *,
    progression: Progression | None = None,
    programs: Mapping[Role, int] | None = None,
    key: str | None = None,
    sections: Sequence[PlayedSection] = (),
    title: str = "",
) -> str:
    """``band`` as MusicXML.

    ``progression`` gives the chord symbols, ``key`` the signature (``Eb major``; that of the chords, or C major, where
    it is None), ``sections`` the rehearsal marks; ``programs`` are other General MIDI programs (0-based). Raises
    :class:`OptionError` where the tempo, a program or the key is unknown.
    """
    chords_key = Key(0) if progression is None else progression.key
    signature = chords_key if key is None else Key.named(key)
    order = [*CLEFS]
    played = sorted(parts(band, programs), key=lambda part: order.index(part.role))
    song = Song(band, signature, _chords(progression, band), dict(beginnings(sections)))
    staves = [staves_of(part, band.lines, band.steps) for part in played]
    names = "\n".join(_score_part(part, number) for number, part in enumerate(played, 1))
    body = "".join(
        f'  <part id="P{number}">\n{"".join(measures(player, song, number))}  </part>\n'
        for number, player in enumerate(staves, 1)
    )
    return (
        f'{HEAD}<score-partwise version="4.0">\n  <work><work-title>{text(title)}</work-title></work>\n'
        "  <identification><encoding><software>Sideman</software></encoding></identification>\n"
        f"  <defaults><scaling><millimeters>{STAFF_MILLIMETRES}</millimeters><tenths>40</tenths></scaling></defaults>\n"
        f"  <part-list>\n{names}\n  </part-list>\n{body}</score-partwise>\n"
    )


def _chords(progression: Progression | None, band: Band) -> dict[int, list[tuple[int, Chord]]]:
    chords: dict[int, list[tuple[int, Chord]]] = {}
    for span in progression or ():
        bar = band.lines.bar_at(span.onset // TICKS_PER_STEP)
        chords.setdefault(bar, []).append((span.onset - band.lines.onset(bar) * TICKS_PER_STEP, span.chord))
    return chords


def _score_part(part: Part, number: int) -> str:
    channel = f"<midi-channel>{part.channel + 1}</midi-channel>"
    if part.is_drum:
        pitches = sorted({*part.notes[:, 2].tolist()}) or [38]
        instruments = "".join(
            f'<score-instrument id="P{number}-I{pitch}"><instrument-name>{text(drum_of(pitch).name)}</instrument-name>'
            "</score-instrument>"
            for pitch in pitches
        )
        sounds = "".join(
            f'<midi-instrument id="P{number}-I{pitch}">{channel}<midi-program>{part.program + 1}</midi-program>'
            f"<midi-unpitched>{pitch + 1}</midi-unpitched></midi-instrument>"
            for pitch in pitches
        )
    else:
        instruments = (
            f'<score-instrument id="P{number}-I1"><instrument-name>{part.name}</instrument-name></score-instrument>'
        )
        sounds = (
            f'<midi-instrument id="P{number}-I1">{channel}<midi-program>{part.program + 1}</midi-program>'
            "</midi-instrument>"
        )
    return (
        f'    <score-part id="P{number}"><part-name>{part.name}</part-name>'
        f"<part-abbreviation>{part.name[:3]}.</part-abbreviation>{instruments}{sounds}</score-part>"
    )
