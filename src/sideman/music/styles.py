"""How a band may play: styles by name, how many degrees of density there are, how it ends. Knows no notes."""

from __future__ import annotations

STYLES = (
    "rock",
    "pop",
    "electronic",
    "country",
    "soul",
    "jazz",
    "latin",
    "blues",
    "folk",
    "metal",
    "reggae",
    "hip-hop",
    "punk",
    "ambient",
)
DENSITIES = 5  # from sparse to busy

LOOP, RING = "loop", "ring"
ENDINGS = (LOOP, RING)  # going on from the start, or a last bar that is held
