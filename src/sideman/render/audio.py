"""Band → audio: MP3, WAV, FLAC, 44.1 kHz stereo. Knows blocks of sound and formats; how notes sound is told elsewhere.

A file is rendered once, block by block, into a spool that keeps long pieces on disk; then it is mastered and encoded.
Measured against a second pass through the synthesizer, which is the slowest stage, this halves the time. Who wants the
first bytes before the last note is rendered gives the gain.

A band may still be on its way (:class:`LiveBand`): then its sound is made bar by bar, by the thread that asks for it.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

import lameenc
import numpy as np
import numpy.typing as npt

from sideman.errors import OptionError
from sideman.files import atomic_write
from sideman.music.band import Band, Role
from sideman.render.envelopes import read_file
from sideman.render.file_player import FilePlayer
from sideman.render.fluidsynth import SAMPLE_RATE, FluidSynthPair
from sideman.render.foreign import foreign_blocks
from sideman.render.mastering import SILENCE, mastered
from sideman.render.playing import (
    BLOCK_FRAMES,
    CHANNELS,
    TAIL_SECONDS,
    Block,
    LiveBand,
    Synthesizer,
    render_blocks,
    sides,
    total_frames,
)
from sideman.render.soundfont import check_soundfont

OnProgress = Callable[[float], None]  # called with the share that is done, 0 to 1

PEAK = 10 ** (-1 / 20)  # -1 dBFS, of stems: room for what MP3 adds
FULL_SCALE = 32_767  # 16 bits
SUBTYPES = {16: "PCM_16", 24: "PCM_24"}  # by bits
FADE_FRAMES = 220  # 5 ms
MP3_KBITS = 192
MP3_QUALITY = 5  # LAME's own default between 0, slow, and 9
SYNTHESIS_SHARE = 0.8  # of the time a file takes; the rest is encoding


class Encoding(NamedTuple):
    """How a file of sound is written: ``bits`` of a sample are 16, or for WAV and FLAC 24.

    Without its ``tail`` the file ends with the band, to the frame, as loops do.
    """

    bits: int = 16
    tail: bool = True


USUAL = Encoding()


def write_audio(
    band: Band | LiveBand,
    path: Path | str,
    *,
    soundfont: Path | str | None = None,
    programs: Mapping[Role, int] | None = None,
    gain: float | None = None,
    encoding: Encoding = USUAL,
    on_progress: OnProgress | None = None,
    synthesizer: Synthesizer | None = None,
) -> None:
    """Write ``band`` to ``path``, whole or not at all, in the format of its suffix: .mp3, .wav or .flac.

    ``gain`` replaces the mastering, see :func:`common_gain`; ``synthesizer``, fresh, replaces FluidSynth.
    Raises :class:`OptionError` for another suffix, program or number of bits, :class:`DataError` where the file cannot
    be written, the SoundFont cannot be read or makes no sound, :class:`MissingLibraryError` without FluidSynth.
    """
    write = _writer(path, encoding.bits)
    with atomic_write(path) as temporary:
        blocks = audio_blocks(
            band, soundfont=soundfont, programs=programs, gain=gain, on_progress=on_progress, synthesizer=synthesizer
        )
        write(blocks if encoding.tail else until(blocks, total_frames(band, tail=False)), temporary)


class PlayedFile(NamedTuple):
    """What a MIDI file was played as: seconds without the tail, notes, and programs with whether they are kits."""

    seconds: float
    notes: int
    programs: frozenset[tuple[int, bool]]


def write_file_audio(
    song: Path, path: Path | str, *, soundfont: Path | str | None = None, on_progress: OnProgress | None = None
) -> PlayedFile:
    """Write what the MIDI file ``song`` sounds like as it is, whole or not at all.

    Raises as :func:`write_audio`, :class:`DataError` too where it is not a MIDI file that can be played.
    """
    write = _writer(path, USUAL.bits)
    report = on_progress or (lambda _: None)
    with FilePlayer(check_soundfont(soundfont), read_file(song)) as player, atomic_write(path) as temporary:
        frames = 0

        def counted(blocks: Iterable[Block]) -> Iterator[Block]:
            nonlocal frames
            for block in blocks:
                frames += len(block)
                report(player.share * SYNTHESIS_SHARE)
                yield block

        raw = counted(foreign_blocks(player, str(song)))
        write(mastered(raw, SAMPLE_RATE, BLOCK_FRAMES, must_sound=lambda: True), temporary)
        report(1)
        return PlayedFile(frames / SAMPLE_RATE - TAIL_SECONDS, player.notes, frozenset(player.programs))


def check_encoding(path: Path | str, bits: int) -> None:
    """Raise :class:`OptionError` where a file of the path's suffix can't be written, or not with so many bits."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        raise OptionError(f"unknown audio format {suffix!r} of {path}: end the name in {', '.join(WRITERS)}")
    if bits not in SUBTYPES or (bits != USUAL.bits and suffix == ".mp3"):
        raise OptionError(f"{bits} bits of {suffix.removeprefix('.')}: give 16, or for wav and flac 24")


def _writer(path: Path | str, bits: int) -> Callable[[Iterable[Block], Path], None]:
    """What writes the format of the path's suffix. Raises as :func:`check_encoding`."""
    check_encoding(path, bits)
    return partial(WRITERS[Path(path).suffix.lower()], bits=bits)


def stream_mp3(
    band: Band | LiveBand,
    *,
    soundfont: Path | str | None = None,
    programs: Mapping[Role, int] | None = None,
    gain: float | None = None,
    synthesizer: Synthesizer | None = None,
) -> Iterator[bytes]:
    """``band`` as MP3, piece by piece. With a ``gain`` the first piece comes at once, else after the last note."""
    blocks = audio_blocks(band, soundfont=soundfont, programs=programs, gain=gain, synthesizer=synthesizer)
    return encode_mp3(map(to_int16, blocks))


def audio_blocks(
    band: Band | LiveBand,
    *,
    soundfont: Path | str | None = None,
    programs: Mapping[Role, int] | None = None,
    gain: float | None = None,
    on_progress: OnProgress | None = None,
    synthesizer: Synthesizer | None = None,
) -> Iterator[Block]:
    """``band`` as blocks of float32 of shape (frames, 2) within ±1; arguments and errors as :func:`write_audio`."""
    report = on_progress or (lambda _: None)
    total = total_frames(band)
    with _open(soundfont, band) if synthesizer is None else nullcontext(synthesizer) as player:
        raw = render_blocks(band, player, programs)
        if gain is None:
            synthesised = _count(raw, total, lambda share: report(share * SYNTHESIS_SHARE))
            blocks = mastered(synthesised, SAMPLE_RATE, BLOCK_FRAMES, must_sound=lambda: band.note_count > 0)
            yield from _count(blocks, total, lambda share: report(SYNTHESIS_SHARE + share * (1 - SYNTHESIS_SHARE)))
        else:
            yield from _count((np.clip(block * np.float32(gain), -1, 1) for block in raw), total, report)


def _open(soundfont: Path | str | None, band: Band | LiveBand) -> FluidSynthPair:
    return FluidSynthPair(check_soundfont(soundfont), sides(band))


def common_gain(
    bands: Iterable[Band], *, soundfont: Path | str | None = None, programs: Mapping[Role, int] | None = None
) -> float:
    """The gain that brings the loudest of ``bands`` to -1 dBFS: given to all, a mix and its stems keep their balance.

    Renders every band once. Raises as :func:`write_audio`.
    """
    font = check_soundfont(soundfont)
    peak = 0.0
    for band in bands:
        with _open(font, band) as player:
            peak = max(peak, *(_peak(block) for block in render_blocks(band, player, programs)))
    return _gain(peak)


def _peak(block: Block) -> float:
    return float(np.abs(block).max(initial=0))


def _gain(peak: float) -> float:
    return PEAK / peak if peak > SILENCE else 1.0


def until(blocks: Iterable[Block], frames: int) -> Iterator[Block]:
    """The first ``frames`` of ``blocks``; the last few fade, so that nothing clicks where they end."""
    fade = np.linspace(1, 0, FADE_FRAMES, dtype=np.float32)[:, None]
    for block in blocks:
        kept = block[:frames].copy()
        frames -= len(kept)
        if frames < FADE_FRAMES:
            begin = max(len(kept) + frames - FADE_FRAMES, 0)
            kept[begin:] *= fade[begin - (len(kept) + frames - FADE_FRAMES) :][: len(kept) - begin]
        yield kept
        if not frames:
            return


def _count(blocks: Iterable[Block], total: int, report: OnProgress) -> Iterator[Block]:
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        report(done / total)


def to_int16(block: Block) -> npt.NDArray[np.int16]:
    """``block``, within ±1, as 16-bit samples of the same shape."""
    return np.rint(block * FULL_SCALE).astype(np.int16)


def encode_mp3(blocks: Iterable[npt.NDArray[np.int16]]) -> Iterator[bytes]:
    """``blocks`` of shape (frames, 2) as MP3 at 192 kbit/s, piece by piece."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_channels(CHANNELS)
    encoder.set_bit_rate(MP3_KBITS)
    encoder.set_quality(MP3_QUALITY)
    for block in blocks:
        if data := bytes(encoder.encode(block.tobytes())):
            yield data
    yield bytes(encoder.flush())


def _write_mp3(blocks: Iterable[Block], path: Path, bits: int) -> None:  # noqa: ARG001 - MP3 has none
    with path.open("wb") as file:
        file.writelines(encode_mp3(map(to_int16, blocks)))


def _write_pcm(blocks: Iterable[Block], path: Path, bits: int) -> None:
    import soundfile

    kind = path.suffix.removeprefix(".")
    try:
        with soundfile.SoundFile(path, "w", SAMPLE_RATE, CHANNELS, SUBTYPES[bits], format=kind) as file:
            for block in blocks:
                file.write(to_int16(block) if bits == USUAL.bits else block)
    except soundfile.LibsndfileError as error:
        # libsndfile tells no more of the system's reason.
        raise OSError(errno.EIO, "probably the disk is full, free some space", str(path)) from error


WRITERS: dict[str, Callable[..., None]] = {".mp3": _write_mp3, ".wav": _write_pcm, ".flac": _write_pcm}
