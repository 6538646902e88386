"""How a band may play: styles by name, and how many degrees of density there are. Knows no notes."""

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
