"""Sideman: your chords, a band.

    import sideman

    band = sideman.arrange("C:4|Am:4", style="jazz", seed=7).band
    band.save("song.mid")                             # or .mp3, .wav, .flac
    for bar in sideman.arrange("C:4|Am:4|F:4|G7:4"):  # bars as they are composed
        print(bar)

This is the small public door. What it names is imported when it is first used, so that the command line's `--help`
doesn't wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sideman.arranging import Arrangement, Bar, Model, arrange
    from sideman.errors import SidemanError
    from sideman.music.band import Band, Note, Role, Track
    from sideman.music.chords import parse
    from sideman.music.progression import Progression
    from sideman.options import ArrangeOptions
    from sideman.pieces.changes import Selection
    from sideman.pieces.composition import Composition
    from sideman.pieces.document import read_composition, write_composition
    from sideman.render.audio import write_audio
    from sideman.render.midi import read_midi, write_midi
    from sideman.render.rendition import Rendition

    __version__: str

__all__ = [
    "ArrangeOptions",
    "Arrangement",
    "Band",
    "Bar",
    "Composition",
    "Model",
    "Note",
    "Progression",
    "Rendition",
    "Role",
    "Selection",
    "SidemanError",
    "Track",
    "__version__",
    "arrange",
    "parse",
    "read_composition",
    "read_midi",
    "write_audio",
    "write_composition",
    "write_midi",
]

_HOMES = {
    "sideman.arranging": ("Arrangement", "Bar", "Model", "arrange"),
    "sideman.errors": ("SidemanError",),
    "sideman.music.band": ("Band", "Note", "Role", "Track"),
    "sideman.music.chords": ("parse",),
    "sideman.music.progression": ("Progression",),
    "sideman.options": ("ArrangeOptions",),
    "sideman.pieces.changes": ("Selection",),
    "sideman.pieces.composition": ("Composition",),
    "sideman.pieces.document": ("read_composition", "write_composition"),
    "sideman.render.audio": ("write_audio",),
    "sideman.render.midi": ("read_midi", "write_midi"),
    "sideman.render.rendition": ("Rendition",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from importlib.metadata import version

            return version("sideman")
        if name in _HOME_OF:
            return getattr(import_module(_HOME_OF[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
