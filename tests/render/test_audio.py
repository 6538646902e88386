from __future__ import annotations

import errno
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tests.render.conftest import FakeSynthesizer, SteadySynthesizer, piano, real

from sideman.errors import DataError, MissingLibraryError, OptionError
from sideman.music.band import Band, Note, Role
from sideman.render import libfluidsynth, mastering
from sideman.render.audio import (
    FADE_FRAMES,
    PEAK,
    Encoding,
    audio_blocks,
    common_gain,
    stream_mp3,
    until,
    write_audio,
)
from sideman.render.fluidsynth import SAMPLE_RATE, FluidSynth
from sideman.render.mastering import CEILING
from sideman.render.playing import Block, total_frames
from sideman.render.soundfont import BUNDLED_SOUNDFONT

SUFFIXES = ("mp3", "wav", "flac")


def samples(path: Path) -> Block:
    read, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == SAMPLE_RATE
    assert read.shape[1] == 2
    return np.asarray(read, np.float32)


# Blocks, with the fake


def test_blocks_come_while_the_synthesizer_plays(band: Band) -> None:
    player = FakeSynthesizer()
    first = next(audio_blocks(band, gain=1.0, synthesizer=player))
    assert player.frame == len(first) < total_frames(band)


@pytest.mark.parametrize("level", [0.001, 0.25, 7.0])
def test_any_loudness_is_normalised(band: Band, level: float) -> None:
    sound = np.concatenate(list(audio_blocks(band, synthesizer=SteadySynthesizer(level))))
    assert np.abs(sound).max() == pytest.approx(CEILING)


def test_a_given_gain_never_clips_over(band: Band) -> None:
    sound = np.concatenate(list(audio_blocks(band, gain=3.0, synthesizer=FakeSynthesizer(0.5))))
    assert sound.max() == 1.0


def test_long_pieces_go_through_the_disk(band: Band, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = np.concatenate(list(audio_blocks(band, synthesizer=FakeSynthesizer())))
    monkeypatch.setattr(mastering, "SPOOL_BYTES", 1)
    assert np.array_equal(np.concatenate(list(audio_blocks(band, synthesizer=FakeSynthesizer()))), in_memory)


def test_notes_that_make_no_sound_are_an_error(band: Band) -> None:
    with pytest.raises(DataError, match="makes no sound"):
        list(audio_blocks(band, synthesizer=FakeSynthesizer(0.0)))


def test_a_track_that_rests_is_silence() -> None:
    sound = np.concatenate(list(audio_blocks(piano(), synthesizer=FakeSynthesizer(0.0))))
    assert not sound.any()


def test_progress_rises_to_one(band: Band, tmp_path: Path) -> None:
    shares: list[float] = []
    write_audio(band, tmp_path / "song.wav", synthesizer=FakeSynthesizer(), on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == pytest.approx(1)


# Files, with the fake


@pytest.mark.parametrize("name", ["song", "song.ogg", "song.wav.txt"])
def test_another_format_is_an_error(band: Band, tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=r"end the name in \.mp3, \.wav, \.flac"):
        write_audio(band, tmp_path / name, synthesizer=FakeSynthesizer())
    assert not list(tmp_path.iterdir())


def test_the_suffix_may_be_in_capitals(band: Band, tmp_path: Path) -> None:
    write_audio(band, tmp_path / "SONG.WAV", synthesizer=FakeSynthesizer())
    assert len(samples(tmp_path / "SONG.WAV")) == total_frames(band)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_loop_of_24_bits_has_the_length_of_its_bars(band: Band, tmp_path: Path, suffix: str) -> None:
    whole, loop = tmp_path / f"whole.{suffix}", tmp_path / f"loop.{suffix}"
    write_audio(band, whole, synthesizer=FakeSynthesizer(0.3))
    write_audio(band, loop, encoding=Encoding(24, tail=False), synthesizer=FakeSynthesizer(0.3))
    assert [soundfile.info(path).subtype for path in (whole, loop)] == ["PCM_16", "PCM_24"]
    frames = round(band.times.seconds(band.steps) * SAMPLE_RATE)
    assert (soundfile.info(loop).frames, soundfile.info(whole).frames) == (frames, total_frames(band))
    rest = frames - FADE_FRAMES
    assert np.abs(samples(loop)[:rest] - samples(whole)[:rest]).max() < 2 / 32_768
    assert not samples(loop)[-1].any()


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.integers(1, 2_000))
def test_what_ends_early_fades_whatever_its_blocks(lengths: list[int], frames: int) -> None:
    blocks = [np.ones((length, 2), np.float32) for length in lengths]
    frames = min(frames, sum(lengths))
    whole = np.concatenate([*until(blocks, frames)])
    assert len(whole) == frames
    assert (np.diff(whole[:, 0]) <= 0).all()
    assert whole[-1, 0] == 0
    assert (whole[: max(frames - FADE_FRAMES, 0)] == 1).all()


@pytest.mark.parametrize(("name", "bits"), [("song.mp3", 24), ("song.wav", 20)])
def test_other_bits_are_refused(band: Band, tmp_path: Path, name: str, bits: int) -> None:
    with pytest.raises(OptionError, match=f"{bits} bits of {name[-3:]}: give 16, or for wav and flac 24"):
        write_audio(band, tmp_path / name, encoding=Encoding(bits), synthesizer=FakeSynthesizer())
    assert not [*tmp_path.iterdir()]


def test_a_folder_is_no_output(band: Band, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").mkdir()
    with pytest.raises(DataError, match="it is a folder"):
        write_audio(band, tmp_path / "song.mp3", synthesizer=FakeSynthesizer())


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 4 KB, pytest's own neither: the nearest to a full disk that a test can have."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, suffix: str) -> None:
    noise = FakeSynthesizer()
    noise.sound = lambda out: np.copyto(out, np.random.default_rng(0).random(out.shape, np.float32))  # type: ignore[method-assign]
    with small_disk(), pytest.raises(DataError, match="cannot write"):
        write_audio(piano(), tmp_path / f"song.{suffix}", synthesizer=noise)
    assert not list(tmp_path.iterdir())


def test_a_failure_on_the_way_leaves_the_old_file(band: Band, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(b"old")

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_audio(band, path, synthesizer=FakeSynthesizer(), on_progress=stop)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


# The real FluidSynth


@real
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_format_sounds(band: Band, tmp_path: Path, suffix: str) -> None:
    write_audio(band, tmp_path / f"song.{suffix}")
    sound = samples(tmp_path / f"song.{suffix}")
    assert len(sound) == pytest.approx(total_frames(band), abs=0.1 * SAMPLE_RATE)  # MP3 adds padding
    assert 0.8 < np.abs(sound).max() < 1
    assert np.sqrt(np.mean(sound[: 2 * SAMPLE_RATE] ** 2)) > 0.03
    assert np.sqrt(np.mean(sound[2 * SAMPLE_RATE : -SAMPLE_RATE] ** 2)) > 1e-4  # the releases
    assert np.abs(sound[-100:]).max() < 1e-3


@real
def test_the_same_band_gives_the_same_bytes(band: Band, tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_audio(band, tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@real
def test_stems_with_the_common_gain_add_up_to_the_mix(band: Band) -> None:
    stems = [Band((track,), band.steps, band.tempo) for track in band.tracks]
    gain = common_gain([band, *stems])
    mix, *layers = (np.concatenate(list(audio_blocks(one, gain=gain))) for one in (band, *stems))
    assert np.abs(mix).max() <= PEAK + 1e-6
    assert all(np.abs(layer).max() > 0.01 for layer in layers)
    # Not equal: a voice that FluidSynth uses again carries something of its past into the first 64 frames.
    difference = np.sum(layers, 0) - mix
    assert np.sqrt(np.mean(difference**2)) < 0.01 * np.sqrt(np.mean(mix**2))


@real
def test_a_note_sounds_at_its_pitch_and_time() -> None:
    sound = np.concatenate(list(audio_blocks(piano(Note(12, 36, 69, 100)))))[:, 0]
    beat = SAMPLE_RATE // 2
    assert np.abs(sound[: beat - 64]).max() < 1e-3
    assert np.abs(sound[beat : beat + 2000]).max() > 0.05
    spectrum = np.abs(np.fft.rfft(sound[beat : beat + SAMPLE_RATE]))  # one second: a bin a hertz
    assert abs(int(spectrum[:1000].argmax()) - 440) <= 2


@real
def test_an_mp3_is_streamed(band: Band) -> None:
    pieces = list(stream_mp3(band, gain=0.5))
    assert len(pieces) > 3
    read, rate = soundfile.read(io.BytesIO(b"".join(pieces)))
    assert len(read) / rate == pytest.approx(total_frames(band) / SAMPLE_RATE, abs=0.1)


@real
@pytest.mark.parametrize("program", [6, 40, 127])
def test_an_instrument_that_the_font_lacks_is_stood_in_for(program: int) -> None:
    blocks = audio_blocks(piano(Note(0, 12, 60, 100), steps=12), programs={Role.PIANO: program})
    assert 0.3 < np.abs(np.concatenate(list(blocks))).max() <= CEILING


@real
def test_a_damaged_font_is_an_error(band: Band, tmp_path: Path) -> None:
    (tmp_path / "damaged.sf3").write_bytes(BUNDLED_SOUNDFONT.read_bytes()[:100_000])
    with pytest.raises(DataError, match=r"damaged\.sf3 is damaged, or not a SoundFont that FluidSynth 2"):
        write_audio(band, tmp_path / "song.wav", soundfont=tmp_path / "damaged.sf3")
    assert not (tmp_path / "song.wav").exists()


@real
def test_a_missing_font_is_an_error(band: Band, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read the SoundFont .*none\.sf2"):
        write_audio(band, tmp_path / "song.wav", soundfont=tmp_path / "none.sf2")
    assert not list(tmp_path.iterdir())


@real
def test_closing_twice_is_harmless() -> None:
    synthesizer = FluidSynth(BUNDLED_SOUNDFONT)
    synthesizer.close()
    synthesizer.close()


# Finding the library


@pytest.fixture
def fresh_search() -> Iterator[None]:
    libfluidsynth.library.cache_clear()
    yield
    libfluidsynth.library.cache_clear()


@pytest.mark.usefixtures("fresh_search")
def test_without_the_library_the_error_says_what_to_install(
    band: Band, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libfluidsynth, "_candidates", lambda: iter(["libnone.so", "libc.so.6"]))
    with pytest.raises(MissingLibraryError, match=r"pip install pygame-ce.*apt install libfluidsynth3.*brew install"):
        write_audio(band, tmp_path / "song.wav")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_the_system_comes_before_the_wheel(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: f"lib{name}.so.3")
    assert next(libfluidsynth._candidates()) == "libfluidsynth.so.3"


def test_no_system_library_and_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("ctypes.util.find_library", lambda _: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert list(libfluidsynth._candidates()) == []


def test_a_spool_without_space_is_a_clear_error(band: Band, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", full)
    with pytest.raises(DataError, match="the disk is full"):
        write_audio(band, tmp_path / "song.wav", synthesizer=FakeSynthesizer())
