"""A MIDI file as it is → raw sound: FluidSynth's own player, with all tracks, tempos, pedals and bends. Knows no bands.

It takes what players and sequencers leave behind, such as notes that nobody ends and data bytes above 127. What the
SoundFont lacks is stood in for as in a band.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sideman.errors import DataError
from sideman.render.file_player import FilePlayer
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.mastering import CHANNELS, Block
from sideman.render.playing import BLOCK_FRAMES, FADE_SECONDS, TAIL_SECONDS

LONGEST_SECONDS = 12 * 3600  # a file that is longer is damaged


def foreign_blocks(player: FilePlayer, where: str) -> Iterator[Block]:
    """What a file sounds like, in blocks of half a second to the end of its tail; neither mastered nor clipped.

    Raises :class:`DataError` where the file plays nothing, or doesn't end.
    """
    frames = 0
    while player.is_playing:
        block = np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)
        player.render(block)
        frames += len(block)
        if frames > LONGEST_SECONDS * SAMPLE_RATE:
            raise DataError(f"{where}: longer than {LONGEST_SECONDS // 3600} hours, the file is probably damaged")
        yield block
    if not player.notes:
        raise DataError(f"{where}: no note in it, give a MIDI file that plays something")
    player.release()
    tail = np.zeros((round(TAIL_SECONDS * SAMPLE_RATE), CHANNELS), np.float32)
    player.render(tail)
    fade = round(FADE_SECONDS * SAMPLE_RATE)
    tail[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    yield tail
