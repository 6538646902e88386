"""FluidSynth's library: finds it, and declares what its functions take.

The system's own comes first, then the one that the wheel of pygame-ce carries.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from sideman.errors import MissingLibraryError

# Names that Linux's loader knows. Elsewhere ctypes looks for the library; on Linux it would call compilers to do so.
SONAMES = ("libfluidsynth.so.3", "libfluidsynth.so.2")
SYSTEM_NAMES = ("fluidsynth", "libfluidsynth-3", "libfluidsynth-2", "fluidsynth-3")
WHEEL_PACKAGE = "pygame"
# Where the wheel's build tools put the library, seen from site-packages: Linux, macOS, Windows.
WHEEL_PATTERNS = (
    "pygame_ce.libs/libfluidsynth*.so*",
    "pygame/.dylibs/libfluidsynth*.dylib",
    "pygame/*fluidsynth*.dll",
    "pygame_ce.libs/*fluidsynth*.dll",
)
INSTALL_HINT = (
    "FluidSynth 2 is not installed: run 'pip install pygame-ce', which carries it, or on Debian and Ubuntu "
    "'apt install libfluidsynth3', on Fedora 'dnf install fluidsynth-libs', on macOS 'brew install fluid-synth', "
    "on Windows 'choco install fluidsynth'"
)
LOG_LEVELS = 5  # panic, error, warning, information, debug

_HANDLE, _INT, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
ON_EVENT = ctypes.CFUNCTYPE(_INT, _HANDLE, _HANDLE)  # takes what it was set with, and an event
# name → (result, arguments), from fluidsynth.h
PROTOTYPES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "fluid_version_str": (_TEXT, ()),
    "fluid_set_log_function": (_HANDLE, (_INT, _HANDLE, _HANDLE)),
    "new_fluid_settings": (_HANDLE, ()),
    "delete_fluid_settings": (None, (_HANDLE,)),
    "fluid_settings_setint": (_INT, (_HANDLE, _TEXT, _INT)),
    "fluid_settings_setnum": (_INT, (_HANDLE, _TEXT, ctypes.c_double)),
    "new_fluid_synth": (_HANDLE, (_HANDLE,)),
    "delete_fluid_synth": (None, (_HANDLE,)),
    "fluid_synth_sfload": (_INT, (_HANDLE, _TEXT, _INT)),
    "fluid_synth_get_sfont_by_id": (_HANDLE, (_HANDLE, _INT)),
    "fluid_sfont_get_preset": (_HANDLE, (_HANDLE, _INT, _INT)),
    "fluid_synth_program_select": (_INT, (_HANDLE, _INT, _INT, _INT, _INT)),
    "fluid_synth_cc": (_INT, (_HANDLE, _INT, _INT, _INT)),
    "fluid_synth_noteon": (_INT, (_HANDLE, _INT, _INT, _INT)),
    "fluid_synth_noteoff": (_INT, (_HANDLE, _INT, _INT)),
    "fluid_synth_handle_midi_event": (_INT, (_HANDLE, _HANDLE)),
    "new_fluid_player": (_HANDLE, (_HANDLE,)),
    "delete_fluid_player": (None, (_HANDLE,)),
    "fluid_player_add_mem": (_INT, (_HANDLE, ctypes.c_char_p, ctypes.c_size_t)),
    "fluid_player_play": (_INT, (_HANDLE,)),
    "fluid_player_get_status": (_INT, (_HANDLE,)),
    "fluid_player_get_current_tick": (_INT, (_HANDLE,)),
    "fluid_player_get_total_ticks": (_INT, (_HANDLE,)),
    "fluid_player_set_playback_callback": (_INT, (_HANDLE, ON_EVENT, _HANDLE)),
    "fluid_midi_event_get_type": (_INT, (_HANDLE,)),
    "fluid_midi_event_get_channel": (_INT, (_HANDLE,)),
    "fluid_midi_event_get_velocity": (_INT, (_HANDLE,)),
    "fluid_midi_event_get_program": (_INT, (_HANDLE,)),
    "fluid_synth_process": (_INT, (_HANDLE, _INT, _INT, _HANDLE, _INT, _HANDLE)),
}


@functools.cache
def library() -> ctypes.CDLL:
    """The first FluidSynth 2 that can be loaded, with its functions declared and its log off.

    Raises :class:`MissingLibraryError` where there is none.
    """
    for name in _candidates():
        try:
            loaded = ctypes.CDLL(name)
            for function, (result, arguments) in PROTOTYPES.items():
                declared = getattr(loaded, function)
                declared.restype, declared.argtypes = result, arguments
        except (OSError, AttributeError):  # not loadable, or FluidSynth 1
            continue
        for level in range(LOG_LEVELS):
            loaded.fluid_set_log_function(level, None, None)
        return loaded
    raise MissingLibraryError(INSTALL_HINT)


def _candidates() -> Iterator[str]:
    """Names and paths under which the library may be, the system's first."""
    if sys.platform == "linux":
        yield from SONAMES
    else:
        yield from filter(None, map(ctypes.util.find_library, SYSTEM_NAMES))
    package = importlib.util.find_spec(WHEEL_PACKAGE)
    for folder in package.submodule_search_locations or () if package else ():
        for pattern in WHEEL_PATTERNS:
            yield from sorted(map(str, Path(folder).parent.glob(pattern)))
