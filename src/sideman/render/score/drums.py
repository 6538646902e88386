"""The drums of General MIDI on a staff of five lines, as drummers read them. Knows no rhythm.

Places and heads follow the Percussive Arts Society's guide (Norman Weinberg, *Guide to Standardized Drumset Notation*,
1998); drums of the hand that it doesn't place stand where notation programs have them.
"""

from __future__ import annotations

from typing import NamedTuple

CROSS, CIRCLED, DIAMOND, TRIANGLE = "x", "circle-x", "diamond", "triangle"


class Drum(NamedTuple):
    """A drum: its name, where on the staff it stands as in treble clef, its head, and whether a foot plays it."""

    name: str
    letter: str
    octave: int
    head: str = ""  # round
    is_foot: bool = False


DRUMS: dict[int, Drum] = {
    35: Drum("Acoustic bass drum", "E", 4, is_foot=True),
    36: Drum("Bass drum", "F", 4, is_foot=True),
    37: Drum("Side stick", "C", 5, CROSS),
    38: Drum("Snare", "C", 5),
    39: Drum("Hand clap", "C", 5, TRIANGLE),
    40: Drum("Electric snare", "C", 5),
    41: Drum("Low floor tom", "G", 4),
    42: Drum("Closed hi-hat", "G", 5, CROSS),
    43: Drum("High floor tom", "A", 4),
    44: Drum("Pedal hi-hat", "D", 4, CROSS, is_foot=True),
    45: Drum("Low tom", "B", 4),
    46: Drum("Open hi-hat", "G", 5, CIRCLED),
    47: Drum("Low-mid tom", "D", 5),
    48: Drum("High-mid tom", "E", 5),
    49: Drum("Crash cymbal", "A", 5, CROSS),
    50: Drum("High tom", "F", 5),
    51: Drum("Ride cymbal", "F", 5, CROSS),
    52: Drum("Chinese cymbal", "B", 5, CIRCLED),
    53: Drum("Ride bell", "F", 5, DIAMOND),
    54: Drum("Tambourine", "B", 5, TRIANGLE),
    55: Drum("Splash cymbal", "B", 5, CROSS),
    56: Drum("Cowbell", "E", 5, TRIANGLE),
    57: Drum("Second crash cymbal", "C", 6, CROSS),
    58: Drum("Vibraslap", "D", 6, DIAMOND),
    59: Drum("Second ride cymbal", "D", 5, CROSS),
    60: Drum("High bongo", "E", 5, DIAMOND),
    61: Drum("Low bongo", "D", 5, DIAMOND),
    62: Drum("Muted high conga", "B", 4, CROSS),
    63: Drum("Open high conga", "B", 4, DIAMOND),
    64: Drum("Low conga", "A", 4, DIAMOND),
    65: Drum("High timbale", "E", 5, CROSS),
    66: Drum("Low timbale", "D", 5, CIRCLED),
    67: Drum("High agogô", "A", 5, TRIANGLE),
    68: Drum("Low agogô", "G", 5, TRIANGLE),
    69: Drum("Cabasa", "C", 6, DIAMOND),
    70: Drum("Maracas", "D", 6, CROSS),
    75: Drum("Claves", "D", 6, TRIANGLE),
    76: Drum("High wood block", "A", 5, DIAMOND),
    77: Drum("Low wood block", "G", 5, DIAMOND),
    80: Drum("Muted triangle", "C", 6, TRIANGLE),
    81: Drum("Open triangle", "C", 6, CIRCLED),
}


def drum_of(pitch: int) -> Drum:
    """The drum of a MIDI pitch; one that the table doesn't know stands above the staff and is called by its number."""
    return DRUMS.get(pitch) or Drum(f"Percussion {pitch}", "E", 6, CROSS)
