"""The drum kit in General MIDI's numbers: what carries the beat, and what stands for it in a style."""

from __future__ import annotations

BASS_DRUMS = (35, 36)
SNARES = (37, 38, 39, 40)  # side stick and hand clap are played in the snare's place; brushes have its numbers
STRUCK_SNARES = (38, 40)
TOMS = (41, 43, 45, 47, 48, 50)
_HAND_DRUMS = (60, 61, 62, 63, 64, 65, 66)  # bongos, congas and timbales
_SUBSTITUTES = {"latin": _HAND_DRUMS, None: _HAND_DRUMS}


def backbeat(style: str | None) -> tuple[int, ...]:
    """The drums that answer the bass drum in a style, or in any: snares, and what is played in their place."""
    return SNARES + _SUBSTITUTES.get(style, ())
