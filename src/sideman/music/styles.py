"""How a band may play: styles by name and what is played in them, degrees of density, how it ends. Knows no notes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sideman.music.roles import Role

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
NEAR = 0.7  # how alike, of 1, words are of which one may be meant by the other

LOOP, RING = "loop", "ring"
ENDINGS = (LOOP, RING)  # going on from the start, or a last bar that is held

# General MIDI programs, of drums kits, that a style brings along; whoever isn't named plays their usual instrument.
STYLE_PROGRAMS: Mapping[str, Mapping[Role, int]] = {
    "rock": {Role.DRUMS: 16, Role.GUITAR: 29, Role.BASS: 34},
    "electronic": {Role.DRUMS: 24, Role.PIANO: 4, Role.GUITAR: 28, Role.BASS: 38, Role.STRINGS: 50},
    "soul": {Role.PIANO: 4, Role.GUITAR: 27},
    "jazz": {Role.DRUMS: 32, Role.GUITAR: 26, Role.BASS: 32},
    "latin": {Role.GUITAR: 24, Role.BASS: 32, Role.STRINGS: 61},
    "blues": {Role.GUITAR: 27, Role.STRINGS: 16},
    "folk": {Role.DRUMS: 40, Role.BASS: 32},
    "metal": {Role.DRUMS: 16, Role.GUITAR: 30, Role.BASS: 34},
    "reggae": {Role.PIANO: 16, Role.GUITAR: 28, Role.STRINGS: 61},
    "hip-hop": {Role.DRUMS: 25, Role.PIANO: 4, Role.GUITAR: 28, Role.BASS: 38, Role.STRINGS: 51},
    "punk": {Role.DRUMS: 16, Role.GUITAR: 30, Role.BASS: 34},
    "ambient": {Role.PIANO: 4, Role.GUITAR: 27, Role.BASS: 39, Role.STRINGS: 89},
}

# What charts call them, as words begin, in the order in which they are looked for: folk rock is folk.
STYLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "latin": (
        *("latin", "bossa", "samba", "salsa", "mambo", "rumba", "rhumba", "cha cha", "tango", "bolero", "calypso"),
        *("merengue", "bachata", "cumbia", "beguine", "baiao", "montuno", "choro", "afro"),
    ),
    "reggae": ("reggae", "ska ", "rocksteady", "rock steady", "dub "),
    "hip-hop": ("hip hop", "hiphop", "rap ", "trap "),
    "punk": ("punk",),
    "metal": ("metal", "thrash"),
    "jazz": (
        "jazz",
        "swing",
        "bop ",
        "bebop",
        "even 8",
        "even eighth",
        "dixie",
        "new orleans",
        "ragtime",
        "charleston",
    ),
    "soul": ("soul", "funk", "motown", "gospel", "disco", "r&b", "rnb", "rn b", "rhythm and blues", "rhythm & blues"),
    "blues": ("blues", "shuffle", "boogie"),
    "country": ("country", "bluegrass", "western", "honky tonk"),
    "folk": ("folk", "celtic", "irish", "reel ", "jig ", "polka", "hornpipe", "strathspey"),
    "ambient": ("ambient", "chill", "new age"),
    "electronic": ("electro", "techno", "house", "trance", "edm", "synth", "dance", "drum and bass", "drum & bass"),
    "rock": ("rock",),
    "pop": ("pop ",),
}


def named_style(words: str) -> str | None:
    """The style that a chart's words mean, such as latin for Bossa Nova or jazz for MediumSwing; None: none of ours."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    text = f" {' '.join(re.findall(r'[a-z0-9&]+', apart.lower()))} "
    return next((style for style, begun in STYLE_WORDS.items() if any(f" {word}" in text for word in begun)), None)


def near_styles(word: str) -> tuple[str, ...]:
    """Styles that somebody may have meant by what is none of ours: latin by bossa, jazz by jaz; the likeliest first."""
    from difflib import get_close_matches  # imported where something is wrong: the command line starts without it

    meant = named_style(word)
    near = get_close_matches(word.lower(), STYLES, cutoff=NEAR)
    return tuple(near if meant is None else dict.fromkeys((meant, *near)))


def style_program(style: str | None, role: Role) -> int | None:
    """What a role plays in a style, where that isn't its usual instrument."""
    return STYLE_PROGRAMS.get(style or "", {}).get(role)
