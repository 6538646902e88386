"""What all MusicXML that is written here is made of: the head of a file, keys, metres, chord symbols, words.

The elements are those of the specification, https://www.w3.org/2021/06/musicxml40/. Knows no sheets and no bands.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape

from sideman.charts.musicxml.harmony import NO_CHORD, kind_of
from sideman.music.key import Key
from sideman.music.notes import ACCIDENTALS
from sideman.music.progression import Chord
from sideman.music.time import TICKS_PER_BEAT, Meter

DIVISIONS = 2 * TICKS_PER_BEAT  # of a quarter: a tick is two of them, or three where the beat is dotted
DECIMALS = 9
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_FORBIDDEN = re.compile("[^\t\n\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # in any XML


def divisions(meter: Meter) -> int:
    """Divisions of a tick in bars of this metre."""
    return 3 if meter.is_compound else 2


def key_signature(key: Key) -> str:
    """A ``key``."""
    return f"<key><fifths>{key.fifths}</fifths><mode>{'minor' if key.minor else 'major'}</mode></key>"


def time_signature(meter: Meter) -> str:
    """A ``time``; groups that are not the usual ones are told."""
    groups = meter.groups if meter != Meter(meter.beats, meter.unit) else (meter.beats,)
    beats = "+".join(map(str, groups))
    return f"<time><beats>{beats}</beats><beat-type>{meter.unit}</beat-type></time>"


def tempo_mark(tempo: float, meter: Meter) -> str:
    """A ``direction`` that shows and sets so many beats a minute."""
    dot = "<beat-unit-dot/>" if meter.is_compound else ""
    count = decimal(Fraction(str(tempo)))
    quarters = decimal(Fraction(str(tempo)) * meter.quarters_per_beat)
    mark = f"<metronome><beat-unit>quarter</beat-unit>{dot}<per-minute>{count}</per-minute></metronome>"
    return direction(mark, f'tempo="{quarters}"')


def harmony(chord: Chord, offset: int) -> str:
    """A chord symbol, so many divisions after the beginning of its bar."""
    late = f"<offset>{offset}</offset>" if offset else ""
    if chord.root is None:  # the format has no chord without a root: it isn't shown
        root = '<root><root-step text="">C</root-step></root>'
        return f'<harmony>{root}<kind text="{chord}">{NO_CHORD}</kind>{late}</harmony>'
    kind, degrees = kind_of(chord.quality)
    shown = f' text="{escape(chord.quality.name)}"' if chord.quality.name else ""
    bass = "" if chord.bass is None else named("bass", chord.bass)
    changes = "".join(
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        f"<degree-type>{change}</degree-type></degree>"
        for value, alter, change in degrees
    )
    return f"<harmony>{named('root', chord.root)}<kind{shown}>{kind}</kind>{bass}{changes}{late}</harmony>"


def named(name: str, note: str) -> str:
    """A note as ``name`` tells it: a ``root`` or ``bass``."""
    alter = ACCIDENTALS[note[1:]]
    altered = f"<{name}-alter>{alter}</{name}-alter>" if alter else ""
    return f"<{name}><{name}-step>{note[0]}</{name}-step>{altered}</{name}>"


def direction(content: str, sound: str = "") -> str:
    """A ``direction`` above the staff, and what it does to the ``sound``, as attributes."""
    told = f"<sound {sound}/>" if sound else ""
    return f'<direction placement="above"><direction-type>{content}</direction-type>{told}</direction>'


def decimal(number: Fraction) -> str:
    """A number as the format wants it: no exponent, no zeros at the end."""
    return f"{float(number):.{DECIMALS}f}".rstrip("0").rstrip(".")


def text(words: str) -> str:
    """Any text as content of an element: what XML forbids is left out."""
    return escape(_FORBIDDEN.sub("", words), quote=False)
